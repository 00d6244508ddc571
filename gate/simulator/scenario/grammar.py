"""The grammar of a whole scenario."""

from __future__ import annotations

import yaml

from gate.simulator.scenario.background import read_group, read_private_location
from gate.simulator.scenario.fault_grammar import read_fault
from gate.simulator.scenario.model import VERSIONS, Api, Scenario
from gate.simulator.scenario.session_grammar import identified, read_session
from gate.simulator.scenario.sessions import PlannedSession
from gate.yamlio.nodes import child, wrong
from gate.yamlio.scalars import Reader, boolean, choice, duration, moment, number, scalar, text
from gate.yamlio.shapes import mapping, record, several


def read_scenario(node: yaml.Node, name: str) -> Scenario:
    """Read the scenario at the root of a document. Raises `InvalidYaml` if it is not valid."""
    read = record(
        node,
        required={"description": text, "sessions": _sessions(name)},
        optional={
            "speed": number(0.001, 1_000_000),
            "inputs": mapping(scalar),
            "started": moment,
            "api": _read_api,
            "faults": several(read_fault),
            "error-groups": several(read_group),
            "private-locations": several(read_private_location),
        },
    )
    scenario = Scenario(name=name, **{key.replace("-", "_"): value for key, value in read.items()})
    for index, fault in enumerate(scenario.faults):
        if (fault.aim.session or 0) >= len(scenario.sessions):
            place = child(node, "faults").value[index]
            raise wrong(place, f"there is no session {fault.aim.session}: sessions are counted from 0")
    return scenario


def _sessions(name: str) -> Reader[tuple[PlannedSession, ...]]:
    """Return a reader of sessions. Missing IDs are derived from the scenario's name."""

    def read(node: yaml.Node) -> tuple[PlannedSession, ...]:
        drafts = several(read_session)(node)
        if not drafts:
            raise wrong(node, "at least one session is needed here")
        sessions: dict[str, PlannedSession] = {}
        for index, draft in enumerate(drafts):
            session = identified(draft, f"{name} {index}")
            if session.id in sessions:
                raise wrong(node.value[index], f"another session has the id {session.id}")
            sessions[session.id] = session
        return tuple(sessions.values())

    return read


def _read_api(node: yaml.Node) -> Api:
    read = record(
        node,
        required={},
        optional={
            "served": several(choice(*VERSIONS)),
            "completion": boolean,
            "latency": duration,
            "key": text,
        },
    )
    return Api(
        served=read.get("served", VERSIONS),
        completion=read.get("completion", True),
        latency_s=read.get("latency", 0.0),
        key=read.get("key"),
    )
