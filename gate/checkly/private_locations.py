"""Private locations that have no running agent.

The API's response also contains the keys of agents and a proxy's password. Only the fields named here are
read, and no error repeats any text from the response.
"""

from __future__ import annotations

from dataclasses import dataclass

from gate.checkly.http import Request, Response, error_for
from gate.checkly.json_object import Fields, json_objects
from gate.domain.errors import InvalidResponse

REQUEST = Request("GET", "/v1/private-locations")


@dataclass(frozen=True, slots=True)
class IdleLocation:
    """A private location without a running agent.

    `names` are its slug, its ID and its name, because Checkly does not document which of them a session
    shows.
    """

    names: tuple[str, ...]
    last_seen: str = ""

    @property
    def reason(self) -> str:
        """Explain why a check has no result at this location."""
        seen = f" (last seen {self.last_seen})" if self.last_seen else ""
        return f"no agent is running at this private location{seen}"


def read_idle_locations(reply: Response) -> tuple[IdleLocation, ...]:
    """Return the private locations without a running agent.

    Raises a `RequestFailed` that does not repeat any text from the response.
    """
    if reply.status != 200:
        raise error_for(Response(reply.status, {}, b""))
    try:
        items = json_objects(reply.body)
    except InvalidResponse:
        items = None  # an error raised here, not below, would keep the response's text as its context
    if items is None:
        raise InvalidResponse("Checkly's API answered with something that is not a list of private locations")
    idle = [item for item in items if item.optional_number("agentCount") == 0]
    return tuple(IdleLocation(_names(item), _last_seen(item)) for item in idle)


def _names(item: Fields) -> tuple[str, ...]:
    names = (item.optional_text("slugName"), item.optional_text("id"), item.optional_text("name"))
    return tuple(filter(None, names))


def _last_seen(item: Fields) -> str:
    """Return the day on which an agent was last seen, and the time if Checkly reports it."""
    moment = item.optional_time("lastSeen")
    if moment is None:
        return ""
    return str(moment.date()) if item.is_day("lastSeen") else f"{moment.date()} {moment:%H:%M} UTC"
