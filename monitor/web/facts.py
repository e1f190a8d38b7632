"""What every vendor says, as a matrix of vendors and questions, as of now or of any day.

A vendor's facts are worked out of its versions once, and kept until one of its pages shows another version: what a version answers
never changes. What there is no time for in one request is read on beside the visitors, so that none waits long.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock, Thread
from typing import cast

from flask import Blueprint, Flask, Response, current_app, render_template

from monitor.errors import ArchiveError
from monitor.facts import Reader, facts
from monitor.model import Fact, Statement
from monitor.report.answers import COLUMNS, matrix
from monitor.report.facts import Claim, claims, facts_csv
from monitor.web.context import archive, asked, close, day, site, style, words
from monitor.web.pages import as_csv

ROUTES = Blueprint("facts", __name__)
LONGEST_READ = 3.0
"""Seconds for which one request may read versions; what is left is read in a thread of its own."""
MOST_AT_ONCE = 40
"""Versions of a vendor that are read while its page is waited for."""
MOST_KEPT = 5_000
MOST_STATEMENTS = 100_000
"""Vendors at a day, and versions, that are kept in memory."""

_log = logging.getLogger("monitor.web")

Key = tuple[str, date, bool, tuple[int, ...]]


@dataclass(slots=True)
class Memory:
    """What was worked out already: what versions answer, and the facts of a vendor as of a day by the versions that it showed."""

    place: tuple[int, int] = (0, 0)
    statements: dict[tuple[int, str, bool], tuple[Statement, ...]] = field(default_factory=dict)
    facts: dict[Key, tuple[Fact, ...]] = field(default_factory=dict)
    turn: Lock = field(default_factory=Lock)
    reading_on: Lock = field(default_factory=Lock)

    def of(self, place: tuple[int, int]) -> Memory:
        """The memory for the archive at this place; of another file nothing is known, and too much is forgotten."""
        if self.place != place or len(self.facts) > MOST_KEPT or len(self.statements) > MOST_STATEMENTS:
            self.statements.clear()
            self.facts.clear()
            self.place = place
        return self


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: its lines, and the facts behind it with their quotes."""

    lines: tuple[str, ...]
    claims: tuple[Claim, ...]


@ROUTES.get("/matrix")
def matrix_page() -> str:
    """Vendors and questions: each answer with its quote, its page, since when, and what it was before."""
    at = day("at", end=True) or site().clock()
    told, left = known(at)
    rows = matrix(told, words(), at.date())
    cells = {
        row.vendor: tuple(
            Cell(
                lines,
                claims((fact for fact in row.facts if column.holds(fact.now.question, fact.now.scope)), at, words()),
            )
            for column, lines in zip(COLUMNS, row.cells, strict=True)
        )
        for row in rows
    }
    return render_template(
        "matrix.html", rows=rows, cells=cells, columns=COLUMNS, at=at, asked_at=asked("at"), left=left
    )


@ROUTES.get("/matrix.csv")
def matrix_csv() -> Response:
    """Every fact, one a line, with its quote and where it stands."""
    at = day("at", end=True) or site().clock()
    return as_csv(facts_csv(told_in_full(at), at, style()), f"facts-{at:%Y-%m-%d}")


def of_vendor(vendor: str, at: datetime) -> tuple[Claim, ...] | None:
    """What one vendor says as of a time; None while its many versions are being read."""
    shown = archive().current().get(vendor, ())
    if _key(vendor, shown, at) not in _memory().facts and len(archive().editions(vendor)) > MOST_AT_ONCE:
        _go_on(at, vendor)
        return None
    return claims(_facts(vendor, shown, at), at, words())


def known(at: datetime) -> tuple[list[Fact], int]:
    """Every vendor's facts as of a time, as far as there was time to read; and how many vendors are left."""
    end = site().patience() + LONGEST_READ
    told: list[Fact] = []
    left = 0
    for vendor, shown in archive().current().items():
        if _key(vendor, shown, at) in _memory().facts or site().patience() < end:
            told += _facts(vendor, shown, at)
        else:
            left += 1
    if left:
        _go_on(at)
    return told, left


def _go_on(at: datetime, vendor: str = "") -> None:
    """Read what is left, or one vendor, beside the visitors."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    Thread(target=_read_on, args=(app, at, vendor), name="facts", daemon=True).start()


def _read_on(app: Flask, at: datetime, only: str) -> None:
    """Read vendor by vendor, each with the archive opened anew; one thread at a time."""
    with app.app_context():
        memory = _memory()
        if not memory.reading_on.acquire(blocking=False):
            return
        try:
            vendors = archive().current()
            for vendor, shown in vendors.items():
                if only in ("", vendor):
                    close(None)
                    _facts(vendor, shown, at)
        except ArchiveError as error:
            _log.warning("what vendors say could not be read on: %s", error)
        finally:
            close(None)
            if not only:
                _set_apart()
            memory.reading_on.release()


def _set_apart() -> None:
    """Spare the search for garbage what was read and stays: every visitor would wait for it, 0.3 s with 200 vendors.

    What was set apart before is searched once more, so that no garbage stays for ever.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def told_in_full(at: datetime) -> Iterator[Fact]:
    """Every vendor's facts as of a time, however long it takes to read them."""
    for vendor, shown in archive().current().items():
        yield from _facts(vendor, shown, at)


def _facts(vendor: str, shown: tuple[int, ...], at: datetime) -> tuple[Fact, ...]:
    memory, key = _memory(), _key(vendor, shown, at)
    if key not in memory.facts:
        with memory.turn:  # two who ask at once read it once
            if key not in memory.facts:
                memory.facts[key] = tuple(facts(Reader(archive(), memory.statements), at, vendor))
    return memory.facts[key]


def _key(vendor: str, shown: tuple[int, ...], at: datetime) -> Key:
    """By the day, as far as the answer goes; a time within a day is another question only for what is past."""
    now = site().clock()
    return vendor, at.date(), at >= now, shown if at >= now else (*shown, int(at.timestamp()))


def _memory() -> Memory:
    stat = site().archive.stat()
    return cast(Memory, current_app.extensions.setdefault("facts", Memory())).of((stat.st_dev, stat.st_ino))
