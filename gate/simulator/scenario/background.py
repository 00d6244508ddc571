"""The error groups and private locations of a scenario, which help to explain results."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from gate.yamlio.scalars import text, uuid, whole
from gate.yamlio.shapes import record

_DAYS = whole(0, 1_000)


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """An error group, first seen `known_days` days before the scenario began; 0 means new."""

    id: str
    message: str
    known_days: int = 0
    root_cause: str = ""


@dataclass(frozen=True, slots=True)
class PlannedLocation:
    """A private location, and the number of its agents.

    Checkly last saw the location `unseen_days` days before the scenario began.
    """

    slug: str
    agents: int
    unseen_days: int = 0


def read_group(node: yaml.Node) -> PlannedGroup:
    """Read an error group. Raises `InvalidYaml`."""
    read = record(
        node,
        required={"id": uuid, "message": text},
        optional={"known-days": _DAYS, "root-cause": text},
    )
    return PlannedGroup(read["id"], read["message"], read.get("known-days", 0), read.get("root-cause", ""))


def read_private_location(node: yaml.Node) -> PlannedLocation:
    """Read a private location. Raises `InvalidYaml`."""
    read = record(node, required={"slug": text, "agents": whole(0, 1_000)}, optional={"unseen-days": _DAYS})
    return PlannedLocation(read["slug"], read["agents"], read.get("unseen-days", 0))
