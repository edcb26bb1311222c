"""What resources cost: one module a kind, each with a table from resource type to the function that prices it."""
