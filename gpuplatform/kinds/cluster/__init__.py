"""What a plan states of its cluster: nodes, pods, queues, claims and names."""
