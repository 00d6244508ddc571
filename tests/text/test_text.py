"""Text from outside never becomes markup or a command, in any format."""

from __future__ import annotations

import html
import json
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from gate.text.clean import clean, https_link, without_credentials
from gate.text.escape import command_data, command_property, document, log_line, markdown, mermaid
from gate.text.escape import html as as_html
from tests.hostile.corpus import TEXTS

anything = st.text() | st.text(st.characters(codec=None)) | st.text("\x1b[]0;m31\x07\\ab \u202e\ud800:#%")


@given(anything)
@example("\x1b[31mred\x1b[0m \x1b]0;title\x07")
def test_clean_text_is_one_printable_line_and_cleaning_is_idempotent(text: str) -> None:
    line = clean(text)
    assert clean(line) == line
    assert len(line) <= 200
    assert line == line.strip()
    line.encode()
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]", line)


@pytest.mark.parametrize(("length", "line"), [(6, "a b c…"), (7, "a b c d"), (8, "a b c d")])
def test_text_is_cut_only_if_it_is_too_long(length: int, line: str) -> None:
    assert clean("a b  c\nd", length) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Checkout API", "Checkout API"),
        ("  two\n\tlines ", "two lines"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "click"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\ud800b\x00c", "ab c"),
        ("x" * 201, "x" * 199 + "…"),
        ("支払い 🎉", "支払い 🎉"),
        ("eu\u034f\u180b\U000e0101-west\u3164", "eu-west"),
        ("\u2800 \u115f\ufe00", ""),
        ("\ufe0f \ufe0e", ""),
        ("❤\ufe0f #\ufe0f\u20e3", "❤\ufe0f #\ufe0f\u20e3"),
    ],
)
def test_cleaning_keeps_only_printable_text(text: str, line: str) -> None:
    assert clean(text) == line


def test_very_long_text_of_escape_sequences_is_cut() -> None:
    assert len(clean("\x1b[" * 10**6 + "x")) <= 200


@pytest.mark.parametrize(
    ("link", "is_shown"),
    [
        ("https://app.checklyhq.com/checks/1?a=b#c", True),
        ("http://app.checklyhq.com/", False),
        ("javascript:alert(1)", False),
        ("https://user:secret@app.checklyhq.com/", False),
        ("https://user@app.checklyhq.com/", False),
        ("https://:secret@app.checklyhq.com/", False),
        ("https://app.checklyhq.com/)[x](https://evil.example", False),
        ("https://app.checklyhq.com/ two", False),
        ("https://[", False),
        ("https://", False),
        ("https://a.example/" + "x" * 2000, False),
    ],
)
def test_only_https_links_that_need_no_escape_are_shown(link: str, is_shown: bool) -> None:
    assert https_link(link) == (link if is_shown else "")


@given(st.from_regex(r"https://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+", fullmatch=True))
@example("https://:@:99999999")
@example("https://a:port")
def test_no_character_of_a_link_causes_an_error(link: str) -> None:
    assert https_link(link) in ("", link)


def _unescaped(text: str, names: dict[str, str]) -> str:
    """Unescape text as the runner does."""
    for escape, character in names.items():
        text = text.replace(escape, character)
    return text.replace("%25", "%")


@given(anything)
def test_the_data_of_a_workflow_command_is_read_back_unchanged(text: str) -> None:
    escaped = command_data(text)
    assert not set(escaped) & {"\r", "\n"}
    assert _unescaped(escaped, {"%0D": "\r", "%0A": "\n"}) == text


@given(anything)
def test_a_property_of_a_workflow_command_is_read_back_unchanged(text: str) -> None:
    escaped = command_property(text)
    assert not set(escaped) & {"\r", "\n", ":", ","}
    assert _unescaped(escaped, {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}) == text


@given(anything)
@example("::error::x")
@example(" \t::set-output name=a::b")
@example("a ##[error]b")
@example("a ###[[error]b")
@example("##vso[task.complete result=Succeeded]")
@example("+++ Everything passed")
@example("[Pipeline] {")
def test_no_line_of_the_log_is_a_command_of_a_ci_system(text: str) -> None:
    for indent in ("", "  "):
        line = log_line(indent + clean(text))
        assert not line.lstrip().startswith(("::", "+++", "---", "~~~", "^^^", "[Pipeline]"))
        assert "##" not in line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  --- x  passed", "· --- x  passed"),
        ("--- x", "· --- x"),
        ("  The gate is OPEN (exit code 0)", "· The gate is OPEN (exit code 0)"),
        ("The gate is OPEN (exit code 0)", "The gate is OPEN (exit code 0)"),
        ("  us-east-1  passed", "  us-east-1  passed"),
    ],
)
def test_a_line_that_imitates_a_line_of_the_gate_or_a_ci_system_is_marked(text: str, line: str) -> None:
    assert log_line(text) == line


@given(anything)
def test_escaped_markdown_contains_no_markup(text: str) -> None:
    bare = re.sub(r"\\[@#]&#8203;|\\[!-/:-@\[-`{-~]", "", markdown(clean(text)))
    assert not re.search(r"[\\`*_{}\[\]<>()#+!|~&:@.$=\"'^-]", bare)


@pytest.mark.parametrize("text", ["a.b@example.com", "mailto:a@b.example", "@team", "org/repo#1", "#1"])
def test_rendered_markdown_contains_no_mentions_or_references(text: str) -> None:
    rendered = html.unescape(re.sub(r"\\(.)", r"\1", markdown(text)))
    assert not re.search(r"@\w|#\d", rendered)
    assert rendered.replace("\u200b", "") == text


@given(anything)
def test_escaped_html_has_no_tag_and_no_mention_and_shows_the_same_text(text: str) -> None:
    written = as_html(clean(text))
    assert not re.search(r"[<>]|[@#](?!&#8203;|8203;)", written)
    assert html.unescape(written).replace("\u200b", "") == clean(text)


@given(anything)
def test_a_mermaid_name_contains_no_mermaid_syntax(text: str) -> None:
    name = mermaid(clean(text))
    assert 0 < len(name) <= 80
    assert not re.search(r"[:;#{}<>\"`%\n]", name)


@pytest.mark.parametrize("credentials", ["user:pw", "user:p@w", "user:p:w", "user"])
def test_credentials_in_urls_are_not_shown(credentials: str) -> None:
    text = f"https://{credentials}@proxy.example refused"
    assert without_credentials(text) == "https://***@proxy.example refused"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_hostile_text_is_plain_text_after_each_escape(text: str) -> None:
    line = clean(text)
    assert line.isprintable() or not line
    logged = log_line(line)
    assert not logged.lstrip().startswith("::")
    assert "##" not in logged
    assert not set("\r\n") & set(command_data(text))
    assert not set("\r\n:,") & set(command_property(text))
    assert not re.search(r"(?<!\\)[<>\[\]*_`|]", markdown(line))
    assert not set("<>") & set(as_html(line).replace("&lt;", "").replace("&gt;", ""))
    assert re.fullmatch(r"[\w .,/()+…-]{1,80}", mermaid(line))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_document_on_stdout_contains_no_commands_and_is_read_back_unchanged(text: str) -> None:
    lines = f"{clean(text)}\n  {clean(text)}\n\u2003{clean(text)}\n::error::x"
    element = etree.Element("failure", message=clean(text))
    element.text = lines
    written = etree.tostring(element, encoding="unicode")
    shown = document(written)
    read = etree.fromstring(shown)
    assert (read.text, read.get("message")) == (element.text, element.get("message"))
    record = json.dumps({"reason": clean(text), "names": [lines]}, ensure_ascii=False, indent=2)
    assert json.loads(document(record)) == json.loads(record)
    summary = f"## {markdown(clean(text))}\n\n- {markdown(clean(text))}\n\n{as_html(clean(text))}"
    commands = document(f"# x\n{lines}\n##[error]x\n##vso[task.complete]x\n##teamcity[x]")
    for line in "\n".join((shown, document(record), document(summary), commands)).splitlines():
        assert not line.lstrip().startswith("::")
        assert not re.search(r"##(\[|vso\[|teamcity\[)", line)
    assert document(f"## {markdown(clean(text))}\n### x") == f"## {markdown(clean(text))}\n### x"
