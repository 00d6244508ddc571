"""An embedded stand-in for Checkly's check-session API, driven by scenarios in YAML.

For the demo, for a user who tries out a policy, and for the tests: real HTTP on loopback, no account.
"""

from gate.simulator.ledger import Recorded
from gate.simulator.scenario import Scenario
from gate.simulator.server import Simulator
from gate.simulator.shelf import load, parse, shipped

__all__ = ["Recorded", "Scenario", "Simulator", "load", "parse", "shipped"]
