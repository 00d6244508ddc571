"""Run the gate: build its parts, and publish a report in every case."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from gate.checkly.ports import Transport
from gate.commands.refusal import refuse
from gate.config.parsers import is_loopback
from gate.config.session_words import account_of
from gate.config.settings import InvalidInputs, Settings, read_settings
from gate.domain.errors import Defect, GateError, LibraryMissing, ReportUnwritable, UsageError
from gate.domain.exit_code import ExitCode
from gate.domain.session import each_once
from gate.evaluation.verdict import conclude
from gate.pipeline import decide
from gate.policy.loader import load_policy
from gate.publish.console import Console
from gate.publish.files import Reserve, check_writable
from gate.publish.host import detect
from gate.publish.paths import real_path
from gate.publish.publisher import publish
from gate.publish.report_files import Sinks
from gate.report.report import Report
from gate.runtime import Process
from gate.text.clean import clean
from gate.text.redact import Redaction
from gate.text.style import Line, Tone
from gate.waiting import Context


def gate(argv: Sequence[str], env: Mapping[str, str], console: Console, process: Process) -> ExitCode:
    """Gate on the sessions that the inputs name. Publish a report in every case."""
    host = detect(env, console, f"checkly-gate-{secrets.token_hex(16)}")
    try:
        settings = read_settings(argv, env, real_path)
    except InvalidInputs as refused:
        refuse(refused, console)
        sinks = Sinks(host, console, Redaction(""), refused.paths)
        return publish(_report_of(refused), sinks)
    reserve = Reserve()
    hidden = Redaction(settings.api_key)
    host.mask(settings.api_key)
    console.hide(hidden.in_text)
    sinks = Sinks(host, console, hidden, settings.paths)
    _warn_of_unwritable(sinks)
    try:
        report = _run(settings, env, console, process)
    except UsageError as refused:
        refuse(refused, console)
        report = _report_of(refused)
    except GateError as error:
        report = _report_of(error)
    except ImportError as error:
        report = _report_of(LibraryMissing(error))
    except Exception as error:  # noqa: BLE001 - even a defect leads to a report and an exit code
        report = _report_of(Defect(error))
    reserve.release()
    return publish(report, sinks)


def _warn_of_unwritable(sinks: Sinks) -> None:
    """Warn about report files that cannot be written, before a wait that may be long."""
    for path in filter(None, sinks.paths.values()):
        try:
            check_writable(Path(path), workspace=sinks.host.workspace, confined=sinks.host.confined)
        except ReportUnwritable as error:
            text = f"warning: {error.sentence}. Until it can be written, the gate cannot open (exit code 4)"
            sinks.console.line(Line(text, Tone.WARN))


def _report_of(error: GateError) -> Report:
    """Return the report on an error that prevented a verdict."""
    return Report(conclude((), faults=(error,)), datetime.now(UTC))


def _run(settings: Settings, env: Mapping[str, str], console: Console, process: Process) -> Report:
    """Judge the sessions, and return the report. Raises ImportError if a library is missing."""
    context = Context(
        clock=process,
        jitter=lambda: secrets.randbelow(10_001) / 10_000,
        wall_clock=lambda: datetime.now(UTC),
        log=console.line,
        show_state=console.state,
    )
    if settings.session_file:
        settings = _with_sessions_of_file(settings)
    settings = replace(settings, account_id=settings.account_id or account_of(settings.session_id))
    document = load_policy(settings.policy)
    if settings.trigger_check_id or settings.trigger_tags:
        _load_reports(settings.paths)  # first, so that no check is started if a library is missing
    else:
        process.do_meanwhile(lambda: _load_reports(settings.paths))
    return decide(settings, document, _transport(settings, env, console, process), context)


def _load_reports(paths: Mapping[str, str]) -> None:
    """Load the slow reporters now: after the wait, there may be no free file descriptor for loading them."""
    with suppress(OSError):  # no descriptor is free even now; the reserved ones are for the report files
        from gate.report.junit import xml  # noqa: F401, PLC0415

        if paths.get("html-path"):
            from gate.report.page import page  # noqa: F401, PLC0415


def _with_sessions_of_file(settings: Settings) -> Settings:
    """Return the settings with the sessions that the session file names. Raises `UsageError`."""
    from gate.config.session_file import MOST_BYTES, sessions_in, text_of  # noqa: PLC0415 - seldom needed

    path = settings.session_file
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"session-file: {clean(path)} cannot be read: {why}") from None
    if len(content) > MOST_BYTES:
        raise UsageError(f"session-file: {clean(path)} is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        found = sessions_in(text_of(content))
    except ValueError as error:
        raise UsageError(f"session-file: {clean(path)}: {error}") from None
    refs = each_once((*settings.session_id, *found.refs))
    return replace(settings, session_id=refs, checks_of=found.checks)


def _transport(settings: Settings, env: Mapping[str, str], console: Console, process: Process) -> Transport:
    from gate.checkly.endpoint import Endpoint  # noqa: PLC0415
    from gate.checkly.proxies import Proxy, proxy_for  # noqa: PLC0415 - not needed after a usage error
    from gate.checkly.tls import CERTIFICATE_VARIABLES  # noqa: PLC0415
    from gate.checkly.transport import HttpTransport  # noqa: PLC0415

    variable = next((name for name in CERTIFICATE_VARIABLES if env.get(name)), "")
    endpoint = Endpoint(
        base_url=settings.api_url,
        api_key=settings.api_key,
        account_id=settings.account_id,
        is_loopback=is_loopback(settings.api_url),
        is_in_container=bool(env.get("container")),  # set by systemd, podman and the gate's image
        proxy=Proxy() if is_loopback(settings.api_url) else proxy_for(settings.api_url, env),
        extra_certificates=settings.ca_bundle,
        replaced_certificates=env.get(variable, ""),
        replaced_by=variable,
        secrets=tuple(value for _, value in settings.trigger_env),
    )

    def trace(text: str) -> None:
        console.line(Line(f"request: {text}", Tone.FAINT))

    return HttpTransport(endpoint, process.call_each, trace if settings.verbose else None)
