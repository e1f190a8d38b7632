"""Captures kept elsewhere, and taking them into an archive as the import commands do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fakes import DAY, PAGE, START, captured
from house import House

from monitor.history.ahead import Readers
from monitor.history.recorded import Recording
from monitor.intake import Intake, Report
from monitor.model import Capture, Page
from monitor.pipeline import Judgement


@dataclass(frozen=True)
class Kept:
    """A capture kept elsewhere, of some day."""

    number: float
    body: bytes | None
    page: Page = PAGE
    technical: bool = False
    outcome: str = "ok"

    @property
    def at(self) -> datetime:
        return START + self.number * DAY

    def capture(self) -> Capture:
        return captured(self.body, self.at, self.outcome, page=self.page)


def kept(*bodies: bytes, first: float = 0) -> list[Kept]:
    """A capture a day."""
    return [Kept(first + number, body) for number, body in enumerate(bodies)]


def take_in(
    house: House,
    recorded: Iterable[Recording],
    reading: Readers | None = None,
    judgement: Judgement = Judgement(),  # noqa: B008 - frozen
) -> Report:
    """Import recordings of one page, given in any order; what came of them."""
    report = Report()
    used = reading or Readers(None, 1, "en")
    intake = Intake(house.archive, judgement, report, used.run)
    some: Sequence[Recording] = sorted(recorded, key=lambda each: each.at)
    for part in used.ahead([intake.fresh(some)]):
        intake.take(part)
    intake.finish()
    return report
