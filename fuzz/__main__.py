"""Start the fuzzer on one target: `python -m fuzz TARGET [options of libFuzzer] FOLDER...`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["gate", "yaml"], enable_loader_override=False):
    from fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until a limit in the options is reached or a failure is found."""
    program, target, *options = sys.argv
    atheris.Setup([program, *options], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
