"""The wait until all sessions have ended, or the time is up."""
