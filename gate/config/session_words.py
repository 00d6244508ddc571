"""Read the IDs of sessions, and links to sessions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gate.checkly.http import is_uuid
from gate.checkly.kinds import KINDS
from gate.config.input import Refused, shown_text
from gate.domain.session import SessionRef, each_once

_SESSIONS = "IDs (UUIDs) of check sessions or test sessions, or links to them"
_IS_A_CHECK = (
    "is a link to a check, not to a session; open the run in Checkly and copy the address of its page"
)
_UUID_AT_END = re.compile(r"[0-9a-fA-F-]{36}$")
_KINDS = {api.collection: kind for kind, api in KINDS.items()}
_SESSION_IN_LINK = re.compile(rf"/(?P<collection>{'|'.join(_KINDS)})/(?P<id>[0-9a-fA-F-]{{36}})(?:[/?#]|$)")
_LINK_TO_A_CHECK = re.compile(r"https?://.*/checks/[0-9a-fA-F-]{36}/?(?:[?#].*)?")
_LIKE_AN_ID = re.compile(r"[0-9a-fA-F-]{20,}")
_ID_LENGTH = 36

_ACCOUNT_IN_LINK = re.compile(r"/accounts/([0-9a-zA-Z-]{1,64})/")


def session_refs(text: str) -> tuple[SessionRef, ...]:
    """Parse session IDs and links, separated by commas and white space. Return each session once."""
    refs = [_session_ref(word) for word in re.split(r"[,\s]+", text) if word]
    if not refs:
        raise ValueError(_SESSIONS)
    return each_once(refs)


def is_meant_as_session(word: str) -> bool:
    """Return whether a word is the ID of a session or a link to one, or is clearly meant to be one."""
    try:
        return bool(session_refs(word))
    except Refused:
        return True
    except ValueError:
        return False


def account_of(refs: Iterable[SessionRef]) -> str:
    """Return the account in the first link that contains an account; empty if there is no such link."""
    return next((ref.account for ref in refs if ref.account), "")


def _session_ref(word: str) -> SessionRef:
    """Return the session that a word names. Only a link can show the kind of the session."""
    if is_uuid(word):
        return SessionRef(word.lower())
    account = "".join(_ACCOUNT_IN_LINK.findall(word)[:1])
    found = _SESSION_IN_LINK.search(word)
    if re.match(r"https?://", word) and found and is_uuid(found["id"]):
        return SessionRef(found["id"].lower(), _KINDS[found["collection"]], account)
    if _LINK_TO_A_CHECK.fullmatch(word):
        raise Refused(f"session-id: {shown_text(word)} {_IS_A_CHECK}")
    candidate = "".join(_UUID_AT_END.findall(word))
    if re.match(r"https?://", word) and is_uuid(candidate):
        return SessionRef(candidate.lower(), account=account)
    if _LIKE_AN_ID.fullmatch(word) and len(word) != _ID_LENGTH:
        complete = "complete " if len(word) < _ID_LENGTH else ""
        counted = f"it has {len(word)} characters, and an ID has {_ID_LENGTH}"
        raise Refused(f"session-id: {shown_text(word)} is not a {complete}session ID: {counted}")
    raise ValueError(_SESSIONS)
