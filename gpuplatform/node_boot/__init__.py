"""What a node is told when it boots."""
