"""Scenarios, and the readers of their YAML."""
