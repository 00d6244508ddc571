"""Which call returns the details of a result."""

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
        """The call for the details."""
        return Request("GET", self.path)


def detail_ref(session: Session, check_id: str, result_id: str) -> DetailRef | None:
    """Return where the details of a result are; None if an ID that the call needs is not a UUID."""
    needed = (result_id,) if session.kind is SessionKind.TEST else (result_id, check_id)
    if not all(map(is_uuid, needed)):
        return None
    result_id = result_id.lower()
    return DetailRef(result_id, KINDS[session.kind].detail_path(session.id, check_id.lower(), result_id))
