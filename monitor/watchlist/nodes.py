"""Where things stand in the text of a watchlist, by its YAML nodes; and values as they are written there."""

from __future__ import annotations

import re

import yaml

from monitor.errors import WatchlistError
from monitor.watchlist import marks

_DOCUMENT_END = re.compile(r"\n\.\.\.\n$")


def child(node: yaml.Node | None, *keys: str) -> yaml.Node | None:
    """The value below some keys; None where there is none."""
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        node = next((value for name, value in pairs if isinstance(name, yaml.ScalarNode) and name.value == key), None)
    return node


def end(node: yaml.Node) -> int:
    """The index behind the last thing that stands in a node."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        if not isinstance(last, tuple):
            return end(last)
        key, value = last
        is_alias = value.start_mark.index < key.start_mark.index
        return int(key.end_mark.index) if is_alias else end(value)
    return int(node.end_mark.index)


def next_line(text: str, index: int) -> int:
    """Where the line after the one of an index begins."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def newline(text: str) -> str:
    """How the lines of a text end."""
    return "\r\n" if "\r\n" in text else "\n"


def scalar(value: str | bool) -> str:
    """A value as YAML writes it on one line, in quotes where it needs them."""
    written = _dumped(value, None)
    return _dumped(value, '"') if written.startswith("'") else written


def _dumped(value: str | bool, quote: str | None) -> str:
    written: str = yaml.safe_dump(value, default_style=quote, allow_unicode=True, width=float("inf"))
    return _DOCUMENT_END.sub("", written).strip()


def says(data: bytes, expected: object, file: str) -> bool:
    """Whether a watchlist's text holds these values, and no mistake of YAML."""
    try:
        marked = marks.read(data, file)
    except WatchlistError:
        return False
    return not marked.mistakes and marked.value == expected
