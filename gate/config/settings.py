"""Read the inputs from flags, the environment and the defaults into validated settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from posixpath import normpath
from typing import Any

from gate.config.ci_metadata import metadata_in, session_name_in
from gate.config.flags import read_flags, unknown_variables
from gate.config.input import Input, Refused, shown_text
from gate.config.inputs import BY_NAME, INPUTS
from gate.config.stdout import is_stdout
from gate.domain.errors import UsageError
from gate.domain.session import SessionKind, SessionRef
from gate.policy.threshold import Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The inputs, parsed and validated. Durations are in seconds.

    `checks_of` maps the ID of a session to the number of checks that it must have, if that is known.
    `metadata` describes the commit, as far as the CI system provides it.
    """

    session_id: tuple[SessionRef, ...]
    session_file: str
    commit: str
    commit_environment: str
    commit_grace: float
    trigger_check_id: tuple[str, ...]
    trigger_tags: tuple[tuple[str, ...], ...]
    refresh_cache: bool
    trigger_as: SessionKind
    trigger_location: tuple[str, ...]
    trigger_env: tuple[tuple[str, str], ...]
    trigger_name: str
    api_key: str
    account_id: str
    api_url: str
    api_version: str
    timeout: float
    poll_interval: float
    degraded_threshold: Threshold | None
    failed_threshold: Threshold | None
    policy: str
    junit_path: str
    json_path: str
    summary_path: str
    html_path: str
    details: bool
    report_only: bool
    cancel_on_abort: bool
    ca_bundle: str
    verbose: bool
    metadata: Mapping[str, str] = field(default_factory=dict)
    checks_of: Mapping[str, int] = field(default_factory=dict)

    @property
    def paths(self) -> dict[str, str]:
        """Return the paths of report files, by input. An empty path means that the report is not written."""
        return {name: getattr(self, BY_NAME[name].field) for name in REPORT_PATHS}

    def __repr__(self) -> str:
        return f"Settings({', '.join(ref.id for ref in self.session_id)})"  # without api-key and trigger-env


class InvalidInputs(UsageError):
    """Invalid inputs, with the report paths that are still usable."""

    def __init__(self, problems: Sequence[str], paths: Mapping[str, str]) -> None:
        super().__init__(*problems)
        self.paths = paths


REPORT_PATHS = ("junit-path", "json-path", "summary-path", "html-path")
_WHAT_TO_GATE_ON = ("session-id", "session-file", "commit", "trigger-check-id", "trigger-tags")
_NOTHING_TO_GATE_ON = (
    "session-id is required. Set session-id, session-file or commit, or trigger checks with "
    "trigger-check-id or trigger-tags (without a filter, every check in the account would run)"
)
_EMPTY = "the secret, variable or output that it names is empty"


def read_settings(
    argv: Sequence[str], env: Mapping[str, str], real_path: Callable[[str], str] = normpath
) -> Settings:
    """Return the settings from flags, the environment and the defaults. The first non-empty text wins.

    `real_path` resolves the symbolic links in a path. Raises `InvalidInputs` with all problems at once, each
    on one line.
    """
    flags, mistakes = read_flags(argv)
    given = {row.name: _given(row, flags, env) for row in INPUTS}
    is_action = env.get("GITHUB_ACTIONS") == "true" and not argv
    mistakes += unknown_variables(env, is_action=is_action)
    problems = [mistake.text for mistake in mistakes]
    mistaken = {name for mistake in mistakes for name in mistake.concerns}
    values: dict[str, Any] = {}
    for row in INPUTS:
        origin, text = given[row.name]
        try:
            values[row.field] = _value(row, text, origin, is_action=is_action)
        except ValueError as error:
            if text or row.name not in mistaken:
                problems.append(_problem(row, text, error))
    if not any(given[name][1] or name in mistaken for name in _WHAT_TO_GATE_ON):
        problems.append(_NOTHING_TO_GATE_ON + (f". If one is set, {_EMPTY}" if is_action else ""))
    problems += _combinations(values, {name for name, (_, text) in given.items() if text})
    paths, collisions = _report_paths(values, real_path)
    problems += collisions
    if problems:
        raise InvalidInputs(problems, paths)
    values["trigger_name"] = values["trigger_name"] or session_name_in(env)
    return Settings(**values, metadata=metadata_in(env))


def _report_paths(
    values: Mapping[str, Any], real_path: Callable[[str], str]
) -> tuple[dict[str, str], Sequence[str]]:
    """Return the usable paths of report files by input, and a problem for each path that is given twice."""
    paths: dict[str, str] = {}
    problems = []
    for name in REPORT_PATHS:
        path = values.get(BY_NAME[name].field, BY_NAME[name].default)
        other = next((known for known in paths if path and real_path(path) == real_path(paths[known])), None)
        if other and is_stdout(path):
            problems.append(f"{name}: only one report can go to stdout, and {other} already does")
        elif other and not path.startswith("/dev/"):
            problems.append(f"{name}: the same path as {other}; one report would overwrite the other")
        elif path:
            paths[name] = path
    return paths, problems


def _combinations(values: Mapping[str, Any], given: Collection[str]) -> Iterable[str]:
    """Yield a problem for each combination of inputs that is not allowed."""
    if "commit-environment" in given and "commit" not in given:
        yield "commit-environment: needs commit"
    triggers = {"trigger-check-id", "trigger-tags"} & set(given)
    if values.get("trigger_as") is SessionKind.TEST:
        if not triggers:
            yield "trigger-as: test-session needs trigger-check-id or trigger-tags"
        if not values.get("trigger_location", True):
            yield "trigger-location: trigger-as test-session needs it, because each location gets a session"
    else:
        for name in ("trigger-location", "trigger-env", "trigger-name"):
            if name in given:
                yield f"{name}: needs trigger-as test-session; check sessions use the checks' own settings"


def shown_inputs(settings: Settings) -> dict[str, str]:
    """Return the inputs as text for the JSON record, without secrets and without empty inputs."""
    given = {row: getattr(settings, row.field) for row in INPUTS if not row.secret}
    texts = {row: row.default if value in (None, "") else _as_text(value) for row, value in given.items()}
    return {row.name: text for row, text in texts.items() if text}


def _as_text(value: object) -> str:
    if isinstance(value, SessionRef):
        return value.id
    if isinstance(value, SessionKind):
        return value.value.replace(" ", "-")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return "; ".join(", ".join(each) if isinstance(each, tuple) else _as_text(each) for each in value)
    return str(value)


def _given(row: Input, flags: Mapping[str, str], env: Mapping[str, str]) -> tuple[str, str]:
    """Return the origin of the input's text, and the text; both are empty if it was not given."""
    if text := row.text_in(flags, env):
        return f"input {row.name}", text
    if row.name == "verbose" and env.get("RUNNER_DEBUG") == "1":
        return "RUNNER_DEBUG", "true"
    return "", ""


def _value(row: Input, text: str, origin: str, *, is_action: bool) -> object:
    if not text and row.required:
        on_github = f"it under `with:`. If it is set there, {_EMPTY}"
        how = on_github if is_action else f"--{row.name} or {row.environment[-1]}"
        raise Refused(f"{row.name} is required. Set {how}")
    if not text and (row.is_policy or not row.default):
        return row.absent
    value = row.read(text or row.default)
    return replace(value, origin=origin) if origin and isinstance(value, Threshold) else value


def _problem(row: Input, text: str, error: ValueError) -> str:
    if isinstance(error, Refused):
        return str(error)
    shown = "the given value" if row.secret else shown_text(text)
    return f"{row.name}: {shown} is not allowed; allowed: {error}"
