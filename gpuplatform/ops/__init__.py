"""Commands of day two against a real account."""
