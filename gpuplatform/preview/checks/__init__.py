"""The checks, a file a theme. A module registers its own on import."""
