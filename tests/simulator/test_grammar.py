"""A mistake in a scenario is reported with its line, and no text causes any other error."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.domain.errors import UsageError
from gate.simulator import Simulator, parse

from .asking import HandClock, ask

GOOD = """\
description: A scenario with every key
speed: 20
inputs: {degraded-threshold: 25%}
started: 2026-02-03T04:05:06Z
api:
  served: [v1, v2]
  completion: true
  latency: 0s
  key: cu_demo
sessions:
  - check: {name: Checkout API, type: API, id: a4cd4ad9-4815-4a9e-92d2-0a7c562ee69a}
    id: 8166fa86-c9b4-4162-8541-d380c6c212d8
    locations: [us-east-1, eu-central-1]
    readable: 0s
    statuses:
      - {at: 0s, is: STARTED}
      - {at: 12s, is: PASSED}
    results:
      - {at: 5s, location: us-east-1, is: passed, took: 1200ms}
      - {at: 6s, location: eu-central-1, is: [failed, errored], attempt: true}
      - {at: 7s, location: eu-central-1, is: passed, type: null, flags: {aborted: true}}
    document: {extra: [1, 2.5, null, {deep: true}]}
faults:
  - {on: retrieve, version: v1, session: 0, from: 2s, until: 8s, status: 502, body: oh, type: text/html}
  - {on: completion, requests: "1-2", cut: reset}
  - {on: any, requests: 3-, size: 10, gzip: true}
  - {on: cancel, status: 307, retry-after: 1, location: /elsewhere}
  - {on: completion, drip: 1s}
error-groups:
  - {id: 7d3e9c10-52aa-4e0f-8f43-6a1d0c9be222, message: reset, known-days: 43, root-cause: a full disk}
private-locations:
  - {slug: datacenter-berlin, agents: 0, unseen-days: 2}
"""

MALFORMED = [
    # a part of the valid scenario, its replacement, and the problem that is reported
    (
        "description: A scenario with every key\n",
        "",
        ":1: the key 'description' is missing here",
    ),
    (
        "description:",
        "descriptoin: x\ndescription:",
        ":1: unknown key 'descriptoin'; did you mean 'description'?",
    ),
    ("A scenario with every", "[1]\n#", ":1: a single value is needed here, not a list"),
    ("speed: 20", "speed: fast", ":2: a number from 0.001 to 1000000 is needed here, not 'fast'"),
    ("speed: 20", "speed: 0", ":2: a number from 0.001 to 1000000 is needed here, not '0'"),
    ("speed: 20", "speed: 1000001", ":2: a number from 0.001 to 1000000 is needed here, not '1000001'"),
    ("speed: 20", "speed: .inf", ":2: '.inf' is not a valid JSON value"),
    ("speed: 20", "speed: true", ":2: a number from 0.001 to 1000000 is needed here, not 'true'"),
    ("speed: 20", "speed: 20\nspeed: 30", ":3: the key 'speed' is given twice"),
    ("{degraded-threshold: 25%}", "[a]", ":3: a mapping is needed here, not a list"),
    ("25%", "[25%]", ":3: a single value is needed here, not a list"),
    ("25%", "null", ":3: a single value is needed here, not 'null'"),
    (
        "2026-02-03T04:05:06Z",
        "yesterday",
        ":4: 'yesterday' is not a valid date-time such as 2026-01-15T09:00:00Z",
    ),
    (
        "2026-02-03T04:05:06Z",
        "2026-02-03",
        ":4: '2026-02-03' needs an offset (Z) and a year from 1971 to 2999",
    ),
    ("2026-02-03T04:05:06Z", "9999-12-31T23:59:59Z", ":4: '9999-12-31T23:59:59Z' needs an offset (Z)"),
    ("[v1, v2]", "[v1, v4]", ":6: 'v4' is not a known value; known: v1, v2"),
    ("[v1, v2]", "v1", ":6: a list is needed here, not 'v1'"),
    ("completion: true", "completion: maybe", ":7: true or false is needed here, not 'maybe'"),
    (
        "latency: 0s",
        "latency: soon",
        ":8: 'soon' is not a valid duration: seconds (900) or a duration such as 90s",
    ),
    ("latency: 0s", "latency: 25h", ":8: '25h' is longer than a day"),
    ("key: cu_demo", "key: 12", ":9: a string is needed here, not 12 (write it in quotes)"),
    ("key: cu_demo", "keys: cu_demo", ":9: unknown key 'keys'; did you mean 'key'?"),
    ("{name: Checkout API, ", "{", ":11: the key 'name' is missing here"),
    ("name: Checkout API", "name: yes", ":11: a string is needed here, not yes (write it in quotes)"),
    ("name: Checkout API", "name: ", ":11: a string is needed here, not null (write it in quotes)"),
    ("a4cd4ad9-4815", "a4cd4ad9", ":11: 'a4cd4ad9-4a9e-92d2-0a7c562ee69a' is not a valid UUID"),
    ("8166fa86-c9b4-4162-8541-d380c6c212d8", "../../etc", ":12: '../../etc' is not a valid UUID"),
    (
        "[us-east-1, eu-central-1]",
        "[us-east-1, 7]",
        ":13: a string is needed here, not 7 (write it in quotes)",
    ),
    ("    locations: [us-east-1, eu-central-1]\n", "", ":11: the key 'locations' is missing here"),
    ("{at: 0s, is: STARTED}", "{is: STARTED}", ":16: the key 'at' is missing here"),
    ("{at: 0s, is: STARTED}", "STARTED", ":16: a mapping is needed here, not 'STARTED'"),
    ("12s, is: PASSED", "12s, is: PASSED, was: X", ":17: unknown key 'was'; known: at, is"),
    ("at: 5s", "at: -5s", ":19: '-5s' is not a valid duration"),
    ("is: passed, took", "is: pased, took", ":19: 'pased' is not a known value; did you mean 'passed'?"),
    ("is: passed, took", "took", ":19: the key 'is' is missing here"),
    ("errored]", "wrong]", ":20: 'wrong' is not a known value; known: cancelled, errored, failed"),
    ("attempt: true", "attempt: true, type: ATTEMPT", ":20: 'attempt' cannot be combined with 'type'"),
    ("aborted: true", "abortde: true", ":21: unknown key 'abortde'; did you mean 'aborted'?"),
    ("aborted: true", "aborted: 1", ":21: true or false is needed here, not '1'"),
    ("2.5", ".nan", ":22: '.nan' is not a valid JSON value"),
    ("2.5", "1.0e+400", ":22: '1.0e+400' is not a valid JSON value"),
    ("2.5", "9" * 5000, f":22: '{'9' * 39}…' is not a valid JSON value"),
    ("deep: true", "[a]: true", ":22: a single value is needed here, not a list"),
    ("on: retrieve, ", "", ":24: the key 'on' is missing here"),
    ("on: retrieve", "on: retreive", ":24: 'retreive' is not a known value; did you mean 'retrieve'?"),
    ("session: 0", "session: 1", ":24: there is no session 1: sessions are counted from 0"),
    ("session: 0", "session: 0.5", ":24: a whole number from 0 to 1000 is needed here, not '0.5'"),
    ("until: 8s", "until: 2s", ":24: this fault ends before it begins"),
    ("status: 502", "status: 100", ":24: a whole number from 200 to 599 is needed here, not '100'"),
    ("type: text/html", 'type: "a\\r\\nX-Evil: 1"', ":24: 'a\\r\\nX-Evil: 1' is not a valid header value"),
    ("type: text/html", "type: tëxt", ":24: 'tëxt' is not a valid header value"),
    ("body: oh", "cut: reset", ":24: 'status' cannot be combined with 'cut'"),
    ("body: oh", "gzip: true", ":24: 'gzip' cannot be combined with 'status'"),
    ("body: oh", "drip: 1s", ":24: 'status' cannot be combined with 'drip'"),
    ("cut: reset", "cut: short", ":25: 'short' is not a known value; known: reset, close, truncated, stall"),
    (", cut: reset", "", ":25: this fault has no effect; it needs one of cut, drip, size, status, body"),
    ("cut: reset", "type: text/html", ":25: this fault has no effect"),
    ('"1-2"', "2-1", ":25: '2-1' ends before it begins"),
    ('"1-2"', "0", ":25: '0' is not a valid range of requests: write 2, 1-3 or 5-"),
    ('"1-2"', "[1, 2]", ":25: a single value is needed here, not a list"),
    ("size: 10", "size: 1", ":26: a whole number from 2 to 10000000000 is needed here, not '1'"),
    ("speed: 20", "speed: [20", ":3: not YAML: "),
    ("speed: 20", "\tspeed: 20", ":2: not YAML: "),
    ("speed: 20", 'speed: "\\UFFFFFFFF"', ": not YAML: "),
    ("speed: 20", "speed: \x07", ":2: not YAML: special characters are not allowed"),
    (
        "speed: 20",
        "speed: !!python/object/apply:os.abort []",
        ":2: tags are not allowed",
    ),
    ("speed: 20", "speed: 20\n---\nspeed: 20", ":3: not YAML: "),
    ("speed: 20", "speed: &a 20\n<<: *a", ":3: aliases are not allowed"),
    ("{deep: true}", "[" * 40 + "]" * 40, ":22: nested too deeply"),
    ("name: Checkout API", 'name: "\\uD800"', ":11: this text cannot be written as UTF-8"),
    ("message: reset, ", "", ":30: the key 'message' is missing here"),
    ("agents: 0", "agents: many", ":32: a whole number from 0 to 1000 is needed here, not 'many'"),
]


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(UsageError) as caught:
        parse(text, name="it")
    return tuple(re.sub(r"^(it:\d+):\d+:", r"\1:", problem) for problem in caught.value.problems)


def test_the_valid_scenario_is_accepted() -> None:
    scenario = parse(GOOD, name="it")
    assert scenario.session_ids == ("8166fa86-c9b4-4162-8541-d380c6c212d8",)
    assert scenario.inputs == {"degraded-threshold": "25%"}


@pytest.mark.parametrize(("good", "bad", "problem"), MALFORMED)
def test_a_mistake_is_reported_with_its_line(good: str, bad: str, problem: str) -> None:
    assert GOOD.count(good) >= 1
    (told,) = problems(GOOD.replace(good, bad, 1))
    place, _, what = problem.partition(": ")
    assert told.startswith(f"it{place}: ")
    assert what in told, "the path of keys comes before the problem"
    assert "\n" not in told


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it: the document is empty"),
        ("# nothing", "it: the document is empty"),
        ("just words", "it:1: a mapping is needed here, not 'just words'"),
        ("[]", "it:1: a mapping is needed here, not a list"),
        ("description: d\nsessions: []", "it:2: sessions: at least one session is needed here"),
        (
            "description: d\nsessions:\n  - {check: {name: n}, locations: []}",
            "it:3: sessions: this session never ends: it needs statuses or results",
        ),
    ],
)
def test_an_incomplete_scenario_is_refused(text: str, problem: str) -> None:
    assert problems(text) == (problem,)


@pytest.mark.parametrize("speed", ["0.001", "1000000"])
def test_the_bounds_in_the_message_about_the_speed_are_accepted(speed: str) -> None:
    assert parse(GOOD.replace("speed: 20", f"speed: {speed}"), name="it").speed == float(speed)


def test_two_sessions_cannot_have_the_same_id() -> None:
    session = GOOD[GOOD.index("  - check") : GOOD.index("faults")]
    assert problems(GOOD.replace("faults:", f"{session}faults:")) == (
        "it:23: sessions: another session has the id 8166fa86-c9b4-4162-8541-d380c6c212d8",
    )


def test_all_mistakes_are_reported_at_once() -> None:
    text = GOOD.replace("speed: 20", "sped: 20").replace("at: 5s", "at: soon").replace("on: any", "on: all")
    told = problems(text.replace("v2]", "v9]"))
    assert sorted(problem.split(":")[1] for problem in told) == ["19", "2", "26", "6"]


def only_refuses(text: str) -> None:
    with suppress(UsageError):
        parse(text, name="it")


@given(st.text())
@example("%YAML 1." + "9" * 5000 + "\n--- a")
@example("&a [*a]")
@example("!!timestamp 2026-99-99")
@settings(deadline=None)
def test_no_text_crashes_the_scenario_parser(text: str) -> None:
    only_refuses(text)


KEYS = st.sampled_from(sorted(set(re.findall(r"([A-Za-z-]+): ", GOOD))))
WORDS = st.sampled_from(
    ["v1", "passed", "FINAL", "retrieve", "any", "5s", "1-2", "reset", "2026-01-15T09:00:00Z"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@given(st.dictionaries(KEYS, VALUES))
@settings(deadline=None)
def test_no_values_of_known_keys_crash_the_scenario_parser(tree: dict[str, object]) -> None:
    only_refuses(json.dumps(tree))


@given(st.data())
@settings(deadline=None)
def test_no_damaged_scenario_crashes_the_parser(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 30)))
    inserted = data.draw(st.text("{}[]:,-\n '\"&*!#|>%@0sa\t", max_size=6))
    only_refuses(GOOD[:start] + inserted + GOOD[end:])


SECONDS = st.integers(0, 24 * 3600).map(lambda seconds: f"{seconds}s")
# YAML accepts some characters of the excluded categories only as escapes.
TEXTS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=8)
SESSIONS = st.fixed_dictionaries(
    {
        "check": st.fixed_dictionaries({"name": TEXTS}, optional={"type": TEXTS}),
        "locations": st.lists(TEXTS, max_size=3),
        "statuses": st.lists(st.fixed_dictionaries({"at": SECONDS, "is": TEXTS}), min_size=1, max_size=3),
    },
    optional={
        "results": st.lists(
            st.fixed_dictionaries(
                {"at": SECONDS, "location": TEXTS, "is": st.sampled_from(["passed", "failed"])},
                optional={"took": SECONDS, "type": st.none() | TEXTS},
            ),
            max_size=3,
        ),
        "document": st.dictionaries(
            TEXTS, st.none() | st.integers() | st.floats(-1e9, 1e9) | TEXTS | st.lists(st.booleans())
        ),
    },
)
MOMENTS = st.datetimes(datetime(1972, 1, 1), datetime(2999, 1, 1))  # noqa: DTZ001 - the offset is added below
SCENARIOS = st.fixed_dictionaries(
    {"description": TEXTS, "sessions": st.lists(SESSIONS, min_size=1, max_size=2)},
    optional={"started": MOMENTS.map(lambda moment: moment.isoformat() + "+14:00")},
)


@given(tree=SCENARIOS, name=st.text(max_size=5), elapsed_s=st.floats(0, 1e9))
@settings(deadline=None, max_examples=50)
def test_a_scenario_that_follows_the_grammar_is_accepted_and_can_be_played(
    tree: dict[str, object], name: str, elapsed_s: float
) -> None:
    scenario = parse(json.dumps(tree, ensure_ascii=False), name=name)
    clock = HandClock(0)
    with Simulator(scenario, clock=clock, speed=1_000_000) as simulator:
        for version in ("v1", "v2"):
            for session_id in scenario.session_ids:
                reply = ask(simulator, f"/{version}/check-sessions/{session_id}")
                assert reply.status == 200
                assert isinstance(reply.json, dict)
            clock.now_s = elapsed_s
