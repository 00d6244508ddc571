"""Each report file is complete or absent. If a report cannot be written, the gate does not open."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from gate.domain.errors import ReportUnwritable
from gate.publish.files import write_whole
from tests.end_to_end.running import JUNIT, RECORD, gate_on
from tests.hostile.disks import full, mounted

RUNNER = (1001, 121)
ONE, OTHER = b"1" * 3_000_000, b"2" * 2_000_000
WRITER = """
import sys
from pathlib import Path
from gate.publish.files import write_whole
path = Path(sys.argv[1])
while True:
    for content in (b"1" * 3_000_000, b"2" * 2_000_000):
        write_whole(path, content, workspace=path.parent)
"""


def test_a_reader_never_sees_a_partial_report(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    write_whole(path, ONE, workspace=tmp_path)
    seen = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for content in (OTHER, ONE) * 30:
        write_whole(path, content, workspace=tmp_path)
    done.set()
    reader.join()
    assert set(seen) <= {ONE, OTHER}
    assert len(seen) > 3


def test_a_process_killed_while_writing_leaves_a_complete_report(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    for number in range(8):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], cwd=Path(__file__).parents[2])
        while not path.exists():
            time.sleep(0.01)
        time.sleep(0.01 + number / 700)  # at a different time in each round
        writer.send_signal(signal.SIGKILL)
        writer.wait(timeout=10)
        assert path.read_bytes() in (ONE, OTHER)
        path.unlink()


@pytest.mark.parametrize("name", ["x" * 251 + ".xml", "ü" * 125 + ".xml"], ids=["ASCII", "UTF-8"])
def test_a_file_name_may_have_the_maximum_length(name: str, tmp_path: Path) -> None:
    write_whole(tmp_path / name, b"content", workspace=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    # Not /dev/null, because a defective gate with root's permissions would replace it and break the machine.
    own_end, other_end = os.openpty()
    terminal = Path(os.ttyname(other_end))
    write_whole(terminal, b"content", workspace=tmp_path)
    assert os.read(own_end, 100) == b"content"
    assert terminal.is_char_device()
    for end in (own_end, other_end):
        os.close(end)
    with pytest.raises(ReportUnwritable, match="No space left on device"):
        write_whole(Path("/dev/full"), b"content", workspace=tmp_path)
    assert Path("/dev/full").is_char_device()


def test_new_folders_on_a_full_disk_belong_to_the_owner_of_the_workspace(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=64k,nr_inodes=1000") as disk:
        os.chown(disk, *RUNNER)
        full(disk)
        with pytest.raises(ReportUnwritable, match="No space left on device"):
            write_whole(disk / "new" / "report.xml", b"x" * 100_000, workspace=disk)
        assert sorted(path.name for path in disk.rglob("*")) == ["filler", "new"]
        assert (disk / "new").stat().st_uid == RUNNER[0]


# Where no report can be written: a function that creates the place, the path of the report, and the error.
Place = tuple[Callable[[Path], AbstractContextManager[object]], str, str]


def _made(make: Callable[[Path], object]) -> Callable[[Path], AbstractContextManager[object]]:
    @contextmanager
    def place(folder: Path) -> Iterator[None]:
        make(folder)
        yield

    return place


@contextmanager
def _a_full_disk(folder: Path) -> Iterator[None]:
    with mounted(folder / "disk", "size=64k") as disk:
        full(disk)
        yield


@contextmanager
def _a_read_only_disk(folder: Path) -> Iterator[None]:
    with mounted(folder / "disk", "size=64k,ro"):
        yield


def _socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))


PLACES: dict[str, Place] = {
    "a folder": (_made(lambda folder: (folder / "taken").mkdir()), "taken", "Is a directory"),
    "below a file": (_made(lambda folder: (folder / "file").touch()), "file/x/report", "Not a directory"),
    "a FIFO": (_made(lambda folder: os.mkfifo(folder / "fifo")), "fifo", "it is not a regular file"),
    "a socket": (_made(_socket), "socket", "it is not a regular file"),
    "a full device": (_made(lambda _: None), "/dev/full", "No space left on device"),
    "a name that is too long": (_made(lambda _: None), "x" * 256, "File name too long"),
    "a path that is too long": (_made(lambda _: None), "x/" * 2100 + "report", "File name too long"),
    "a full disk": (_a_full_disk, "disk/report", "No space left on device"),
    "a read-only disk": (_a_read_only_disk, "disk/report", "Read-only file system"),
    "a link out of the workspace": (
        _made(lambda folder: (folder / "results").symlink_to("..")),
        "results/report",
        "a symbolic link leads out",
    ),
}
SESSION = """
description: a session
sessions:
  - check: {name: Checkout API, type: API}
    locations: [us-east-1]
    statuses: [{at: 0s, is: %s}]
    results: [{at: 0s, location: us-east-1, is: passed}]
"""


@pytest.mark.parametrize("victim", ["junit-path", "json-path"])
@pytest.mark.parametrize(("place", "path", "why"), PLACES.values(), ids=PLACES.keys())
def test_the_other_reports_explain_why_a_report_cannot_be_written(
    place: Callable[[Path], AbstractContextManager[object]], path: str, why: str, victim: str, tmp_path: Path
) -> None:
    with place(tmp_path):
        gated = gate_on(tmp_path, SESSION % "PASSED", **{victim: path})
    assert gated.code == 4
    assert gated.outputs["verdict"] == "inconclusive"
    assert f"could not be written: {why}" in gated.outputs["reason"]
    assert gated.outputs["reason"] in gated.log
    assert "Traceback" not in gated.log
    assert gated.outputs[victim] == ""
    assert gated.summary
    if victim == "json-path":
        assert gated.cases["checkly-gate [reports]"] == "error GateError"
    else:
        assert why in gated.record["reason"]
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.parametrize("victim", ["junit-path", "json-path"])
@pytest.mark.parametrize(
    ("status", "code"),
    [("FAILED", 1), ("TIMED_OUT", 1), ("PROGRESS", 4)],
    ids=["a failed session", "Checkly's own timeout", "the gate's timeout"],
)
def test_a_report_that_cannot_be_written_keeps_exit_code_1_and_turns_3_into_4(
    status: str, code: int, victim: str, tmp_path: Path
) -> None:
    gated = gate_on(tmp_path, SESSION % status, timeout="1s", **{victim: "/dev/full"})
    assert gated.code == code
    written = tmp_path / (RECORD if victim == "junit-path" else JUNIT)
    assert "No space left on device" in written.read_text()
    assert "No space left on device" in gated.log


def test_a_green_junit_report_is_replaced_if_the_record_cannot_be_written(tmp_path: Path) -> None:
    paths = {"junit_path": "disk/junit.xml", "json_path": "disk/record.json"}
    with mounted(tmp_path / "disk", "size=4k,nr_inodes=100") as disk:  # room for only one report
        gated = gate_on(tmp_path, SESSION % "PASSED", **paths)
        written = (disk / "junit.xml").read_text()
    assert gated.code == 4
    assert gated.outputs["junit-path"] == "disk/junit.xml"
    assert 'name="checkly-gate [reports]"' in written
    assert "No space left on device" in written


def test_a_log_that_cannot_be_written_does_not_end_the_gate(tmp_path: Path) -> None:
    """The reports and the exit code do not depend on the log."""
    root = Path(__file__).parents[2]
    with Path("/dev/full").open("wb") as nowhere:
        done = subprocess.run(
            [sys.executable, str(root / "entrypoint.py"), "demo", "passing"],
            cwd=tmp_path,
            stdout=nowhere,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / JUNIT).exists()
