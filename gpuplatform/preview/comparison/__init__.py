"""One plan against another."""
