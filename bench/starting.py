"""The time from start to exit of a gate on a finished session, and its memory."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.figures import alternate, median_ratio, shown_s
from bench.npm import CLI_VERSION
from bench.programs import CLI, FLOOR, GATE, POLL, environment, missing, run, run_and_weigh, with_node
from bench.table import Row, Section

ROUNDS = 21
_SCENARIO = """\
description: A session that has already passed.
sessions:
  - check: {name: Storefront health, id: 0b4ac3a0-3a11-4f0e-9a43-7b0f3d1c2e55}
    id: 6f2e8b0c-5a34-4d0b-8a52-0f6f4b1c9d21
    locations: [us-east-1, eu-central-1, ap-southeast-1]
    results:
      - {at: 0s, location: us-east-1, is: passed}
      - {at: 0s, location: eu-central-1, is: passed}
      - {at: 0s, location: ap-southeast-1, is: passed}
"""
_CHECK, _SESSION = "0b4ac3a0-3a11-4f0e-9a43-7b0f3d1c2e55", "6f2e8b0c-5a34-4d0b-8a52-0f6f4b1c9d21"
_HOW = """\
The session has already passed; `checkly-gate simulate` serves it from a separate process. The gate writes
all of its reports and GitHub's files. All programs take turns for {rounds} rounds; each ratio is calculated
for every round, and the table shows the median. The floor is `python -c "import requests, yaml,
junit_xml"`, which only imports the gate's three libraries. The `curl` and `jq` script is `bench/poll.sh`.
The script does not wait if the session has finished, and it reads only the status. The floor and the gate
run from compiled bytecode, as in the image. The floor shuts its interpreter down when it ends; the gate
does not.

{cli}"""
_WITH_CLI = """\
No command of the Checkly CLI waits for an existing check session. The closest command is `checkly checks run
--check-id`, which triggers the check, waits for its session, and exits with a code for its status. It is
compared with the gate's `--trigger-check-id`, which does the same. Both send two or three requests to
the simulator. The CLI is version {version}. It runs on the Node from npm that `tests/witness/package.json`
names, and is started from `node_modules/.bin`. With `CHECKLY_ENV=local`, it uses `CHECKLY_API_URL`. To
favour the CLI, its check for updates and its check of the account (a request that the simulator does not
serve) are disabled. Checkly's documentation starts the CLI with `npx`; no goal applies to that figure."""
_NO_CLI = (
    "The Checkly CLI was NOT measured: there was no node and npm, or its package could not be installed."
)


@contextmanager
def _simulator(folder: Path) -> Iterator[str]:
    file = folder / "finished.yml"
    file.write_text(_SCENARIO)
    command = [*GATE, "simulate", str(file)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={"PYTHONUNBUFFERED": "1"}
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def measure(folder: Path, rounds: int = ROUNDS) -> Section:
    """Compare the run times of the gate, the floor, a script and the CLI. Measure the gate's memory."""
    with _simulator(folder) as url:
        commands = _commands(environment(url, folder))
        jobs = {name: _job(command, env, folder) for name, (command, env) in commands.items()}
        for job in jobs.values():
            job()  # fills the caches of the file system and of the CLI
        took = alternate(jobs, rounds)
        command, env = commands["gate"]
        peaks = [run_and_weigh(command, env, folder).peak_mb for _ in range(rounds)]
    return Section("A finished session", _how(rounds), (*_rows(took), _memory(peaks)))


def _commands(env: dict[str, str]) -> Mapping[str, tuple[Sequence[str], dict[str, str]]]:
    commands: dict[str, tuple[Sequence[str], dict[str, str]]] = {
        "floor": (FLOOR, env),
        "gate": ((*GATE, "--session-id", _SESSION, "--json-path", "record.json"), env | _github(env["HOME"])),
        "script": ((POLL, _SESSION), env),
    }
    if CLI.exists() and not missing("node"):
        with_options = with_node(env) | {
            "CHECKLY_ENV": "local",
            "CHECKLY_SKIP_AUTH": "1",
            "CHECKLY_SKIP_NEW_VERSION_CHECK": "true",
            "CI": "true",
        }
        job = ("checks", "run", "--check-id", _CHECK)
        npx = ("npx", "--no-install", "--prefix", str(CLI.parents[2]), "checkly")
        commands["gate that triggers"] = ((*GATE, "--trigger-check-id", _CHECK), env)
        commands["cli"] = ((str(CLI), *job), with_options)
        commands["npx"] = ((*npx, *job), with_options)
    return commands


def _github(folder: str) -> dict[str, str]:
    """Return the variables that make the gate write GitHub's files."""
    files = {"GITHUB_OUTPUT": f"{folder}/outputs", "GITHUB_STEP_SUMMARY": f"{folder}/summary.md"}
    return files | {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": folder}


def _job(command: Sequence[str], env: Mapping[str, str], folder: Path) -> Callable[[], float]:
    return lambda: run(command, env, folder).took_s


def _rows(took: Mapping[str, Sequence[float]]) -> Iterator[Row]:
    yield Row("the floor: Python that imports the three libraries", shown_s(median(took["floor"])))
    yield Row("`checkly-gate --session-id`, start to exit", shown_s(median(took["gate"])))
    yield Row.at_most("the gate ÷ the floor", median_ratio(took["gate"], took["floor"]), 1.2, "{:.2f}x")
    yield Row("the `curl` and `jq` script", shown_s(median(took["script"])))
    if "cli" not in took:
        yield Row("the Checkly CLI", "skipped")
        return
    yield Row("`checkly-gate --trigger-check-id`", shown_s(median(took["gate that triggers"])))
    yield Row("`checkly checks run --check-id`", shown_s(median(took["cli"])))
    ratio = median_ratio(took["cli"], took["gate that triggers"])
    yield Row.at_least("the CLI ÷ the gate, triggering and gating", ratio, 5, "{:.1f}x")
    ratio = median_ratio(took["npx"], took["gate that triggers"])
    yield Row("`npx checkly checks run` ÷ the gate", f"{ratio:.1f}x")


def _memory(peaks: Sequence[float]) -> Row:
    return Row("peak memory of the gate (VmHWM)", f"{median(peaks):.0f} MB")


def _how(rounds: int) -> str:
    cli = _NO_CLI
    if CLI.exists() and not missing("node"):
        cli = _WITH_CLI.format(version=CLI_VERSION)
    return _HOW.format(rounds=rounds, cli=cli)
