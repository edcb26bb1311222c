"""The layers, in the order in which `__main__.py` builds them."""
