"""The responses that are the same in every scenario."""

from __future__ import annotations

from http import HTTPStatus

from gate.simulator.answer import Answer, refusal

NOT_FOUND = refusal(HTTPStatus.NOT_FOUND)
NO_SUCH_RESULT = refusal(HTTPStatus.NOT_FOUND, "No such check result.")
NO_SUCH_GROUP = refusal(HTTPStatus.NOT_FOUND, "No such error group.")
UNAUTHORIZED = refusal(HTTPStatus.UNAUTHORIZED, "Bad Token", attributes={})
WRONG_METHOD = refusal(HTTPStatus.METHOD_NOT_ALLOWED)
GONE = refusal(HTTPStatus.GONE, "This version of the API is no longer served.")
BAD_WAIT = refusal(HTTPStatus.BAD_REQUEST, "maxWaitSeconds must be a whole number from 1 to 30")
NO_CHECK_MATCHED = refusal(HTTPStatus.NOT_FOUND, "No checks matched the target.")
CANCELLED = Answer(HTTPStatus.NO_CONTENT)


def bad_request(message: str) -> Answer:
    """Return the response to an invalid body or query."""
    return refusal(HTTPStatus.BAD_REQUEST, message)


def no_such_session(kind: str) -> Answer:
    """Return the response for a session that does not exist or cannot be read yet."""
    return refusal(HTTPStatus.NOT_FOUND, f"No such {kind}.")


def still_running(kind: str) -> Answer:
    """Return the response to a long poll during which the session does not end."""
    return refusal(HTTPStatus.REQUEST_TIMEOUT, f"The {kind} has not finished yet.")
