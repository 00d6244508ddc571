"""Why a release stops."""

from __future__ import annotations


class Refused(Exception):
    """What disagrees and what to do, one sentence for each problem; all problems at once."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
