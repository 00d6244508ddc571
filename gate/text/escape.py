"""Escape clean text for each destination."""

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
_HASH_COMMAND = re.compile(r"#(?=#(?:vso|teamcity)?\[)")


def log_line(text: str) -> str:
    """Return a line that no CI system reads as a command, and that a terminal shows as plain text.

    GitHub's runner reads `::name` at the start of a line (after white space) and `##[name]` anywhere in it;
    Azure's agent reads `##vso[`, and TeamCity's `##teamcity[`. Buildkite folds the lines below a line
    that begins with `+++`, `---`, `~~~` or `^^^`. Jenkins begins its own lines with `[Pipeline]`, so other
    lines must not. An indented line must not look like the verdict, which is not indented.
    """
    shown = without_commands(_CONTROLS.sub(" ", text))
    return "· " + shown.removeprefix("  ") if _COMMAND.match(shown) else shown


def without_commands(text: str) -> str:
    """Return the text without `##`, which can begin a command anywhere in a line."""
    return _DOUBLE_HASH.sub("# ", text)


def document(text: str) -> str:
    """Return an equivalent document, without lines that a CI system reads as a command.

    The first character shows the format, because the gate itself writes it: `{` in JSON, `<` in XML and HTML,
    any other in Markdown. In Markdown, `##` begins a heading, so it is kept unless it begins a command.
    """
    if text.startswith("{"):
        return _DOUBLE_HASH.sub(r"\\u0023", text)  # a line of the gate's JSON cannot begin with `::`
    hashes = _DOUBLE_HASH if text.startswith("<") else _HASH_COMMAND
    return _COMMAND_LINE.sub(r"\1&#58;:", hashes.sub("&#35;", text))


def command_data(text: str) -> str:
    """Return the text escaped as the data of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """Return the text escaped as a property of a workflow command."""
    return command_data(text).replace(":", "%3A").replace(",", "%2C")


def markdown(text: str) -> str:
    """Return the text escaped as literal text in GitHub's Markdown, in a paragraph or a table cell.

    GitHub finds addresses, @mentions and #references after rendering, when the backslashes are gone. A
    zero-width space prevents this.
    """
    return _MENTION.sub(r"\1&#8203;", _MARKDOWN.sub(r"\\\1", text))


def html(text: str) -> str:
    """Return the text escaped for an HTML block of GitHub's Markdown, in which Markdown is not parsed."""
    return _MENTION.sub(r"\1&#8203;", text.translate(_HTML))


def mermaid(text: str) -> str:
    """Return the text as the name of a task or section in a Mermaid diagram, whose syntax has no escapes."""
    return clean(_NOT_IN_MERMAID.sub(" ", text), 80) or "unnamed"
