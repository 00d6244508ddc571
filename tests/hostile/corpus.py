"""The hostile strings of `texts.json`, each named after its group and its number in the group."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.exhaustive import IS_EXHAUSTIVE

_FILE = Path(__file__).with_name("texts.json")
_GENERATED = ("before commands", "repeated")  # lists of parts from which strings are composed
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
# One string of each group, which the fast tests put in every place. The tests in `tests/text` apply every
# escape to every string.
SAMPLE: Mapping[str, str] = {
    name: text for name, text in TEXTS.items() if re.search(r"(?<![0-9])0(?:$|, ::error)", name)
}
TRIED: Mapping[str, str] = TEXTS if IS_EXHAUSTIVE else SAMPLE
