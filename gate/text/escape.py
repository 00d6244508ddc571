"""Escapes clean text for the place where it is written."""

from __future__ import annotations

import re

from gate.text.clean import clean

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&:@.$=\"'^-])")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MENTION = re.compile(r"([@#])")
_NOT_IN_MERMAID = re.compile(r"[^\w .,/()+…-]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_COMMAND = re.compile(r"\s*(?:::|\+\+\+|---|~~~|\^\^\^|\[Pipeline\])|\s+The gate (?:is|COULD)")
_DOUBLE_HASH = re.compile(r"#(?=#)")
_COMMAND_LINE = re.compile(r"^(\s*)::", re.MULTILINE)


def log_line(text: str) -> str:
    """A line that no CI system can take for a command, and no terminal for anything but text.

    GitHub's runner reads `::name` at the start of a line (after white space) and `##[name]` anywhere in it;
    Azure's agent reads `##vso[`, and TeamCity's `##teamcity[`. Buildkite folds lines below one that begins
    with three signs. Jenkins writes `[Pipeline]` itself, and the verdict begins a line of its own.
    """
    shown = without_commands(_CONTROLS.sub(" ", text))
    return "· " + shown.removeprefix("  ") if _COMMAND.match(shown) else shown


def without_commands(text: str) -> str:
    """The text without the two signs that begin a command in the middle of a line."""
    return _DOUBLE_HASH.sub("# ", text)


def document(text: str) -> str:
    """An XML or JSON document that reads the same, and of which no CI system takes a line for a command."""
    if not text.startswith("<"):
        return _DOUBLE_HASH.sub(r"\\u0023", text)  # a line of JSON begins with the gate's own words
    return _COMMAND_LINE.sub(r"\1&#58;:", _DOUBLE_HASH.sub("&#35;", text))


def command_data(text: str) -> str:
    """The text as the data of a workflow command, as the runner unescapes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """The text as a property of a workflow command."""
    return command_data(text).replace(":", "%3A").replace(",", "%2C")


def markdown(text: str) -> str:
    """The text as literal text in GitHub's Markdown, in a paragraph or a table cell.

    GitHub looks for addresses, @mentions and #references in what is rendered, where no backslash is left; a
    space without width keeps them from being found.
    """
    return _MENTION.sub(r"\1&#8203;", _MARKDOWN.sub(r"\\\1", text))


def html(text: str) -> str:
    """The text as literal text in an HTML block of GitHub's Markdown, where Markdown is not read."""
    return _MENTION.sub(r"\1&#8203;", text.translate(_HTML))


def mermaid(text: str) -> str:
    """The text as the name of a task or section in a Mermaid diagram, whose syntax has no escapes."""
    return clean(_NOT_IN_MERMAID.sub(" ", text), 80) or "unnamed"
