"""Checkly's API: all code that depends on its URLs and JSON keys."""
