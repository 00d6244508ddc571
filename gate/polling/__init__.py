"""The wait: until all sessions have ended, or time is up."""
