"""What is in the image and what is not; how it says that it is to be started."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gate.simulator import Simulator, load
from tests.end_to_end.running import KEY
from tests.image.building import Image
from tests.image.engine import ROOT
from tests.image.running import run

PYTHON = "/usr/local/bin/python3"
GATE = re.compile(r"/usr/\S+/(?:site|dist)-packages/gate/(?P<path>.+)")
PLACES = [
    r"/app/entrypoint\.py",
    r"/usr/local/bin/checkly-gate",
    r"/usr/local/lib/python3\.\d+/(site|dist)-packages/\S+",
    r"/usr/(local/)?lib/python3\.\d+/(\w+/)*__pycache__/\w+\.cpython-\d+\.pyc",
]
# What is taken away beside the files of the packages apt and dpkg.
TAKEN = re.compile(
    r"/usr/local/(bin|lib/python3\.\d+/((site|dist)-packages/)?)/?(pip[\w.-]*|ensurepip)"
    r"|/usr/sbin/dpkg-\w+|/etc/apt|/etc/dpkg|/var/(cache|lib|log)/apt|/var/log/dpkg\.log"
)
# The adapter of test sessions is part of the program.
NOT_OF_A_PROGRAM = (
    r"/tests?/|/test_(?!sessions\.)|conftest|ockerfile|requirements|Makefile|\.git|\.venv|\.whl|\.cache"
)


def test_it_is_started_without_a_shell_by_absolute_paths_in_isolation(image: Image) -> None:
    assert image.config["Entrypoint"] == [PYTHON, "-I", "-u", "/app/entrypoint.py"]
    assert not image.config["Cmd"]


def test_its_configuration_is_that_of_its_base_but_for_the_entrypoint_and_the_labels(image: Image) -> None:
    """No user among them: the runner's files can be written by root and the runner's user alone."""
    of_base = {key: value for key, value in image.config_of_base.items() if key not in {"Cmd", "Labels"}}
    ours = {key: value for key, value in image.config.items() if key not in {"Entrypoint", "Labels"}}
    assert _told(ours) == _told(of_base)


def _told(config: dict[str, Any]) -> dict[str, Any]:
    """What a configuration says, but for what builders write into it."""
    said = {"WorkingDir": "/"} | {key: value for key, value in config.items() if value}
    return {key: value for key, value in said.items() if key not in {"Hostname", "Image", "ArgsEscaped"}}


def test_it_says_what_it_is(image: Image) -> None:
    assert image.config["Labels"] == (image.config_of_base.get("Labels") or {}) | {
        "org.opencontainers.image.title": "checkly-gate",
        "org.opencontainers.image.description": "A CI/CD gate on a Checkly check session",
        "org.opencontainers.image.licenses": "MIT",
    }


def test_it_adds_the_program_what_it_needs_and_bytecode(image: Image) -> None:
    allowed = re.compile("|".join(PLACES))
    files = [path for path, member in image.added.items() if not member.isdir() and "/.wh." not in path]
    assert [path for path in files if not allowed.fullmatch(path)] == []
    assert [path for path in files if re.search(NOT_OF_A_PROGRAM, path)] == []


def test_it_takes_nothing_away_but_the_package_managers(image: Image) -> None:
    """What other packages are there stays known to whoever scans the image."""
    base = replace(image, tag=image.engine.base)
    code, listed = run(base, "--listfiles", "apt", "dpkg", options=["--entrypoint", "dpkg"])
    assert code == 0, listed
    of_managers = {re.sub(r"^/(s?bin|lib)/", r"/usr/\1/", path) for path in listed.split()}
    gone = {path.replace("/.wh.", "/") for path in image.added if "/.wh." in path}
    assert {path for path in gone - of_managers if not TAKEN.fullmatch(path)} == set()
    assert not [path for path in gone if path.startswith("/var/lib/dpkg")]


@pytest.mark.parametrize("manager", ["apt", "apt-get", "dpkg", "pip", "pip3"])
def test_there_is_no_package_manager(manager: str, image: Image) -> None:
    code, log = run(image, "-c", f"command -v {manager}", options=["--entrypoint", "/bin/sh"])
    assert (code, log) == (127, "")


def test_it_has_the_whole_program(image: Image) -> None:
    gate = {
        match["path"]
        for path, member in image.added.items()
        if (match := GATE.match(path))
        if member.isfile() and not path.endswith(".pyc")
    }
    sources = [path for path in (ROOT / "gate").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert gate == {path.relative_to(ROOT / "gate").as_posix() for path in sources}


def test_everybody_may_read_it_and_nobody_but_root_may_change_it(image: Image) -> None:
    there = {path: member for path, member in image.added.items() if "/.wh." not in path}
    assert {(member.uid, member.gid) for member in there.values()} == {(0, 0)}
    right = {True: 0o755, False: 0o644}
    programs = {"/usr/local/bin/checkly-gate"}
    modes = {path: member.mode for path, member in there.items() if member.isdir() or member.isfile()}
    wrong = {
        path: oct(mode)
        for path, mode in modes.items()
        if mode & 0o777 != right[there[path].isdir() or path in programs] and not path.endswith(".so")
    }
    assert wrong == {}


@pytest.mark.parametrize("module", ["pip", "ensurepip"])
def test_nothing_can_be_installed_by_python(module: str, image: Image) -> None:
    code, log = run(image, "-I", "-m", module, "--version", options=["--entrypoint", PYTHON])
    assert code == 1
    assert f"No module named {module}" in log


def test_no_installer_and_no_cache_is_left(image: Image) -> None:
    search = (
        r"find / -xdev \( -name pip -o -name pip3* -o -name pip-* -o -name *.whl -o -name *.deb \) -print "
        r"-o -type f \( -path */bin/apt* -o -path */*bin/dpkg* -o -path */lib/apt/* \) -print "
        "-o -path /var/cache/apt/* -print -o -path /var/lib/apt/* -print "
        "-o -path /root/.cache/* -print -o -path /tmp/* -print"
    )
    code, log = run(image, "-f", "-c", search, options=["--entrypoint", "/bin/sh"])
    assert (code, log) == (0, "")


def _history(image: Image, name: str) -> list[str]:
    rows = image.engine.ask("history", "--no-trunc", "--format", "{{json .CreatedBy}}", name)
    return [json.loads(row) for row in rows.splitlines()]


def test_its_history_tells_no_secret(image: Image) -> None:
    ours = _history(image, image.tag)
    ours = ours[: len(ours) - len(_history(image, image.engine.base))]
    assert any("entrypoint.py" in step for step in ours)
    told = re.compile(
        r"token|secret|password|credential|\bkey\b|\bcu_|://[^/\s]*@|BEGIN |^\|\d+ ", re.IGNORECASE
    )
    assert [step for step in ours if told.search(step)] == []


READ_BYTECODE = """
import importlib.util, json, sys
found = {}
for path in json.load(sys.stdin):
    data = open(path, "rb").read()
    source = open(importlib.util.source_from_cache(path), "rb").read()
    found[path] = [data[:4].hex(), data[4], data[8:16] == importlib.util.source_hash(source)]
print(json.dumps(found))
"""


def test_bytecode_is_never_compared_with_times_and_is_of_its_source(image: Image) -> None:
    paths = [path for path in image.added if path.endswith(".pyc")]
    code, log = run(
        image, "-I", "-c", READ_BYTECODE, options=["-i", "--entrypoint", PYTHON], said=json.dumps(paths)
    )
    assert code == 0, log
    unchecked_hash = 0b01
    found = json.loads(log)
    assert {path: facts for path, facts in found.items() if facts[1:] != [unchecked_hash, True]} == {}
    assert len(found) == len(paths) > 200


POLICY = "degraded-threshold: 100%\nquarantine:\n  - {check: x, until: 2020-01-01, reason: r}\n"
GATE_ON_GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_OUTPUT": "/folder/output",
    "GITHUB_STEP_SUMMARY": "/folder/summary",
    "INPUT_JSON-PATH": "record.json",
    "INPUT_CANCEL-ON-ABORT": "true",
    "CHECKLY_API_KEY": KEY,
    "CHECKLY_ACCOUNT_ID": "account",
}
COMMANDS = {
    "gate": [],
    "gate on a name": ["--api-url", "https://gate.invalid", "--timeout", "1s"],
    "usage error": ["--sesion-id", "x"],
    "demo": ["demo", "api-trouble"],
    "policy": ["policy", "check"],
    "help": ["--help"],
}


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS.keys())
def test_nothing_that_the_program_loads_is_compiled_when_it_starts(
    arguments: list[str], image: Image, tmp_path: Path
) -> None:
    (tmp_path / ".checkly-gate.yml").write_text(POLICY)
    scenario = load("degraded")
    with Simulator(scenario, speed=1000) as api:
        env = {**GATE_ON_GITHUB, "CHECKLY_API_URL": api.url, "INPUT_SESSION-ID": scenario.session_ids[0]}
        passed_on = [word for name in env for word in ("-e", name)]
        options = ["--entrypoint", PYTHON, "-v", f"{tmp_path}:/folder", "--workdir", "/folder", *passed_on]
        _, log = run(image, "-I", "-v", "/app/entrypoint.py", *arguments, options=options, env=env)
    loaded = re.findall(r"^# code object from '?([^'\n]+)'?$", log, re.MULTILINE)
    assert [path for path in loaded if not path.endswith(".pyc")] == []
    assert "# wrote" not in log
    assert len(loaded) > 50
