"""AWS building blocks: one noun per file, wired by the layers in `stacks/`."""
