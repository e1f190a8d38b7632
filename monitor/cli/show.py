"""How the terminal shows a change, a page, a time. Text of pages is escaped: it never reaches the terminal as a command."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.meaning.direction import BETTER, WORSE, leaning
from monitor.model import Change, Edit, Finding
from monitor.records import ChangeRecord
from monitor.report.passages import MARKS, by_clause
from monitor.words import one_line, printable, spans

_STYLES = {"kept": "", "deleted": "red strike", "inserted": "green"}
VERDICTS = {"alert": "bold red", "note": "yellow", "quiet": "dim"}
_PIPED = 400
"""Columns where no terminal says how many there are: a program, or a pager, wraps for itself."""
_SCREENFUL = 50
_HEADING = 80
_LEANINGS = {WORSE: "red", BETTER: "green"}
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


def findings(change: Change) -> Iterable[Text]:
    """The findings of a change: each reading, where it stands, and the clause with its words marked."""
    for about in by_clause(change.findings):
        yield Text("\n").join([Text(), *map(_finding, about), words(about[0].before, about[0].after)])


def _finding(finding: Finding) -> Text:
    text = Text("• ").append(printable(finding.reading), "bold")
    text.append(f"  ({finding.topic}, {finding.importance})", "dim")
    side = leaning(finding)
    if side in _LEANINGS:
        text.append(f"  {side}", _LEANINGS[side])
    trail = headings(finding.trail)
    return text.append(f"\n  {trail}", "dim") if trail else text


def headings(trail: Sequence[str]) -> str:
    """The headings that something stands under, outermost first, on one line."""
    return " > ".join(one_line(heading, _HEADING) for heading in trail)


def edits(all_edits: Sequence[Edit]) -> Iterable[Text]:
    """The blocks that differ, each with its words marked; moved ones in a line."""
    for edit in all_edits:
        before, after = edit.before.text if edit.before else "", edit.after.text if edit.after else ""
        if edit.kind == "moved":
            yield Text(f"\n↕ moved: {one_line(after, 100)}", "dim")
        else:
            yield Text(f"\n{edit.kind}: ", "dim").append(words(before, after))


def why(change: Change) -> Iterable[Text]:
    """The rules and words behind a verdict."""
    yield Text("\nWhy: ", "bold").append(printable(change.why))
    for finding in change.findings:
        yield Text(f"  {finding.topic} ({finding.importance}): {printable(finding.rule)}", "dim")
