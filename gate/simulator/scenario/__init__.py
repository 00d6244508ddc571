"""What a scenario says, and how its YAML is read."""
