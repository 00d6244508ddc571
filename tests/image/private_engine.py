"""Run a private dockerd with a stand-in base image, for tests that run as root on a Debian-like machine.

It shares nothing with any other engine on the machine: it has its own socket, data and configuration. Its
data stays in the user's cache, so that the next run finds the base image and the layers.
"""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.image import stand_in
from tests.image.engine import ROOT, Engine, NoEngine, client_environment, pinned_base

# Absolute paths of Debian's programs, because another client on the PATH may be unable to build images.
_CLIENT, _DAEMON, _BOOTSTRAP, _PDEATHSIG = (
    "/usr/bin/docker",
    "/usr/sbin/dockerd",
    "/usr/bin/mmdebstrap",
    "/usr/bin/setpriv",
)
_PACKAGES = ("docker.io", "mmdebstrap")
_BRIDGE, _ADDRESS = "checkly-gate0", "10.213.77.1/24"
_PACKAGES_WHERE_THEY_ARE_APART = ("docker-cli", "docker-buildx")
_CONFIGURATION = {"builder": {"gc": {"enabled": True, "defaultKeepStorage": "1GB"}}}  # delete old layers
_INSTALLED_WITHIN_S = 300
_READY_WITHIN_S = 60
_ENDED_WITHIN_S = 30
_OTHERS_DONE_WITHIN_S = 900

Say = Callable[[str], None]


@contextmanager
def private_engine(say: Say) -> Iterator[Engine]:
    """Until the context ends, run a dockerd with the stand-in image. Raise `NoEngine` if it cannot run."""
    base = pinned_base((ROOT / "Dockerfile").read_text()).partition("@")[0]
    recipe = _recipe(base)
    _install(say)
    folder = _cache_folder()
    with _alone(folder, say), _place() as place, _bridge() as bridge:
        _end_leftover(folder)
        engine = Engine(_CLIENT, f"unix://{place}/d.sock", base, f"a private Docker, {recipe.about}")
        with _daemon(engine, folder, place, bridge):
            _have_base(engine, recipe, say)
            yield engine


@contextmanager
def empty_engine() -> Iterator[Engine]:
    """Until the context ends, run a second dockerd, which has no images."""
    with _place() as place, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        engine = Engine(_CLIENT, f"unix://{place}/d.sock", "", "a private Docker without an image")
        with _daemon(engine, Path(folder), place, "none"):
            yield engine


@contextmanager
def _place() -> Iterator[str]:
    """Yield a folder with a short path for sockets, and unmount everything below it at the end."""
    with tempfile.TemporaryDirectory(prefix="checkly-gate-", ignore_cleanup_errors=True) as place:
        try:
            yield place
        finally:
            mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
            for left in reversed([mount for mount in mounts if mount.startswith(f"{place}/")]):
                subprocess.run(["umount", left], check=False, capture_output=True)


@contextmanager
def _bridge() -> Iterator[str]:
    """Create a network between containers and this machine, if possible; yield its name or `none`."""
    _ip("link", "delete", _BRIDGE)  # a killed run may have left the network
    made = _ip("link", "add", _BRIDGE, "type", "bridge") and _ip("address", "add", _ADDRESS, "dev", _BRIDGE)
    try:
        yield _BRIDGE if made and _ip("link", "set", _BRIDGE, "up") else "none"
    finally:
        _ip("link", "delete", _BRIDGE)


def _ip(*arguments: str) -> bool:
    if not shutil.which("ip"):
        return False
    return subprocess.run(["ip", *arguments], capture_output=True, check=False, timeout=10).returncode == 0


def _recipe(base: str) -> stand_in.Recipe:
    if sys.platform != "linux" or not shutil.which("apt-get"):
        raise NoEngine("the tests can run a private engine only on a Debian-like machine")
    if os.geteuid() != 0:
        raise NoEngine("only root can run a private engine")
    try:
        return stand_in.recipe_for(re.findall(r":(\d+\.\d+)", base)[0])
    except LookupError as error:
        raise NoEngine(str(error)) from None


def _install(say: Say) -> None:
    if all(Path(program).exists() for program in (_CLIENT, _DAEMON, _BOOTSTRAP)):
        return
    say(f"installing {' and '.join(_PACKAGES)} with apt-get")
    _apt_get(
        "update", may_fail=True
    )  # if one package source is unreachable, another may still have the packages
    shown = subprocess.run(
        ["apt-cache", "show", *_PACKAGES_WHERE_THEY_ARE_APART], capture_output=True, text=True, check=False
    )
    apart = [name for name in _PACKAGES_WHERE_THEY_ARE_APART if f"Package: {name}\n" in shown.stdout]
    _apt_get("install", "--yes", "--no-install-recommends", *_PACKAGES, *apart)


def _apt_get(*arguments: str, may_fail: bool = False) -> None:
    done = subprocess.run(
        ["apt-get", "-qq", *arguments],
        env=dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"},
        capture_output=True,
        text=True,
        timeout=_INSTALLED_WITHIN_S,
        check=False,
    )
    if done.returncode and not may_fail:
        raise NoEngine(f"apt-get {arguments[0]} failed: {done.stderr.strip()[-300:]}")


def _cache_folder() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "checkly-gate" / "image-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _alone(folder: Path, say: Say) -> Iterator[None]:
    """Keep other runs out of the folder. The kernel releases the lock even if this run is killed."""
    with (folder / "lock").open("w") as lock:
        until_s = time.monotonic() + _OTHERS_DONE_WITHIN_S
        waits = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until_s:
                    raise NoEngine("another run of these tests did not end in time") from None
                if not waits:
                    say("waiting for another run of these tests")
                waits = True
                time.sleep(0.2)
        yield


def _end_leftover(folder: Path) -> None:
    """End the daemon that a killed run has left, if it is still running."""
    with suppress(FileNotFoundError, ValueError, ProcessLookupError):
        number = int((folder / "daemon.pid").read_text())
        until_s = time.monotonic() + _ENDED_WITHIN_S
        while str(folder) in Path(f"/proc/{number}/cmdline").read_text():
            os.kill(number, 15 if time.monotonic() < until_s else 9)
            time.sleep(0.2)
    (folder / "daemon.pid").unlink(missing_ok=True)


@contextmanager
def _daemon(engine: Engine, folder: Path, place: str, bridge: str) -> Iterator[None]:
    """Run a dockerd that shuts down when this process ends, even if this process is killed."""
    (folder / "daemon.json").write_text(json.dumps(_CONFIGURATION))
    command = [
        *(_PDEATHSIG, "--pdeathsig", "TERM", _DAEMON, "--host", engine.host),
        *("--config-file", str(folder / "daemon.json"), "--pidfile", str(folder / "daemon.pid")),
        *("--data-root", str(folder / "data"), "--exec-root", f"{place}/exec"),
        *(f"--bridge={bridge}", "--iptables=false", "--ip6tables=false", "--ip-forward=false"),
    ]
    with (folder / "daemon.log").open("wb") as log:
        # The daemon gets its own session, so that Ctrl-C ends only the tests, which then end the daemon.
        daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_until_ready(engine, daemon, folder / "daemon.log")
        yield
    finally:
        daemon.terminate()
        try:
            daemon.wait(_ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


def _wait_until_ready(engine: Engine, daemon: subprocess.Popen[bytes], log: Path) -> None:
    until_s = time.monotonic() + _READY_WITHIN_S
    while daemon.poll() is None and time.monotonic() < until_s:
        with suppress(subprocess.SubprocessError):
            engine.ask("version", within_s=5)
            return
        time.sleep(0.1)
    errors = [line for line in log.read_text(errors="replace").splitlines() if "level=info" not in line]
    raise NoEngine(f"a private dockerd does not start: {' '.join(errors[-2:])[-500:]}")


def _have_base(engine: Engine, recipe: stand_in.Recipe, say: Say) -> None:
    """Create the stand-in if it does not exist, and give it the name that the Dockerfile uses."""
    made_of = (recipe, inspect.getsource(stand_in), stand_in.certificates(), stand_in.pip_configuration())
    kept = f"stand-in:{hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]}"
    with suppress(subprocess.CalledProcessError):
        engine.ask("tag", kept, engine.base)
        return
    say(f"creating {recipe.about}")
    for old in engine.ask("images", "--format", "{{.Repository}}:{{.Tag}}", "stand-in").split():
        engine.ask("image", "rm", old)
    with tempfile.TemporaryDirectory(prefix="checkly-gate-base-") as folder:
        root = Path(folder) / "root"
        try:
            stand_in.make(recipe, root)
        except (OSError, subprocess.SubprocessError) as error:
            raise NoEngine(f"no stand-in for the base image could be created: {error}") from error
        _import(engine, root, kept)
    engine.ask("tag", kept, engine.base)


def _import(engine: Engine, root: Path, name: str) -> None:
    settings = ("ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", 'CMD ["python3"]')
    changes = [word for setting in settings for word in ("--change", setting)]
    with subprocess.Popen(["tar", "-C", str(root), "-c", "."], stdout=subprocess.PIPE) as tar:
        subprocess.run(
            engine.command("import", *changes, "-", name),
            env=client_environment(),
            stdin=tar.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=300,
        )
