"""The parts that all kinds of session share: the requests, and how their responses are read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus

from gate.checkly.http import Request, Response, error_for, is_uuid
from gate.checkly.json_object import Fields, json_object
from gate.domain.errors import InvalidResponse, UsageError
from gate.domain.session import Result, ResultKind, Session, SessionKind
from gate.text.clean import clean, https_link

LONGEST_LONG_POLL_S = 30  # Checkly's API: maxWaitSeconds is from 1 to 30
# A result whose type is null, absent or ALL replaces a missing FINAL. An unknown type never counts as green.
_RESULT_KINDS = {
    "FINAL": ResultKind.FINAL,
    "ATTEMPT": ResultKind.ATTEMPT,
    "ALL": ResultKind.STAND_IN,
    None: ResultKind.STAND_IN,
}
_MOST_LOCATIONS = 1_000  # far more than Checkly has, but few enough for a readable report
_MOST_RESULTS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionApi:
    """The API of one kind of session.

    `versions` are tried in this order; the first one supports cancelling. `read` takes a document and the
    API version, and returns the session or raises `InvalidResponse`. `detail_path` takes the IDs of the
    session, the check and the result. `collection` and `error_groups` are the names of collections in the
    API's paths.
    """

    kind: SessionKind
    collection: str
    id_field: str
    versions: tuple[str, ...]
    read: Callable[[Fields, str], Session]
    detail_path: Callable[[str, str, str], str]
    error_groups: str

    def retrieve(self, session_id: str, version: str) -> Request:
        """Return the request that fetches a session."""
        return Request("GET", self._path(session_id, version))

    def completion(self, session_id: str, version: str, max_wait_s: int) -> Request:
        """Return the request for a long poll.

        Checkly answers when the session ends, or with 408 after `max_wait_s` (1 to 30) seconds.
        """
        return Request("GET", f"{self._path(session_id, version)}/completion?maxWaitSeconds={max_wait_s}")

    def cancel(self, session_id: str) -> Request:
        """Return the request that cancels the checks that are still running."""
        return Request("POST", f"{self._path(session_id, self.versions[0])}/cancel", json={})

    def read_session(self, response: Response, session_id: str, version: str) -> Session:
        """Return the session in the response to a retrieve or completion request.

        Raises the error from `error_for` for any status but 200, and `InvalidResponse` if the body is not the
        document of this session.
        """
        if response.status != HTTPStatus.OK:
            raise error_for(response)
        document = Fields(json_object(response.body))
        answered_id = document.text(self.id_field)
        if answered_id.lower() != session_id.lower():
            raise InvalidResponse(f"Checkly answered with another session's document ({answered_id})")
        return self.read(document, version)

    def _path(self, session_id: str, version: str) -> str:
        if not is_uuid(session_id):
            raise UsageError(f"not the ID of a {self.kind}: {clean(session_id)}")
        return f"/{version}/{self.collection}/{session_id.lower()}"


class Texts:
    """The strings that a session's results share. Each is kept once: there can be thousands of results."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def shared(self, text: str) -> str:
        """Return the one object that is kept for all equal strings."""
        return self._known.setdefault(text, text)


def read_result(item: Fields, location: str, texts: Texts, *, named: str, is_cancelled: bool) -> Result:
    """Return one result, with the fields that all kinds of session share.

    `named` is the prefix of the keys for the result's ID and link. Raises `InvalidResponse` if a flag is
    missing, or if a flag or the response time has the wrong type.
    """
    result_id = item.optional_text(f"{named}Id")
    link = https_link(item.optional_raw(f"{named}Link"))  # contains no braces, so `{id}` is unambiguous
    return Result(
        id=result_id,
        location=texts.shared(location),
        kind=item.choice("resultType", _RESULT_KINDS, ResultKind.UNSETTLED),
        has_errors=item.flag("hasErrors"),
        has_failures=item.flag("hasFailures"),
        is_degraded=item.flag("isDegraded"),
        aborted=item.flag("aborted"),
        is_cancelled=is_cancelled,
        link_form=texts.shared(link.replace(result_id, "{id}") if result_id else link),
        response_time_ms=item.number_if_any("responseTime"),
        started_at=item.optional_time("startedAt"),
        stopped_at=item.optional_time("stoppedAt"),
    )


def hold_bounds(locations: Collection[str], results: int) -> None:
    """Raise `InvalidResponse` for too many locations or results, or if two locations look the same."""
    if len(locations) > _MOST_LOCATIONS or results > _MOST_RESULTS:
        raise InvalidResponse(
            f"Checkly's API answered with {len(locations)} locations and {results} results; "
            f"the gate accepts at most {_MOST_LOCATIONS} and {_MOST_RESULTS}"
        )
    if len(set(map(clean, locations))) != len(locations):  # one location could hide the other
        raise InvalidResponse(
            "Checkly's API listed two locations whose names look the same, so the gate cannot tell them apart"
        )
