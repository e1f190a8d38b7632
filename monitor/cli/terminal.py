"""How the terminal shows tables, times, headlines, words that differ.

Text of pages is escaped: it never reaches the terminal as a command.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.model import Change
from monitor.records import ChangeRecord
from monitor.words import MARKS, one_line, printable, spans

_STYLES = {"kept": "", "deleted": "red strike", "inserted": "green"}
VERDICTS = {"alert": "bold red", "note": "yellow", "quiet": "dim"}
_PIPED = 400
"""Columns where no terminal says how many there are: a program, or a pager, wraps for itself."""
_SCREENFUL = 50
_HEADING = 80
_LONG = 240
"""Characters of unchanged text that are shown around a change before they are folded."""


class _Console(Console):
    """One that lets whoever prints hear that the reader went away; rich would end the program with a status of its own."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console() -> Console:
    """Standard output; colours only on a terminal, and lines never cut where a program reads them."""
    piped = not sys.stdout.isatty()
    return _Console(file=sys.stdout, highlight=False, markup=False, soft_wrap=piped, width=_PIPED if piped else None)


def most(limit: int | None, *, json_: bool) -> int | None:
    """How many lines of a list are shown: as many as were asked for, else a screenful on a terminal, and all to a program."""
    return limit or (None if json_ or not sys.stdout.isatty() else _SCREENFUL)


def more(limit: int) -> str:
    """What is said of a list that does not show everything."""
    return f"there are more than {limit}: --limit shows more"


def when(moment: datetime | None) -> str:
    """A time to the minute, in UTC; a dash for none."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "-"


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> Table:
    """A plain table."""
    shown = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*(cell if isinstance(cell, Text) else printable(cell) for cell in row))
    return shown


def words(before: str, after: str) -> Text:
    """What was deleted and inserted between two texts, marked with colours and with signs that survive a pipe."""
    text = Text()
    for span in spans(before, after):
        opening, closing = MARKS[span.kind]
        shown = folded(span.text) if span.kind == "kept" else span.text
        text.append(f"{opening}{printable(shown)}{closing}", _STYLES[span.kind])
    return text


def folded(text: str) -> str:
    """A long text without its middle."""
    return text if len(text) <= _LONG else f"{text[: _LONG // 2]} … {text[-_LONG // 2 :]}"


def verdict(change: Change) -> Text:
    """The verdict in its colour."""
    return Text(change.verdict, VERDICTS[change.verdict])


def headline(record: ChangeRecord) -> Text:
    """One line that names a change: its number, page, time, verdict and summary."""
    text = Text(f"#{record.id}  {record.vendor}/{record.page}  {when(record.seen_at)}  ")
    return text.append(verdict(record.change)).append(f"  {one_line(record.change.summary, 200)}")


def headings(trail: Sequence[str]) -> str:
    """The headings that something stands under, outermost first, on one line."""
    return " > ".join(one_line(heading, _HEADING) for heading in trail)
