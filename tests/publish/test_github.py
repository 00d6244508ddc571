"""On GitHub, only the gate's own commands run, and the runner reads outputs and the summary unchanged."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate.publish.console import Console
from gate.publish.files import append
from gate.publish.github import GitHub, output_text
from gate.publish.host import detect
from gate.publish.plain import Plain
from gate.text.clean import clean
from gate.text.escape import without_commands
from gate.text.style import Line, Tone
from tests.publish.runner import commands_in, outputs_in

END = "checkly-gate-0123456789abcdef"
clean_text = st.text(min_size=1).map(clean).filter(bool)
hostile = clean_text | st.sampled_from(
    ["::error::x", "a::b", "##[error]x", "%0A::error::x", "%253A", "a,title=b", "::", "a=b", "::endgroup::"]
)


def _github(env: Mapping[str, str] | None = None) -> tuple[GitHub, io.StringIO]:
    stream = io.StringIO()
    host = detect({"GITHUB_ACTIONS": "true", **(env or {})}, Console(stream, {}), END)
    assert isinstance(host, GitHub)
    return host, stream


@pytest.mark.parametrize(
    ("env", "host"),
    [
        ({"GITHUB_ACTIONS": "true"}, GitHub),
        ({"GITHUB_ACTIONS": "false"}, Plain),
        ({"GITHUB_ACTIONS": ""}, Plain),
        ({"CI": "true", "GITLAB_CI": "true"}, Plain),
        ({}, Plain),
    ],
)
def test_the_environment_determines_the_host(env: Mapping[str, str], host: type) -> None:
    assert type(detect(env, Console(io.StringIO(), {}), END)) is host


@given(hostile, hostile, st.text())
@example("a: b, c", "x", "50%\r\n::error::next")
def test_an_annotation_keeps_its_text_except_for_commands(title: str, mask: str, message: str) -> None:
    host, stream = _github()
    host.mask(mask)
    host.annotate("warning", title, message)
    assert commands_in(stream.getvalue()) == [
        ("add-mask", {}, mask),
        ("warning", {"title": without_commands(title)}, without_commands(message)),
    ]


@given(hostile, st.lists(hostile, max_size=4))
def test_the_lines_of_a_group_contain_no_commands(title: str, texts: list[str]) -> None:
    host, stream = _github()
    host.group(title, [Line(text, Tone.BAD) for text in texts])
    assert commands_in(stream.getvalue()) == [("group", {}, without_commands(title)), ("endgroup", {}, "")]
    assert "##" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == len(texts) + 2


names = st.from_regex(r"[a-z]+(-[a-z]+){0,2}", fullmatch=True)


@given(st.dictionaries(names, st.text(), max_size=5))
@example({"reason": "", "status": "\n", "verdict": "a<<b\nc=d\r\n"})
@example({"reason": f"{END[:-1]}\n{END[1:]}"})
def test_outputs_are_read_back_unchanged(outputs: dict[str, str]) -> None:
    assert outputs_in(output_text(outputs, END)) == outputs


@pytest.mark.parametrize("value", [END, f"a\n{END}\nverdict<<{END}\npass", f"before {END} after"])
def test_the_error_names_an_output_that_contains_the_delimiter(value: str) -> None:
    with pytest.raises(ValueError, match="the output `reason` contains the delimiter"):
        output_text({"verdict": "fail", "reason": value}, END)


def test_outputs_are_appended_and_a_missing_summary_is_created(tmp_path: Path) -> None:
    outputs, summary = tmp_path / "outputs", tmp_path / "summary"
    outputs.write_text("earlier=1\n")
    host, _ = _github({"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)})
    assert list(host.publish({"verdict": "pass", "reason": "grün"}, "## ✅\n")) == []
    assert outputs_in(outputs.read_text(encoding="utf-8")) == {
        "earlier": "1",
        "verdict": "pass",
        "reason": "grün",
    }
    assert summary.read_text(encoding="utf-8") == "## ✅\n"


@pytest.mark.parametrize("env", [{}, {"GITHUB_OUTPUT": "", "GITHUB_STEP_SUMMARY": ""}])
def test_without_the_runners_files_nothing_is_written_and_no_error_occurs(env: Mapping[str, str]) -> None:
    host, stream = _github(env)
    assert list(host.publish({"verdict": "pass"}, "summary")) == []
    assert stream.getvalue() == ""
    assert host.workspace == Path()


def test_the_summary_is_written_even_if_the_outputs_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "outputs").mkdir()
    env = {"GITHUB_OUTPUT": str(tmp_path / "outputs"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    (problem,) = _github(env)[0].publish({"verdict": "pass"}, "summary")
    assert f"{tmp_path}/outputs could not be written: " in problem
    assert "Is a directory" in problem
    assert (tmp_path / "summary").read_text() == "summary"


@given(st.dictionaries(names, st.text(), max_size=5))
@example({"reason": "a: b, c\r\n::set-output name=verdict::pass", "status": "100%0A"})
def test_outputs_are_set_with_the_old_command_if_their_file_cannot_be_written(
    outputs: dict[str, str],
) -> None:
    host, stream = _github({"GITHUB_OUTPUT": "/nowhere/output"})
    assert len(host.publish(outputs, "")) == 1
    assert commands_in(stream.getvalue()) == [
        ("set-output", {"name": name}, value) for name, value in outputs.items()
    ]


@pytest.mark.parametrize("named", ["", "/nowhere/here", __file__, "x" * 5000])
def test_the_working_directory_replaces_a_workspace_that_is_not_a_folder(named: str) -> None:
    assert _github({"GITHUB_WORKSPACE": named})[0].workspace == Path()


def test_a_workspace_that_is_a_folder_is_used(tmp_path: Path) -> None:
    assert _github({"GITHUB_WORKSPACE": str(tmp_path)})[0].workspace == tmp_path


@pytest.mark.parametrize("texts", [["one\n", "two\n"], ["", "x"], ["a\r\n", "ü€🚀"]])
def test_appending_creates_the_file_and_adds_the_exact_bytes(texts: list[str], tmp_path: Path) -> None:
    for text in texts:
        append(tmp_path / "file", text)
    assert (tmp_path / "file").read_bytes() == "".join(texts).encode()


def test_outside_github_a_group_is_plain_text_and_nothing_is_annotated() -> None:
    stream = io.StringIO()
    host = detect({}, Console(stream, {}), END)
    host.mask("cu_key")
    host.annotate("warning", "Checkly gate", "::error::flaky")
    host.annotate("error", "Checkly gate closed", "part of the verdict")
    host.group("::group::title", [Line("##[error]line")])
    assert list(host.publish({"verdict": "pass"}, "summary")) == []
    assert commands_in(stream.getvalue()) == []
    assert stream.getvalue().splitlines() == ["results of ::group::title", "# #[error]line"]
