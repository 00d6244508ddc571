"""The kinds of session that the gate supports, in the order in which a bare ID is looked up."""

from __future__ import annotations

from collections.abc import Mapping

from gate.checkly.check_sessions import CHECK_SESSIONS
from gate.checkly.session_api import SessionApi
from gate.checkly.test_sessions import TEST_SESSIONS
from gate.domain.session import SessionKind

KINDS: Mapping[SessionKind, SessionApi] = {api.kind: api for api in (CHECK_SESSIONS, TEST_SESSIONS)}
