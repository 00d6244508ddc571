"""Every consumer reads every report as the gate wrote it, except for the differences in differences.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gate.simulator import shipped
from tests.consumers.differences import NEED_JAVA, NPM, PYPI, SUREFIRE, Differences
from tests.consumers.java_reader import by_surefire, require_java
from tests.consumers.python_readers import PYTHON_READERS
from tests.consumers.seen import Seen, as_written, counted, from_json

pytestmark = pytest.mark.timeout(300)  # the first test waits until npm has installed the consumers


def test_the_reports_cover_all_scenarios_and_all_outcomes(written: dict[str, Path]) -> None:
    assert {name for name in written if name.startswith("scenario")} == {
        f"scenario: {name}" for name in shipped()
    }
    seen = [as_written(path) for path in written.values()]
    assert {case.outcome for each in seen for case in each.cases} == {
        "passed",
        "failure",
        "error",
        "skipped",
    }
    assert all(each.counts == counted(each.cases) for each in seen)


@pytest.mark.parametrize("consumer", PYPI)
def test_a_consumer_from_pypi_reads_the_report_as_written(consumer: str, written: dict[str, Path]) -> None:
    seen = {name: PYTHON_READERS[consumer](path) for name, path in written.items()}
    assert seen == _expected(PYPI[consumer], written)


def test_surefires_own_parser_reads_the_report_as_written(written: dict[str, Path]) -> None:
    assert by_surefire(written) == _expected(SUREFIRE, written)


@pytest.mark.parametrize("consumer", NPM)
def test_a_consumer_from_npm_reads_the_report_as_written(
    consumer: str, written: dict[str, Path], seen_by_npm: dict[str, Any]
) -> None:
    if consumer in NEED_JAVA:
        require_java()
    expected = _expected(NPM[consumer], written)
    words = NPM[consumer].words
    seen = {name: from_json(document, words) for name, document in seen_by_npm[consumer].items()}
    for name, each in seen.items():  # compare only the counts that the consumer reports
        assert each.cases == expected[name].cases, name
        assert dict(each.counts) == {key: expected[name].counts[key] for key in each.counts}, name
    assert seen.keys() == written.keys()


def _expected(differing: Differences, written: dict[str, Path]) -> dict[str, Seen]:
    return {name: differing.of(as_written(path)) for name, path in written.items()}
