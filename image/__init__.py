"""Build the file system of the container image."""
