"""The sessions that trigger calls have started."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from gate.domain.errors import GateError
from gate.domain.session import SessionRef


class Triggered(NamedTuple):
    """The sessions that were started. If there is a fault, the gate cannot open, even if the sessions pass.

    `checks` maps the ID of a session to the number of checks that it must have.
    """

    refs: tuple[SessionRef, ...] = ()
    fault: GateError | None = None
    notices: tuple[str, ...] = ()
    checks: Mapping[str, int] = MappingProxyType({})
