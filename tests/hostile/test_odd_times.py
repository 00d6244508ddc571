"""Reports stay readable even if times and numbers make no sense."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.hostile import shapes
from tests.hostile.places import Given, results
from tests.hostile.telling import output_of

ODD: dict[str, Mapping[str, object]] = {
    "the zero time of Go": {
        "startedAt": "0001-01-01T00:00:00Z",
        "stoppedAt": "0001-01-01T00:00:01Z",
    },
    "starts in year 1": {"startedAt": "0001-01-01T00:00:00Z"},
    "ends at the last moment of year 9999": {"stoppedAt": "9999-12-31T23:59:59.999999Z"},
    "ends after year 9999 in UTC": {"stoppedAt": "9999-12-31T23:59:59-14:00"},
    "ends before its start": {"startedAt": "2026-01-15T09:00:02Z", "stoppedAt": "2026-01-15T09:00:01Z"},
    "before 1970": {"startedAt": "1969-12-31T23:59:59Z", "stoppedAt": "1969-12-31T23:59:59Z"},
    "a response time without start and end": {"startedAt": None, "stoppedAt": None, "responseTime": 1.7e308},
    "values that are not times": {"startedAt": 0, "stoppedAt": True},
}


@pytest.mark.parametrize("more", ODD.values(), ids=ODD.keys())
def test_every_report_is_readable_with_odd_times(more: Mapping[str, object], tmp_path: Path) -> None:
    given = Given(document={"results": results("us-east-1", **more)})
    told = output_of(given, tmp_path)
    shapes.of_summary(told.summary)
    shapes.of_record(told.record)
    shapes.of_terminal(told.terminal)
    shapes.of_junit(told.junit)
    times = [float(each.get("time", "0")) for each in ET.fromstring(told.junit).iter() if each.get("time")]
    assert all(0 <= time < 1e9 for time in times)
    assert max(len(line) for line in told.log.splitlines() if "http" not in line) < 200
