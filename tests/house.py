"""The middle of the house: a real archive, and checks of one page in it with scripted answers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from fakes import HOUR, PAGE, START, FakeFetcher

from monitor import pipeline
from monitor.archive import Archive
from monitor.model import Change, Page, Rule
from monitor.pipeline import Checked, Judgement, SecondLook

JUDGEMENT = Judgement((Rule(("mail", "hook")),))


@dataclass
class House:
    """An archive, and checks of one page in it, one after the other."""

    archive: Archive
    path: Path
    now: datetime = START
    paused: list[float] = field(default_factory=list)
    fetcher: FakeFetcher = field(default_factory=lambda: FakeFetcher([]))
    judgement: Judgement = JUDGEMENT

    @classmethod
    def at(cls, path: Path) -> House:
        """A house whose archive is at `path`."""
        return cls(Archive(path), path)

    def check(
        self, answer: bytes | str, after: timedelta = 12 * HOUR, page: Page = PAGE, *, then: bytes | str | None = None
    ) -> Checked:
        """Check a page, some time after the last check, and get this answer; `then` is what a second look would see."""
        self.now += after
        self.fetcher = FakeFetcher([answer] if then is None else [answer, then])
        second_look = None if then is None else SecondLook(5, self._pause)
        [checked] = pipeline.check(
            [page], self.archive, lambda *_: self.fetcher, self.judgement, lambda: self.now, second_look
        )
        return checked

    def checks(self, *answers: bytes | str) -> list[Checked]:
        return [self.check(answer) for answer in answers]

    def _pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.now += timedelta(seconds=seconds)

    def count(self, table: str) -> int:
        """How many rows a table of the file has."""
        with closing(sqlite3.connect(self.path)) as db:
            (number,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(number)

    def counts(self) -> tuple[int, int, int, int]:
        """Versions, changes, alerts, deliveries."""
        return tuple(map(self.count, ("versions", "changes", "alerts", "deliveries")))  # type: ignore[return-value]

    def changes(self) -> list[Change]:
        """The changes recorded, oldest first."""
        return [record.change for record in self.archive.changes(newest_first=False)]

    def verdicts(self) -> list[str]:
        return [change.verdict for change in self.changes()]
