"""Describe the image's files for scanners.

Debian's are described in `status.d`, as in distroless images, and Python's in `RECORD` files.
"""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from pathlib import Path

_DPKG = Path("/var/lib/dpkg")


def describe_debian(root: Path) -> None:
    """Write `status.d/PACKAGE` and its checksums for each Debian package with a file in `root`.

    Scanners read the version from `status.d/PACKAGE`, and the files from the checksums. Also copy the
    copyright notice.
    """
    stanzas = {
        re.findall(r"^Package: (\S+)$", stanza, re.MULTILINE)[0]: stanza
        for stanza in (_DPKG / "status").read_text().strip().split("\n\n")
    }
    to = root / "var/lib/dpkg/status.d"
    to.mkdir(parents=True)
    for package, files in sorted(_files_by_package(root).items()):
        (to / package).write_text(stanzas[package] + "\n")
        sums = [f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}" for path in files]  # noqa: S324 - dpkg uses MD5
        (to / f"{package}.md5sums").write_text("\n".join(sums) + "\n")
        notice = Path(f"/usr/share/doc/{package}/copyright")
        if notice.is_file():
            copy = root / notice.relative_to("/")
            copy.parent.mkdir(parents=True)
            shutil.copyfile(notice, copy)


def _files_by_package(root: Path) -> dict[str, list[Path]]:
    """Return the files in `root` that dpkg installed, by package."""
    there = {
        f"/{path.relative_to(root)}" for path in root.rglob("*") if path.is_file() and not path.is_symlink()
    }
    found: dict[str, list[Path]] = {}
    for listed in sorted((_DPKG / "info").glob("*.list")):
        package = listed.stem.partition(":")[0]
        for line in listed.read_text().splitlines():
            place = str(Path(line).parent.resolve() / Path(line).name)  # /lib and /bin may be symbolic links
            if place in there:
                there.remove(place)
                found.setdefault(package, []).append(root / place.lstrip("/"))
    return found


def describe_packages(site: Path) -> None:
    """Update each RECORD: add the bytecode, and remove the files that the image omits."""
    for record in sorted(site.glob("*.dist-info/RECORD")):
        with record.open(newline="") as file:
            rows = [row for row in csv.reader(file) if (site / row[0]).is_file()]
        for name in [row[0] for row in rows if row[0].endswith(".py")]:
            source = site / name
            caches = sorted((source.parent / "__pycache__").glob(f"{source.stem}.*.pyc"))
            rows += [[str(path.relative_to(site)), "", ""] for path in caches]
        with record.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
