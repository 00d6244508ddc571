"""Where the policy file is found."""

from __future__ import annotations

from pathlib import Path

from gate.errors import UsageError
from gate.policy_book import PolicyBook
from gate.text import clean

DEFAULT_PATH = ".checkly-gate.yml"


def load_policy(path: str) -> PolicyBook:
    """The book in a policy file; without a path the one in the default place, or nothing but the defaults.

    Raises `UsageError`, with every mistake, for a file that cannot be read or is no policy.
    """
    if not path and not Path(DEFAULT_PATH).exists():
        return PolicyBook()
    from gate.policy_file import read_policy  # noqa: PLC0415 - only those who have a file wait for YAML

    file = Path(path or DEFAULT_PATH)
    shown = clean(str(file))
    try:
        written = file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"policy: {shown} cannot be read: {error.strerror}") from None
    except ValueError:
        raise UsageError(f"policy: {shown} is not UTF-8 text") from None
    return read_policy(written, shown)
