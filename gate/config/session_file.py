"""Find sessions in the output of Checkly's CLI. Only lines and keys that it is known to write are read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gate.config.session_words import session_refs
from gate.domain.session import SessionKind, SessionRef, each_once
from gate.text.clean import clean

MOST_BYTES = 10_000_000
_LONGEST_LINE = 1_000
_ID_LINE = re.compile(r"Test session ID:\s+(\S+)")
_LINK_LINE = re.compile(r"Open session:\s+(https://\S+)")
_FIRST_OF_SEVERAL = "Open first session:"
_LINK_ALONE = re.compile(r"https://\S+/(?:check|test)-sessions/\S+")
_NONE = (
    "it names no session. It must be the output of `checkly test`, `trigger`, `pw-test` or `checks run`, a "
    "report of Checkly's JSON reporter, or lines that are links; with --no-record there is no session"
)


@dataclass(frozen=True, slots=True)
class FoundSessions:
    """The sessions in order, and their numbers of checks if the file contains them."""

    refs: tuple[SessionRef, ...]
    checks: Mapping[str, int] = field(default_factory=dict)


def sessions_in(text: str) -> FoundSessions:
    """Return the sessions in output of Checkly's CLI. Raises ValueError with the reason if there are none."""
    document = _json_in(text)
    found = _in_document(document) if document is not None else FoundSessions(each_once(_in_lines(text)))
    if not found.refs:
        raise ValueError(_NONE)
    return found


def _json_in(text: str) -> Mapping[str, Any] | None:
    """Return the JSON object in the text, with or without lines before it; None if there is none."""
    start = 0 if text.lstrip().startswith("{") else text.find("\n{")
    if start < 0:
        return None
    try:
        document, _ = json.JSONDecoder().raw_decode(text[start:].lstrip())
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _in_document(document: Mapping[str, Any]) -> FoundSessions:
    """Read `{"sessions": [{"checkSessionId"}]}` or `{"testSessionId", "numChecks"}`."""
    if isinstance(document.get("testSessionId"), str):
        (ref,) = session_refs(document["testSessionId"])
        number = document.get("numChecks")
        is_number = isinstance(number, int) and not isinstance(number, bool)
        return FoundSessions(
            (SessionRef(ref.id, SessionKind.TEST),), {ref.id: number} if is_number and number else {}
        )
    sessions = document.get("sessions")
    listed = sessions if isinstance(sessions, list) else []
    ids = [each.get("checkSessionId") for each in listed if isinstance(each, dict)]
    if not all(isinstance(each, str) for each in ids):
        raise ValueError(_NONE)
    refs = [SessionRef(ref.id, SessionKind.CHECK) for each in ids for ref in session_refs(str(each))]
    return FoundSessions(each_once(refs))


def _in_lines(text: str) -> Iterable[SessionRef]:
    for raw in re.split(r"[\r\n]+", text):
        line = clean(raw, _LONGEST_LINE)  # removes the colours of a terminal
        if _FIRST_OF_SEVERAL in line:
            raise ValueError(
                "it names only the first of several sessions; run `checkly checks run` with --output json, "
                "which names all of them"
            )
        if id_line := _ID_LINE.fullmatch(line):
            (ref,) = session_refs(id_line[1])
            yield SessionRef(ref.id, SessionKind.TEST)
        elif link := _LINK_LINE.fullmatch(line):
            yield from session_refs(link[1])
        elif _LINK_ALONE.fullmatch(line):
            yield from session_refs(line)
