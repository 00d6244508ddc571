"""The log: progress during the wait, tables and verdict at the end."""
