"""checkly-gate: a CI/CD gate on a Checkly check session."""

__version__ = "0.1.0"
