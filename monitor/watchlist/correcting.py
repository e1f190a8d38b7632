"""Correct keys of pages in the text of a watchlist: what is corrected is written anew, and every other line stays as it was.

As where a page is added, the result is read before it is believed: it must say what the old text said, but for the corrections.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping

import yaml

from monitor.errors import UsageError
from monitor.watchlist import marks
from monitor.watchlist.nodes import child, end, newline, next_line, says, scalar

Corrections = Mapping[str, str | bool | None]
"""Keys of a page with their new values; None: the key goes."""

_ORDER = ("type", "url", "select", "remove", "fetch", "every", "timezone", "robots", "language", "region")
"""The order in which keys are written: a new one stands behind those before it."""
_BOM = b"\xef\xbb\xbf"
_COMMENT = re.compile(r"[ \t]*(#[^\r\n]*)")
_BEFORE, _BEHIND = re.compile(r",\s*$"), re.compile(r"\s*,\s*")


def corrected(data: bytes, page: str, corrections: Corrections, file: str) -> bytes:
    """The watchlist with these keys of a page (`vendor/page`) corrected. `file` is what mistakes name.

    Raises UsageError where that would change anything else: entries that pages share.
    """
    mark = _BOM if data.startswith(_BOM) else b""
    vendor, _, name = page.partition("/")
    node = child(marks.compose(data, file), "vendors", vendor, "pages", name)
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"{file}: {page} is not written out here; correct it by hand")
    expected = copy.deepcopy(marks.read(data, file).value)
    entry: dict[str, object] = expected["vendors"][vendor]["pages"][name]  # type: ignore[index]
    needed = {key: value for key, value in corrections.items() if value is not None or key in entry}
    text = data.decode("utf-8-sig")
    for begin, finish, written in sorted(_edits(text, node, needed), reverse=True):
        text = text[:begin] + written + text[finish:]
    result = mark + text.encode()
    _correct(entry, node, needed)
    if not says(result, expected, file):
        raise UsageError(
            f"{file}: {page} cannot be corrected without changing something else there (entries that pages share, perhaps); "
            "correct it by hand: " + ", ".join(f"{key}: {_shown(value)}" for key, value in corrections.items())
        )
    return result


def _shown(value: str | bool | None) -> str:
    return "(remove it)" if value is None else scalar(value)


def _correct(entry: dict[str, object], node: yaml.MappingNode, corrections: Corrections) -> None:
    """Make an entry say what it must say with the corrections."""
    for key, value in corrections.items():
        if value is not None:
            entry[key] = value
        elif child(node, key) is not None:
            del entry[key]
        else:
            entry[key] = False


def _edits(text: str, node: yaml.MappingNode, corrections: Corrections) -> Iterator[tuple[int, int, str]]:
    """What is put in the place of which part of the text."""
    for key, value in corrections.items():
        own = next((pair for pair in node.value if pair[0].value == key), None)
        if own and value is None:
            yield _removed(text, node, *own)
        elif own and value is not None:
            yield own[1].start_mark.index, own[1].end_mark.index, scalar(value)
        else:  # what another entry lends can only be overruled
            yield _added(text, node, key, False if value is None else value)


def _removed(text: str, node: yaml.MappingNode, key: yaml.Node, value: yaml.Node) -> tuple[int, int, str]:
    """A key taken out: with its line, of which a comment stays; among braces with one comma."""
    begin, finish = int(key.start_mark.index), end(value)
    if node.flow_style:
        if behind := _BEHIND.match(text, finish):
            return begin, behind.end(), ""
        before = _BEFORE.search(text[:begin])
        return (before.start() if before else begin), finish, ""
    start = text.rfind("\n", 0, begin) + 1
    comment = _COMMENT.match(text, finish)
    kept = text[start:begin] + comment[1] + newline(text) if comment else ""
    return start, next_line(text, finish), kept


def _added(text: str, node: yaml.MappingNode, key: str, value: str | bool) -> tuple[int, int, str]:
    """A key put in behind the last of those that are written before it."""
    earlier = _ORDER[: _ORDER.index(key)] if key in _ORDER else _ORDER
    pairs = [pair for pair in node.value if pair[0].value in earlier] or node.value[:1]
    finish = max(max(end(last), int(first.end_mark.index)) for first, last in pairs)
    if node.flow_style:
        return finish, finish, f", {key}: {scalar(value)}"
    at = next_line(text, finish)
    begun = "" if text[:at].endswith("\n") else newline(text)
    return at, at, f"{begun}{' ' * int(node.value[0][0].start_mark.column)}{key}: {scalar(value)}{newline(text)}"
