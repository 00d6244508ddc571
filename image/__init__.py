"""What the container image is put together from."""
