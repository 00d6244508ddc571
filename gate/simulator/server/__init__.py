"""Send responses over HTTP, with the faults that a scenario defines."""
