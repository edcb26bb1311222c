"""The toolkit: facts, arithmetic, the offline preview and day-2 commands."""
