"""Where things stand in a picture: a page's history on a line of time, and amounts as steps. Pure; templates draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from monitor.model import Amount
from monitor.records import ChangeRecord, Moved, Outage

WIDTH = 960
EDGE = 16
LEAST_SPAN = timedelta(days=1)
MOST_TICKS = 8
HEIGHT, TOP, BOTTOM = 150, 22, 26
"""Of a chart of amounts: all of it, and what is left free above and below the steps."""
LABEL = 6.5
"""Width of a character of a label, about."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Time as a distance from the left."""

    since: datetime
    until: datetime

    def x(self, at: datetime) -> float:
        """Where a moment stands; within the picture whatever it is."""
        share = (at - self.since) / (self.until - self.since)
        return round(EDGE + min(max(share, 0.0), 1.0) * (WIDTH - 2 * EDGE), 1)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Beginnings of years or months, as many as there is room for, each with its name."""
        months = list(_months(self.since, self.until))
        years = [month for month in months if month.month == 1]
        if len(years) >= 3:
            return tuple((self.x(each), str(each.year)) for each in _some(years))
        return tuple((self.x(each), f"{each.year}-{each.month:02}") for each in _some(months))


@dataclass(frozen=True, slots=True)
class Mark:
    """A change on the line of time."""

    x: float
    change: ChangeRecord


@dataclass(frozen=True, slots=True)
class Bar:
    """A outage on the line of time."""

    x: float
    width: float
    outage: Outage


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page's history on a line."""

    ticks: tuple[tuple[float, str], ...]
    marks: tuple[Mark, ...]
    bars: tuple[Bar, ...]


def timeline(since: datetime, now: datetime, changes: Iterable[ChangeRecord], outages: Iterable[Outage]) -> Timeline:
    """The changes and outages of a page between its first version and now. What is major is drawn last, above the others."""
    scale = _scale(since, now)
    ranked = sorted(changes, key=lambda change: ("none", "minor", "major").index(change.change.importance))
    marks = tuple(Mark(scale.x(change.seen_at), change) for change in ranked)
    bars = tuple(
        Bar(scale.x(outage.since), max(scale.x(outage.until or now) - scale.x(outage.since), 2.0), outage)
        for outage in outages
    )
    return Timeline(scale.ticks(), marks, bars)


@dataclass(frozen=True, slots=True)
class Step:
    """An amount from a change on: where its line stands. `label_x` is where its words begin, or end if they are `last`."""

    x: float
    y: float
    amount: Amount
    moved: Moved | None


@dataclass(frozen=True, slots=True)
class Chart:
    """One amount of a page over time: the steps of its line, and every change of it for the table."""

    topic: str
    ticks: tuple[tuple[float, str], ...]
    path: str
    steps: tuple[Step, ...]
    moved: tuple[Moved, ...]


def charts(moved: Sequence[Moved], since: datetime, now: datetime) -> tuple[Chart, ...]:
    """A page's amounts over time, one chart for each: those of one topic, unit, period and scope are one."""
    scale = _scale(min([since, *(each.seen_at for each in moved)]), now)
    ranked = sorted(moved, key=lambda each: (_subject(each), each.seen_at, each.change))
    return tuple(_chart(tuple(group), scale) for _, group in groupby(ranked, key=_subject))


def _subject(moved: Moved) -> tuple[str, str, str, int, str]:
    amount = moved.finding.amount_after or moved.finding.amount_before
    assert amount
    return moved.finding.topic, amount.unit, amount.per or "", amount.every, amount.scope


def _chart(moved: tuple[Moved, ...], scale: Scale) -> Chart:
    values: list[tuple[datetime, Amount | None, Moved | None]] = [(scale.since, moved[0].finding.amount_before, None)]
    values += [(each.seen_at, each.finding.amount_after, each) for each in moved]
    top = max([amount.value for _, amount, _ in values if amount] or [1.0]) or 1.0
    room = HEIGHT - TOP - BOTTOM
    steps = tuple(
        Step(scale.x(at), round(TOP + room * (1 - amount.value / top), 1), amount, because)
        for at, amount, because in values
        if amount
    )
    return Chart(moved[0].finding.topic, scale.ticks(), _path(values, scale, top), steps, moved)


def _path(values: Sequence[tuple[datetime, Amount | None, Moved | None]], scale: Scale, top: float) -> str:
    """The line in SVG: it breaks off where there is no amount, and runs on to the right end."""
    room, drawn, path = HEIGHT - TOP - BOTTOM, False, []
    ends = [at for at, _, _ in values[1:]] + [scale.until]
    for (at, amount, _), end in zip(values, ends, strict=True):
        if amount:
            y = round(TOP + room * (1 - amount.value / top), 1)
            path.append(f"{'L' if drawn else 'M'}{scale.x(at)} {y}H{scale.x(end)}")
        drawn = amount is not None
    return "".join(path)


def _scale(since: datetime, now: datetime) -> Scale:
    return Scale(min(since, now - LEAST_SPAN), now)


def _months(since: datetime, until: datetime) -> Iterable[datetime]:
    year, month = since.year, since.month
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        if year > until.year or datetime(year, month, 1, tzinfo=UTC) > until:
            return
        yield datetime(year, month, 1, tzinfo=UTC)


def _some(moments: Sequence[datetime]) -> Sequence[datetime]:
    return moments[:: -(-len(moments) // MOST_TICKS)] if moments else ()
