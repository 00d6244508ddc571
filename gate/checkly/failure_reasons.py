"""Find out why a result failed or is degraded, from the details that Checkly's API returns.

Details do not affect the verdict and are read leniently. Requests and responses may contain secrets.
Therefore bodies, headers and their values are never copied, and links lose their queries and credentials.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from gate.checkly.assertions import failed_assertion, failed_condition
from gate.checkly.error_message import without_trace
from gate.checkly.http import Response, error_for, is_uuid
from gate.checkly.json_object import Fields, json_object
from gate.domain.detail import Detail
from gate.domain.errors import InvalidResponse
from gate.text.clean import clean, without_credentials

NO_REASON = "Checkly gives no reason"
_MOST_REASONS = 5
_REASON_LENGTH = 300
_READ_LENGTH = 2000  # a longer reason is cut off here, before its links are changed
_RECORDING_LENGTH = 80
_QUERY = re.compile(r"(?<=[^\s?#])[?#][^\s\"'<>)\]]*=[^\s\"'<>)\]]*")
_ORIGIN = re.compile(r"\w+://[^/]*")


def read_detail(reply: Response, result_id: str) -> Detail:
    """Return the reasons for a result. Raises a `RequestFailed` if the reply is not the result's document."""
    if reply.status != 200:
        raise error_for(reply)
    document = Fields(json_object(reply.body))
    if document.optional_text("id").lower() != result_id:
        raise InvalidResponse("Checkly's API answered with another result's document")
    causes = [reason for read in _CAUSES for reason in read(document)]
    reasons = [*causes, *_slowness(document, is_explained=bool(causes)), *_summaries(document)]
    recordings = (_recording_name(each) for kind in _kinds(document) for each in _recordings(kind))
    told = tuple(dict.fromkeys(reason for reason in map(sentence, reasons) if reason))[:_MOST_REASONS]
    return Detail(
        told or tuple(_silence(document)),
        tuple(dict.fromkeys(name for name in recordings if name))[:_MOST_REASONS],
        _error_groups(document),
    )


def _error_groups(document: Fields) -> tuple[str, ...]:
    ids = (item.lower() for item in document.optional_items("errorGroupIds") if isinstance(item, str))
    return tuple(dict.fromkeys(filter(is_uuid, ids)))[:_MOST_REASONS]


_KINDS = (
    "apiCheckResult",
    "browserCheckResult",
    "multiStepCheckResult",
    "playwrightCheckResult",
    "agenticCheckResult",
    "tracerouteCheckResult",
    "grpcCheckResult",
    "sslCheckResult",
)


def _kinds(document: Fields) -> Iterable[Fields]:
    """Return the document's object for each kind of check. Objects that the document lacks are empty."""
    return (document.optional_fields(kind) for kind in _KINDS)


def _request_errors(document: Fields) -> Iterable[str]:
    for kind in _kinds(document):
        if error := kind.optional_raw("requestError"):
            yield error


def _failed_assertions(document: Fields) -> Iterable[str]:
    for kind in _kinds(document):
        for item in kind.optional_objects("assertions"):
            if item.optional_text("condition"):
                yield from failed_condition(item)
            elif item.optional_raw("error"):
                yield failed_assertion(item)


def _response_statuses(document: Fields) -> Iterable[str]:
    """Return the status of an HTTP error, unless an assertion failed. Status 0 means no response."""
    response = document.optional_fields("apiCheckResult").optional_fields("response")
    status = response.optional_number("status") or 0
    if status >= 400 and not any(_failed_assertions(document)):
        phrase = re.sub(r"^\d+\s*", "", response.optional_text("statusText"))
        yield f"answered {status:.0f} {phrase}"


def _first_errors(document: Fields) -> Iterable[str]:
    for kind in _kinds(document):
        messages = [message for item in kind.optional_items("errors") if (message := _message(item))]
        if first := next(filter(None, map(without_trace, messages)), ""):
            others = len(messages) - 1
            more = f" (and {others} more error{'s' * (others > 1)})" if others else ""
            yield clean(first, _REASON_LENGTH - len(more)) + more


def _message(item: object) -> str:
    """Return the message of an error: the string itself, its `message`, or the `message` of its `error`."""
    if isinstance(item, str):
        return item.strip()
    fields = Fields(item) if isinstance(item, Mapping) else Fields({})
    return (fields.optional_raw("message") or fields.optional_fields("error").optional_raw("message")).strip()


def _grpc_messages(document: Fields) -> Iterable[str]:
    message = document.optional_fields("grpcCheckResult").optional_fields("response")
    if text := message.optional_raw("grpcStatusMessage"):
        yield f"gRPC status: {text}"


def _certificate_trouble(document: Fields) -> Iterable[str]:
    """Return the facts about a certificate: Checkly does not report which of them degraded the result."""
    certificate = document.optional_fields("sslCheckResult")
    days = certificate.optional_word("daysUntilExpiry")
    facts = [certificate.optional_text("failureCategory"), _expiry(days) if days else ""]
    took_ms = document.optional_number("responseTime")
    if days and took_ms is not None and document.is_true("isDegraded"):
        facts.append(f"answered in {took_ms:.0f} ms")
    if any(facts):
        yield f"certificate: {', '.join(fact for fact in facts if fact)}"


def _expiry(days: str) -> str:
    count = days.removeprefix("-")
    counted = f"{count} day{'s' * (count != '1')}"
    return f"expires in {counted}" if count == days else f"expired {counted} ago"


def _slowness(document: Fields, *, is_explained: bool) -> Iterable[str]:
    """Describe a response that was too slow. A degraded result counts as slow if it has no other cause."""
    took_ms = document.optional_number("responseTime")
    took = "was" if took_ms is None else f"took {took_ms:.0f} ms,"
    if document.is_true("overMaxResponseTime"):
        yield f"{took} over the check's maximum response time"
    elif document.is_true("isDegraded") and not is_explained:
        yield f"{took} over the check's degraded response time"


def _summaries(document: Fields) -> Iterable[str]:
    """Return an agent's own summary of its run. It is long, and therefore comes last."""
    yield document.optional_fields("agenticCheckResult").optional_raw("summary")


def _silence(document: Fields) -> Iterable[str]:
    """Return `NO_REASON` if the result failed: for some kinds of check, Checkly never reports a reason."""
    if document.is_true("hasFailures") or document.is_true("hasErrors"):
        yield NO_REASON


def _schedule_errors(document: Fields) -> Iterable[str]:
    """Return why a check of a test session could not be scheduled."""
    if error := document.optional_raw("scheduleError"):
        yield f"not scheduled: {error}"


_CAUSES: Sequence[Callable[[Fields], Iterable[str]]] = (
    _schedule_errors,
    _request_errors,
    _failed_assertions,
    _response_statuses,
    _certificate_trouble,
    _grpc_messages,
    _first_errors,
)


def _recordings(kind: Fields) -> Iterable[object]:
    for key in ("playwrightTestTraces", "playwrightTraceFiles", "playwrightTestVideos"):
        yield from kind.optional_items(key)


def _recording_name(item: object) -> str:
    """Return the name of a trace or video. Its link may carry a signature and is not shown."""
    fields = Fields(item) if isinstance(item, Mapping) else Fields({})
    text = item if isinstance(item, str) else fields.optional_raw("name") or fields.optional_raw("url")
    path = _ORIGIN.sub("", re.split(r"[?#]", clean(text, _READ_LENGTH))[0])
    return clean(path.rstrip("/").rpartition("/")[2], _RECORDING_LENGTH)


def sentence(text: str, length: int = _REASON_LENGTH) -> str:
    """Return a reason as one line, and remove credentials and queries from its links."""
    return clean(_QUERY.sub("?…", without_credentials(clean(text, _READ_LENGTH))), length)
