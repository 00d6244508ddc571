"""Parse the short descriptions of sessions that the examples in the documentation use."""

from __future__ import annotations

import re

from gate.domain.session import Session
from tests.samples import attempt, result, session


def session_of(status: str, locations: str) -> Session:
    """Return a session with the given locations, which are written like this:

    `us-east-1 passed, ap-south-1 passed in 3.1s, sa-east-1 missing`.
    """
    results = []
    names = []
    for words in locations.split(", "):
        match = re.fullmatch(r"(\S+) (\w+)(?: in ([\d.]+)s)?", words)
        assert match, words
        name, state, took_s = match.groups()
        names.append(name)
        if state == "flaky":
            results.append(attempt(name))
        if state != "missing":
            shown = "passed" if state == "flaky" else state
            results.append(result(name, shown, took_s=float(took_s or 1)))
    return session(status, *results, locations=tuple(names))
