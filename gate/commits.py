"""Find the test sessions that were started for a commit: before the wait, and again after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from gate.checkly.client import Checkly
from gate.config.settings import Settings
from gate.domain.errors import GateError, Transient, Unreachable
from gate.domain.session import SessionKind, SessionRef
from gate.text.duration import format_duration

if TYPE_CHECKING:
    from gate.checkly.session_list import Listed

# Checkly's API: the providers that start test sessions for a commit. Sessions from
# other providers must be given by ID.
_PROVIDERS = ("GITHUB", "VERCEL", "PW_REPORTER")
_SINCE = timedelta(days=7)
_MOST_PAGES = 50
_PAUSE_S = 5.0
_LAST_REQUEST_S = 1.0  # reserved for a last request before the timeout
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class NoSessionOfCommit(GateError):
    """No test session of the commit was found."""

    advice = (
        "Check commit (in a pull request, github.sha is the merge commit), commit-environment and "
        "commit-grace. Only the deployment hooks of GitHub and Vercel, and the Playwright reporter, start "
        "sessions for a commit"
    )


class AmbiguousCommit(GateError):
    """The beginning of a SHA matches several commits."""

    advice = "Give more characters of the SHA"


class Commits(NamedTuple):
    """The search for sessions of the commit that the settings name. `log` writes one line."""

    settings: Settings
    checkly: Checkly
    wall_clock: Callable[[], datetime]
    log: Callable[[str], None]

    def find(self, *, until_s: float) -> tuple[SessionRef, ...]:
        """Wait at most `commit-grace` for the first session of the commit. Return all sessions found.

        Raises `NoSessionOfCommit`, `AmbiguousCommit`, or a `RequestFailed` if the list cannot be read.
        """
        clock, settings = self.checkly.clock, self.settings
        grace_until_s = min(until_s - _LAST_REQUEST_S, clock.now_s() + settings.commit_grace)
        self.log(f"looking for test sessions of commit {settings.commit}")
        trouble: Transient | None = None
        while True:
            try:
                found = self._listed(until_s)
            except Transient as error:
                found, trouble = (), error
            if found:
                for each in found:
                    self.log(f"found {_described(each)}: {each.id}")
                return _refs(found)
            left_s = grace_until_s - clock.now_s()
            if left_s <= 0:
                raise trouble or NoSessionOfCommit(_nothing(settings))
            clock.sleep_s(min(_PAUSE_S, left_s))

    def find_more(self, known: Iterable[SessionRef], *, until_s: float) -> tuple[SessionRef, ...]:
        """Return the sessions of the commit that are not in `known`.

        Raises `AmbiguousCommit`, or a `RequestFailed` if the list cannot be read.
        """
        ids = {ref.id for ref in known}
        more = [each for each in self._listed(until_s) if each.id not in ids]
        for each in more:
            self.log(f"found one more, {_described(each)}: {each.id}")
        return _refs(more)

    def _listed(self, until_s: float) -> tuple[Listed, ...]:
        from gate.checkly.session_list import list_request, read_page  # noqa: PLC0415 - few runs need it

        entries: list[Listed] = []
        since, cursor = self.wall_clock() - _SINCE, ""
        for _ in range(_MOST_PAGES):
            (reply,) = self.checkly.ask_each([list_request(since, cursor)], until_s=until_s)
            if isinstance(reply, Unreachable):
                raise reply
            page, cursor = read_page(reply)
            entries += page
            if not cursor:
                break
        return sessions_of(entries, self.settings.commit, self.settings.commit_environment)


def sessions_of(entries: Iterable[Listed], commit: str, environment: str = "") -> tuple[Listed, ...]:
    """Return the newest session of a commit for each combination of provider, environment, name and region.

    `commit` may be the beginning of a SHA. Raises `AmbiguousCommit` if several commits begin with it.
    """
    candidates = [
        each
        for each in entries
        if each.provider in _PROVIDERS
        and each.commit.startswith(commit)
        and (not environment or each.environment == environment)
    ]
    commits = sorted({each.commit for each in candidates})
    if len(commits) > 1:
        raise AmbiguousCommit(f"{len(commits)} commits begin with {commit}: {', '.join(commits[:5])}")
    newest: dict[tuple[str, str, str, str], Listed] = {}
    for each in sorted(candidates, key=lambda each: each.started_at or _LONG_AGO):
        newest[each.provider, each.environment, each.name, each.region] = each
    return tuple(newest.values())


def _refs(found: Sequence[Listed]) -> tuple[SessionRef, ...]:
    return tuple(SessionRef(each.id, SessionKind.TEST) for each in found)


def _described(each: Listed) -> str:
    about = ", ".join(filter(None, (each.provider, each.environment, each.region)))
    return f"{each.name or 'a session without a name'} ({about})"


def _nothing(settings: Settings) -> str:
    where = f" in the environment {settings.commit_environment}" if settings.commit_environment else ""
    within = format_duration(min(settings.commit_grace, settings.timeout))
    return f"no test session of commit {settings.commit}{where} has appeared within {within}"
