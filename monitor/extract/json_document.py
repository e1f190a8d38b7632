"""JSON -> blocks: a value is an item under the headings that its keys make, an array of flat objects a table.

{"plans": {"free": {"messages": 20}}}    ->    plans > free: "messages: 20"
"""

from __future__ import annotations

import json
from typing import TypeAlias

from monitor.errors import ReadingError
from monitor.extract import text
from monitor.extract.blocks import Blocks
from monitor.model import Document

Json: TypeAlias = "dict[str, Json] | list[Json] | str | bool | None"
"""What is parsed; numbers are the text that stands there, because 1.50 is not 1.5 to a reader."""
_DEEPEST = 100
_MOST_COMMAS = 300_000
"""Cheaper to count than values, and before they are parsed; prose has one in a hundred characters."""
_MOST_COLUMNS = 50
_NAMES = ("name", "title", "label", "id", "key", "slug")
"""Keys whose value names the object that it stands in."""
_TOO_DEEP = f"the JSON is nested more than {_DEEPEST} deep"


def looks_like(body: bytes) -> bool:
    """Whether the bytes are a JSON object or array, whatever they are served as."""
    if body[:64].lstrip()[:1] not in (b"{", b"[") or body[-64:].rstrip()[-1:] not in (b"}", b"]"):
        return False
    try:
        _parse(body.decode("utf-8", "replace"))
    except ReadingError:
        return True  # too deep or too long to be read, but JSON so far
    except ValueError:
        return False
    return True


def read(markup: str) -> Document:
    """The document that a JSON text holds; what is no JSON after all is read as plain text.

    Raises ReadingError: `unreadable` where it is nested too deep to be meant, `too_big` where it holds too many values.
    """
    try:
        root = _parse(markup)
    except ValueError:
        return text.read(markup)
    blocks = Blocks()
    _collect(blocks, root)
    return Document(blocks.done())


def _parse(markup: str) -> Json:
    """Raises ValueError where it is no JSON."""
    if markup.count(",") > _MOST_COMMAS:
        raise ReadingError("too_big", f"the JSON holds more than {_MOST_COMMAS:,} values")
    try:
        root: Json = json.loads(markup, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError as error:
        raise ReadingError("unreadable", _TOO_DEEP) from error
    return root


def _collect(blocks: Blocks, root: Json) -> None:
    """Iterative; within an object the plain values come first, so that none stands under the heading of a sibling."""
    waiting = [("", root, 0)]
    while waiting:
        name, value, depth = waiting.pop()
        if depth > _DEEPEST:
            raise ReadingError("unreadable", _TOO_DEEP)
        blocks.heading(name, depth)
        if columns := _columns(value):
            _rows(blocks, value, columns)
            continue
        members = _members(name, value)
        for key, plain in members:
            if not isinstance(plain, dict | list):
                blocks.item(_said(plain) if isinstance(value, list) else f"{key}: {_said(plain)}")
        waiting += [(key, inner, depth + 1) for key, inner in reversed(members) if isinstance(inner, dict | list)]


def _members(name: str, value: Json) -> list[tuple[str, Json]]:
    """What stands in an object or array, each with its name; in an array, the name that it gives itself, or its number."""
    if isinstance(value, dict):
        return [(_clean(key), inner) for key, inner in value.items()]
    members = value if isinstance(value, list) else [value]
    return [(_own_name(inner) or f"{name} {number}", inner) for number, inner in enumerate(members, 1)]


def _own_name(value: Json) -> str:
    named = (value.get(key) for key in _NAMES) if isinstance(value, dict) else ()
    return next((_clean(name) for name in named if isinstance(name, str) and name.strip()), "")


def _columns(value: Json) -> tuple[str, ...]:
    """The columns of the table that an array is; none where it is no table: its objects hold others, or hardly agree."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return ()
    keys = dict.fromkeys(key for row in value if isinstance(row, dict) for key in row)
    flat = not any(isinstance(cell, dict | list) for row in value if isinstance(row, dict) for cell in row.values())
    return tuple(keys) if flat and len(keys) <= _MOST_COLUMNS else ()


def _rows(blocks: Blocks, value: Json, columns: tuple[str, ...]) -> None:
    header = tuple(map(_clean, columns))
    blocks.row(list(header))
    for row in value if isinstance(value, list) else ():
        if isinstance(row, dict):
            blocks.row([_said(row[key]) if key in row else "" for key in columns], header)


def _said(value: Json) -> str:
    return _clean(value) if isinstance(value, str) else json.dumps(value)


def _clean(said: str) -> str:
    """Without what JSON can escape and no text can hold: NUL, and halves of characters."""
    return said.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
