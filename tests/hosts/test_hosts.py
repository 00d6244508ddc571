"""Where reports go: a terminal or a pipe, GitHub's files, and files that belong to somebody else."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import ReportUnwritable
from gate.hosts import detect
from gate.hosts.console import Console
from gate.hosts.files import append, shown_path, write_whole
from gate.hosts.github import GitHub, output_text
from gate.hosts.plain import Plain
from gate.report.lines import Line, Tone


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


def _shown(stream: io.StringIO, env: dict[str, str]) -> str:
    console = Console(stream, env)
    console.state("waiting")
    console.line(Line("bad news", Tone.BAD))
    console.line(Line("news"))
    return stream.getvalue()


def test_in_ci_the_log_is_plain_lines() -> None:
    assert _shown(io.StringIO(), {}) == "bad news\nnews\n"


def test_on_a_terminal_there_is_colour_and_the_state_is_redrawn_in_place() -> None:
    assert _shown(Terminal(), {}) == "waiting\r\x1b[2K\x1b[31mbad news\x1b[0m\nnews\n"


def test_who_wants_no_colour_gets_none() -> None:
    assert _shown(Terminal(), {"NO_COLOR": "1"}) == "waiting\r\x1b[2Kbad news\nnews\n"
    assert _shown(Terminal(), {"TERM": "dumb"}) == "bad news\nnews\n"


def test_a_reader_who_has_left_is_not_written_to_and_not_waited_for() -> None:
    assert _shown(Gone(), {}) == ""


def test_no_line_becomes_a_workflow_command() -> None:
    stream = io.StringIO()
    Console(stream, {}).line(Line("::error::from a check's name ##[warning]x"))
    assert stream.getvalue() == "· ::error::from a check's name # #[warning]x\n"


def _github(tmp_path: Path, stream: io.StringIO) -> GitHub:
    env = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_WORKSPACE": str(tmp_path),
    }
    host = detect(env, Console(stream, env), "delimiter-that-nobody-guesses")
    assert isinstance(host, GitHub)
    return host


def test_github_is_told_by_workflow_commands(tmp_path: Path) -> None:
    stream = io.StringIO()
    host = _github(tmp_path, stream)
    host.mask("cu_50%\n")
    host.annotate("error", "a: b, c", "50% ::error::\nnext")
    host.group("Checkout API", [Line("::debug::x")])
    assert stream.getvalue().splitlines() == [
        "::add-mask::cu_50%25%0A",
        "::error title=a%3A b%2C c::50%25 ::error::%0Anext",
        "::group::Checkout API",
        "· ::debug::x",
        "::endgroup::",
    ]


def test_outputs_and_summary_are_added_to_the_runners_files(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("earlier=1\n")
    assert list(_github(tmp_path, io.StringIO()).publish({"verdict": "pass"}, "## fine\n")) == []
    end = "delimiter-that-nobody-guesses"
    assert (tmp_path / "output").read_text() == f"earlier=1\nverdict<<{end}\npass\n{end}\n"
    assert (tmp_path / "summary").read_text() == "## fine\n"


def test_files_of_the_runner_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    (tmp_path / "output").mkdir()
    (problem,) = _github(tmp_path, io.StringIO()).publish({"verdict": "pass"}, "fine")
    assert "output could not be written" in problem
    assert (tmp_path / "summary").read_text() == "fine"


def _as_the_runner_reads(text: str) -> dict[str, str]:
    found = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if line:
            name, _, end = line.partition("<<")
            value = []
            while (following := next(lines)) != end:
                value.append(following)
            found[name] = "\n".join(value)
    return found


@given(st.dictionaries(st.from_regex(r"[a-z]+(-[a-z]+)?", fullmatch=True), st.text(), max_size=5))
def test_outputs_arrive_as_they_were(outputs: dict[str, str]) -> None:
    assert _as_the_runner_reads(output_text(outputs, "d" * 40)) == outputs


def test_an_output_that_holds_the_delimiter_is_refused() -> None:
    with pytest.raises(ValueError, match="verdict"):
        output_text({"verdict": "x\nEND\ninjected<<END"}, "END")


def test_elsewhere_warnings_are_lines_and_nothing_else_is_said() -> None:
    stream = io.StringIO()
    host = detect({}, Console(stream, {}), "x")
    assert isinstance(host, Plain)
    host.mask("cu_key")
    host.annotate("error", "title", "the verdict says it")
    host.annotate("warning", "title", "flaky")
    host.group("title", [Line("line")])
    assert list(host.publish({"verdict": "pass"}, "summary")) == []
    assert stream.getvalue() == "warning: flaky\ntitle\nline\n"


def test_a_file_is_written_with_its_folders_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "report.xml"
    write_whole(path, b"first", workspace=tmp_path)
    write_whole(path, b"second", workspace=tmp_path)
    assert path.read_bytes() == b"second"
    assert [each.name for each in path.parent.iterdir()] == ["report.xml"]


@pytest.mark.parametrize(
    "path", ["folder", "file/report.xml", "report\0.xml", "x" * 300, "/proc/nothing/report.xml"]
)
def test_a_path_that_cannot_be_written_is_said_with_its_reason(path: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    with pytest.raises(ReportUnwritable, match="could not be written: "):
        write_whole(tmp_path / path, b"content", workspace=tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


def test_a_link_in_the_place_of_a_report_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "report.xml").symlink_to(tmp_path / "precious")
    write_whole(tmp_path / "report.xml", b"content", workspace=tmp_path)
    assert (tmp_path / "precious").read_text() == "kept"
    assert (tmp_path / "report.xml").read_bytes() == b"content"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_writes_belongs_to_the_owner_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path, 1001, 121)
    write_whole(tmp_path / "theirs" / "new" / "report.xml", b"", workspace=tmp_path)
    owners = {path.name: (path.stat().st_uid, path.stat().st_gid) for path in tmp_path.rglob("*")}
    assert owners == {"theirs": (0, 0), "new": (1001, 121), "report.xml": (1001, 121)}


def test_text_that_no_encoding_can_hold_is_added_as_well_as_it_can_be(tmp_path: Path) -> None:
    append(tmp_path / "file", "a\ud800b")
    assert (tmp_path / "file").read_text() == "a?b"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("test-results/junit.xml", "test-results/junit.xml"),
        ("{workspace}/out/junit.xml", "out/junit.xml"),
        ("{workspace}/../elsewhere.xml", "{parent}/elsewhere.xml"),
        ("/elsewhere/junit.xml", "/elsewhere/junit.xml"),
    ],
)
def test_paths_are_shown_as_the_world_outside_a_container_knows_them(path: str, shown: str) -> None:
    workspace = Path.cwd()
    names = {"workspace": str(workspace), "parent": str(workspace.parent)}
    assert shown_path(Path(path.format(**names)), workspace) == shown.format(**names)
    assert not re.search(r"//|\.\.", shown_path(Path(path.format(**names)), workspace))
