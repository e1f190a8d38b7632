"""Put a page into the text of a watchlist: lines are added, and every line that stood there stays as it was.

A library that reads YAML and writes it again would move comments, quotes and line ends of lines that nobody asked it to touch.
So the text is not written again: the nodes say where the last page of a vendor ends, and the new one is put in behind it. The
result is read before it is believed: it must say what the old text said, and the page, and nothing else.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from monitor.errors import UsageError
from monitor.watchlist import marks
from monitor.watchlist.nodes import child, newline, next_line, says, scalar
from monitor.watchlist.nodes import end as end_of

_STEP = 2
"""Columns by which what has no example in the file is indented."""
_BOM = b"\xef\xbb\xbf"
_NEW = "version: 1\n\nvendors:\n"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page to be added: its keys in the order in which they are written. `vendor_name` is of use where the vendor is new."""

    vendor: str
    page: str
    keys: tuple[tuple[str, str | bool], ...]
    vendor_name: str = ""

    @property
    def key(self) -> str:
        """`vendor/page`."""
        return f"{self.vendor}/{self.page}"

    def lines(self) -> tuple[str, ...]:
        """The entry as it stands in a watchlist, below its vendor."""
        return tuple(_vendor_lines(self, 0, _STEP))


def with_page(data: bytes, entry: Entry, file: str) -> bytes:
    """The watchlist with the page at the end of its vendor's pages, or with a new vendor at the end; of no bytes, a new file.

    `file` is what mistakes name. Raises UsageError where the page cannot be added without changing anything else.
    """
    if not data:
        return (_NEW + "".join(f"{line}\n" for line in _vendor_lines(entry, _STEP, _STEP))).encode()
    mark = _BOM if data.startswith(_BOM) else b""
    text = data.decode("utf-8-sig")
    expected = _expected(data, entry, file)
    for edited in _attempts(text, marks.compose(data, file), entry, file):
        result = mark + edited.encode()
        if says(result, expected, file):
            return result
    raise UsageError(
        f"{file}: {entry.vendor}/{entry.page} cannot be added without changing something else there (pages that two vendors "
        "share, perhaps); nothing is written: add it by hand"
    )


def _expected(data: bytes, entry: Entry, file: str) -> object:
    """What the watchlist must say with the page."""
    value = copy.deepcopy(marks.read(data, file).value)
    vendors = value.get("vendors") if isinstance(value, dict) else None
    if not isinstance(vendors, dict):
        raise UsageError(f"{file}: there are no `vendors:` to add a page to")
    vendor = vendors.setdefault(
        entry.vendor, ({"name": entry.vendor_name} if entry.vendor_name else {}) | {"pages": {}}
    )
    pages = vendor.get("pages") if isinstance(vendor, dict) else None
    if not isinstance(pages, dict) or entry.page in pages:
        raise UsageError(f"{file}: vendors.{entry.vendor}.pages has no place for {entry.page}")
    pages[entry.page] = dict(entry.keys)
    return value


# --- where ----------------------------------------------------------------------------------------------------------


def _attempts(text: str, root: yaml.Node, entry: Entry, file: str) -> Iterator[str]:
    """The edited text, by the places where the page may stand, the finest first."""
    vendors = _block(child(root, "vendors"), "vendors", file)
    vendor = child(vendors, entry.vendor)
    if vendor is None:
        column, among = _column(vendors), vendors
        lines = _vendor_lines(entry, column, _step(vendors))
    else:
        place = f"vendors.{entry.vendor}"
        among = _block(child(_block(vendor, place, file), "pages"), f"{place}.pages", file)
        column = _column(among)
        lines = _page_lines(entry, column, _step(among))
    added = [""] * _spaced(text, among) + list(lines)
    for place_at in _ends(text, among, column):
        yield _inserted(text, place_at, added)


def _block(node: yaml.Node | None, place: str, file: str) -> yaml.MappingNode:
    """The node, if it is a mapping on lines of its own. Raises UsageError otherwise."""
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise UsageError(f"{file}: {place} is not written out here; add the page by hand")
    if node.flow_style:
        raise UsageError(
            f"{file}:{node.start_mark.line + 1}: {place} is written in braces; a page can only be added below keys that stand "
            "on lines of their own: write it out like that, or add the page by hand"
        )
    return node


def _column(node: yaml.MappingNode) -> int:
    return int(node.value[0][0].start_mark.column)


def _step(node: yaml.MappingNode) -> int:
    """By how much the first entry that is written out is indented below its name."""
    column = _column(node)
    inner = (_column(value) for _, value in node.value if isinstance(value, yaml.MappingNode) and _is_block(value))
    return next((found - column for found in inner if found > column), _STEP)


def _is_block(node: yaml.MappingNode) -> bool:
    return bool(node.value) and not node.flow_style


def _spaced(text: str, node: yaml.MappingNode) -> bool:
    """Whether the entries of a mapping are set apart by empty lines, comments above an entry aside."""
    lines = text[: node.value[-1][0].start_mark.index].split("\n")[:-1]
    while lines and lines[-1].lstrip().startswith("#"):
        lines.pop()
    return len(node.value) > 1 and bool(lines) and not lines[-1].strip()


def _ends(text: str, node: yaml.MappingNode, column: int) -> Iterator[int]:
    """Where a mapping ends: behind its last line and the comments that are as far in, and, where these belong to a text of
    several lines, behind that."""
    end = end_of(node)
    last = len(text[:end].rstrip()) if text[:end].endswith("\n") else end
    yield _past_comments(text, next_line(text, last), column)
    yield next_line(text, last)
    yield end


def _past_comments(text: str, begin: int, column: int) -> int:
    """Where the comments end that follow at `begin` and are indented at least to `column`: pages that were commented out."""
    end = at = begin
    for line in _LINE.findall(text[begin:]):
        at += len(line)
        bare = line.strip()
        if bare.startswith("#") and len(line) - len(line.lstrip()) >= column:
            end = at
        elif bare:
            break
    return end


# --- what -----------------------------------------------------------------------------------------------------------


def _inserted(text: str, index: int, lines: list[str]) -> str:
    """The text with lines put in at `index`, each ended as the others are."""
    ended = newline(text)
    before = text[:index] + ("" if text[:index].endswith("\n") else ended)
    return before + "".join(line + ended for line in lines) + text[index:]


def _vendor_lines(entry: Entry, column: int, step: int) -> Iterator[str]:
    yield f"{' ' * column}{scalar(entry.vendor)}:"
    if entry.vendor_name:
        yield f"{' ' * (column + step)}name: {scalar(entry.vendor_name)}"
    yield f"{' ' * (column + step)}pages:"
    yield from _page_lines(entry, column + 2 * step, step)


def _page_lines(entry: Entry, column: int, step: int) -> Iterator[str]:
    yield f"{' ' * column}{scalar(entry.page)}:"
    for key, value in entry.keys:
        yield f"{' ' * (column + step)}{key}: {scalar(value)}"
