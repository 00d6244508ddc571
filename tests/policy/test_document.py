"""The effective policy for a session on a given day, and the warnings about quarantines."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.evaluation.verdict import judge
from gate.policy.document import PolicyDocument, with_inputs
from gate.policy.effective import Policy
from gate.policy.quarantine import warnings
from gate.policy.schema import read_policy
from gate.policy.threshold import in_words, parse_threshold
from tests.policy.examples import session_of
from tests.samples import CHECK_ID, finished, run_of, with_run

TODAY = date(2026, 11, 23)
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "POLICY.md").read_text()
SESSION = session_of("PASSED", "us-east-1 passed, ap-south-1 passed")


def _policy(written: str) -> Policy:
    return read_policy(written, "p.yml").resolve(run_of(SESSION), TODAY)


def _examples() -> list[tuple[str, str, str, str]]:
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
    return [(policy.strip("`"), what, gate, why) for policy, what, gate, why in rows]


def test_an_empty_document_is_the_default_policy() -> None:
    assert PolicyDocument().resolve(run_of(SESSION), TODAY) == Policy()
    assert (Policy().allow_missing, Policy().allow_cancelled) == (False, False)


def test_the_policy_page_has_a_table_of_examples() -> None:
    assert len(_examples()) >= 12


@pytest.mark.parametrize(("written", "what", "gate", "why"), _examples())
def test_an_example_of_the_policy_page_has_the_documented_verdict(
    written: str, what: str, gate: str, why: str
) -> None:
    book = read_policy(written, ".checkly-gate.yml")
    status, locations = what.split(": ", 1)
    verdict = judge([finished(session_of(status, locations))], lambda each: book.resolve(each, TODAY))
    assert {"pass": "open", "fail": "closed"}[verdict.kind] == gate
    assert verdict.reason.text == why


@pytest.mark.parametrize("document", ["README.md", "docs/POLICY.md"])
def test_the_policy_file_in_a_document_is_valid(document: str) -> None:
    (written,) = re.findall(
        r"```yaml\n(degraded-threshold: .*?)```", (ROOT / document).read_text(), re.DOTALL
    )
    book = read_policy(written, "p.yml")
    assert (book.required, len(book.quarantine), len(book.checks)) == (("eu-central-1",), 1, 1)


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ("name: Checkout API", True),
        ("name: Checkout*", True),
        ("name: '*[Pp]I'", True),
        ("name: '*[!x]'", True),
        ("name: checkout*", False),
        ("name: Checkout", False),
        (f"id: {CHECK_ID.upper()}", True),
        ("id: 00000000-0000-0000-0000-000000000000", False),
        ("type: api", True),
        ("type: BROWSER", False),
        (f"name: Check*, type: API, id: {CHECK_ID}", True),
        ("name: Check*, type: BROWSER", False),
    ],
)
def test_a_rule_applies_to_checks_that_match(match: str, fits: bool) -> None:
    policy = _policy(f"degraded-threshold: 5\nchecks: [{{match: {{{match}}}, degraded-threshold: 1}}]")
    assert in_words(policy.degraded) == ("1" if fits else "5")


def test_only_the_first_matching_rule_overrides_general_limits() -> None:
    policy = _policy("""\
failed-threshold: 7
degraded-threshold: 5
response-time: 2s
checks:
  - {match: {name: Other}, degraded-threshold: 1}
  - {match: {name: "*"}, degraded-threshold: 2}
  - {match: {type: API}, degraded-threshold: 3, failed-threshold: 3}
""")
    assert (in_words(policy.failed), in_words(policy.degraded), policy.response_time_ms) == ("7", "2", 2000)
    assert (policy.failed[0].origin, policy.degraded[0].origin) == ("p.yml:1", "p.yml:6")
    assert policy.origin("response-time") == "p.yml:3"


@pytest.mark.parametrize(
    ("written", "degraded", "origin"),
    [
        ("failed-threshold: 2", "1", "input degraded-threshold"),
        ("degraded-threshold: 5", "1", "input degraded-threshold"),
        ("checks: [{match: {type: API}, degraded-threshold: 0}]", "0", "p.yml:1"),
        ("checks: [{match: {type: API}, failed-threshold: 0}]", "1", "input degraded-threshold"),
    ],
)
def test_an_input_overrides_the_general_limit_but_not_the_limits_of_rules(
    written: str, degraded: str, origin: str
) -> None:
    given_input = parse_threshold("1", "input degraded-threshold")
    book = with_inputs(read_policy(written, "p.yml"), failed=None, degraded=given_input)
    (threshold,) = book.resolve(run_of(SESSION), TODAY).degraded
    assert (str(threshold), threshold.origin) == (degraded, origin)


def test_the_limits_of_the_file_apply_without_an_input() -> None:
    book = read_policy("degraded-threshold: 5", "p.yml")
    assert with_inputs(book, failed=None, degraded=None) == book


def test_an_empty_list_of_rules_leads_to_the_default_policy() -> None:
    assert read_policy("checks: []", "p.yml").resolve(run_of(SESSION), TODAY) == Policy()


@given(st.integers(-400, 400))
def test_a_quarantine_applies_until_the_end_of_its_last_day(days: int) -> None:
    until = TODAY + timedelta(days=days)
    policy = _policy(f"quarantine: [{{location: ap-south-1, until: {until}, reason: INC-1}}]")
    expected = {"ap-south-1": f"quarantined until {until}: INC-1 (p.yml:1)"} if days >= 0 else {}
    assert policy.skipped == expected


@pytest.mark.parametrize(
    ("about", "skipped"),
    [
        ("check: 'Checkout*'", {"us-east-1", "ap-south-1"}),
        ("check: 'Checkout*', location: us-east-1", {"us-east-1"}),
        ("check: Other, location: us-east-1", set()),
        ("location: us-east-1", {"us-east-1"}),
        ("location: nowhere", set()),
    ],
)
def test_a_quarantine_skips_the_locations_that_it_matches(about: str, skipped: set[str]) -> None:
    policy = _policy(f"quarantine: [{{{about}, until: 2026-12-31, reason: INC-1}}]")
    assert set(policy.skipped) == skipped


def test_a_location_that_is_only_in_results_can_be_ignored() -> None:
    foreign = with_run(SESSION, run_locations=())
    book = read_policy("locations: {ignore: [ap-south-1]}", "p.yml")
    assert book.resolve(run_of(foreign), TODAY).skipped == {"ap-south-1": "ignored by the policy (p.yml:1)"}


@pytest.mark.parametrize(
    ("until", "location", "warning"),
    [
        (
            "2026-11-22",
            "us-east-1",
            "until 2026-11-22 (p.yml:1) has expired and no longer applies: remove it",
        ),
        ("2026-11-23", "us-east-1", "until 2026-11-23 (p.yml:1) ends today: INC-1"),
        ("2026-11-24", "us-east-1", "until 2026-11-24 (p.yml:1) ends tomorrow: INC-1"),
        ("2026-11-30", "us-east-1", "until 2026-11-30 (p.yml:1) ends in 7 days: INC-1"),
        ("2026-12-01", "us-east-1", None),
        ("2027-02-21", "us-east-1", None),
        (
            "2027-02-22",
            "us-east-1",
            "until 2027-02-22 (p.yml:1) ends more than 90 days from now: choose an earlier date",
        ),
        ("2026-12-01", "nowhere", "until 2026-12-01 (p.yml:1) matches nothing in this run"),
    ],
)
def test_quarantines_with_a_questionable_end_or_no_match_cause_warnings(
    until: str, location: str, warning: str | None
) -> None:
    book = read_policy(f"quarantine: [{{location: {location}, until: {until}, reason: INC-1}}]", "p.yml")
    found = list(warnings(book.quarantine, SESSION.checks, TODAY))
    expected = [] if warning is None else [f"quarantine of every check at {location} {warning}"]
    assert found == expected
