"""Reads the IDs of sessions and links to them."""

from __future__ import annotations

import re

from gate.checkly.http import is_uuid
from gate.checkly.kinds import KINDS
from gate.domain.session import SessionRef, each_once

_SESSIONS = "IDs (UUIDs) of check sessions or test sessions, or links to them"
_UUID_AT_END = re.compile(r"[0-9a-fA-F-]{36}$")
_KINDS = {api.collection: kind for kind, api in KINDS.items()}
_SESSION_IN_LINK = re.compile(rf"/(?P<collection>{'|'.join(_KINDS)})/(?P<id>[0-9a-fA-F-]{{36}})(?:[/?#]|$)")


def session_refs(text: str) -> tuple[SessionRef, ...]:
    """Sessions, from UUIDs and links separated by commas and white space; each once."""
    refs = [_session_ref(word) for word in re.split(r"[,\s]+", text) if word]
    if not refs:
        raise ValueError(_SESSIONS)
    return each_once(refs)


def is_session(word: str) -> bool:
    """Return whether a word can be read as the ID of a session or a link to one."""
    try:
        return bool(session_refs(word))
    except ValueError:
        return False


def _session_ref(word: str) -> SessionRef:
    """A link shows the kind of the session, a bare ID does not."""
    if is_uuid(word):
        return SessionRef(word.lower())
    found = _SESSION_IN_LINK.search(word)
    if re.match(r"https?://", word) and found and is_uuid(found["id"]):
        return SessionRef(found["id"].lower(), _KINDS[found["collection"]])
    candidate = "".join(_UUID_AT_END.findall(word))
    if re.match(r"https?://", word) and is_uuid(candidate):
        return SessionRef(candidate.lower())
    raise ValueError(_SESSIONS)
