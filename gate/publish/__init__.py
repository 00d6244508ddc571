"""Where finished text goes: CI systems, files, the console."""
