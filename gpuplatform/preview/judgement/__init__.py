"""Runs the checks, takes out what is allowed, counts, and hides secrets that they found."""
