"""The type of an input: its name, its meaning, its reader, and the variables that can set it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gate.text.clean import clean

ENVIRONMENT_PREFIXES = ("INPUT_", "PLUGIN_", "CHECKLY_GATE_")


class Refused(ValueError):
    """The text of an input is not allowed. The text of this error is the whole message."""


def shown_text(text: str) -> str:
    """Return the text for a message, or a placeholder if it looks like an API key in the wrong place."""
    return "the given value" if re.search(r"\b(cu|sv)_\w{8}", text) else repr(clean(text, 100))


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input. `read` converts the input's text to its value.

    `read` raises ValueError with the allowed values, or `Refused` with the whole message.
    """

    name: str
    help: str
    read: Callable[[str], Any]  # `Settings` declares the types of the values
    default: str = ""
    required: bool = False
    secret: bool = False
    switch: bool = False
    joined_by: str = ""  # separates the values of a repeated flag
    variable: str = ""
    is_policy: bool = False  # without this input, the policy file's value applies, then `default`
    absent: Any = ""

    @property
    def field(self) -> str:
        """Return the name of the input's field in `Settings`."""
        return self.name.replace("-", "_")

    @property
    def described(self) -> str:
        """Return the input's meaning and its default, in one line."""
        notes = [self.help]
        if self.required:
            notes.append("Required.")
        if self.default:
            notes.append(f"Default: {self.default}.")
        if self.variable:
            notes.append(f"Also {self.variable}.")
        return " ".join(notes)

    @property
    def environment(self) -> tuple[str, ...]:
        """Return the variables that set the input, in order of precedence.

        GitHub keeps hyphens, as in INPUT_SESSION-ID, so both spellings are included.
        """
        upper = self.name.upper()
        names = [f"INPUT_{upper}"] + [prefix + self.field.upper() for prefix in ENVIRONMENT_PREFIXES]
        return tuple(dict.fromkeys([*names, self.variable] if self.variable else names))

    def text_in(self, flags: Mapping[str, str], env: Mapping[str, str]) -> str:
        """Return the text from a flag, or else from the first non-empty variable; empty if not given."""
        texts = (flags.get(self.name, ""), *(env.get(variable, "") for variable in self.environment))
        return next(filter(None, map(str.strip, texts)), "")
