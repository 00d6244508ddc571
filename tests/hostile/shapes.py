"""The structure of each report as its consumers read it, without the text in it.

Hostile text must lead to the same structure as harmless text. Otherwise it was interpreted as markup or as a
command.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options
from lxml import etree

from tests.publish.runner import commands_in, outputs_in

Shape = tuple[object, ...]
_MERMAID_LINE = re.compile(
    r'%%\{init: \{"gantt": \{"leftPadding": \d+\}, "themeVariables": \{[\w#", :]+\}\}\}%%'
    r"|gantt|    (?:title|section) [^:;#%\n]+|    dateFormat x|    todayMarker off"
    r"|    axisFormat [%\w:.-]+|    tickInterval \d+\w+"
    r"|    \d+\. [a-z]+ :(?:done|active|crit), \d+, \d+"
)
_OWN_SEQUENCES = re.compile("\x1b\\[(?:0|2|31|32|33)m|\r\x1b\\[2K")
_OWN_COLOURS = re.compile("\x1b\\[(?:0|2|31|32|33)m")
_NAMED_BY_TEXTS = ("skipped", "origins", "inputs")  # objects of the record whose keys come from outside
_OF_OTHER_SYSTEMS = re.compile(r"##(?:\[|vso\[|teamcity\[)")
_BEGINS_NO_LINE = re.compile(r"\s*(?:\+\+\+|---|~~~|\^\^\^|\[Pipeline\])")
_VERDICT = re.compile(r"\s*The gate (?:is OPEN|is CLOSED|COULD NOT TELL) \(")


def of_log(log: str) -> Shape:
    """Return the runner's commands in a log, in order, and the number of lines."""
    log = _OWN_COLOURS.sub("", log)
    for line in log.splitlines(keepends=True):
        assert line.endswith("\n"), "a line contains another line break"
        assert not _controls(line[:-1]), line
        assert len(line) < 6000
    _only_own_lines(log.splitlines())
    commands = [(name, tuple(properties)) for name, properties, _ in commands_in(log)]
    assert all(len(data) <= 4096 and len(data.splitlines()) < 2 for _, _, data in commands_in(log))
    return (*commands, log.count("\n"))


def of_terminal(shown: str) -> Shape:
    """Return the kinds of control sequences sent to a terminal; all must be the gate's own.

    They are not counted, because their number depends on how often long lines are wrapped.
    """
    for line in _OWN_SEQUENCES.sub("", shown).split("\n"):
        assert not _controls(line), line
    _only_own_lines(_OWN_SEQUENCES.sub("", shown.replace("\r", "\n\r")).split("\n"))
    return tuple(sorted(set(_OWN_SEQUENCES.findall(shown))))


def _only_own_lines(lines: Sequence[str]) -> None:
    """Check that no line looks like another CI system's command, and that exactly one line is the verdict."""
    for line in lines:
        assert not _OF_OTHER_SYSTEMS.search(line), line
        assert not _BEGINS_NO_LINE.match(line), line
    assert sum(bool(_VERDICT.match(line)) for line in lines) == 1, lines


def of_outputs(text: str) -> Shape:
    """Return the names of the step's outputs, parsed as the runner parses them."""
    outputs = outputs_in(text)
    for value in outputs.values():
        assert not _controls(value)
        assert len(value) <= 2000
    return tuple(outputs)


def of_junit(written: bytes) -> Shape:
    """Read a JUnit report with two parsers; return its elements, attributes and fields."""
    root = ET.fromstring(written)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    assert [each.tag for each in etree.fromstring(written, parser).iter()] == [e.tag for e in root.iter()]
    for case in root.iter("testcase"):
        for name in (case.get("name"), case.get("classname")):
            assert name is not None
            assert len(name) <= 403
            assert any(unicodedata.category(each)[0] not in "CZ" for each in name.partition(" [")[0]), name
    return tuple(
        (element.tag, tuple(element.attrib), element.get("type"), *_fields(element))
        for element in root.iter()
    )


def _fields(element: ET.Element) -> list[str]:
    """Return the names of properties, and of the fields that dashboards recognise in an element's text."""
    found = re.findall(r"\[\[(\w+)\|(.*?)=.*?\]\]", element.text or "", re.DOTALL)
    return [*(f"{kind} {name}" for kind, name in found), element.get("name", "")] * (
        element.tag in ("system-out", "property")
    )


def of_record(written: bytes) -> Shape:
    """Return the path and type of each value in the JSON record. Keys from outside are only counted."""
    return tuple(_keys(json.loads(written)))


def _keys(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        if path.endswith(_NAMED_BY_TEXTS):
            yield f"{path}: {len(value)}"
            return
        for key, below in value.items():
            yield from _keys(below, f"{path}/{key}")
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from _keys(below, f"{path}[{number}]")
    else:
        yield f"{path}: {type(value).__name__}"


def of_summary(written: str) -> tuple[Shape, set[str]]:
    """Return the HTML elements of a summary in GitHub's Markdown, and the targets of its links."""
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    assert len(written.encode()) <= 900_000
    reader = _Html()
    reader.feed(github_flavored_markdown_to_html(written, options))
    return tuple(reader.shape), reader.links


class _Reader(HTMLParser):
    """The base of both parsers. It collects end tags, and refuses comments."""

    def __init__(self) -> None:
        super().__init__()
        self.shape: list[str] = []
        self.links: set[str] = set()

    def handle_endtag(self, tag: str) -> None:
        self.shape.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


class _Html(_Reader):
    """A parser of the summary that collects elements, links, and the first word of each line of a diagram.

    It refuses mentions, references, and attributes and lines of diagrams that the gate does not write.
    """

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.links |= {value for name, value in given.items() if name in ("href", "src") and value}
        assert set(given) <= {"href", "lang", "align"}, given
        self.shape.append(f"<{tag} {' '.join(given)}>")

    def handle_data(self, data: str) -> None:
        if self.shape[-2:-1] == ["<pre lang>"]:
            lines = data.splitlines()
            assert all(_MERMAID_LINE.fullmatch(line) for line in lines), data
            self.shape += [line.split()[0] for line in lines]
        else:
            assert not re.search(r"@\w|#\d", data), f"a mention or a reference: {data}"


def of_page(written: bytes) -> tuple[Shape, set[str]]:
    """Return the elements and attributes of the web page, and the targets of its links."""
    reader = _Page()
    reader.feed(written.decode())
    return tuple(reader.shape), reader.links


class _Page(_Reader):
    """A parser of the web page that collects elements and links.

    It refuses scripts, embedded content, forms, and all attributes that the page does not need, such as
    `style` and `src`.
    """

    _OF_SVG = ("height", "role", "rx", "width", "x", "y")
    _OF_HEAD = ("charset", "content", "http-equiv", "lang", "name")
    _ATTRIBUTES = frozenset((*_OF_HEAD, *_OF_SVG, "aria-label", "class", "href", "rel", "scope", "tabindex"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        assert tag not in ("script", "img", "iframe", "object", "embed", "base", "form", "input", "link"), tag
        assert set(given) <= self._ATTRIBUTES, given
        if "href" in given:
            assert tag == "a"
            self.links.add(given["href"] or "")
        self.shape.append(f"<{tag} {' '.join(given)}>")

    def handle_data(self, data: str) -> None:
        assert not _controls(data.replace("\n", "")), data


def _controls(text: str) -> list[str]:
    """Return the line breaks, the surrogates, and the control and format characters in the text."""
    if text.isprintable():
        return []
    return [each for each in text if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
