"""A description of the machine, without its name or its owner."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

_CPU = r"model name\s*:\s*(.*)"
_MEMORY = r"MemTotal:\s*(\d+)"
_SYSTEM = r'PRETTY_NAME="(.*)"'


def describe() -> str:
    """Describe CPU, memory, system and Python, and the load before the benchmarks."""
    memory_gib = int(_first(_MEMORY, "/proc/meminfo", "0")) / 1024**2
    return (
        f"{_first(_CPU, '/proc/cpuinfo')}, {os.cpu_count()} cores, {memory_gib:.0f} GiB of memory, "
        f"{_first(_SYSTEM, '/etc/os-release')}, Python {platform.python_version()}. "
        f"The load average was {os.getloadavg()[1]:.1f} before the benchmark began"
    )


def _first(pattern: str, path: str, otherwise: str = "unknown") -> str:
    try:
        match = re.search(pattern, Path(path).read_text())
    except OSError:
        return otherwise
    return match[1].strip() if match else otherwise
