"""The gate itself: wires its parts together, and reports whatever happens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from gate import pipeline
from gate.checkly.client import Transport
from gate.commands.refusal import refuse
from gate.config.parsers import is_loopback
from gate.config.settings import InvalidInputs, Settings, read_settings
from gate.domain.errors import Defect, ExitCode, GateError, LibraryMissing, UsageError
from gate.policy.loader import load_policy
from gate.publish import host, publisher
from gate.publish.console import Console
from gate.publish.files import Reserve, real_path
from gate.report import report
from gate.runtime import Process
from gate.text.redact import Redaction
from gate.text.style import Line, Tone


def gate(argv: Sequence[str], env: Mapping[str, str], console: Console, process: Process) -> ExitCode:
    """Gates on the sessions that the inputs name; reports on every way out."""
    around = pipeline.Surroundings(
        host=host.detect(env, console, f"checkly-gate-{secrets.token_hex(16)}"),
        console=console,
        clock=process,
        jitter=lambda: secrets.randbelow(10_001) / 10_000,
        wall_clock=lambda: datetime.now(UTC),
    )
    try:
        settings = read_settings(argv, env, real_path)
    except InvalidInputs as refused:
        refuse(refused, console)
        refusal = report.of_error(refused, decided_at=around.wall_clock())
        return publisher.publish(refusal, around, junit_path=refused.junit_path, json_path=refused.json_path)
    reserve = Reserve()
    around = replace(around, hidden=Redaction(settings.api_key))
    around.host.mask(settings.api_key)
    console.hide(around.hidden.told)
    try:
        book = load_policy(settings.policy)
        decided = pipeline.decide(settings, book, _transport(settings, env, console, process), around)
    except UsageError as refused:
        refuse(refused, console)
        decided = report.of_error(refused, decided_at=around.wall_clock())
    except GateError as error:
        decided = report.of_error(error, decided_at=around.wall_clock())
    except ImportError as error:
        decided = report.of_error(LibraryMissing(error), decided_at=around.wall_clock())
    except Exception as error:  # noqa: BLE001 - a defect ends in a report and an exit code like all else
        decided = report.of_error(Defect(error), decided_at=around.wall_clock())
    reserve.release()
    return publisher.publish(decided, around, junit_path=settings.junit_path, json_path=settings.json_path)


def _transport(settings: Settings, env: Mapping[str, str], console: Console, process: Process) -> Transport:
    from gate.checkly.tls import CERTIFICATE_VARIABLES  # noqa: PLC0415 - a usage error need not wait for it
    from gate.checkly.transport import Endpoint, HttpTransport  # noqa: PLC0415 - a usage error need not wait for it

    variable = next((name for name in CERTIFICATE_VARIABLES if env.get(name)), "")
    endpoint = Endpoint(
        base_url=settings.api_url,
        api_key=settings.api_key,
        account_id=settings.account_id,
        is_loopback=is_loopback(settings.api_url),
        extra_certificates=settings.ca_bundle,
        replaced_certificates=env.get(variable, ""),
        replaced_by=variable,
    )

    def trace(text: str) -> None:
        console.line(Line(f"request: {text}", Tone.FAINT))

    return HttpTransport(endpoint, process.call_each, trace if settings.verbose else None)
