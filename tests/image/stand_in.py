"""A stand-in for the base image, for use if no image registry can be reached.

mmdebstrap creates it from Debian packages. Like the official image, it has CPython under /usr/local, no
python3 in /usr/bin, and no bytecode of the standard library. The Python comes from this machine, or else
from Debian trixie. The size and speed of the official image may differ.
"""

from __future__ import annotations

import configparser
import io
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DEBIANS_OWN = ("trixie", "3.13")
_BOOTSTRAP_WITHIN_S = 400
_CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
_SLIM = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale")]
_REACHES_AN_INDEX = ("index-url", "extra-index-url", "trusted-host", "proxy")
_OFTEN_WITHOUT_LIBRARIES = ("_tkinter", "_dbm", "_gdbm")  # the gate needs none of these modules


@dataclass(frozen=True, slots=True)
class Recipe:
    """The components of a stand-in. `prefix` is the Python to copy, or None to use Debian's own."""

    version: str
    prefix: Path | None

    @property
    def about(self) -> str:
        whose = "Debian's" if self.prefix is None else "this machine's"
        return f"a stand-in for python:{self.version}-slim with {whose} Python"


def recipe_for(version: str) -> Recipe:
    """Return the recipe for a stand-in with a given version of Python. Raise LookupError if there is none."""
    found = next(_prefixes(version), None)
    if found is None and version != DEBIANS_OWN[1]:
        raise LookupError(f"there is no CPython {version} for a base image")
    return Recipe(version, found)


def _prefixes(version: str) -> Iterator[Path]:
    """Yield the prefixes, except /usr, that have pip and a complete CPython of the given version."""
    places = [Path.home() / ".pyenv" / "versions", Path("/opt/hostedtoolcache/Python"), Path("/opt")]
    beside = [path for place in places if place.is_dir() for path in sorted(place.glob(f"*{version}*"))]
    on_path = shutil.which(f"python{version}")
    resolved = [Path(on_path).resolve().parents[1]] if on_path else []
    for prefix in [Path(sys.base_prefix), Path("/usr/local"), *resolved, *beside]:
        library = prefix / "lib" / f"python{version}"
        whole = (library / "os.py").is_file() and any(library.glob("site-packages/pip"))
        if prefix != Path("/usr") and whole and (prefix / "bin" / f"python{version}").is_file():
            yield prefix


def make(recipe: Recipe, root: Path) -> None:
    """Create the stand-in's file system in a new folder."""
    if recipe.prefix is None:
        _bootstrap(root, DEBIANS_OWN[0], ["python3", "python3-pip"])
        _link_debians_python(root, recipe.version)
    else:
        suite = platform.freedesktop_os_release()["VERSION_CODENAME"]
        _bootstrap(root, suite, sorted(_packages_of_libraries(recipe.prefix, recipe.version)))
        _copy_python(recipe.prefix, root / "usr" / "local", recipe.version)
        _strip(root / "usr" / "local")
        subprocess.run(["chroot", str(root), "/sbin/ldconfig"], check=True, timeout=60)
    for cache in root.glob("usr/**/__pycache__"):
        shutil.rmtree(cache)
    (root / _CERTIFICATES).write_bytes(certificates())
    (root / "etc" / "pip.conf").write_text(pip_configuration())


def _bootstrap(root: Path, suite: str, packages: list[str]) -> None:
    include = ",".join(["ca-certificates", *packages])
    subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={include}", *_SLIM, suite, str(root)],
        check=True,
        timeout=_BOOTSTRAP_WITHIN_S,
    )


def _packages_of_libraries(prefix: Path, version: str) -> set[str]:
    """Return the Debian packages with the libraries that a Python is linked against."""
    extensions = (prefix / "lib" / f"python{version}" / "lib-dynload").glob("*.so")
    linked = [path for path in extensions if not path.name.startswith(_OFTEN_WITHOUT_LIBRARIES)]
    told = _told("ldd", str(prefix / "bin" / f"python{version}"), *map(str, linked))
    libraries = {Path(path) for path in re.findall(r"=> (/\S+)", told)}
    patterns = [f"*/{path.parent.name}/{path.name}" for path in libraries if prefix not in path.parents]
    return set(re.findall(r"^([^:,\s]+)", _told("dpkg-query", "--search", *sorted(patterns)), re.MULTILINE))


def _told(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout


def _copy_python(prefix: Path, to: Path, version: str) -> None:
    """Copy a Python and its pip, without other installed packages."""
    site_packages = prefix / "lib" / f"python{version}" / "site-packages"

    def ignored(folder: str, names: list[str]) -> list[str]:
        if Path(folder) == site_packages:
            return [name for name in names if not name.startswith("pip")]
        return [name for name in names if name in ("test", "tests") or name.startswith("config-")]

    shutil.copytree(
        site_packages.parent,
        to / "lib" / f"python{version}",
        ignore=ignored,
        symlinks=True,
        dirs_exist_ok=True,
    )
    for library in prefix.glob("lib/libpython*.so*"):
        shutil.copy2(library, to / "lib", follow_symlinks=False)
    for script in prefix.glob("bin/pip*"):
        shutil.copy2(script, to / "bin")
    binary = to / "bin" / f"python{version}"
    shutil.copy2(prefix / "bin" / f"python{version}", binary)
    _link(binary, "python3", "python")


def _link_debians_python(root: Path, version: str) -> None:
    """Give Debian's Python the names that Python has in the official image."""
    debians, ours = root / "usr" / "bin", root / "usr" / "local" / "bin"
    (debians / "python3").unlink()
    for script in debians.glob("pip*"):
        script.rename(ours / script.name)
    binary = ours / f"python{version}"
    binary.symlink_to(f"/usr/bin/python{version}")
    _link(binary, "python3", "python")


def _strip(prefix: Path) -> None:
    """Remove the debug information, which the official image's Python lacks too."""
    binaries = [*prefix.glob("bin/python3.*"), *prefix.rglob("*.so*")]
    files = [str(path) for path in binaries if path.is_file() and not path.is_symlink()]
    if shutil.which("strip"):
        subprocess.run(["strip", "--strip-unneeded", *files], check=True, timeout=60)


def _link(binary: Path, *names: str) -> None:
    for name in names:
        (binary.parent / name).symlink_to(binary.name)


def certificates() -> bytes:
    """Return the certificate authorities that this machine trusts, possibly more than Debian's."""
    named = [os.environ.get(name) for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")]
    files = [*named, ssl.get_default_verify_paths().cafile, f"/{_CERTIFICATES}"]
    return next((Path(file).read_bytes() for file in files if file and Path(file).is_file()), b"")


def pip_configuration() -> str:
    """Return a pip.conf with the settings by which this machine's pip reaches its index.

    It contains no local paths except that of the certificates.
    """
    told = _told(sys.executable, "-m", "pip", "config", "list")
    config = configparser.ConfigParser(interpolation=None)
    config["global"] = {"cert": f"/{_CERTIFICATES}"} | _reachable(told)
    text = io.StringIO()
    config.write(text)
    return text.getvalue()


def _reachable(told: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in told.splitlines():  # settings from the environment come first, and the first one counts
        name, _, value = line.partition("=")
        key = name.rpartition(".")[2]
        words = [word for word in value.strip("'\"").split() if not word.startswith(("file:", "/"))]
        if key in _REACHES_AN_INDEX and words:
            found.setdefault(key, " ".join(words))
    return found
