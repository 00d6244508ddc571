"""Read the inputs from flags and variables into validated settings."""
