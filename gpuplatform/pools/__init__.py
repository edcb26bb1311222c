"""What a pool of GPU nodes is, and its laws."""
