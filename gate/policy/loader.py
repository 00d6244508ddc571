"""Find the policy file, and load it."""

from __future__ import annotations

import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from gate.domain.errors import UsageError
from gate.policy.document import PolicyDocument, PolicyFile
from gate.text.clean import clean

DEFAULT_PATH = ".checkly-gate.yml"
_NONE = "none"  # for a file with this name, write ./none


def load_policy(path: str) -> PolicyDocument:
    """Return the document in a policy file. Without a path, use the default path if that file exists.

    The path `none` means the defaults, even if there is a file at the default path. Raises `UsageError`,
    with the mistakes, if the file cannot be read or is not a valid policy.
    """
    # A broken symbolic link counts as a file, so that the gate does not silently use the defaults.
    if path == _NONE or (not path and not os.path.lexists(DEFAULT_PATH)):
        return PolicyDocument()
    from gate.policy.schema import LARGEST_BYTES, read_policy  # noqa: PLC0415 - YAML loads slowly

    file = Path(path or DEFAULT_PATH)
    shown = clean(str(file))
    try:
        if not file.is_file() and file.exists():
            raise UsageError(
                f"policy: {shown} cannot be read: it is not a file"
            )  # reading a pipe might never end
        with file.open("rb") as opened:
            written = opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"policy: {shown} cannot be read: {error.strerror}") from None
    if len(written) > LARGEST_BYTES:
        raise UsageError(f"{shown}: the policy is larger than {LARGEST_BYTES // 1000} kB")
    try:
        document = read_policy(written.decode(), shown)
    except UnicodeDecodeError:
        raise UsageError(f"policy: {shown} is not UTF-8 text") from None
    return replace(document, file=PolicyFile(shown, sha256(written).hexdigest()))
