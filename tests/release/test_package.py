"""The wheel also contains the files of the package that are not code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]
BUILD = "import sys; from flit_core.buildapi import build_wheel; build_wheel(sys.argv[1])"


def test_the_wheel_contains_every_file_of_the_package(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", BUILD, str(tmp_path)], cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as opened:
        installed = set(opened.namelist())
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "gate").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {"gate/report/record.schema.json", "gate/policy/policy.schema.json"} <= files <= installed
