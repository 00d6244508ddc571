"""Send responses over HTTP on loopback, with the faults that a scenario defines."""
