"""Read YAML documents that people write, and report the place of each mistake."""
