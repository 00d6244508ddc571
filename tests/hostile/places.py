"""Every place where text from outside enters the gate, each with a function that puts given text there.

For each new field that the gate reads, add an entry to `PLACES`. The tests need no other change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from gate.checkly.http import Request, Response
from tests.samples import CHECK_ID, SESSION_ID

RESULT_ID = "0c4b1b3e-5bd5-4ba5-a7a1-0f0a2bb41f11"
OTHER_ID = "22be3b52-5ec2-4894-9086-b5b4a8b00a89"
GROUP_ID = "7d3e9c10-52aa-4e0f-8f43-6a1d0c9be222"
PRIVATE = "datacenter-berlin"
LINK = f"https://app.checklyhq.com/checks/{CHECK_ID}/check-sessions/{SESSION_ID}"
TEST_LINK = f"https://app.checklyhq.com/accounts/1397c172/test-sessions/{SESSION_ID}"
Document = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Everything that reaches a run of the gate from outside. `reply`, if given, answers every request."""

    document: Document = field(default_factory=dict)
    detail: Document = field(default_factory=dict)
    group: Document = field(default_factory=dict)
    private_location: Document = field(default_factory=dict)
    reply: Response | None = None
    started: Document = field(default_factory=dict)
    entry: Document = field(default_factory=dict)
    listed: Document = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    policy: str = ""

    def answer(self, request: Request) -> Response:
        """Return Checkly's response to a request."""
        if self.reply is not None:
            return self.reply
        if request.path.endswith("/trigger"):
            return Response(201, {}, json.dumps({"sessions": [self.started]}).encode())
        return Response(200, {}, json.dumps(self._document_at(request.path)).encode())

    def _document_at(self, path: str) -> Document | list[Document]:
        if path == "/v1/private-locations":
            return [{"slugName": PRIVATE, "agentCount": 0, **self.private_location}]
        if "error-groups/" in path:
            return {"id": GROUP_ID, "firstSeen": "2026-01-14", **self.group}
        if path.startswith("/v1/test-sessions?"):
            is_first = "nextId" not in path
            return {"entries": [_ENTRY | self.entry], **(self.listed if is_first else {})}
        if "/results/" in path or "/check-results/" in path:
            return {"id": RESULT_ID, **self.detail}
        if "/test-sessions/" in path:
            return _TEST_DOCUMENT | self.document
        other = {"checkSessionId": OTHER_ID} if OTHER_ID in path else {}
        return _DOCUMENT | self.document | other


def _result(location: str, kind: str, *, failed: bool, **more: object) -> Document:
    result_id = RESULT_ID if failed else OTHER_ID
    return {
        "checkResultId": result_id,
        "checkResultLink": f"{LINK}/results/{result_id}",
        "runLocation": location,
        "resultType": kind,
        "hasErrors": False,
        "hasFailures": failed,
        "isDegraded": False,
        "aborted": False,
        "isCancelled": False,
        "responseTime": 812,
        "startedAt": "2026-01-15T09:00:01.000Z",
        "stoppedAt": "2026-01-15T09:00:02.000Z",
        **more,
    }


def results(location: str = "us-east-1", /, **more: object) -> list[Document]:
    """Return the results of two locations: the first failed after a failed attempt, the second passed."""
    return [
        _result(location, "ATTEMPT", failed=True, **more),
        _result(location, "FINAL", failed=True, **more),
        _result("eu-central-1", "FINAL", failed=False),
    ]


_DOCUMENT: Document = {
    "checkSessionId": SESSION_ID,
    "checkSessionLink": LINK,
    "checkId": CHECK_ID,
    "checkType": "API",
    "name": "Checkout API",
    "status": "FAILED",
    "startedAt": "2026-01-15T09:00:00.000Z",
    "stoppedAt": "2026-01-15T09:00:03.000Z",
    "runLocations": ["us-east-1", "eu-central-1"],
    "results": results(),
}


def _check_of_many(*, failed: bool, **more: object) -> Document:
    result_id = RESULT_ID if failed else OTHER_ID
    return {
        "testSessionResultId": result_id,
        "testSessionResultLink": f"{TEST_LINK}/results/{result_id}",
        "checkId": None,
        "checkType": "API",
        "name": "Checkout API",
        "runLocation": "us-east-1",
        "resultType": "FINAL",
        "status": "FAILED" if failed else "PASSED",
        "hasErrors": False,
        "hasFailures": failed,
        "isDegraded": False,
        "aborted": False,
        "responseTime": 812,
        "startedAt": "2026-01-15T09:00:01.000Z",
        "stoppedAt": "2026-01-15T09:00:02.000Z",
        **more,
    }


def many(**more: object) -> Given:
    """Return a run on a test session in which one of three checks failed after a failed attempt.

    `more` changes fields of that check.
    """
    attempt = _check_of_many(failed=True, **{"resultType": "ATTEMPT", **more})
    final = _check_of_many(failed=True, **more)
    others = [_check_of_many(failed=False, name=name) for name in ("Log in", "Search")]
    return of_many(results=[attempt, final, *others])


def of_many(**document: object) -> Given:
    """Return a run on a test session that has some fields changed."""
    return Given(inputs={"session-id": TEST_LINK}, document=document)


_ENTRY: Document = {
    "id": SESSION_ID,
    "name": "Deploy",
    "provider": "GITHUB",
    "environment": "staging",
    "region": "us-east-1",
    "commitId": "4f2a1c9",
    "startedAt": "2026-01-15T09:00:00.000Z",
}


def _listed(**entry: object) -> Given:
    """Return a run on a commit. The only session in the list has some fields changed."""
    return Given(inputs={"session-id": "", "commit": "4f2a1c9", "commit-grace": "1s"}, entry=entry)


_TEST_DOCUMENT: Document = {
    "testSessionId": SESSION_ID,
    "testSessionLink": TEST_LINK,
    "name": "Deploy",
    "status": "FAILED",
    "startedAt": "2026-01-15T09:00:00.000Z",
    "stoppedAt": "2026-01-15T09:00:03.000Z",
    "results": [
        _check_of_many(failed=True),
        _check_of_many(failed=False, name="Log in"),
    ],
}
_TWO_SESSIONS = {"session-id": f"{SESSION_ID},{OTHER_ID}"}
_SUITE = {
    "session-id": "",
    "trigger-tags": "a",
    "trigger-as": "test-session",
    "trigger-location": "eu-west-1",
}
_TRIGGER = {"session-id": "", "trigger-check-id": CHECK_ID}


def _refusal(status: int, *, message: str = "no", **headers: str) -> Given:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Given(reply=Response(status, named, json.dumps({"message": message}).encode()))


def _yaml(text: str) -> str:
    """Return the text as a double-quoted YAML string, with each character escaped."""
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


def _grouped(text: str = GROUP_ID, /, **group: object) -> Given:
    """Return a run on a failure whose error belongs to a group that has some fields changed."""
    return Given(detail={"errorGroupIds": [text]}, group=group)


def _at_private_location(name: str = PRIVATE, /, **fields: object) -> Given:
    """Return a run in which a private location, with some fields changed, has no result and no agent."""
    locations = ["us-east-1", "eu-central-1", name]
    return Given(document={"runLocations": locations}, private_location=fields)


def _assertion(**more: object) -> Given:
    held = {"source": "STATUS_CODE", "comparison": "EQUALS", "target": "200", "actual": 503, "error": "no"}
    return Given(detail={"apiCheckResult": {"assertions": [held | more]}})


PLACES: Mapping[str, Callable[[str], Given]] = {
    "check name": lambda text: Given(document={"name": text}),
    "check name in two sessions": lambda text: Given(document={"name": text}, inputs=_TWO_SESSIONS),
    "check id": lambda text: Given(document={"name": None, "checkId": text}),
    "check type": lambda text: Given(document={"checkType": text}),
    "status": lambda text: Given(document={"status": text}),
    "session link": lambda text: Given(document={"checkSessionLink": text}),
    "run location": lambda text: Given(
        document={"runLocations": [text, "eu-central-1"], "results": results(text)}
    ),
    "run location without a result": lambda text: Given(
        document={"runLocations": ["us-east-1", "eu-central-1", text]}
    ),
    "location of results that the session does not list": lambda text: Given(
        document={"runLocations": ["eu-central-1", "us-east-1"], "results": results(text)}
    ),
    "result link": lambda text: Given(document={"results": results(checkResultLink=text)}),
    "result id": lambda text: Given(document={"results": results(checkResultId=text)}),
    "result type": lambda text: Given(document={"results": results(resultType=text)}),
    "result time": lambda text: Given(document={"results": results(startedAt=text, stoppedAt=text)}),
    "session time": lambda text: Given(document={"startedAt": text, "stoppedAt": text}),
    "another session's id": lambda text: Given(document={"checkSessionId": text}),
    "message of a refused request": lambda text: _refusal(401, message=text),
    "message of a server error": lambda text: _refusal(503, message=text),
    "response that is not JSON": lambda text: Given(reply=Response(502, {}, text.encode(errors="replace"))),
    "session name in the list": lambda text: _listed(name=text),
    "session id in the list": lambda text: _listed(id=text),
    "environment in the list": lambda text: _listed(environment=text),
    "region in the list": lambda text: _listed(region=text),
    "start time in the list": lambda text: _listed(startedAt=text),
    "provider in the list": lambda text: _listed(provider=text),
    "commit in the list": lambda text: _listed(commitId=text),
    "cursor of the list": lambda text: replace(_listed(), listed={"nextId": text}),
    "error code of a refused trigger call": lambda text: Given(
        inputs=_SUITE, reply=Response(403, {}, json.dumps({"message": "no", "errorCode": text}).encode())
    ),
    "name of a triggered test session": lambda text: Given(
        inputs=_SUITE,
        reply=Response(201, {}, json.dumps({"testSessionId": SESSION_ID, "name": text}).encode()),
    ),
    "header Retry-After": lambda text: _refusal(503, retry_after=text),
    "header Date": lambda text: _refusal(503, retry_after="Thu, 15 Jan 2026 09:00:30 GMT", date=text),
    "header cf-ray": lambda text: _refusal(403, cf_ray=text),
    "header Location": lambda text: _refusal(302, location=text),
    "host in a redirect": lambda text: _refusal(302, location=f"https://{text}/x"),
    "name of a triggered session": lambda text: Given(
        inputs=_TRIGGER, started={"checkSessionId": SESSION_ID, "name": text}
    ),
    "link of a triggered session": lambda text: Given(
        inputs=_TRIGGER, started={"checkSessionId": SESSION_ID, "checkSessionLink": text}
    ),
    "id of a triggered session": lambda text: Given(inputs=_TRIGGER, started={"checkSessionId": text}),
    "request error": lambda text: Given(detail={"apiCheckResult": {"requestError": text}}),
    "source of an assertion": lambda text: _assertion(source=text),
    "property of an assertion": lambda text: _assertion(property=text),
    "comparison of an assertion": lambda text: _assertion(comparison=text),
    "target of an assertion": lambda text: _assertion(target=text),
    "actual value of an assertion": lambda text: _assertion(actual=text),
    "reason phrase of a status": lambda text: Given(
        detail={"apiCheckResult": {"response": {"status": 503, "statusText": text}}}
    ),
    "first of two errors": lambda text: Given(detail={"browserCheckResult": {"errors": [text, "x"]}}),
    "message of an error": lambda text: Given(
        detail={"multiStepCheckResult": {"errors": [{"message": text}]}}
    ),
    "name of a trace": lambda text: Given(
        detail={"playwrightCheckResult": {"errors": ["x"], "playwrightTraceFiles": [{"name": text}]}}
    ),
    "link of a trace": lambda text: Given(
        detail={"playwrightCheckResult": {"errors": ["x"], "playwrightTraceFiles": [{"url": text}]}}
    ),
    "link of a video": lambda text: Given(
        detail={
            "browserCheckResult": {"errors": ["x"], "playwrightTestVideos": [f"https://a.example/{text}"]}
        }
    ),
    "condition of an agentic check": lambda text: Given(
        detail={"agenticCheckResult": {"assertions": [{"condition": text, "passed": False, "actual": "x"}]}}
    ),
    "finding of an agentic check": lambda text: Given(
        detail={"agenticCheckResult": {"assertions": [{"condition": "x", "passed": False, "actual": text}]}}
    ),
    "summary of an agentic check": lambda text: Given(detail={"agenticCheckResult": {"summary": text}}),
    "gRPC status message": lambda text: Given(
        detail={"grpcCheckResult": {"response": {"grpcStatusMessage": text}}}
    ),
    "remaining days of a certificate": lambda text: Given(
        detail={"sslCheckResult": {"failureCategory": "EXPIRED", "daysUntilExpiry": text}}
    ),
    "failure category of a certificate": lambda text: Given(
        detail={"sslCheckResult": {"failureCategory": text}}
    ),
    "id of an error group": _grouped,
    "another error group's id": lambda text: _grouped(id=text),
    "message of an error group": lambda text: _grouped(cleanedErrorMessage=text),
    "day when an error group was first seen": lambda text: _grouped(firstSeen=text),
    "message of an error group in a test session": lambda text: replace(
        many(), detail={"errorGroupIds": [GROUP_ID]}, group={"cleanedErrorMessage": text}
    ),
    "root cause analysis": lambda text: _grouped(
        rootCauseAnalyses=[{"analysis": {"rootCause": text}}, {"analysis": text}]
    ),
    "time of a root cause analysis": lambda text: _grouped(
        rootCauseAnalyses=[{"created_at": text, "analysis": {"rootCause": "a"}}]
    ),
    "slug of a private location": lambda text: _at_private_location(text, slugName=text),
    "name of a private location": lambda text: _at_private_location(text, name=text),
    "id of a private location": lambda text: _at_private_location(text, id=text),
    "day when a private location was last seen": lambda text: _at_private_location(lastSeen=text),
    "name of a test session": lambda text: of_many(name=text),
    "link of a test session": lambda text: of_many(testSessionLink=text),
    "status of a test session": lambda text: of_many(status=text),
    "another test session's id": lambda text: of_many(testSessionId=text),
    "time of a test session": lambda text: of_many(startedAt=text, stoppedAt=text),
    "name of a check in a test session": lambda text: many(name=text),
    "id of a check in a test session": lambda text: many(checkId=text),
    "type of a check in a test session": lambda text: many(checkType=text),
    "location of a check in a test session": lambda text: many(runLocation=text),
    "result link of a check in a test session": lambda text: many(testSessionResultLink=text),
    "result id of a check in a test session": lambda text: many(testSessionResultId=text),
    "result status of a check in a test session": lambda text: many(status=text),
    "result type of a check in a test session": lambda text: many(resultType=text),
    "schedule error of a check in a test session": lambda text: replace(
        many(), detail={"scheduleError": text}
    ),
    "error of a check in a test session": lambda text: replace(
        many(), detail={"playwrightCheckResult": {"errors": [text, {"message": text}]}}
    ),
    "schedule error of a check": lambda text: Given(detail={"scheduleError": text}),
    "reason of a quarantine": lambda text: Given(
        policy=f"quarantine: [{{location: us-east-1, until: 2099-12-31, reason: {_yaml(text)}}}]"
    ),
    "check name in an expired quarantine": lambda text: Given(
        policy=f"quarantine: [{{check: {_yaml(text)}, until: 2001-12-31, reason: old}}]"
    ),
    "required location": lambda text: Given(policy=f"locations: {{required: [{_yaml(text)}]}}"),
    "ignored location": lambda text: Given(policy=f"locations: {{ignore: [{_yaml(text)}]}}"),
    "check name in a rule": lambda text: Given(
        policy=f"checks: [{{match: {{name: {_yaml(text)}}}, failed-threshold: 0}}]"
    ),
    "key of the policy": lambda text: Given(policy=f"{_yaml(text)}: 1"),
    "threshold of the policy": lambda text: Given(policy=f"failed-threshold: {_yaml(text)}"),
    "policy that is not YAML": lambda text: Given(policy=f"[{text}"),
    "value of an input": lambda text: Given(inputs={"timeout": text}),
    "name of an input": lambda text: Given(inputs={f"x{text}": "1"}),
    "name of an environment variable": lambda text: Given(env={f"CHECKLY_GATE_{text}": "1"}),
}
