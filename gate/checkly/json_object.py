"""Typed access to a JSON object: what is required raises `InvalidResponse`, what is optional is empty."""

from __future__ import annotations

import json
import math
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NoReturn, TypeVar

from gate.domain.errors import InvalidResponse
from gate.text.clean import clean

T = TypeVar("T")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOST_VALUES = 250_000  # some 14,000 results: a small body can hold millions, and each takes memory


def json_object(body: bytes) -> Mapping[str, object]:
    """The object that the body holds. Raises `InvalidResponse` for anything else."""
    value = _json_value(body)
    if not isinstance(value, dict):
        raise InvalidResponse("Checkly's API answered with JSON that is not an object")
    return value


def json_objects(body: bytes) -> tuple[Fields, ...]:
    """The objects in the list that the body holds. Raises `InvalidResponse` for anything but a list."""
    value = _json_value(body)
    if not isinstance(value, list):
        raise InvalidResponse("Checkly's API answered with JSON that is not a list")
    return tuple(Fields(item) for item in value if isinstance(item, dict))


def _json_value(body: bytes) -> object:
    if sum(map(body.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise InvalidResponse("Checkly's API answered with more values than any check session has")
    try:
        # Only UTF-8: `loads` would guess at bytes, and could then read what nobody has redacted.
        text = body.removeprefix(BOM_UTF8).decode()
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise InvalidResponse("Checkly's API answered with something that is not JSON") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("duplicate keys")  # parsers disagree on which one counts
    return fields


class Fields:
    """The fields of a JSON object."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self._fields.get(key) is not None

    def text(self, key: str) -> str:
        """A text that is not empty when it is cleaned."""
        value = self.optional_text(key)
        if not value:
            raise self._wrong(key, "a text")
        return value

    def word(self, key: str) -> str:
        """A text that is clean as it stands: what decides must not become another word by being cleaned."""
        value = self._fields.get(key)
        if not isinstance(value, str) or not value or clean(value) != value:
            raise self._wrong(key, "a word")
        return value

    def text_if_any(self, key: str) -> str:
        """A clean text; empty where it is absent or null, which are all that may stand for it."""
        if not isinstance(self._fields.get(key), str | None):
            raise self._wrong(key, "a text")
        return self.optional_text(key)

    def number_if_any(self, key: str) -> float | None:
        """A finite number that is not negative; None where it is absent or null."""
        number = self.optional_number(key)
        if number is None and self._fields.get(key) is not None:
            raise self._wrong(key, "a number")
        return number

    def flag(self, key: str, *, absent: bool | None = None) -> bool:
        """True or false; `absent` is what a missing or null field stands for, where it may be missing."""
        value = self._fields.get(key)
        if value is None and absent is not None:
            return absent
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts as they came, none of which is empty when it is cleaned."""
        value = self._fields.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) and clean(item) for item in value):
            raise self._wrong(key, "a list of texts")
        return tuple(value)

    def objects(self, key: str) -> tuple[Mapping[str, object], ...]:
        """A list of objects; absent means none, as the first version of the API allows."""
        value = self._fields.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong(key, "a list of objects")
        return tuple(value)

    def optional_raw(self, key: str) -> str:
        """A text as it came: not clean."""
        value = self._fields.get(key)
        return value if isinstance(value, str) else ""

    def optional_text(self, key: str) -> str:
        """A clean text."""
        return clean(self.optional_raw(key))

    def optional_word(self, key: str) -> str:
        """A text, number or boolean as a clean text, as it stands in JSON."""
        value = self._fields.get(key)
        if isinstance(value, bool | int | float):
            return clean(json.dumps(value))
        return self.optional_text(key)

    def choice(self, key: str, known: Mapping[str | None, T], other: T) -> T:
        """Return what a word stands for, or `other` for anything unknown; absent and null are None."""
        value = self._fields.get(key)
        return known.get(value, other) if isinstance(value, str | None) else other

    def is_true(self, key: str) -> bool:
        """Whether it is true; anything else is not."""
        return self._fields.get(key) is True

    def optional_fields(self, key: str) -> Fields:
        """The fields of an object; empty for anything else."""
        value = self._fields.get(key)
        return Fields(value if isinstance(value, dict) else {})

    def optional_items(self, key: str) -> tuple[object, ...]:
        """What a list holds; nothing for anything else."""
        value = self._fields.get(key)
        return tuple(value) if isinstance(value, list) else ()

    def optional_objects(self, key: str) -> tuple[Fields, ...]:
        """The objects in a list; what else it holds is left out."""
        return tuple(Fields(item) for item in self.optional_items(key) if isinstance(item, dict))

    def optional_number(self, key: str) -> float | None:
        """A finite number that is not negative."""
        value = self._fields.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) and number >= 0 else None

    def optional_time(self, key: str) -> datetime | None:
        """An ISO 8601 date-time, in UTC."""
        try:
            moment = datetime.fromisoformat(self.optional_raw(key))
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def is_day(self, key: str) -> bool:
        """Whether it is an ISO 8601 date without a time."""
        return _DAY.fullmatch(self.optional_raw(key)) is not None

    def _wrong(self, key: str, expected: str) -> InvalidResponse:
        return InvalidResponse(f"Checkly's API answered with a document whose {key} is not {expected}")
