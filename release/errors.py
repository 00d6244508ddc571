"""The error that stops a release."""

from __future__ import annotations


class Refused(Exception):
    """The problems that stop a release. Each states what is wrong, and what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
