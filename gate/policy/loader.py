"""Where the policy file is found."""

from __future__ import annotations

import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from gate.domain.errors import UsageError
from gate.policy.document import PolicyDocument, PolicyFile
from gate.text.clean import clean

DEFAULT_PATH = ".checkly-gate.yml"
_NONE = "none"  # a file of this name is ./none


def load_policy(path: str) -> PolicyDocument:
    """The book in a policy file; without a path the one in the default place, or nothing but the defaults.

    `none` stands for the defaults, even if there is a file in the default place. Raises `UsageError`, with
    every mistake, for a file that cannot be read or is no policy.
    """
    # a link that leads nowhere is no wish for the defaults
    if path == _NONE or (not path and not os.path.lexists(DEFAULT_PATH)):
        return PolicyDocument()
    from gate.policy.schema import LARGEST_BYTES, read_policy  # noqa: PLC0415 - only those who have a file wait for YAML

    file = Path(path or DEFAULT_PATH)
    shown = clean(str(file))
    try:
        if not file.is_file() and file.exists():
            raise UsageError(
                f"policy: {shown} cannot be read: it is not a file"
            )  # but perhaps a pipe without an end
        with file.open("rb") as opened:
            written = opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"policy: {shown} cannot be read: {error.strerror}") from None
    if len(written) > LARGEST_BYTES:
        raise UsageError(f"{shown}: a policy of more than {LARGEST_BYTES // 1000} kB")
    try:
        document = read_policy(written.decode(), shown)
    except UnicodeDecodeError:
        raise UsageError(f"policy: {shown} is not UTF-8 text") from None
    return replace(document, file=PolicyFile(shown, sha256(written).hexdigest()))
