"""What runs on the cluster: one noun per file, wired by the layers in `stacks/`."""
