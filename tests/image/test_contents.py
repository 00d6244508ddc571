"""The contents of the image, and its configuration."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gate.simulator import Simulator, load
from image.contents import FOLDERS, PROGRAMS
from tests.end_to_end.running import KEY
from tests.image.building import Image
from tests.image.engine import ROOT
from tests.image.running import run

PYTHON = "/usr/local/bin/python3"
BY_BUILDERS = {"Hostname", "Image", "ArgsEscaped"}
READ_METADATA = """
import csv, hashlib, json, re, sysconfig
from pathlib import Path
status = Path("/var/lib/dpkg/status.d")
found = {"debian": [], "python": [], "wrong": [], "unknown": []}
known = set()
for sums in status.glob("*.md5sums"):
    told = (status / sums.stem).read_text()
    assert re.search("^Version: ", told, re.MULTILINE) and told.startswith(f"Package: {sums.stem}\\n")
    found["debian"].append(sums.stem)
    for line in sums.read_text().splitlines():
        digest, name = line.split("  ")
        known.add(f"/{name}")
        if hashlib.md5(Path("/", name).read_bytes()).hexdigest() != digest:
            found["wrong"].append(name)
site = Path(sysconfig.get_path("purelib"))
for record in site.glob("*.dist-info/RECORD"):
    found["python"].append(record.parent.name.partition("-")[0])
    for name, _, _ in csv.reader(record.open()):
        known.add(str(site / name))
        if not (site / name).is_file():
            found["wrong"].append(name)
for folder in ("/usr/bin", "/usr/lib", str(site)):
    for path in Path(folder).rglob("*"):
        ours = site / "gate" in path.parents
        if path.is_file() and not path.is_symlink() and not ours and str(path) not in known:
            found["unknown"].append(str(path))
print(json.dumps(found))
"""
GATE = re.compile(r"/usr/\S+/(?:site|dist)-packages/gate/(?P<path>.+)")
# `test_sessions` is a module of the program, not a test.
NOT_OF_A_PROGRAM = (
    r"/tests?/|/test_(?!sessions\.)|conftest|ockerfile|requirements|Makefile|\.git|\.venv|\.whl|\.cache"
)


def test_the_entrypoint_has_absolute_paths_no_shell_and_an_isolated_python(image: Image) -> None:
    assert image.config["Entrypoint"] == [PYTHON, "-I", "-u", "/app/entrypoint.py"]
    assert not image.config["Cmd"]


def test_the_image_configures_nothing_unnecessary(image: Image) -> None:
    """The image sets no user, because only root and the runner's user can write to the runner's files."""
    said = {key: value for key, value in image.config.items() if value and key not in BY_BUILDERS}
    assert said.keys() <= {"Entrypoint", "Env", "Labels", "WorkingDir"}
    path = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
    assert said["Env"] == [f"PATH={path}", "container=oci"]
    assert said.get("WorkingDir", "/") == "/"


def test_the_image_has_labels(image: Image) -> None:
    assert image.config["Labels"] == {
        "org.opencontainers.image.title": "checkly-gate",
        "org.opencontainers.image.description": "A CI/CD gate on Checkly check sessions and test sessions",
        "org.opencontainers.image.licenses": "MIT",
    }


def test_the_image_contains_no_tests_and_no_build_files(image: Image) -> None:
    ours = [path for path in image.files if GATE.match(path) or path.startswith("/app/")]
    assert [path for path in ours if re.search(NOT_OF_A_PROGRAM, path)] == []


def test_the_image_contains_only_python_a_shell_and_small_programs(image: Image) -> None:
    folders = ("/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/")
    there = {path.rpartition("/")[2] for path in image.files if path.startswith(folders) and path[-1] != "/"}
    python = {name for name in there if re.fullmatch(r"python(3(\.\d+)?)?", name)}
    assert "python3" in python
    assert there - python - {"dash"} == {*PROGRAMS, "checkly-gate"}


def test_no_program_is_setuid_or_setgid(image: Image) -> None:
    assert [path for path, member in image.files.items() if member.isfile() and member.mode & 0o6000] == []


def test_the_metadata_of_packages_matches_the_files(image: Image) -> None:
    """Scanners find Debian packages in dpkg's status and checksums, and Python packages in RECORD files."""
    code, log = run(image, "-I", "-c", READ_METADATA, options=["--entrypoint", PYTHON])
    assert code == 0, log
    found = json.loads(log)
    assert {"libc6", "dash", "coreutils"} <= set(found["debian"])
    assert {"requests", "urllib3", "pyyaml", "junit_xml", "certifi"} <= {
        name.lower() for name in found["python"]
    }
    assert found["wrong"] == []
    assert found["unknown"] == []


@pytest.mark.parametrize("manager", ["apt", "apt-get", "dpkg", "pip", "pip3"])
def test_there_is_no_package_manager(manager: str, image: Image) -> None:
    code, log = run(image, "-c", f"command -v {manager}", options=["--entrypoint", "/bin/sh"])
    assert (code, log) == (127, "")


def test_the_image_contains_the_complete_program(image: Image) -> None:
    gate = {
        match["path"]
        for path, member in image.files.items()
        if (match := GATE.match(path))
        if member.isfile() and not path.endswith(".pyc")
    }
    sources = [path for path in (ROOT / "gate").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert gate == {path.relative_to(ROOT / "gate").as_posix() for path in sources}


def test_every_user_may_read_the_files_and_only_root_may_change_them(image: Image) -> None:
    assert {(member.uid, member.gid) for member in image.files.values()} == {(0, 0)}
    modes = {path: member.mode & 0o7777 for path, member in image.files.items() if not member.issym()}
    special = {path: mode for path, mode in modes.items() if mode not in {0o755, 0o644}}
    assert special == {name: mode for name, mode in FOLDERS.items() if mode != 0o755}


@pytest.mark.parametrize("module", ["pip", "ensurepip"])
def test_python_cannot_install_packages(module: str, image: Image) -> None:
    code, log = run(image, "-I", "-m", module, "--version", options=["--entrypoint", PYTHON])
    assert code == 1
    assert f"No module named {module}" in log


def test_no_installer_and_no_cache_remains(image: Image) -> None:
    left = re.compile(r"/pip[\d.-]*/|/(apt|dpkg)[\w-]*$|\.(whl|deb)$|^/(var/cache|root|tmp|home|build)/.")
    assert [path for path in image.files if left.search(path) and path != "/var/lib/dpkg"] == []


def _history(image: Image, name: str) -> list[str]:
    rows = image.engine.ask("history", "--no-trunc", "--format", "{{json .CreatedBy}}", name)
    return [json.loads(row) for row in rows.splitlines()]


def test_the_history_of_the_image_contains_no_secret(image: Image) -> None:
    ours = _history(image, image.tag)
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


def test_bytecode_matches_its_source_and_is_never_checked_at_run_time(image: Image) -> None:
    paths = [path for path in image.files if path.endswith(".pyc")]
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
def test_no_module_is_compiled_at_start_up(arguments: list[str], image: Image, tmp_path: Path) -> None:
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
