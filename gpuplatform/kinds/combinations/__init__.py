"""Rules of combination, a file a service: rows of the kinds carry them."""
