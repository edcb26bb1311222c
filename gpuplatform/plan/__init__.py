"""What a program would create: the model of a plan, and what is read out of it without knowing any resource type."""
