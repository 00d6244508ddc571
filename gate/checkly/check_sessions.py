"""Check sessions: how a response becomes a `Session`.

Fields that decide the verdict (the IDs of the session and its check, check type, status, run locations, a
result's location and flags) are read strictly: if one of them is missing or has the wrong type, the document
is rejected. A check's name, the list of results, a response time and `isCancelled` may be missing, but must
not have the wrong type. All other fields (links, times) are read leniently: an unusable value counts as
absent. Unknown fields and enum values are accepted.
"""

from __future__ import annotations

from gate.checkly.json_object import Fields
from gate.checkly.session_api import SessionApi, Texts, hold_bounds, read_result
from gate.domain.errors import InvalidResponse
from gate.domain.session import Check, CheckRun, Phase, Result, Session, SessionKind
from gate.text.clean import clean, https_link

V1, V2 = "v1", "v2"

# Checkly's API: the status enum of both versions. A session that is PROGRESS_FAILED or PROGRESS_DEGRADED has
# not ended.
_PHASES = {
    "STARTED": Phase.RUNNING,
    "PROGRESS": Phase.RUNNING,
    "PROGRESS_FAILED": Phase.RUNNING,
    "PROGRESS_DEGRADED": Phase.RUNNING,
    "PASSED": Phase.FINISHED,
    "DEGRADED": Phase.FINISHED,
    "FAILED": Phase.FINISHED,
    "TIMED_OUT": Phase.FINISHED,
    "CANCELLED": Phase.FINISHED,
}


def _read(document: Fields, version: str) -> Session:
    locations = tuple(dict.fromkeys(document.texts("runLocations")))
    check = Check(document.text("checkId"), document.text_if_any("name"), document.text("checkType"))
    items = [Fields(item) for item in document.objects("results")]
    for item in items:
        if item.text_if_any("checkId").lower() not in ("", check.id.lower()):
            raise InvalidResponse("Checkly answered with a result of another check")
    hold_bounds({*locations, *(item.optional_raw("runLocation") for item in items)}, len(items))
    texts = Texts()
    results = tuple(_read_result(item, texts) for item in items)
    status = document.word("status")
    return Session(
        id=document.text("checkSessionId").lower(),
        kind=SessionKind.CHECK,
        status=status,
        phase=_PHASES.get(status, Phase.UNKNOWN),
        checks=(CheckRun(check, tuple(texts.shared(clean(each)) for each in locations), results),),
        is_cancelled=_is_cancelled(status, version, results),
        api_version=version,
        link=https_link(document.optional_raw("checkSessionLink")),
        started_at=document.optional_time("startedAt"),
        stopped_at=document.optional_time("stoppedAt"),
    )


def _is_cancelled(status: str, version: str, results: tuple[Result, ...]) -> bool:
    """Return whether the session was cancelled.

    In v1, a cancelled session is TIMED_OUT, and one of its results is cancelled.
    """
    if version == V1 and status == "TIMED_OUT":
        return any(result.is_cancelled for result in results)
    return status == "CANCELLED"


def _read_result(item: Fields, texts: Texts) -> Result:
    is_cancelled = item.flag("isCancelled", absent=False)  # absent in older responses
    return read_result(item, item.text("runLocation"), texts, named="checkResult", is_cancelled=is_cancelled)


CHECK_SESSIONS = SessionApi(
    kind=SessionKind.CHECK,
    collection="check-sessions",
    id_field="checkSessionId",
    versions=(V1, V2),
    read=_read,
    detail_path=lambda _session, check, result: f"/v1/check-results/{check}/{result}",
    error_groups="error-groups",
)
