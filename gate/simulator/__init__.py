"""An embedded stand-in for Checkly's session API, which plays scenarios that are written in YAML.

It serves real HTTP, by default on loopback, so that demos, tests and trials of a policy need no account.
"""

from gate.simulator.api.ledger import Recorded
from gate.simulator.scenario.model import Scenario
from gate.simulator.scenario.shelf import load, parse, shipped
from gate.simulator.server.simulator import Simulator

__all__ = ["Recorded", "Scenario", "Simulator", "load", "parse", "shipped"]
