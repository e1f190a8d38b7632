"""Where changes, outages and amounts stand in a page's pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from report_samples import FINDING, NOW, RECORD

from monitor.model import Amount
from monitor.records import Moved, Outage
from monitor.web.drawing import EDGE, HEIGHT, WIDTH, charts, timeline

YEAR = timedelta(days=365)
SINCE = NOW - 2 * YEAR


def moved(before: float | None, after: float | None, at: datetime, unit: str = "token", change: int = 1) -> Moved:
    old, new = (None if value is None else Amount(value, unit, "day") for value in (before, after))
    return Moved(change, at, replace(FINDING, amount_before=old, amount_after=new))


def test_marks_stand_by_their_time_the_weightiest_on_top() -> None:
    """The first version is at the left end and now at the right; what is major is drawn after the rest."""
    minor = replace(RECORD, seen_at=NOW, change=replace(RECORD.change, importance="minor"))
    drawn = timeline(SINCE, NOW, [replace(RECORD, seen_at=SINCE + YEAR), minor], [])
    assert [(mark.x, mark.change.change.importance) for mark in drawn.marks] == [
        (WIDTH - EDGE, "minor"),
        (WIDTH / 2, "major"),
    ]


def test_a_spell_that_lasts_reaches_to_now() -> None:
    """A outage is as wide as it was long, seen however short, and open to the right while it lasts."""
    over = Outage(SINCE, SINCE, SINCE + timedelta(hours=1), 1, "timeout", "")
    lasting = Outage(SINCE + YEAR, NOW, None, 9, "timeout", "")
    drawn = timeline(SINCE, NOW, [], [over, lasting])
    assert [bar.width for bar in drawn.bars] == [2.0, (WIDTH - 2 * EDGE) / 2]


def test_time_is_marked_by_months_or_years() -> None:
    """A few marks whatever the span: months within two years, years beyond; none of them outside the picture."""
    for years, name in ((2, "2025-01"), (9, "2020")):
        ticks = timeline(NOW - years * YEAR, NOW, [], []).ticks
        assert 2 <= len(ticks) <= 9
        assert name in [text for _, text in ticks] or years == 2
        assert all(EDGE <= x <= WIDTH - EDGE for x, _ in ticks)
    assert timeline(NOW, NOW, [], []).ticks == ()


def test_an_amount_is_a_line_of_steps() -> None:
    """The line begins with what was before, and goes to each new amount at its time; the largest stands highest."""
    [chart] = charts([moved(10, 20, SINCE + YEAR), moved(20, 5, NOW)], SINCE, NOW)
    assert [step.amount.value for step in chart.steps] == [10, 20, 5]
    heights = [step.y for step in chart.steps]
    assert heights[1] < heights[0] < heights[2] < HEIGHT
    assert chart.path.count("M") == 1


def test_an_amount_that_is_gone_breaks_the_line() -> None:
    """Where nothing is offered there is no line."""
    [chart] = charts([moved(10, None, SINCE + YEAR), moved(None, 10, NOW)], SINCE, NOW)
    assert chart.path.count("M") == 2
    assert len(chart.steps) == 2


def test_different_amounts_have_charts_of_their_own() -> None:
    """Tokens and requests are not drawn on one scale."""
    assert len(charts([moved(1, 2, NOW), moved(1, 2, NOW, unit="request")], SINCE, NOW)) == 2


def test_amounts_of_nothing_can_be_drawn() -> None:
    """An amount of zero is no reason to divide by it."""
    [chart] = charts([moved(0, 0, NOW)], SINCE, NOW)
    assert len(chart.steps) == 2
