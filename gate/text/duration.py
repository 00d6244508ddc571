"""Parse durations that people write (`90s`, `1h30m`), and format durations for readers (`1m 30s`)."""

from __future__ import annotations

import re

LONG_FORMS = "seconds (900) or a duration such as 90s, 15m or 1h30m"  # for durations of at least a second
DURATION_FORMS = "seconds (900) or a duration such as 90s, 15m, 1h30m or 250ms"
_PLAIN = re.compile(r"\d+(\.\d+)?", re.ASCII)
_PARTS = re.compile(
    r"(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m(?!s))?(?:(?P<s>\d+(?:\.\d+)?)s)?(?:(?P<ms>\d+)ms)?", re.ASCII
)
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_LONGEST_TEXT = 20  # longer than any sensible duration, but short enough that no sum overflows


def parse_duration(text: str) -> float:
    """Parse `900`, `90s`, `15m`, `1h30m` or `250ms`. Return seconds.

    Raises ValueError, with the accepted forms, for anything else.
    """
    written = text.strip().lower()
    if written and len(written) <= _LONGEST_TEXT:
        if _PLAIN.fullmatch(written):
            return float(written)
        if match := _PARTS.fullmatch(written):
            return sum(float(number) * _SECONDS[unit] for unit, number in match.groupdict().items() if number)
    raise ValueError(DURATION_FORMS)


def format_duration(seconds: float) -> str:
    """Format seconds for a reader: `31ms`, `0.8s`, `42s`, `1m 05s`, `2h 00m`."""
    if 0 < seconds < 0.0995:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 9.95:
        return f"{max(seconds, 0.0):.1f}".removesuffix(".0") + "s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m {rest:02}s" if rest else f"{minutes}m"
    return f"{minutes // 60}h {minutes % 60:02}m"
