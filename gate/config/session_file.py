"""Find sessions in the output of Checkly's CLI. Only formats that the CLI is known to write are read."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gate.checkly.http import is_uuid
from gate.config.input import shown_text
from gate.config.session_words import session_refs
from gate.domain.session import SessionKind, SessionRef, each_once
from gate.text.clean import clean

MOST_BYTES = 10_000_000
_LONGEST_LINE = 1_000
_MOST_UNREADABLE = 500  # for each of them, the parser counts all lines before it, which takes time
_IN_EVERY_LINE_OF_A_SESSION = "ession"
_ID_LINE = re.compile(r"Test session ID:\s+(\S+)")
_LINK_LINE = re.compile(r"Open session:\s+(https://\S+)")
_LINK_ALONE = re.compile(r"https://\S+/(?:check|test)-sessions/\S+")
_FIRST_OF_SEVERAL = "Open first session:"
_MARKDOWN = "# Check sessions"
_NO_MATCH = "No matching checks were found."
# Raw logs of GitHub and Jenkins, and `kubectl logs --timestamps`, begin each line with the time.
_TIMESTAMP = re.compile(
    r"^\[?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)\]? ", re.MULTILINE
)
_OBJECT = re.compile(r'(?:\A\s*|^)\{(?=\s*["}])', re.MULTILINE)
_OBJECT_OF_CHECKLY = re.compile(r'\{\s*"(?:sessions|testSessionId)"')
_USE_JSON = "run `checkly checks run` with --output json, which names all of them"
_WHAT_IT_MUST_BE = (
    "It must be the output of `checkly test`, `trigger`, `pw-test` or `checks run`, a report of Checkly's "
    "JSON reporter, or links, one per line. With --no-record, there is no session"
)
_NOTHING_MATCHED = "it names no session, because no check matched the filter that the CLI was given"


@dataclass(frozen=True, slots=True)
class FoundSessions:
    """The sessions in order, and the number of checks in each if the file contains that number."""

    refs: tuple[SessionRef, ...]
    checks: Mapping[str, int] = field(default_factory=dict)


def text_of(content: bytes) -> str:
    """Decode a file: UTF-8, or UTF-16 as PowerShell writes it. Raises ValueError if it is not text."""
    is_utf_16 = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    text = content.decode("utf-16" if is_utf_16 else "utf-8-sig", errors="replace")
    if "\0" in text:
        raise ValueError("it is not a text file")
    return text


def sessions_in(text: str) -> FoundSessions:
    """Return the sessions in the CLI's output. Raises ValueError with the reason if there are none."""
    refs: list[SessionRef] = []
    checks: dict[str, int] = {}
    lines = _TIMESTAMP.sub("", text.replace("\r\n", "\n"))
    for number, part in _parts(lines):
        try:
            found = FoundSessions(tuple(_in_line(part))) if isinstance(part, str) else _in_document(part)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        refs += found.refs
        checks |= found.checks
    if not refs:
        raise ValueError(_why_none(lines))
    return FoundSessions(each_once(refs), checks)


def _parts(text: str) -> Iterator[tuple[int, str | Mapping[str, Any]]]:
    """Yield JSON objects and the lines that may name a session, each with its line number.

    An object begins at the start of a line. Lines within an object are not yielded separately.
    """
    number, done, unreadable = 1, 0, 0
    for found in _OBJECT.finditer(text):
        begin = found.end() - 1
        if begin < done:
            continue  # inside the previous object
        try:
            document, end = json.JSONDecoder().raw_decode(text, begin)
        except (ValueError, RecursionError):
            if _OBJECT_OF_CHECKLY.match(text, begin):
                number += text.count("\n", done, begin)
                raise ValueError(f"line {number}: the JSON that begins here is not complete") from None
            unreadable += 1
            if unreadable > _MOST_UNREADABLE:
                raise ValueError(f"more than {_MOST_UNREADABLE} lines look like JSON but are not") from None
            continue
        yield from _lines(text[done:begin], number)
        number += text.count("\n", done, begin)
        yield number, document
        number += text.count("\n", begin, end)
        done = end
    yield from _lines(text[done:], number)


def _lines(text: str, number: int) -> Iterator[tuple[int, str]]:
    for each, line in enumerate(text.split("\n"), start=number):
        if _IN_EVERY_LINE_OF_A_SESSION in line:
            for part in line.split("\r"):
                yield each, clean(part, _LONGEST_LINE)  # removes the colours of a terminal


def _in_document(document: Mapping[str, Any]) -> FoundSessions:
    """Return the sessions in `{"sessions": [{"checkSessionId"}]}` or `{"testSessionId", "numChecks"}`."""
    if isinstance(document.get("testSessionId"), str):
        ref = _ref(document["testSessionId"], SessionKind.TEST)
        number = document.get("numChecks")
        is_number = isinstance(number, int) and not isinstance(number, bool)
        return FoundSessions((ref,), {ref.id: number} if is_number and number else {})
    listed = document.get("sessions")
    sessions = listed if isinstance(listed, list) else []
    ids = [each.get("checkSessionId") if isinstance(each, dict) else None for each in sessions]
    return FoundSessions(tuple(_ref(each, SessionKind.CHECK) for each in ids))


def _in_line(line: str) -> Iterable[SessionRef]:
    """Return the session that a line of output names, if any. Raises ValueError for an unusable line."""
    if _FIRST_OF_SEVERAL in line:
        raise ValueError(f"names only the first of several sessions; {_USE_JSON}")
    if line == _MARKDOWN:
        raise ValueError(f"sessions in Markdown are not read; {_USE_JSON}")
    if id_line := _ID_LINE.fullmatch(line):
        return (_ref(id_line[1], SessionKind.TEST),)
    if link := _LINK_LINE.fullmatch(line):
        return _linked(link[1])
    return _linked(line) if _LINK_ALONE.fullmatch(line) else ()


def _linked(link: str) -> tuple[SessionRef, ...]:
    try:
        return session_refs(link)
    except ValueError:
        raise ValueError(f"{shown_text(link)} is not a link to a session") from None


def _ref(session_id: object, kind: SessionKind) -> SessionRef:
    if isinstance(session_id, str) and is_uuid(session_id):
        return SessionRef(session_id.lower(), kind)
    shown = shown_text(session_id) if isinstance(session_id, str) else "something else"
    raise ValueError(f"the ID of a {kind.value} must be a UUID, not {shown}")


def _why_none(text: str) -> str:
    """Explain why the text names no session, as specifically as possible."""
    if not text.strip():
        return "it is empty: the command that writes it failed, or has not run yet"
    documents = [part for _, part in _parts(text) if not isinstance(part, str)]
    if _NO_MATCH in text or any(document.get("sessions") == [] for document in documents):
        return _NOTHING_MATCHED
    for number, line in _lines(text, 1):
        if _ID_LINE.search(line):
            return (
                f"it names no session on a line of its own. Line {number} has other text next to the "
                "`Test session ID`; only a time in ISO 8601 may precede it"
            )
    if documents:
        return (
            "it names no session. Its JSON has neither `testSessionId` (Checkly's JSON reporter, unless "
            "--no-record was given) nor `sessions` (`checkly checks run --output json`)"
        )
    return f"it names no session. {_WHAT_IT_MUST_BE}"
