"""Assemble the file system of the image during its build: `python3 -m image.assemble PACKAGES ROOT`.

Copy into ROOT the files that image/contents.py names, Python without the files that image/left-out.txt lists,
the packages, and the libraries that programs and extensions are linked with. If a named program or library
does not exist, the build fails.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from image.contents import FILES, FOLDERS, LINKS_OF_MERGED_FOLDERS, LOADED_LIBRARIES, PROGRAMS
from image.metadata import describe_debian, describe_packages

HERE = Path(__file__).parent


LEFT_OUT = [
    line for line in (HERE / "left-out.txt").read_text().splitlines() if line and not line.startswith("#")
]
LIBRARY = Path(sysconfig.get_path("stdlib"))
SITE = Path(sysconfig.get_path("purelib"))


def main(packages: Path, root: Path) -> None:
    """Fill `root` with the file system."""
    _make_folders(root)
    for program in PROGRAMS:
        _copy(Path(_found(program)), root)
    for file in map(Path, FILES):
        if os.path.lexists(file):
            _copy(file, root)
    _copy(Path(sys.executable), root)
    _copy_tree(LIBRARY, root / LIBRARY.relative_to("/"), "library")
    _copy_tree(packages, root / SITE.relative_to("/"), "packages")
    _install_gate(root)
    _copy_libraries(root)
    subprocess.run(["ldconfig", "-r", root], check=True)
    shutil.rmtree(root / "var/cache", ignore_errors=True)  # written by ldconfig
    _compile(root)
    describe_packages(root / SITE.relative_to("/"))
    describe_debian(root)
    _make_readable(root)


def _make_folders(root: Path) -> None:
    for name in LINKS_OF_MERGED_FOLDERS:
        if Path(name).is_symlink():
            target = root / str(Path(name).readlink()).lstrip("/")
            target.mkdir(parents=True, exist_ok=True)
            (root / name.lstrip("/")).symlink_to(target.relative_to(root))
    for name in FOLDERS:
        (root / name.lstrip("/")).mkdir(parents=True, exist_ok=True)


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise SystemExit(f"the base image has no {program}")
    return path


def _copy(path: Path, root: Path) -> None:
    """Copy a file to the same place below `root`.

    Keep a symbolic link; copy its target too, or create a folder if the target is one.
    """
    path = path.parent.resolve() / path.name
    to = root / path.relative_to("/")
    if os.path.lexists(to):
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        to.symlink_to(path.readlink())
        if path.is_dir():
            (root / path.resolve().relative_to("/")).mkdir(parents=True, exist_ok=True)
        else:
            _copy(path.parent / path.readlink(), root)
    elif path.is_dir():
        shutil.copytree(path, to)
    else:
        shutil.copy2(path, to)


def _copy_tree(source: Path, to: Path, name: str) -> None:
    def left_out(folder: str, names: list[str]) -> list[str]:
        place = Path(name) / Path(folder).relative_to(source)
        return [each for each in names if any(fnmatchcase(str(place / each), line) for line in LEFT_OUT)]

    shutil.copytree(source, to, ignore=left_out, dirs_exist_ok=True)


def _install_gate(root: Path) -> None:
    """Install the program twice: for the image's entrypoint, and as a command on the PATH."""
    entrypoint = (HERE.parent / "entrypoint.py").read_text()
    for name, text in {
        "app/entrypoint.py": entrypoint,
        "usr/local/bin/checkly-gate": f"#!/usr/local/bin/python3 -Iu\n{entrypoint}",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "usr/local/bin/checkly-gate").chmod(0o755)


def _copy_libraries(root: Path) -> None:
    """Copy the libraries that the binaries are linked with, and those that are loaded by name.

    `ldd` also lists the libraries that the libraries need, so one pass is enough.
    """
    linked: set[str] = set()
    for binary in _binaries(root):
        printed = subprocess.run(["ldd", binary], capture_output=True, text=True, check=False).stdout
        if missing := re.findall(r"(\S+) => not found", printed):
            raise SystemExit(f"{binary} needs {', '.join(missing)}, which the base image does not have")
        linked.update(re.findall(r"^\s+(?:\S+ => )?(/\S+)", printed, re.MULTILINE))
    beside = next(Path(each).parent for each in linked if "/libc.so." in each)
    for library in [*linked, *(str(beside / name) for name in LOADED_LIBRARIES)]:
        _copy(Path(library), root)


def _binaries(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def _compile(root: Path) -> None:
    """Compile everything that can be imported.

    The base image contains no bytecode of the standard library. Without bytecode, compiling would take most
    of the start-up time. The bytecode is not checked against its source, because copying changes the times of
    files, which would invalidate timestamped bytecode.
    """
    for place in (LIBRARY, SITE):
        if not compileall.compile_dir(
            root / place.relative_to("/"),
            quiet=1,
            stripdir=str(root),
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        ):
            raise SystemExit("the packages do not compile")


def _make_readable(root: Path) -> None:
    """Make all files readable by any user; in a checkout, they may be private."""
    for path in root.rglob("*"):
        if not path.is_symlink():
            runs = path.is_dir() or (path.stat().st_mode & stat.S_IXUSR and path.suffix != ".py")
            path.chmod(0o755 if runs else 0o644)
    for name, mode in FOLDERS.items():
        (root / name.lstrip("/")).chmod(mode)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
