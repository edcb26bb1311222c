"""Engines that serve models: a file each."""
