"""Read reports with the parser of Maven's Surefire."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.absent import absent
from tests.consumers.seen import Seen, SeenCase

_JARS = tuple(
    Path("/usr/share/java", f"{name}.jar") for name in ("surefire-report-parser", "surefire-logger-api")
)
_OLDEST_JAVA = 17


def has_java() -> bool:
    """Return whether a recent JDK is installed."""
    if not shutil.which("java"):
        return False
    printed = subprocess.run(["java", "--list-modules"], capture_output=True, text=True, check=False).stdout
    compiler = re.search(r"^jdk\.compiler@(\d+)", printed, re.MULTILINE)
    return compiler is not None and int(compiler[1]) >= _OLDEST_JAVA


def require_java() -> None:
    """Skip or fail the test if no recent JDK is installed."""
    if not has_java():
        absent(f"this machine lacks a JDK of version {_OLDEST_JAVA} or later")


def by_surefire(written: Mapping[str, Path]) -> dict[str, Seen]:
    """Return what Surefire reads in each report. A single process reads them, because Java starts slowly."""
    require_java()
    if not all(jar.exists() for jar in _JARS):
        absent("Surefire's parser is not installed; Debian's package is libsurefire-java")
    program = Path(__file__).with_name("SurefireReader.java")
    command = ["java", "-Duser.language=en", "-cp", ":".join(map(str, _JARS)), str(program)]
    done = subprocess.run(
        [*command, *map(str, written.values())], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    reports = done.stdout.split("report\t")[1:]
    return {name: _seen(report) for name, report in zip(written, reports, strict=True)}


def _seen(report: str) -> Seen:
    counts, *cases = (line.split("\t") for line in report.splitlines())
    return Seen(
        dict(zip(("tests", "failures", "errors", "skipped"), map(int, counts), strict=True)),
        tuple(
            sorted(
                SeenCase("", classname, name, float(time_s), outcome, said)
                for _, classname, name, time_s, outcome, said in cases
            )
        ),
    )
