"""The environment's settings: a model a layer, and their reader."""
