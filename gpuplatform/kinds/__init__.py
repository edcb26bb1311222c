"""What is known of resource types."""
