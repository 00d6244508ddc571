"""Responses with error groups and private locations, which help to explain results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from uuid import NAMESPACE_URL, uuid5

from gate.domain.session import SessionKind
from gate.simulator.answer import Answer, document
from gate.simulator.api import answers
from gate.simulator.api.calls import Call
from gate.simulator.api.common import timestamp
from gate.simulator.api.play import Play
from gate.simulator.scenario.background import PlannedGroup, PlannedLocation
from gate.simulator.scenario.model import Scenario


def error_group(play: Play, call: Call, _body: bytes) -> Answer:
    """Return a response with an error group of the scenario, in the format for that kind of session."""
    group = next((each for each in play.scenario.error_groups if each.id == call.group_id), None)
    if group is None:
        return answers.NO_SUCH_GROUP
    return document(HTTPStatus.OK, _group(play.scenario, group, call.kind))


def private_locations(play: Play, _call: Call, _body: bytes) -> Answer:
    """Return a response with the private locations of the scenario. Like Checkly's, it contains secrets."""
    shown = [_private_location(play.scenario, each) for each in play.scenario.private_locations]
    return Answer(HTTPStatus.OK, json.dumps(shown).encode())


def _group(scenario: Scenario, group: PlannedGroup, kind: SessionKind) -> Mapping[str, object]:
    first, last = scenario.started - timedelta(days=group.known_days), scenario.started
    if kind is SessionKind.CHECK:
        own: dict[str, object] = {"checkId": scenario.sessions[0].checks[0].check.id}
        seen = {"firstSeen": str(first.date()), "lastSeen": str(last.date())}
    else:
        own = {"projectId": None, "environments": None, "pwtMetadata": None}
        seen = {"firstSeen": timestamp(first), "lastSeen": timestamp(last)}
    analysis = {"classification": "Application", "rootCause": group.root_cause, "codeFix": "s3cret"}
    return {
        "id": group.id,
        "errorHash": uuid5(NAMESPACE_URL, group.message).hex,
        "rawErrorMessage": f"{group.message} s3cret",
        "cleanedErrorMessage": group.message,
        **own,
        **seen,
        "archivedUntilNextEvent": False,
        "rootCauseAnalyses": [{"created_at": timestamp(last), "analysis": analysis}] * bool(group.root_cause),
    }


def _private_location(scenario: Scenario, location: PlannedLocation) -> Mapping[str, object]:
    location_id = str(uuid5(NAMESPACE_URL, f"private location {location.slug}"))
    created = str(scenario.started.date())
    key = {"id": location_id, "rawKey": "pl_s3cret", "maskedKey": "...cret", "created_at": created}
    return {
        "id": location_id,
        "name": location.slug,
        "slugName": location.slug,
        "created_at": created,
        "keys": [key],
        "proxyUrl": "http://agent:s3cret@proxy.example:3128",
        "lastSeen": str((scenario.started - timedelta(days=location.unseen_days)).date()),
        "agentCount": location.agents,
    }
