"""The cold start: the cost of the image, or of npm's packages, before a fresh machine's first request."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.figures import alternate, median_ratio, shown_s
from bench.first_request import first_request_s, free_port, wait_until_served
from bench.npm import CLI_VERSION, installed_afresh
from bench.programs import KEY, missing
from bench.table import Row, Section
from tests.image.building import Image, built
from tests.image.engine import Engine, NoEngine
from tests.image.private_engine import empty_engine, private_engine

ROUNDS = 5
_STARTS = 4  # for each pull; starts are measured more often, because they vary more and take less time
_IMAGE, _FORMER, _PACKAGES = "the image", "the former image", "npm's packages"
_DOCKERFILES = {_IMAGE: "Dockerfile", _FORMER: "bench/former.Dockerfile"}
_SESSION = "8166fa86-c9b4-4162-8541-d380c6c212d8"
_MBIT_S = 50
_HOW = """\
The table shows the steps of a fresh machine before the gate's first request. The image is pulled {rounds}
times from a registry on loopback into an empty Docker engine, and started {starts} times. The same is done
in turns with the former image, in which the same gate is added to the base image
(`bench/former.Dockerfile`). Both are built on a stand-in for the base image, so only the ratios are
meaningful. A download is the size of the compressed layers. Figures at {mbit} Mbit/s are CALCULATED from
the download at that speed and the times measured here.

{npm}"""
_NPM = """\
The images are compared with one `npm install checkly@{version}` (with an empty cache, from the registry that
this machine uses) and one start of `npx checkly checks run` until its first request. The time of the
installation includes the network, but the time to fetch an image does not: at {mbit} Mbit/s, the image's
download would take {seconds:.1f} s (calculated). Node is not counted, because runners already have it."""
_NO_NPM = "The Checkly CLI was NOT measured: there was no npm, or its package could not be installed."


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of fetching and starting a program: megabytes, files, and the seconds of each round."""

    download_mb: float
    disk_mb: float
    files: int
    fetch_s: Sequence[float]
    first_request_s: Sequence[float]

    @property
    def calculated_s(self) -> float:
        """Return the seconds until the first request, calculated for a limited download speed."""
        return self.download_mb * 8 / _MBIT_S + median(self.fetch_s) + median(self.first_request_s)


def measure(folder: Path, rounds: int = ROUNDS) -> Section:
    """Compare the image with the former image and npm's packages, if a Docker engine can be started."""
    try:
        costs = _images(rounds)
    except NoEngine as error:
        return Section("A cold start", f"NOT MEASURED: {error}.", (Row(_IMAGE, "skipped"),))
    about_npm = _NO_NPM
    if npm := installed_afresh(folder):
        costs[_PACKAGES] = Cost(*npm)
        seconds = costs[_IMAGE].download_mb * 8 / _MBIT_S
        about_npm = _NPM.format(version=CLI_VERSION, mbit=_MBIT_S, seconds=seconds)
    how = _HOW.format(rounds=rounds, starts=_STARTS * rounds, mbit=_MBIT_S, npm=about_npm)
    return Section("A cold start", how, tuple(rows(costs)))


def _images(rounds: int) -> dict[str, Cost]:
    """Measure both images. Raises `NoEngine`."""
    if missing("docker-registry"):
        raise NoEngine("docker-registry is not installed (it is a package of Debian)")
    with ExitStack() as until_the_end:
        engine = until_the_end.enter_context(private_engine(print))
        images = {
            name: until_the_end.enter_context(built(engine, dockerfile))
            for name, dockerfile in _DOCKERFILES.items()
        }
        registry = until_the_end.enter_context(_registry())
        fresh = until_the_end.enter_context(empty_engine())
        pushed = {
            name: _push(image, f"{registry}/{name.replace(' ', '-')}") for name, image in images.items()
        }
        fetch_s = alternate({name: _pull(fresh, pushed[name]) for name in images}, rounds)
        start_s = alternate({name: _start(fresh, pushed[name]) for name in images}, _STARTS * rounds)
        return {name: _cost(image, fetch_s[name], start_s[name]) for name, image in images.items()}


def _cost(image: Image, fetch_s: Sequence[float], first_s: Sequence[float]) -> Cost:
    files = sum(member.isfile() for member in image.files.values())
    return Cost(image.megabytes_compressed, image.megabytes, files, fetch_s, first_s)


def _push(image: Image, name: str) -> str:
    image.engine.ask("tag", image.tag, name)
    image.engine.ask("push", "--quiet", name, within_s=120)
    image.engine.ask("image", "rm", name)
    return name


def _pull(engine: Engine, name: str) -> Callable[[], float]:
    def pull() -> float:
        if engine.ask("images", "--quiet", name).strip():
            engine.ask("image", "rm", "--force", name)
        began_s = time.monotonic()
        engine.ask("pull", "--quiet", name, within_s=120)
        return time.monotonic() - began_s

    return pull


def _start(engine: Engine, name: str) -> Callable[[], float]:
    given = {"CHECKLY_GATE_SESSION_ID": _SESSION, "CHECKLY_API_KEY": KEY, "CHECKLY_API_URL": ""}
    passed_on = [word for variable in given for word in ("--env", variable)]
    command = engine.command("run", "--rm", "--network", "host", *passed_on, name)
    return lambda: first_request_s(command, lambda url: given | {"CHECKLY_API_URL": url})


@contextmanager
def _registry() -> Iterator[str]:
    """Run an empty registry for images on loopback, and yield its address."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "registry.yml"
        storage = f"storage: {{filesystem: {{rootdirectory: {folder}/images}}}}"
        file.write_text(f"version: 0.1\n{storage}\nhttp: {{addr: '127.0.0.1:{port}'}}\n")
        command = [shutil.which("docker-registry") or "", "serve", str(file)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_until_served(port)
                yield f"127.0.0.1:{port}"
            finally:
                process.terminate()


def rows(costs: Mapping[str, Cost]) -> Iterator[Row]:
    """Yield the rows of the table: all costs, and the image (the first entry) compared with the others."""
    for name, cost in costs.items():
        sizes = f"{cost.download_mb:.1f} MB, {cost.disk_mb:.1f} MB, {cost.files}"
        times = f"{shown_s(median(cost.fetch_s))}, {shown_s(median(cost.first_request_s))}"
        yield Row(f"{name}: download, on disk, files", sizes)
        yield Row(f"{name}: fetch and unpack, start to the first request", times)
    own = costs[_IMAGE]
    yield Row.at_most("the image: download", own.download_mb, 20, "{:.1f} MB")
    yield Row.at_most("the image: on disk", own.disk_mb, 50, "{:.1f} MB")
    for name in list(costs)[1:]:
        yield from _beside(name, own, costs[name])


def _beside(name: str, own: Cost, other: Cost) -> Iterator[Row]:
    beside = f"the image ÷ {name}"
    sizes = (own.download_mb / other.download_mb, own.disk_mb / other.disk_mb, own.files / other.files)
    yield Row(f"{beside}: download, on disk, files", ", ".join(f"{size:.2f}x" for size in sizes))
    if name == _PACKAGES:  # measured only once, so there are no rounds to compare
        fetch = median(own.fetch_s) / median(other.fetch_s)
        start = median(own.first_request_s) / median(other.first_request_s)
        yield Row(f"{beside}: fetch and unpack", f"{fetch:.2f}x")
        yield Row(f"{beside}: start to the first request", f"{start:.2f}x")
        return
    yield Row(f"{beside}: fetch and unpack", f"{median_ratio(own.fetch_s, other.fetch_s):.2f}x")
    start = median_ratio(own.first_request_s, other.first_request_s)
    yield Row.at_most(f"{beside}: start to the first request", start, 0.8, "{:.2f}x")
    ratio = own.calculated_s / other.calculated_s
    yield Row(f"{beside}: in total at {_MBIT_S} Mbit/s, calculated", f"{ratio:.2f}x")
