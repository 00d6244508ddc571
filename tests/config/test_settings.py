"""The inputs: how they can be given, which values are refused, and what the messages say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.commands.help import help_text
from gate.config.input import Input
from gate.config.inputs import BY_NAME, INPUTS
from gate.config.session_words import account_of
from gate.config.settings import InvalidInputs, Settings, read_settings, shown_inputs
from gate.domain.exit_code import ExitCode
from gate.domain.session import SessionKind, SessionRef
from gate.policy.threshold import Threshold, parse_threshold
from gate.text.clean import clean
from gate.text.duration import LONG_FORMS

ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"
LINK = "https://app.checklyhq.com/accounts/a"
OTHER = "00000000-0000-0000-0000-000000000001"
KEY = "cu_0123456789abcdef"
NEEDED = {"INPUT_SESSION-ID": ID, "INPUT_API-KEY": KEY}
GIVEN: dict[str, tuple[str, Any]] = {  # a value that differs from the default, and its parsed form
    "session-id": (OTHER, (SessionRef(OTHER),)),
    "session-file": ("checkly.log", "checkly.log"),
    "commit": ("4F2A1C9", "4f2a1c9"),
    "commit-environment": ("staging", "staging"),
    "commit-grace": ("5m", 300.0),
    "trigger-check-id": (f"{OTHER} {ID}", (OTHER, ID)),
    "trigger-tags": ("production, !slow; smoke", (("production", "!slow"), ("smoke",))),
    "refresh-cache": ("true", True),
    "trigger-as": ("test-session", SessionKind.TEST),
    "trigger-location": ("eu-west-1, my-office", ("eu-west-1", "my-office")),
    "trigger-env": ("URL=https://a.example/?b=c\nEMPTY=", (("URL", "https://a.example/?b=c"), ("EMPTY", ""))),
    "trigger-name": ("Deploy 4", "Deploy 4"),
    "api-key": ("sv_another", "sv_another"),
    "account-id": ("1397c172", "1397c172"),
    "api-url": ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
    "api-version": ("v2", "v2"),
    "timeout": ("1h30m", 5400.0),
    "poll-interval": ("30", 30.0),
    "degraded-threshold": ("25%", parse_threshold("25%", "input degraded-threshold")),
    "failed-threshold": ("2", parse_threshold("2", "input failed-threshold")),
    "policy": ("gate.yml", "gate.yml"),
    "junit-path": ("out/junit.xml", "out/junit.xml"),
    "summary-path": ("out/summary.md", "out/summary.md"),
    "html-path": ("out/page.html", "out/page.html"),
    "json-path": ("out/gate.json", "out/gate.json"),
    "details": ("false", False),
    "report-only": ("true", True),
    "cancel-on-abort": ("yes", True),
    "ca-bundle": ("ca.pem", "ca.pem"),
    "verbose": ("1", True),
}


def _settings(*argv: str, **env: str) -> Settings:
    return read_settings(argv, NEEDED | env)


def _refused(argv: list[str], env: Mapping[str, str] | None = None) -> tuple[str, ...]:
    return _refused_alone(argv, NEEDED | dict(env or {}))


def _refused_alone(argv: list[str], env: Mapping[str, str]) -> tuple[str, ...]:
    """Return the problems with inputs that do not include the needed ones unless they are given here."""
    with pytest.raises(InvalidInputs) as caught:
        read_settings(argv, env)
    assert caught.value.exit_code is ExitCode.USAGE
    assert all("\n" not in problem for problem in caught.value.problems)
    return caught.value.problems


_SUITES = {"INPUT_TRIGGER-AS": "test-session", "INPUT_TRIGGER-TAGS": "a", "INPUT_TRIGGER-LOCATION": "b"}
TOGETHER = dict.fromkeys(("trigger-as", "trigger-location", "trigger-env", "trigger-name"), _SUITES)
TOGETHER["commit-environment"] = {"INPUT_COMMIT": "4f2a1c9"}


def test_the_table_in_this_file_contains_every_input() -> None:
    assert set(GIVEN) == set(BY_NAME)


@pytest.mark.parametrize("row", INPUTS, ids=lambda row: row.name)
def test_each_input_can_be_given_in_every_way(row: Input) -> None:
    text, value = GIVEN[row.name]
    ways: list[tuple[list[str], dict[str, str]]] = [
        ([f"--{row.name}", text], {}),
        ([f"--{row.name}={text}"], {}),
    ]
    ways += [([], {variable: text}) for variable in row.environment]
    for argv, env in ways:
        needed = NEEDED | TOGETHER.get(row.name, {})
        bare = {name: given for name, given in needed.items() if name not in row.environment}
        assert getattr(read_settings(argv, bare | env), row.field) == value, (argv, env)


@pytest.mark.parametrize("row", INPUTS, ids=lambda row: row.name)
def test_a_flag_overrides_variables_and_the_first_non_empty_variable_wins(row: Input) -> None:
    text, value = GIVEN[row.name]
    other = {
        "session-id": ID,
        "trigger-check-id": ID,
        "refresh-cache": "0",
        "report-only": "false",
        "cancel-on-abort": "false",
        "verbose": "no",
        "trigger-as": "check-session",
        "trigger-env": "A=b",
        "commit": "0123456",
    }.get(row.name, "1h")
    variables, needed = row.environment, NEEDED | TOGETHER.get(row.name, {})
    for position, variable in enumerate(variables):
        env = (
            dict.fromkeys(variables[:position], "  ")
            | {variable: text}
            | dict.fromkeys(variables[position + 1 :], other)
        )
        assert getattr(read_settings([], needed | env), row.field) == value
    flag = read_settings([f"--{row.name}", text], needed | dict.fromkeys(variables, other))
    assert getattr(flag, row.field) == value


def test_the_variables_of_an_input_have_an_order_of_precedence() -> None:
    assert BY_NAME["api-key"].environment == (
        "INPUT_API-KEY",
        "INPUT_API_KEY",
        "PLUGIN_API_KEY",
        "CHECKLY_GATE_API_KEY",
        "CHECKLY_API_KEY",
    )


def test_inputs_that_are_not_given_have_defaults() -> None:
    settings = _settings(INPUT_TIMEOUT="", INPUT_POLICY=" ")
    assert (settings.timeout, settings.poll_interval, settings.api_version) == (1200, 10, "")
    assert (settings.api_url, settings.policy, settings.json_path) == ("https://api.checklyhq.com", "", "")
    assert settings.degraded_threshold is None, "without the input, the policy file decides"


def test_every_input_has_a_field_of_the_type_that_its_parser_returns() -> None:
    hints = get_type_hints(Settings)
    del hints["checks_of"], hints["metadata"]  # not inputs: a session file and the CI system set them
    assert {row.field for row in INPUTS} == set(hints)
    settings = _settings(*(f"--{name}={text}" for name, (text, _) in GIVEN.items()))
    plain = {bool: bool, str: str, float: float, SessionKind: SessionKind, Threshold | None: Threshold}
    for field, hint in hints.items():
        assert isinstance(getattr(settings, field), plain.get(hint, tuple)), field


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        (f"{ID},{OTHER}", (SessionRef(ID), SessionRef(OTHER))),
        (f" {ID}\n\t{OTHER} ,, {ID.upper()}", (SessionRef(ID), SessionRef(OTHER))),
        (f"{LINK}/checks/{OTHER}/check-sessions/{ID}", (SessionRef(ID, SessionKind.CHECK),)),
        (f"{LINK}/checks/{OTHER}/check-sessions/{ID}/results/{OTHER}", (SessionRef(ID, SessionKind.CHECK),)),
        (f"{LINK}/check-sessions/{ID}?tab=1", (SessionRef(ID, SessionKind.CHECK),)),
        (f"{LINK}/test-sessions/{ID}", (SessionRef(ID, SessionKind.TEST),)),
        (f"{LINK}/test-sessions/{ID}/results/{OTHER}", (SessionRef(ID, SessionKind.TEST),)),
        (f"{ID} {LINK}/test-sessions/{ID}", (SessionRef(ID, SessionKind.TEST),)),
        (f"{LINK}/sessions/{ID}", (SessionRef(ID),)),
        (f"{LINK}/checks/{OTHER}/results/{ID}", (SessionRef(ID),)),
    ],
)
def test_sessions_are_identified_by_ids_and_links(text: str, refs: tuple[SessionRef, ...]) -> None:
    assert _settings("--session-id", text).session_id == refs


@pytest.mark.parametrize(
    ("text", "account"),
    [
        (f"{LINK}/test-sessions/{ID}", "a"),
        (f"{OTHER} {LINK}/sessions/{ID}", "a"),
        (f"{ID} {LINK}/test-sessions/{ID} https://app.checklyhq.com/accounts/b/check-sessions/{OTHER}", "a"),
        (f"https://app.checklyhq.com/check-sessions/{ID}", ""),
        (f"https://app.checklyhq.com/accounts/a.b/check-sessions/{ID}", ""),
        (ID, ""),
    ],
)
def test_the_account_is_read_from_a_link(text: str, account: str) -> None:
    assert account_of(_settings("--session-id", text).session_id) == account


def test_a_repeated_flag_adds_sessions() -> None:
    assert _settings("--session-id", ID, "--session-id", OTHER).session_id == (
        SessionRef(ID),
        SessionRef(OTHER),
    )


def test_a_session_can_be_a_positional_argument() -> None:
    link = f"{LINK}/test-sessions/{OTHER}"
    given = _settings(ID, "--timeout", "5m", link, "--session-id", ID)
    assert given.session_id == (SessionRef(ID), SessionRef(OTHER, SessionKind.TEST))


@pytest.mark.parametrize(
    "argv", [["--verbose"], ["--verbose", "--timeout", "5m"], ["--verbose=on"], ["--verbose", "yes"]]
)
def test_a_switch_needs_no_value(argv: list[str]) -> None:
    assert _settings(*argv).verbose


def test_the_debug_variable_of_the_runner_makes_the_gate_verbose() -> None:
    assert _settings(RUNNER_DEBUG="1").verbose
    assert not _settings("--verbose=false", RUNNER_DEBUG="1").verbose


BAD = {
    "trigger-check-id": ["checkout", ID[:-1], ","],
    "trigger-tags": [",;,", "a, !", "!"],
    "trigger-name": ["two\nlines", "\x1b[1mbold"],
    "refresh-cache": ["twice"],
    "session-id": [
        ",",
        "latest",
        ID[:-17],
        f"{ID[:-1]}-",
        f"{ID}/../..",
        "https://a.example/",
    ],
    "api-key": ["two words", "schlüssel", "x" * 501],
    "account-id": ["two words"],
    "api-url": [
        "http://api.checklyhq.com",
        "ftp://api.checklyhq.com",
        "api.checklyhq.com",
        "https://user:pw@api.checklyhq.com",
        "https://user@api.checklyhq.com",
        "https://",
        "https:///path",
        "https://:pw@api.checklyhq.com",
        "https://api.checklyhq.com?x=1",
        "https://api.checklyhq.com:port",
        "https://api.checklyhq.com:65536",
        "https://[::1",
        "http://localhost.evil.example",
        "https://api\\checklyhq.com",
        "https://api.checklyhq.com/\x1b[2J",
        "https://api.checklyhq.com/\x7f",
        "https://api.checklyhq.com?",
        "https://api.checklyhq.com/#",
        "http://[::1]evil.example/",
        "http://evil.example[::1]/",
        "http://127.0.0.1@evil.example",
        "https://api.checklyhq.com/v1?x",
    ],
    "api-version": ["v3", "V1"],
    "timeout": ["soon", "0", "200h", "-5", "1.5.5", "5 m"],
    "poll-interval": ["0.5", "11m"],
    "degraded-threshold": ["-1", "1.5", "101%", "a few"],
    "failed-threshold": ["%", "25 percent"],
    "policy": ["folder/"],
    "junit-path": ["folder/", "a\0b"],
    "json-path": ["folder/"],
    "report-only": ["maybe"],
    "cancel-on-abort": ["2"],
    "ca-bundle": ["folder/"],
    "verbose": ["loud"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in BAD.items() for text in texts])
def test_the_error_for_an_invalid_value_names_the_input_and_the_allowed_values(name: str, text: str) -> None:
    (problem,) = _refused([f"--{name}={text}"], TOGETHER.get(name))
    assert problem.startswith(f"{name}: ")
    assert "is not allowed; allowed: " in problem
    assert name == "api-key" or clean(text) in problem.replace("\\\\", "\\")


@pytest.mark.parametrize(
    ("argv", "env", "says"),
    [
        (["--sesion-id", ID], {}, "unknown input --sesion-id; did you mean session-id?"),
        (["--frobnicate"], {}, "unknown input --frobnicate; checkly-gate --help lists the inputs"),
        (["--timeout"], {}, "timeout: --timeout needs a value"),
        (["--timeout", "--verbose"], {}, "timeout: --timeout needs a value"),
        (
            ["production"],
            {},
            "'production' is neither a command nor the ID or link of a session; the commands",
        ),
        (["--verbose=1", "production"], {}, "unexpected argument 'production': inputs are given as --name"),
        ([], {"CHECKLY_GATE_TIMEOOT": "5m"}, "unknown input CHECKLY_GATE_TIMEOOT; did you mean timeout?"),
        (
            [],
            {"INPUT_DEGRADED-TRESHOLD": "1"},
            "unknown input INPUT_DEGRADED-TRESHOLD; did you mean degraded-threshold?",
        ),
        (
            [],
            {"PLUGIN_POLL_INTERVALL": "1"},
            "unknown input PLUGIN_POLL_INTERVALL; did you mean poll-interval?",
        ),
    ],
)
def test_a_wrong_argument_or_variable_is_refused_with_advice(
    argv: list[str], env: dict[str, str], says: str
) -> None:
    (problem,) = _refused(argv, env)
    assert problem.startswith(says)


_COUNTED = "characters, and an ID has 36"
NOT_A_SESSION = {
    "an ID that is one character too short": (ID[:-1], f"is not a complete session ID: it has 35 {_COUNTED}"),
    "an ID that is one character too long": (f"{ID}0", f"is not a session ID: it has 37 {_COUNTED}"),
    "a link to a check": (f"{LINK}/checks/{OTHER}", "is a link to a check, not to a session; open the run"),
    "a link to a check with a query": (
        f"{LINK}/checks/{OTHER}/?tab=1",
        "is a link to a check, not to a session",
    ),
}


@pytest.mark.parametrize(("text", "says"), NOT_A_SESSION.values(), ids=NOT_A_SESSION.keys())
@pytest.mark.parametrize("argv", [["{}"], ["--session-id", "{}"], ["--verbose=1", "{}"], ["{}", ID]])
def test_an_argument_that_resembles_a_session_is_refused_with_the_reason(
    argv: list[str], text: str, says: str
) -> None:
    (problem,) = _refused([word.format(text) for word in argv], {"INPUT_SESSION-ID": ""})
    assert problem.startswith(f"session-id: {clean(text, 100)!r} {says}")


def test_variables_of_other_programs_are_ignored() -> None:
    assert _settings(INPUT_TOKEN="x", PLUGIN_REPO="y", INPUT_SESION="", GITHUB_TOKEN="z").verbose is False


OF_A_SERVICE = {
    f"CHECKLY_GATE_{name}": "tcp://10.0.0.1:443"
    for name in (
        *("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTPS", "PORT", "PORT_443_TCP"),
        *(f"PORT_53_{protocol}_{what}" for protocol in ("TCP", "UDP") for what in ("PROTO", "PORT", "ADDR")),
        *("SIMULATOR_SERVICE_HOST", "SIMULATOR_PORT_8080_TCP_ADDR"),
    )
}


def test_variables_of_a_kubernetes_service_are_not_inputs() -> None:
    assert _settings(**OF_A_SERVICE) == _settings()


@pytest.mark.parametrize("name", ["CHECKLY_GATE_REPORT", "CHECKLY_GATE_PORTS", "CHECKLY_GATE_SERVICE"])
def test_a_variable_that_only_resembles_a_kubernetes_variable_is_refused(name: str) -> None:
    (problem,) = _refused([], {name: "1"})
    assert problem.startswith(f"unknown input {name}")


def test_missing_inputs_and_all_other_problems_are_reported_together() -> None:
    with pytest.raises(InvalidInputs) as caught:
        read_settings(["--timeout", "soon", "--junit-path", "out.xml"], {})
    assert caught.value.problems == (
        "api-key is required. Set --api-key or CHECKLY_API_KEY",
        f"timeout: 'soon' is not allowed; allowed: {LONG_FORMS}, from 1s to 168h",
        (
            "session-id is required. Set session-id, session-file or commit, or trigger checks with "
            "trigger-check-id or trigger-tags (without a filter, every check in the account would run)"
        ),
    )
    assert caught.value.paths == {"junit-path": "out.xml"}


MISTAKES: dict[str, tuple[list[str], str]] = {
    "a truncated ID": (["--session-id", "8166fa86"], "session-id: '8166fa86' is not allowed"),
    "a truncated ID as a positional argument": (["8166fa86"], "'8166fa86' is neither a command nor the ID"),
    "an input without a value": (["--session-id"], "session-id: --session-id needs a value"),
    "a misspelt input": (["--sesion-file", "checkly.log"], "unknown input --sesion-file; did you mean"),
    "another misspelt input": (
        ["--trigger-tag", "production"],
        "unknown input --trigger-tag; did you mean trigger-tags?",
    ),
}


@pytest.mark.parametrize(("argv", "problem"), MISTAKES.values(), ids=MISTAKES.keys())
def test_an_invalid_or_misspelt_input_is_not_also_reported_as_missing(argv: list[str], problem: str) -> None:
    (only,) = _refused_alone(argv, {"CHECKLY_API_KEY": KEY})
    assert only.startswith(problem)


@pytest.mark.parametrize("word", ["demmo", "version", "cat"])
def test_missing_inputs_are_not_also_reported_after_an_unknown_or_misplaced_command(word: str) -> None:
    assert len(_refused_alone([word], {})) == 1


def test_a_misspelt_api_key_is_not_also_reported_as_missing() -> None:
    (only,) = _refused_alone(["--api-kee", "x", ID], {})
    assert only == "unknown input --api-kee; did you mean api-key?"


@given(
    st.sampled_from([name for name in BY_NAME if name != "api-key"]),
    st.from_regex(r"(cu|sv)_[a-f0-9]{32}", fullmatch=True),
)
def test_a_key_given_as_the_wrong_input_is_not_shown(name: str, key: str) -> None:
    for argv in ([f"--{name}={key} x"], [key], ["--kee", key], [f"--api-key={key} x"]):
        told = ""
        try:
            told = repr(read_settings(argv, NEEDED))
        except InvalidInputs as refused:
            told = str(refused)
        assert key not in told


def test_neither_the_record_nor_a_repr_contains_the_key() -> None:
    settings = _settings()
    assert KEY not in repr(settings) + str(shown_inputs(settings))
    assert shown_inputs(settings)["session-id"] == ID
    assert shown_inputs(settings)["api-version"] == "auto"
    assert shown_inputs(settings)["report-only"] == "false"


def test_a_file_named_true_keeps_its_name_in_the_record() -> None:
    shown = shown_inputs(_settings("--policy=True", "--json-path=False", "--verbose=True"))
    assert (shown["policy"], shown["json-path"], shown["verbose"]) == ("True", "False", "true")


@pytest.mark.parametrize("threshold", ["25%", "3", "0"])
def test_a_threshold_is_shown_as_it_was_given(threshold: str) -> None:
    given = _settings(f"--failed-threshold={threshold}")
    assert shown_inputs(given)["failed-threshold"] == threshold


def test_the_help_contains_every_input_and_every_exit_code() -> None:
    text = " ".join(help_text().split())
    for row in INPUTS:
        assert f"--{row.name} " in text
        assert row.described in text
    for code in ExitCode:
        assert f" {code.value} " in text


@pytest.mark.parametrize("name", ["json-path", "summary-path", "html-path"])
@pytest.mark.parametrize("path", ["out/gate", "./out/gate", "out/more/../gate"])
def test_two_reports_with_the_same_path_are_refused(name: str, path: str) -> None:
    with pytest.raises(InvalidInputs) as caught:
        _settings("--junit-path", "out/gate", f"--{name}", path)
    assert caught.value.problems == (
        f"{name}: the same path as junit-path; one report would overwrite the other",
    )
    assert caught.value.paths == {"junit-path": "out/gate"}


def test_two_reports_may_go_to_the_same_device() -> None:
    assert _settings("--junit-path", "/dev/null", "--json-path", "/dev/null").json_path == "/dev/null"


@pytest.mark.parametrize(
    ("argv", "needs"),
    [
        (["--commit-environment=staging"], ["commit-environment: needs commit"]),
        (
            ["--trigger-as=test-session"],
            [
                "trigger-as: test-session needs trigger-check-id or trigger-tags",
                "trigger-location: trigger-as test-session needs it, because each location gets a session",
            ],
        ),
        (
            ["--trigger-tags=a", "--trigger-location=eu-west-1", "--trigger-name=Deploy"],
            [
                f"{name}: needs trigger-as test-session; check sessions use the checks' own settings"
                for name in ("trigger-location", "trigger-name")
            ],
        ),
    ],
)
def test_an_input_that_requires_another_input_is_refused_without_it(
    argv: list[str], needs: list[str]
) -> None:
    assert list(_refused(argv)) == needs


def test_repeated_trigger_tags_are_alternatives() -> None:
    settings = read_settings(["--trigger-tags", "a, b", "--trigger-tags=c"], NEEDED)
    assert settings.trigger_tags == (("a", "b"), ("c",))


@pytest.mark.parametrize("text", ["!slow", "! slow", " !  slow "])
def test_a_space_after_the_exclamation_mark_is_ignored(text: str) -> None:
    assert read_settings([f"--trigger-tags=a,{text}"], NEEDED).trigger_tags == (("a", "!slow"),)
