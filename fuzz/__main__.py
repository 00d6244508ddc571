"""Starts the fuzzer on one target: `python -m fuzz TARGET [options of libFuzzer] FOLDER...`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["gate", "yaml"], enable_loader_override=False):
    from fuzz.targets import TARGETS


def main() -> None:
    """Fuzzes until the options say that it is enough, or something was found."""
    program, target, *options = sys.argv
    atheris.Setup([program, *options], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
