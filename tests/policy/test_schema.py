"""Valid and invalid policy files, the positions of mistakes, and a JSON Schema that agrees with the gate."""

from __future__ import annotations

import json
import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

import gate
from gate.domain.errors import UsageError
from gate.policy.schema import LARGEST_BYTES, read_policy
from gate.policy.starter import STARTER
from tests.policy.malformed import MALFORMED, Malformed
from tests.samples import CHECK_ID

SCHEMA: dict[str, Any] = json.loads(
    (Path(gate.__file__).parent / "policy" / "policy.schema.json").read_text()
)
EVERYTHING = f"""\
degraded-threshold: 25%
failed-threshold: 0
flaky-threshold: 2          # default: flaky locations never close the gate
response-time: 3s
missing: pass
cancelled: pass
locations:
  required: [eu-central-1]
  ignore: [sa-east-1, "private: Berlin"]
quarantine:
  - {{check: "Checkout*", location: ap-south-1, until: 2026-12-31, reason: "INC-4711"}}
  - {{location: us-west-1, until: "2026-11-30", reason: moving}}
checks:
  - match: {{name: "Checkout *", id: {CHECK_ID}, type: API}}
    degraded-threshold: 0
  - match: {{name: "a[!b]c[]]d[[]"}}
    response-time: 800ms
    flaky-threshold: 12.5%
    failed-threshold: "1"
"""


def test_the_commented_examples_of_policy_init_are_valid_and_use_every_key() -> None:
    _, examples = STARTER.split('remove the "# " before it.\n')
    used = STARTER.replace(examples, re.sub(r"(?m)^# ", "", examples).replace("YYYY-MM-DD", "2026-12-31"))
    assert read_policy(STARTER, "p.yml").quarantine == ()
    document = read_policy(used, "p.yml")
    assert document.quarantine
    assert document.checks
    assert set(yaml.safe_load(used)) == set(SCHEMA["properties"])


def _problems(written: str) -> tuple[str, ...]:
    with pytest.raises(UsageError) as caught:
        read_policy(written, "p.yml")
    return caught.value.problems


def _as_json(written: str) -> object:
    """Return the document as an editor validates it: with dates as strings."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))  # type: ignore[arg-type]
    return yaml.load(written, Loader)  # noqa: S506 - a SafeLoader


def test_every_key_is_read_with_its_line() -> None:
    book = read_policy(EVERYTHING, ".checkly-gate.yml")
    assert (str(book.limits.degraded), book.limits.degraded and book.limits.degraded.origin) == (
        "25%",
        ".checkly-gate.yml:1",
    )
    assert (str(book.limits.failed), str(book.limits.flaky), book.limits.response_time_ms) == ("0", "2", 3000)
    assert (book.allow_missing, book.allow_cancelled) == (True, True)
    assert (book.required, book.ignored) == (("eu-central-1",), ("sa-east-1", "private: Berlin"))
    assert [each.until for each in book.quarantine] == [date(2026, 12, 31), date(2026, 11, 30)]
    assert [str(rule.match) for rule in book.checks] == [
        f"name Checkout *, id {CHECK_ID}, type API",
        "name a[!b]c[]]d[[]",
    ]
    assert book.checks[1].limits.response_time_ms == 800
    assert book.origins == {
        "missing": ".checkly-gate.yml:5",
        "cancelled": ".checkly-gate.yml:6",
        "required eu-central-1": ".checkly-gate.yml:8",
        "ignore sa-east-1": ".checkly-gate.yml:9",
        "ignore private: Berlin": ".checkly-gate.yml:9",
    }


@pytest.mark.parametrize("case", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_mistake_is_reported_with_its_line_and_column(case: Malformed) -> None:
    told = _problems(case.written)
    assert any(problem.startswith(case.says) for problem in told), told
    assert all("\n" not in problem for problem in told)


def test_all_mistakes_are_reported_at_once() -> None:
    written = "missing: maybe\nresponse-time: fast\nlocation: {}\nquarantine: [{check: '['}]"
    assert len(_problems(written)) == 6


@pytest.mark.parametrize(("more", "counted"), [(1, "and 1 more mistake"), (30, "and 30 more mistakes")])
def test_the_first_of_many_mistakes_are_reported_and_the_others_are_counted(more: int, counted: str) -> None:
    *first, last = _problems(f"checks: [{', '.join(['[]'] * (20 + more))}]")
    assert len(first) == 20
    assert last == f"p.yml: {counted}"


def test_a_very_large_file_is_not_parsed() -> None:
    assert _problems("#" * (LARGEST_BYTES + 1)) == ("p.yml: the policy is larger than 100 kB",)


def test_the_time_to_read_a_list_is_linear_in_its_length() -> None:
    def took_s(names: int) -> float:
        written = f"locations: {{ignore: [{', '.join(f'l{number}' for number in range(names))}]}}"
        began_s = time.process_time()
        read_policy(written, "p.yml")
        return time.process_time() - began_s

    assert min(took_s(8000) for _ in range(3)) < 16 * min(took_s(1000) for _ in range(3))


def test_the_schema_is_valid_and_accepts_every_key() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(_as_json(EVERYTHING), SCHEMA)


@pytest.mark.parametrize(
    "written",
    [case.written for case in MALFORMED.values() if not case.beyond_schema],
    ids=[name for name, case in MALFORMED.items() if not case.beyond_schema],
)
def test_the_schema_refuses_mistakes_that_the_gate_refuses(written: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(_as_json(written), SCHEMA)


_KEYS = sorted({*SCHEMA["properties"], *SCHEMA["properties"]["checks"]["items"]["properties"], "zzz"})
_VALUES = st.recursive(
    st.sampled_from(
        [None, True, 0, 1, -1, 1.5, "1", "25%", "101%", "3s", "pass", "fail", "", "a", "2026-12-31", CHECK_ID]
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [*_KEYS, "required", "ignore", "check", "location", "until", "reason", "name", "id", "type"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES, min_size=1, max_size=3))
@example({"quarantine": [{"location": "a", "until": "2026-12-31", "reason": "a"}]})
@example({"checks": [{"match": {"type": "a"}, "response-time": "3s"}]})
def test_the_schema_and_the_gate_agree_on_any_shape(document: dict[str, object]) -> None:
    written = json.dumps(document)
    schema_agrees = jsonschema.Draft202012Validator(SCHEMA).is_valid(document)
    try:
        read_policy(written, "p.yml")
    except UsageError:
        assert not schema_agrees
    else:
        assert schema_agrees


@given(st.text() | st.text(alphabet="{}[]:,-&*!|>'\"#%? \nab1"))
def test_no_text_causes_an_error_other_than_a_usage_error(written: str) -> None:
    problems: tuple[str, ...] = ("p.yml",)
    try:
        read_policy(written, "p.yml")
    except UsageError as error:
        problems = error.problems
    assert problems
    assert all(problem.startswith("p.yml") for problem in problems)
