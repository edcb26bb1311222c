"""The settings of each layer: one model a file, the YAML's keys are the Python names."""
