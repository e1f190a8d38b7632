"""The stored forms of values: times, texts, lists, amounts, documents, headers.

Times are ISO 8601 in UTC with microseconds, always 27 characters, so that they sort as text. All else is JSON; headers
and documents, long and seldom read, are compressed besides.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

import zstandard
from msgspec import MsgspecError
from msgspec.json import Decoder

from monitor.errors import DamagedRecord
from monitor.model import Amount, Document, Hop

SqlValue = str | int | float | bytes | None
Value = SqlValue | datetime | Amount | tuple[str, ...]
T = TypeVar("T")

AMOUNT = Decoder(Amount)
DOCUMENT = Decoder(Document)
HEADERS = Decoder(tuple[tuple[str, str], ...])
HOPS = Decoder(tuple[Hop, ...])
TEXTS = Decoder(tuple[str, ...])

MOST_PACKED = 16 * 2**20
"""Bytes of JSON that a packed value may hold; a damaged one may claim any size."""


def stamp(at: datetime) -> str:
    """A time as it is stored. ValueError for a time that does not say its zone."""
    if at.tzinfo is None:
        raise ValueError(f"a time needs its zone: {at}")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def instant(text: str) -> datetime:
    """The time that `stamp` wrote."""
    return datetime.fromisoformat(text)


def instant_or_none(text: str | None) -> datetime | None:
    """The time that `stamp` wrote, if there is one."""
    return None if text is None else instant(text)


def row(**values: Value) -> dict[str, SqlValue]:
    """Values by column, each as it is stored: the one door through which texts from outside reach SQLite."""
    return {column: _stored(value) for column, value in values.items()}


def _stored(value: Value) -> SqlValue:
    match value:
        case datetime():
            return stamp(value)
        case Amount():
            return to_json(value).decode()
        case tuple():
            return to_json(value).decode()
        case str():
            return value.encode("utf-8", "replace").decode()  # SQLite takes no lone surrogates
        case _:
            return value


def to_json(value: object) -> bytes:
    """A value as JSON in UTF-8, without the fields that have their default."""
    return json.dumps(_plain(value), ensure_ascii=False).encode("utf-8", "replace")


def _plain(value: object) -> object:
    match value:
        case str() | int() | float() | None:  # nearly all of them
            return value
        case tuple():
            return [_plain(each) for each in value]
        case datetime():
            return stamp(value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            said = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
            return {name: _plain(held) for name, held, default in said if held != default}
        case _:
            return value


@cache
def _defaults(kind: type) -> tuple[tuple[str, object], ...]:
    """The fields of a kind of value, each with its default; what is the default of one without is equal to nothing."""
    return tuple((field.name, field.default) for field in fields(kind))


def from_json(kind: Decoder[T], stored: str | bytes, name: str) -> T:
    """The value that `to_json` wrote; DamagedRecord with the record's `name` if it is no such value."""
    try:
        return kind.decode(stored)
    except (MsgspecError, UnicodeDecodeError) as error:
        raise DamagedRecord(f"{name} cannot be read: {error}") from error


def pack(value: object) -> bytes:
    """A value as compressed JSON."""
    return zstandard.compress(to_json(value))


def unpack(kind: Decoder[T], stored: bytes, name: str) -> T:
    """The value that `pack` wrote; DamagedRecord with the record's `name` if it is no such value."""
    return from_json(kind, unpacked(stored, name), name)


def unpacked(stored: bytes, name: str) -> bytes:
    """The JSON of a packed value; DamagedRecord with the record's `name` if it cannot be decompressed."""
    try:
        if not 0 <= zstandard.frame_content_size(stored) <= MOST_PACKED:
            raise zstandard.ZstdError("its size is impossible")
        return zstandard.decompress(stored)
    except zstandard.ZstdError as error:
        raise DamagedRecord(f"{name} cannot be decompressed: {error}") from error
