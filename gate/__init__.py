"""checkly-gate: a CI/CD gate for Checkly sessions."""

__version__ = "0.1.0"
