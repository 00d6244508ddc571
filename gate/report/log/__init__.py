"""The log: progress during the wait, then tables and the verdict."""
