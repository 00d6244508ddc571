"""Clean text from outside once; then escape, style and redact it for each destination."""
