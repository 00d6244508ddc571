"""Start containers from the image, as GitHub's runner and other CI systems do."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.running import Run
from tests.image.building import Image
from tests.image.engine import client_environment
from tests.publish.runner import outputs_in

# Only root can give the folders to the user of GitHub's runners; other users keep them.
RUNNER = (1001, 1001) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
_FOLDERS = ("workspace", "file_commands", "home", "workflow", "runner_temp")
_ENDED_WITHIN_S = 50


@dataclass(frozen=True, slots=True)
class ContainerRun(Run):
    """The results of a container. `file_commands` contains its outputs and its job summary."""

    file_commands: Path

    @property
    def outputs(self) -> dict[str, str]:
        return outputs_in((self.file_commands / "output").read_text())

    @property
    def summary(self) -> str:
        return (self.file_commands / "summary").read_text()


@dataclass(frozen=True, slots=True)
class Container:
    """A running container, and the client that waits for it."""

    image: Image
    name: str
    client: subprocess.Popen[str]

    def kill(self, signal_name: str) -> None:
        """Send a signal to process 1 of the container."""
        self.image.engine.ask("kill", "--signal", signal_name, self.name)

    def end(self, said: str = "") -> tuple[int, str]:
        """Send `said` as input and wait until the container exits; return the exit code and the log."""
        log, _ = self.client.communicate(said, timeout=_ENDED_WITHIN_S)
        return self.client.returncode, log


@contextmanager
def container(
    image: Image, options: Sequence[str], arguments: Sequence[str] = (), env: Mapping[str, str] | None = None
) -> Iterator[Container]:
    """Start a container. When the context ends, remove the container if it is still running.

    `env` is added to the environment of the client; the option `-e NAME` passes a variable to the container.
    """
    name = f"checkly-gate-tested-{secrets.token_hex(6)}"
    with subprocess.Popen(
        image.engine.command(
            *("run", "--rm", "--name", name, "--network", "host", *options, image.tag, *arguments)
        ),
        env=client_environment(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as client:
        try:
            yield Container(image, name, client)
        finally:
            if client.poll() is None:
                subprocess.run(
                    image.engine.command("rm", "--force", name), capture_output=True, check=False, timeout=30
                )


def run(
    image: Image,
    *arguments: str,
    options: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    said: str = "",
) -> tuple[int, str]:
    """Run a container until it exits, with `said` as its input; return the exit code and the log."""
    with container(image, options, arguments, env) as started:
        return started.end(said)


@dataclass(frozen=True, slots=True)
class Runner:
    """The folders of GitHub's runner that a container action gets."""

    folder: Path

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def prepare(self, files: Mapping[str, str]) -> None:
        """Create the folders and the workspace's files; all belong to the runner's user."""
        for name in _FOLDERS:
            (self.folder / name).mkdir()
        for name, text in files.items():
            (self.workspace / name).parent.mkdir(parents=True, exist_ok=True)
            (self.workspace / name).write_text(text)
        for name in ("output", "summary"):
            (self.folder / "file_commands" / name).touch()
        for path in [self.folder, *self.folder.rglob("*")]:
            os.chown(path, *RUNNER)

    def options(self, names: Sequence[str]) -> list[str]:
        """Return options for `docker run`: the runner's folders as volumes, and variables to pass on."""
        variables = [word for name in names for word in ("-e", name)]
        volumes = [word for name in _FOLDERS for word in ("-v", f"{self.folder / name}:/github/{name}")]
        return ["--workdir", "/github/workspace", *variables, *volumes]

    def owners(self) -> set[tuple[int, int]]:
        """Return the owners of all files and folders of the runner."""
        return {(path.stat().st_uid, path.stat().st_gid) for path in self.folder.rglob("*")}

    def finished(self, started: Container) -> ContainerRun:
        code, log = started.end()
        return ContainerRun(code, log, self.workspace, self.folder / "file_commands")


_OF_THE_RUNNER = {
    "HOME": "/github/home",
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "GITHUB_WORKSPACE": "/github/workspace",
    "GITHUB_OUTPUT": "/github/file_commands/output",
    "GITHUB_STEP_SUMMARY": "/github/file_commands/summary",
    "RUNNER_TEMP": "/github/runner_temp",
}


@contextmanager
def action(
    image: Image,
    runner: Runner,
    inputs: Mapping[str, str],
    *,
    job_env: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
) -> Iterator[Container]:
    """Start the action with a step's inputs and a job's variables, in a workspace with these files."""
    runner.prepare(files or {})
    as_variables = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
    env = _OF_THE_RUNNER | as_variables | dict(job_env or {})
    with container(image, runner.options(list(env)), env=env) as started:
        yield started


def act(
    image: Image,
    runner: Runner,
    inputs: Mapping[str, str],
    *,
    job_env: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
) -> ContainerRun:
    """Run the action until it exits, and return its results."""
    with action(image, runner, inputs, job_env=job_env, files=files) as started:
        return runner.finished(started)


@contextmanager
def simulator(image: Image, scenario: str) -> Iterator[dict[str, str]]:
    """Serve a scenario with the image's own simulator; yield the inputs with which a gate waits for it."""
    with container(image, [], ["simulate", scenario]) as started:
        assert started.client.stdout is not None
        url = started.client.stdout.readline().strip()
        started.client.stdout.readline()
        ids = re.findall(r"^session-id (\S+)$", started.client.stdout.readline(), re.MULTILINE)
        yield {"api-url": url, "session-id": ids[0]}
        started.kill("TERM")
        assert started.client.wait(_ENDED_WITHIN_S) == 0
