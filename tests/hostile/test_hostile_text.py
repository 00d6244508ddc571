"""Text from outside stays plain text in every report, wherever it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import gate
from gate.text.clean import https_link
from tests.hostile import shapes
from tests.hostile.corpus import TRIED
from tests.hostile.places import LINK, OTHER_ID, PLACES, RESULT_ID, TEST_LINK, Given
from tests.hostile.telling import output_of

# Hostile text must lead to the same structure as one of these: a name, a long name, nothing, a link or a
# number.
HARMLESS = ("harmless", "harmless " * 200, "", "https://harmless.example/x", "0", "123")
_RESULTS = ("", f"/results/{RESULT_ID}", f"/results/{OTHER_ID}")
OUR_LINKS = {f"{link}{rest}" for link in (LINK, TEST_LINK) for rest in _RESULTS}
API = [path for path in (Path(gate.__file__).parent / "checkly").glob("*.py") if "Fields" in path.read_text()]
TABLE = Path(__file__).with_name("places.py").read_text()
Shapes = dict[str, shapes.Shape]


def _shapes(given: Given, workspace: Path) -> tuple[Shapes, set[str]]:
    told = output_of(given, workspace)
    summary, links = shapes.of_summary(told.summary)
    assert told.summary_file == told.summary
    page, page_links = shapes.of_page(told.page)
    found = {
        "log": shapes.of_log(told.log),
        "outputs": shapes.of_outputs(told.outputs),
        "summary": summary,
        "JUnit": shapes.of_junit(told.junit),
        "record": shapes.of_record(told.record),
        "page": page,
        "terminal": shapes.of_terminal(told.terminal),
    }
    return found, links | page_links


def _wrong(place: Callable[[str], Given], workspace: Path) -> Iterator[str]:
    """Put each hostile text in the place, and yield the defects of the reports."""
    allowed = [_shapes(place(text), workspace)[0] for text in HARMLESS]
    for name, text in TRIED.items():
        try:
            found, links = _shapes(place(text), workspace)
        except AssertionError as error:
            yield f"{name}: {str(error)[:300]}"
            continue
        yield from (
            f"{name}: the structure of {report} differs"
            for report in found
            if all(found[report] != a[report] for a in allowed)
        )
        if others := links - OUR_LINKS - {https_link(text)}:
            yield f"{name}: links to {others}"


@pytest.mark.exhaustive
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_hostile_text_does_not_change_the_structure_of_any_report(
    place: Callable[[str], Given], tmp_path: Path
) -> None:
    assert list(_wrong(place, tmp_path)) == []


def test_every_field_that_the_gate_reads_has_an_entry() -> None:
    """Each header that the gate reads, and each field read as text or time, must occur in `places.py`."""
    read = re.compile(
        r"\.(?:optional_)?(?:text|texts|raw|time|word)(?:_if_any)?\(\"(\w+)\"|headers(?:\.get\(|\[)\"([\w-]+)\""
    )
    fields = {name for path in API for pair in read.findall(path.read_text()) for name in pair if name}
    assert len(fields) > 15
    for name in fields:
        assert f'"{name}"' in TABLE or f"{name.replace('-', '_')}=" in TABLE, name


@pytest.mark.exhaustive
@pytest.mark.parametrize("text", TRIED.values(), ids=TRIED.keys())
def test_names_of_test_cases_do_not_depend_on_statuses_or_order(text: str, tmp_path: Path) -> None:
    """Dashboards recognise a test case by its names, so statuses and order must not change them."""
    names = []
    for status, places in (("FAILED", ["us-east-1", text]), ("PASSED", [text, "us-east-1"])):
        given = Given(document={"name": text, "status": status, "runLocations": places})
        root = ET.fromstring(output_of(given, tmp_path).junit)
        names.append({(case.get("classname"), case.get("name")) for case in root.iter("testcase")})
    without_session = [{name for name in each if not str(name[1]).endswith("[session]")} for each in names]
    assert without_session[0] == without_session[1]
