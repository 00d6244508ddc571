"""Text that every consumer of JUnit shows as it is."""

from __future__ import annotations

import re

_DOUBLE_BRACKET = re.compile(r"([\[\]])(?=\1)")
_WITHOUT_ENTITIES = str.maketrans("<>&", "()+")


def plain(text: str) -> str:
    """Return the text without characters that some dashboards interpret.

    Some show XML entities unescaped, others read `[[PROPERTY|…]]` as a field.
    """
    return _DOUBLE_BRACKET.sub(r"\1 ", text.replace(" > ", ", more than ").translate(_WITHOUT_ENTITIES))
