"""Describe failed assertions. A received value is shown only if it cannot be a body or a header."""

from __future__ import annotations

from collections.abc import Iterable

from gate.checkly.json_object import Fields

# Values from these sources are numbers or protocol terms, never a body or a header.
_SHOWABLE_SOURCES = frozenset(
    {
        "STATUS_CODE",
        "RESPONSE_TIME",
        "RESPONSE_CODE",
        "LATENCY",
        "PACKET_LOSS",
        "HOP_COUNT",
        "GRPC_STATUS_CODE",
        "GRPC_HEALTHCHECK_STATUS",
        "CONNECTION",
        "CERTIFICATE",
    }
)


def failed_assertion(item: Fields) -> str:
    """Describe a failed assertion."""
    source = item.optional_text("source")
    what = " ".join(each for each in (source, item.optional_text("property")) if each)
    comparison = item.optional_text("comparison")
    if source not in _SHOWABLE_SOURCES:
        return f"{what or 'an assertion'} {comparison}: not met (the received value is not shown)"
    received = item.optional_word("actual")
    return f"{what} {comparison} {item.optional_word('target')}" + (
        f", received {received}" if received else ""
    )


def failed_condition(item: Fields) -> Iterable[str]:
    """Describe a condition of an agentic check, with the agent's finding, if it was not met."""
    if item.optional_word("passed") == "false":
        found = item.optional_text("actual")
        yield item.optional_text("condition") + (f": {found}" if found else "")
