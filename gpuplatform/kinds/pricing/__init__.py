"""The arithmetic that several rows share: charges, volumes, fleets of nodes, hours of sleep."""
