"""checkly-gate: a CI/CD gate on Checkly sessions."""

__version__ = "0.1.0"
