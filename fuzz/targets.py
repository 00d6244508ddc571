"""Properties that must hold for any bytes.

A target takes bytes, and raises an error if a property is violated.
This module does not depend on the fuzzer: the tests replay `fuzz/corpus` with the same functions.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

from gate.checkly.check_sessions import CHECK_SESSIONS
from gate.checkly.http import Response, is_uuid, retry_after_s
from gate.checkly.triggers import read_started
from gate.domain.errors import GateTimeout, RequestFailed, UsageError
from gate.domain.exit_code import ExitCode
from gate.domain.session import CheckRun, Phase, Session
from gate.evaluation.verdict import judge
from gate.policy.document import PolicyDocument
from gate.policy.effective import Policy
from gate.policy.quarantine import warnings
from gate.policy.schema import read_policy
from gate.polling.result import Ending, PollResult
from gate.report import annotation, outputs, record
from gate.report.junit import xml
from gate.report.log import closing
from gate.report.report import Report
from gate.report.summary import summary
from gate.text import escape
from gate.text.clean import NAME_LENGTH, SENTENCE_LENGTH, clean, https_link

SESSION_ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"
_TODAY = date(2026, 1, 15)
_NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
_MEANT = re.compile(r"[\\`*_{}\[\]<>()#+!|~&:@.$=\"'^-]")


def replies(data: bytes) -> None:
    """Check that any response yields a session that can be reported, or an error of one line."""
    reply = _reply(data)
    wait_s = retry_after_s(reply)
    assert wait_s is None or (wait_s > 0 and math.isfinite(wait_s))
    try:
        started = read_started(reply)
    except RequestFailed as error:
        _is_a_sentence(str(error))
    else:
        assert started
        assert all(is_uuid(each.session_id) and _is_clean(each.name) for each in started)
    try:
        session = CHECK_SESSIONS.read_session(reply, SESSION_ID, "v2")
    except RequestFailed as error:
        _is_a_sentence(str(error))
    else:
        _can_be_told(session, lambda _: Policy())


def policies(data: bytes) -> None:
    """Check that any text yields a policy that can be applied, or mistakes that name the file."""
    try:
        book = read_policy(data.decode(errors="surrogateescape"), "policy.yml")
    except UsageError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.startswith("policy.yml")
            _is_a_sentence(problem)
        return
    _judges(book)


def texts(data: bytes) -> None:
    """Check that any text becomes one clean line, which after escaping contains no markup or commands."""
    line = clean(data.decode(errors="surrogateescape"))
    assert _is_clean(line)
    assert len(line) <= NAME_LENGTH
    assert "##" not in escape.log_line(line)
    assert not escape.log_line(line).lstrip().startswith("::")
    assert not set("\r\n:,") & set(escape.command_property(line))
    assert not _MEANT.search(re.sub(r"\\[@#]&#8203;|\\[!-/:-@\[-`{-~]", "", escape.markdown(line)))
    assert re.fullmatch(r"[\w .,/()+…-]{1,80}", escape.mermaid(line))
    link = https_link(line)
    assert not link or (link == line and link.startswith("https://"))


TARGETS: Mapping[str, Callable[[bytes], None]] = {"replies": replies, "policies": policies, "texts": texts}


def _reply(data: bytes) -> Response:
    """Convert bytes to a response: the status, a line for each header, an empty line, and the body."""
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    status = int(first) if re.fullmatch("[1-9][0-9]{2}", first) else 200
    pairs = (line.partition(": ") for line in lines)
    return Response(status, {name.lower(): value for name, _, value in pairs}, body)


def _can_be_told(session: Session, policy_for: Callable[[CheckRun], Policy]) -> None:
    watched = PollResult(session.ref, session, Ending.TIMEOUT, GateTimeout("the gate's own timeout expired"))
    if session.phase is Phase.FINISHED:
        watched = PollResult(session.ref, session, Ending.FINISHED)
    verdict = judge([watched], policy_for)
    assert session.phase is Phase.FINISHED or verdict.exit_code is not ExitCode.OPEN
    report = Report(verdict, _NOW)
    tree = ET.fromstring(xml.render(report))
    cases = tree.findall("testsuite/testcase")
    assert cases
    assert all((case.get("name") or "").strip() for case in cases)
    is_red = any(case.find(tag) is not None for case in cases for tag in ("failure", "error"))
    assert is_red == (report.verdict.exit_code is not ExitCode.OPEN)
    assert len(summary.render(report).encode()) <= summary.LIMIT_BYTES
    json.loads(record.render(report))
    assert all(len(each.message) <= 5000 for each in annotation.render(report))
    for lines in (closing.verdict(report), *(table.lines for table in closing.tables(report))):
        assert all("\n" not in line.text for line in lines)
    assert all("\n" not in str(value) for value in outputs.render(report).values())


def _judges(book: PolicyDocument) -> None:
    """Check that a policy that was read can be applied and reported."""
    document = {
        "checkSessionId": SESSION_ID,
        "checkId": "a4cd4ad9-4815-4a9e-92d2-0a7c562ee69a",
        "checkType": "API",
        "name": "Checkout API",
        "status": "FAILED",
        "runLocations": ["us-east-1", "eu-central-1"],
    }
    session = CHECK_SESSIONS.read_session(Response(200, {}, json.dumps(document).encode()), SESSION_ID, "v2")
    _can_be_told(session, lambda each: book.resolve(each, _TODAY))
    for warning in warnings(book.quarantine, session.checks, _TODAY):
        assert "\n" not in warning


def _is_a_sentence(said: str) -> None:
    assert said
    assert clean(said, 10 * SENTENCE_LENGTH) == said


def _is_clean(line: str) -> bool:
    categories = {unicodedata.category(character) for character in line}
    line.encode()
    return clean(line) == line == line.strip() and not categories & {"Cc", "Cs", "Zl", "Zp"}
