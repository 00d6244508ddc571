"""Imitate GitHub's runner: find the commands in a log, and parse the output file."""

from __future__ import annotations

import re

Command = tuple[str, dict[str, str], str]


def commands_in(log: str) -> list[Command]:
    """Return the workflow commands in a log: `::name` starts a line, `##[name]` may be anywhere in it."""
    found = (_command(line) for line in re.split(r"\r\n|\r|\n", log))
    return [command for command in found if command]


def _command(line: str) -> Command | None:
    head, end, message = line.lstrip().removeprefix("::").partition("::")
    if line.lstrip().startswith("::") and end:
        name, _, given = head.partition(" ")
        pairs = [pair.partition("=") for pair in given.strip().split(",") if pair]
        properties = {key: _unescaped(value, (("%3A", ":"), ("%2C", ","))) for key, _, value in pairs}
        return name, properties, _unescaped(message, ())
    if older := re.search(r"##\[([^\] ]+)[^\]]*\](.*)", line):
        return older.group(1), {}, older.group(2)
    return None


def _unescaped(text: str, more: tuple[tuple[str, str], ...]) -> str:
    for escaped, character in (("%0D", "\r"), ("%0A", "\n"), *more, ("%25", "%")):
        text = text.replace(escaped, character)
    return text


def outputs_in(text: str) -> dict[str, str]:
    """Parse the text of an output file. Raises `ValueError` if the runner would fail the step.

    An output is `name=value`, or `name<<end`, the lines of the value, and `end` alone on a line. A line has
    the second form if it contains `<<` before any `=`.
    """
    found = {}
    lines = iter(text.removesuffix("\n").split("\n") if text else [])
    for line in lines:
        if not line:
            continue
        equals, here = line.find("="), line.find("<<")
        if here >= 0 and (equals < 0 or here < equals):
            name, _, end = line.partition("<<")
            if not name or not end:
                raise ValueError(line)
            value = []
            for following in lines:
                if following == end:
                    break
                value.append(following)
            else:
                raise ValueError(f"no {end}")
            found[name] = "\n".join(value)
        elif equals > 0:
            name, _, value_of_one_line = line.partition("=")
            found[name] = value_of_one_line
        else:
            raise ValueError(line)
    return found
