"""Read the IDs of sessions, and links to sessions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gate.checkly.http import is_uuid
from gate.checkly.kinds import KINDS
from gate.domain.session import SessionRef, each_once

_SESSIONS = "IDs (UUIDs) of check sessions or test sessions, or links to them"
_UUID_AT_END = re.compile(r"[0-9a-fA-F-]{36}$")
_KINDS = {api.collection: kind for kind, api in KINDS.items()}
_SESSION_IN_LINK = re.compile(rf"/(?P<collection>{'|'.join(_KINDS)})/(?P<id>[0-9a-fA-F-]{{36}})(?:[/?#]|$)")

_ACCOUNT_IN_LINK = re.compile(r"/accounts/([0-9a-zA-Z-]{1,64})/")


def session_refs(text: str) -> tuple[SessionRef, ...]:
    """Parse UUIDs and links of sessions, separated by commas and white space. Return each session once."""
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


def account_of(refs: Iterable[SessionRef]) -> str:
    """Return the account of the first link that contains one; empty if none does."""
    return next((ref.account for ref in refs if ref.account), "")


def _session_ref(word: str) -> SessionRef:
    """Return the session that a word names. A link contains the kind of the session, an ID does not."""
    if is_uuid(word):
        return SessionRef(word.lower())
    account = "".join(_ACCOUNT_IN_LINK.findall(word)[:1])
    found = _SESSION_IN_LINK.search(word)
    if re.match(r"https?://", word) and found and is_uuid(found["id"]):
        return SessionRef(found["id"].lower(), _KINDS[found["collection"]], account)
    candidate = "".join(_UUID_AT_END.findall(word))
    if re.match(r"https?://", word) and is_uuid(candidate):
        return SessionRef(candidate.lower(), account=account)
    raise ValueError(_SESSIONS)
