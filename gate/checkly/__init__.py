"""Checkly's API: everything that knows one of its URLs or JSON keys."""
