"""Typed access to a JSON object. Methods that require a field raise `InvalidResponse` if it is unusable."""

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
_MOST_VALUES = 250_000  # about 14,000 results; millions of values fit into a small body, but need much memory


def json_object(body: bytes) -> Mapping[str, object]:
    """Return the object in the body. Raises `InvalidResponse` for anything else."""
    value = _json_value(body)
    if not isinstance(value, dict):
        raise InvalidResponse("Checkly's API answered with JSON that is not an object")
    return value


def json_objects(body: bytes) -> tuple[Fields, ...]:
    """Return the objects of the list in the body. Raises `InvalidResponse` for anything but a list."""
    value = _json_value(body)
    if not isinstance(value, list):
        raise InvalidResponse("Checkly's API answered with JSON that is not a list")
    return tuple(Fields(item) for item in value if isinstance(item, dict))


def _json_value(body: bytes) -> object:
    if sum(map(body.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise InvalidResponse("Checkly's API answered with more values than any session has")
    try:
        # Only UTF-8: `loads` would also accept UTF-16 and UTF-32, in which secrets are not redacted.
        text = body.removeprefix(BOM_UTF8).decode()
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise InvalidResponse("Checkly's API answered with something that is not JSON") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("duplicate keys")  # parsers disagree on which value counts
    return fields


class Fields:
    """The fields of a JSON object."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields

    def has(self, key: str) -> bool:
        """Return whether the field is present and not null."""
        return self._fields.get(key) is not None

    def text(self, key: str) -> str:
        """Return clean, non-empty text. Raises `InvalidResponse` for anything else."""
        value = self.optional_text(key)
        if not value:
            raise self._wrong(key, "a string")
        return value

    def word(self, key: str) -> str:
        """Return a string that must already be clean: cleaning it could turn it into a valid status."""
        value = self._fields.get(key)
        if not isinstance(value, str) or not value or clean(value) != value:
            raise self._wrong(key, "plain text")
        return value

    def text_if_any(self, key: str) -> str:
        """Return clean text; empty if the field is absent or null. Other types raise `InvalidResponse`."""
        if not isinstance(self._fields.get(key), str | None):
            raise self._wrong(key, "a string")
        return self.optional_text(key)

    def number_if_any(self, key: str) -> float | None:
        """Return a finite number that is not negative; None if the field is absent or null."""
        number = self.optional_number(key)
        if number is None and self._fields.get(key) is not None:
            raise self._wrong(key, "a number")
        return number

    def flag(self, key: str, *, absent: bool | None = None) -> bool:
        """Return true or false. If `absent` is given, return it for a missing or null field."""
        value = self._fields.get(key)
        if value is None and absent is not None:
            return absent
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings as received. No string may be empty after cleaning."""
        value = self._fields.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) and clean(item) for item in value):
            raise self._wrong(key, "a list of strings")
        return tuple(value)

    def objects(self, key: str) -> tuple[Mapping[str, object], ...]:
        """Return a list of objects; empty if the field is absent, as v1 of the API allows for `results`."""
        value = self._fields.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong(key, "a list of objects")
        return tuple(value)

    def optional_raw(self, key: str) -> str:
        """Return a string as received, without cleaning it; empty for anything else."""
        value = self._fields.get(key)
        return value if isinstance(value, str) else ""

    def optional_text(self, key: str) -> str:
        """Return a string as clean text; empty for anything else."""
        return clean(self.optional_raw(key))

    def optional_word(self, key: str) -> str:
        """Return a string, number or boolean as clean text. Numbers and booleans are written as in JSON."""
        value = self._fields.get(key)
        if isinstance(value, bool | int | float):
            return clean(json.dumps(value))
        return self.optional_text(key)

    def choice(self, key: str, known: Mapping[str | None, T], other: T) -> T:
        """Return the value for a known word, or `other`. An absent or null field is looked up as None."""
        value = self._fields.get(key)
        return known.get(value, other) if isinstance(value, str | None) else other

    def is_true(self, key: str) -> bool:
        """Return whether the field is the boolean true."""
        return self._fields.get(key) is True

    def optional_fields(self, key: str) -> Fields:
        """Return the fields of an object; empty for anything else."""
        value = self._fields.get(key)
        return Fields(value if isinstance(value, dict) else {})

    def optional_items(self, key: str) -> tuple[object, ...]:
        """Return the items of a list; empty for anything else."""
        value = self._fields.get(key)
        return tuple(value) if isinstance(value, list) else ()

    def optional_objects(self, key: str) -> tuple[Fields, ...]:
        """Return the objects in a list, and skip all other items."""
        return tuple(Fields(item) for item in self.optional_items(key) if isinstance(item, dict))

    def optional_number(self, key: str) -> float | None:
        """Return a finite number that is not negative; None for anything else."""
        value = self._fields.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) and number >= 0 else None

    def optional_time(self, key: str) -> datetime | None:
        """Return an ISO 8601 date, with or without a time, as a time in UTC; None for anything else."""
        try:
            moment = datetime.fromisoformat(self.optional_raw(key))
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def is_day(self, key: str) -> bool:
        """Return whether the field is an ISO 8601 date without a time."""
        return _DAY.fullmatch(self.optional_raw(key)) is not None

    def _wrong(self, key: str, expected: str) -> InvalidResponse:
        return InvalidResponse(f"Checkly's API answered with a document whose field {key} is not {expected}")
