"""Text: cleaned once at the edge, then escaped, styled and redacted for where it is written."""
