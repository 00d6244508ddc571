"""Error groups: when Checkly first saw an error, and its analysis of the cause if there is one.

They do not affect the verdict and are read leniently. Checkly cleans messages to group them, not to remove
secrets. Therefore the raw message is never read, and the cleaned one is treated like every other reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from gate.checkly.failure_reasons import sentence
from gate.checkly.http import Request, Response, error_for
from gate.checkly.json_object import Fields, json_object
from gate.checkly.kinds import KINDS
from gate.domain.errors import InvalidResponse
from gate.domain.session import SessionKind
from gate.text.clean import clean

_MESSAGE_LENGTH = 120
_ANALYSIS_LENGTH = 300
_READ_LENGTH = 2000  # a longer analysis is cut off here, before its links are removed
_LINK = re.compile(r"[\w.+-]*://\S*")
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ErrorGroupRef:
    """A reference to an error group. Check sessions and test sessions have separate groups."""

    kind: SessionKind
    id: str

    @property
    def request(self) -> Request:
        """Return the request for the group."""
        return Request("GET", f"/v1/{KINDS[self.kind].error_groups}/{self.id}")


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """An error group. Its message and its analysis are clean lines, and may be empty.

    `is_day`: whether `first_seen` is a day without a time. For check sessions, Checkly reports only the day.
    """

    message: str
    first_seen: datetime | None
    is_day: bool
    analysis: str

    def age(self, started_at: datetime | None) -> str:
        """Describe whether the error is new in a session that began at `started_at`; empty if unknown."""
        if self.first_seen is None:
            return ""
        day = self.first_seen.date()
        if started_at is None:
            return f"error first seen on {day}"
        if self.is_day and day == started_at.date():
            return f"error first seen on {day}, the day of this session"
        if self.first_seen >= started_at:
            return f"new error, first seen on {day}"
        return f"known error since {day}"


def read_error_group(reply: Response, ref: ErrorGroupRef) -> ErrorGroup:
    """Return the group. Raises a `RequestFailed` if the reply is not the document of this group."""
    if reply.status != 200:
        raise error_for(reply)
    document = Fields(json_object(reply.body))
    if document.optional_text("id").lower() != ref.id:
        raise InvalidResponse("Checkly's API answered with another error group's document")
    return ErrorGroup(
        message=sentence(document.optional_raw("cleanedErrorMessage"), _MESSAGE_LENGTH),
        first_seen=document.optional_time("firstSeen"),
        is_day=document.is_day("firstSeen"),
        analysis=_analysis(document),
    )


def _analysis(document: Fields) -> str:
    """Return the newest root cause analysis, marked as written by an AI model.

    Its links are removed, because they may come from the page that was checked.
    """
    found = [
        (item.optional_time("created_at") or _NEVER, text)
        for item in document.optional_objects("rootCauseAnalyses")
        if (text := item.optional_fields("analysis").optional_raw("rootCause").strip())
    ]
    if not found:
        return ""
    _, newest = max(found)
    text = _LINK.sub("(link)", sentence(newest, _READ_LENGTH))
    return clean(f"AI analysis by Checkly, not verified: {text}", _ANALYSIS_LENGTH) if text else ""
