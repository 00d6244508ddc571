"""Scenarios, and how their YAML is read."""
