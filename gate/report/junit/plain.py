"""Text that every consumer of JUnit shows unchanged."""

from __future__ import annotations

import re

_DOUBLE_BRACKET = re.compile(r"([\[\]])(?=\1)")
_WITHOUT_ENTITIES = str.maketrans("<>&", "()+")


def plain(text: str) -> str:
    """Return the text without characters that some dashboards interpret.

    Some dashboards show XML entities unescaped; others interpret `[[PROPERTY|…]]` as a field.
    """
    return _DOUBLE_BRACKET.sub(r"\1 ", text.replace(" > ", ", more than ").translate(_WITHOUT_ENTITIES))
