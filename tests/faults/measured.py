"""Starts a command, writes its peak memory (in KiB) to a file, and exits with its exit code.

This needs a small process of its own, because the kernel's figure for a child starts at its parent's size.
"""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
    _, status, usage = os.wait4(pid, 0)
    Path(sys.argv[1]).write_text(str(usage.ru_maxrss))
    sys.exit(os.waitstatus_to_exitcode(status))
