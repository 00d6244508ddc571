"""Inputs: read flags and variables into validated settings."""
