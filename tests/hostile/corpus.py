"""The texts of `texts.json`, each with a name that says where it stands there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("texts.json")
_GENERATED = ("before commands", "repeated")  # lists of parts that texts are made of
_TRIED_EVERYWHERE = ("::error::forged", "::set-output name=verdict::pass", "##[error]forged", "##vso[x]y")


def _texts() -> Iterator[tuple[str, str]]:
    groups: Mapping[str, Any] = json.loads(_FILE.read_text())
    for group, texts in groups.items():
        if group not in _GENERATED:
            yield from ((f"{group} {number}", text) for number, text in enumerate(texts))
    for number, before in enumerate(groups["before commands"]):
        for command in _TRIED_EVERYWHERE:
            yield f"before commands {number}, {command}", before + command
    for number, (part, times) in enumerate(groups["repeated"]):
        yield f"repeated {number}", part * times


TEXTS: Mapping[str, str] = dict(_texts())
