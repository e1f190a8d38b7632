"""Which cells of a table are of a plan that costs nothing: by a column's header, a row of prices, or the row's own price. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from monitor.meaning.answering import has
from monitor.meaning.lexicon import fold
from monitor.model import CELL, Block

_Table = tuple[tuple[str, ...], tuple[str, ...]]
"""What the rows of one table have in common: their headings and their header cells."""


class Plans:
    """The plans that the tables of a page compare."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        rows: defaultdict[_Table, list[list[str]]] = defaultdict(list)
        for block in blocks:
            if block.kind == "row" and block.columns:
                rows[block.trail, block.columns].append(_cells(block.text))
        self._columns = {table: _free_columns(list(map(fold, table[1])), found) for table, found in rows.items()}

    def free_cells(self, block: Block) -> frozenset[int] | None:
        """The cells of a row that are of a plan that costs nothing; None where its table compares no plans."""
        columns = self._columns.get((block.trail, block.columns))
        return columns if columns is not None else _of_row(block)


def of_cells(text: str, cells: frozenset[int]) -> str:
    """A row with what stands in these cells, and in its first one, which says of what."""
    return CELL.join(cell if not place or place in cells else "" for place, cell in enumerate(text.split(CELL)))


def unpriced(text: str, columns: Sequence[str]) -> str:
    """A row without what stands in columns of money: a price by the million is no million."""
    paid = frozenset(place for place, column in enumerate(columns) if place and has("in_money", column.lower()))
    return of_cells(text, frozenset(range(len(columns))) - paid) if paid else text


def _free_columns(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> frozenset[int] | None:
    """The columns of plans that cost nothing; None where columns are no plans, or none of them costs nothing."""
    prices = [row for row in rows if has("price_label", row[0])]
    named = {place for place, header in enumerate(headers) if place and has("free_plan", header)}
    free = named | {place for row in prices for place in _free_in(row)}
    names_plans = any(has("paid_plan", header) for header in headers[1:]) or not any(
        has("measure", header) for header in headers
    )
    return frozenset(free) if free and (prices or names_plans) else None


def _free_in(row: Sequence[str]) -> Iterator[int]:
    yield from (place for place, cell in enumerate(row) if place and has("costs_nothing", cell))


def _of_row(block: Block) -> frozenset[int] | None:
    """The cells of a row that is a plan of its own, with its price in one of them: all if that is nothing, else none."""
    if block.kind != "row" or not block.columns:
        return None
    cells = _cells(block.text)
    prices = [cell for header, cell in zip(block.columns, cells, strict=False) if has("price_label", fold(header))]
    if has("free_plan", cells[0]) or any(has("costs_nothing", cell) for cell in prices):
        return frozenset(range(len(cells))) if prices or has("plan_label", fold(block.columns[0])) else None
    paid = any(has("costs_something", cell) for cell in prices) or has("paid_plan", cells[0])
    return frozenset() if paid and (prices or has("plan_label", fold(block.columns[0]))) else None


def _cells(text: str) -> list[str]:
    return [cell.strip().lower() for cell in text.split(CELL)]
