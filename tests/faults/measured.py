"""Run a command, write its peak memory (in KiB) to a file, and exit with the command's exit code.

The command needs a small parent process, because the kernel's figure for a child starts at its parent's size.
"""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
    _, status, usage = os.wait4(pid, 0)
    Path(sys.argv[1]).write_text(str(usage.ru_maxrss))
    sys.exit(os.waitstatus_to_exitcode(status))
