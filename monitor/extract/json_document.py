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
_MOST_VALUES = 200_000
_MOST_COLUMNS = 50
_NAMES = ("name", "title", "label", "id", "key", "slug")
"""Keys whose value names the object that it stands in."""
_TOO_DEEP = f"the JSON is nested more than {_DEEPEST} deep"


def looks_like(body: bytes) -> bool:
    """Whether the bytes are a JSON object or array, whatever it is served as."""
    if body[:64].lstrip()[:1] not in (b"{", b"[") or body[-64:].rstrip()[-1:] not in (b"}", b"]"):
        return False
    try:
        json.loads(body)
    except RecursionError:  # too deep to be read, but JSON so far
        return True
    except ValueError:
        return False
    return True


def read(markup: str) -> Document:
    """The document that a JSON text holds; what is no JSON after all is read as plain text.

    Raises ReadingError `unreadable` where it is nested too deep to be meant, `too_big` where it holds too many values.
    """
    try:
        root: Json = json.loads(markup, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError as error:
        raise ReadingError("unreadable", _TOO_DEEP) from error
    except ValueError:
        return text.read(markup)
    blocks = Blocks()
    _collect(blocks, root)
    return Document(blocks.done())


def _collect(blocks: Blocks, root: Json) -> None:
    """Iterative; within an object the plain values come first, so that none stands under the heading of a sibling."""
    left = _MOST_VALUES
    waiting: list[tuple[str, Json, int]] = [("", root, 0)]
    while waiting:
        name, value, depth = waiting.pop()
        if depth > _DEEPEST:
            raise ReadingError("unreadable", _TOO_DEEP)
        blocks.heading(_clean(name), depth)
        left -= _values(value)
        if left < 0:
            raise ReadingError("too_big", f"the JSON holds more than {_MOST_VALUES:,} values")
        if columns := _columns(value):
            _rows(blocks, value, columns)
            continue
        members = _members(name, value)
        for key, plain in members:
            if not isinstance(plain, dict | list):
                blocks.item(f"{_clean(key)}: {_said(plain)}" if isinstance(value, dict) else _said(plain))
        waiting += [(key, inner, depth + 1) for key, inner in reversed(members) if isinstance(inner, dict | list)]
