"""References to the details of results."""

from __future__ import annotations

from dataclasses import dataclass

from gate.checkly.http import Request, is_uuid
from gate.checkly.kinds import KINDS
from gate.domain.session import Session, SessionKind


@dataclass(frozen=True, slots=True)
class DetailRef:
    """A result whose details can be fetched."""

    result_id: str
    path: str

    @property
    def request(self) -> Request:
        """Return the request for the details."""
        return Request("GET", self.path)


def detail_ref(session: Session, check_id: str, result_id: str) -> DetailRef | None:
    """Return a reference to the details of a result; None if an ID that the path needs is not a UUID."""
    needed = (result_id,) if session.kind is SessionKind.TEST else (result_id, check_id)
    if not all(map(is_uuid, needed)):
        return None
    result_id = result_id.lower()
    return DetailRef(result_id, KINDS[session.kind].detail_path(session.id, check_id.lower(), result_id))
