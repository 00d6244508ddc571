"""Starts a command, writes down the most memory that it held (in KiB), and exits as it did.

A process of its own: what the kernel counts for a child begins with the size of who started it.
"""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
    _, status, usage = os.wait4(pid, 0)
    Path(sys.argv[1]).write_text(str(usage.ru_maxrss))
    sys.exit(os.waitstatus_to_exitcode(status))
