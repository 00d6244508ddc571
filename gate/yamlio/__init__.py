"""YAML documents that people write, read as strictly as a compiler reads: with a place for each mistake."""
