"""HTTP on loopback: carries the answers, and the trouble that a scenario asks for."""
