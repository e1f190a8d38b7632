"""The monitor's own troubles are news twice: when they begin, and when they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.health import News, Vitals, Watch, news, troubles
from monitor.model import Page
from monitor.records import ChannelState, PageState, Trouble

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TERMS = Page("acme", "terms", "terms", "https://acme.example/terms", every="6h")
PRIVACY = Page("acme", "privacy", "privacy", "https://acme.example/privacy", every="1d")
OTHER = Page("other", "terms", "terms", "https://other.example/terms", every="6h")
PAGES = (TERMS, PRIVACY, OTHER)


def state(
    page: Page, *, failing: timedelta | None = None, outcome: str = "soft_error", late: timedelta = -HOUR
) -> PageState:
    """A page that has failed for so long, or is well; its next check is so late."""
    return PageState(
        vendor=page.vendor,
        vendor_name="",
        page=page.name,
        type=page.type,
        url=page.url,
        last_check_at=NOW - HOUR,
        outcome=outcome if failing is not None else "ok",
        reason="",
        last_good_at=None,
        failing_since=None if failing is None else NOW - failing,
        failures=0 if failing is None else 3,
        last_change_at=None,
        last_change_id=None,
        next_check_at=NOW - late,
        captures=1,
        versions=1,
        changes=0,
    )


def standing(*states: PageState, noted: tuple[Trouble, ...] = ()) -> list[tuple[str, str]]:
    found = troubles(PAGES, Vitals(pages=states), Watch(), noted, NOW)
    return [(trouble.kind, trouble.subject) for trouble in found]


@pytest.mark.parametrize(
    ("page", "hours", "trouble"), [(TERMS, 17, False), (TERMS, 18, True), (PRIVACY, 71, False), (PRIVACY, 72, True)]
)
def test_a_page_is_in_trouble_after_so_many_intervals(page: Page, hours: int, trouble: bool) -> None:
    """A page that could not be read for three of its intervals is a trouble, by its own interval."""
    assert standing(state(page, failing=hours * HOUR)) == ([("page", page.key)] if trouble else [])


def test_a_cron_line_has_an_interval() -> None:
    """Of a page on a cron line the interval is the time between its next two moments."""
    daily = replace(TERMS, every="0 6 * * *")
    states = (state(TERMS, failing=71 * HOUR), state(TERMS, failing=72 * HOUR))
    assert [len(troubles((daily,), Vitals(pages=(each,)), Watch(), (), NOW)) for each in states] == [0, 1]


def test_pages_of_a_host_fail_together() -> None:
    """When one page of a host is in trouble, what else fails there is told with it, and pages that are well are not."""
    assert standing(state(TERMS, failing=18 * HOUR), state(PRIVACY, failing=HOUR), state(OTHER, failing=HOUR)) == [
        ("page", TERMS.key),
        ("page", PRIVACY.key),
    ]


def test_a_page_that_nobody_checks_is_in_trouble() -> None:
    """A page whose check is overdue by so many intervals is a trouble, though nothing failed."""
    (found,) = troubles(PAGES, Vitals(pages=(state(TERMS, late=18 * HOUR),)), Watch(), (), NOW)
    assert (found.subject, found.since, found.reason) == (
        TERMS.key,
        NOW - 18 * HOUR,
        "no check was made when it was due",
    )


def test_without_network_no_page_is_blamed() -> None:
    """Where no page of several hosts can be reached, the monitor is offline; what was noted of pages before still stands."""
    failing = [state(page, failing=48 * HOUR, outcome="dns_error") for page in PAGES]
    noted = (Trouble("page", OTHER.key, NOW - 90 * HOUR, "gone"),)
    assert standing(*failing, noted=noted) == [("offline", ""), ("page", OTHER.key)]
    assert ("offline", "") not in standing(*failing[:2])
    assert ("offline", "") not in standing(*failing[:2], state(OTHER))


def test_pages_that_nobody_watches_are_no_trouble() -> None:
    """A page that the watchlist no longer has, or disables, is no trouble."""
    assert troubles((OTHER,), Vitals(pages=(state(TERMS, failing=99 * HOUR),)), Watch(), (), NOW) == ()


def test_a_channel_that_stopped_or_gave_up_is_a_trouble() -> None:
    """A channel that takes nothing, and one that never took some alerts, is one trouble each, with the reason."""
    stopped = ChannelState("hook", NOW - HOUR, "hook: the receiver answered 410", NOW)
    vitals = Vitals(stopped=(stopped,), given_up={"hook": (1, NOW, "late"), "mail": (2, NOW - 2 * HOUR, "554 refused")})
    assert troubles((), vitals, Watch(), (), NOW) == (
        Trouble("channel", "hook", NOW - HOUR, "hook: the receiver answered 410"),
        Trouble("channel", "mail", NOW - 2 * HOUR, "2 given up; the last: 554 refused"),
    )


def test_a_disk_that_fills_is_a_trouble() -> None:
    """Less free space than wanted is a trouble before the disk is full."""
    assert troubles((), Vitals(free=200_000_000, archive="a.db"), Watch(), (), NOW) == ()
    (found,) = troubles((), Vitals(free=199_000_000, archive="a.db"), Watch(), (), NOW)
    assert (found.kind, found.subject, found.reason) == ("disk", "a.db", "199 MB are left on the disk of a.db")


PAGE_TROUBLE = Trouble("page", TERMS.key, NOW - HOUR, "timeout")


def test_a_trouble_is_news_when_it_begins_and_when_it_ends() -> None:
    """What was not noted before began; what stands no longer ended, now; what goes on, for whatever reason, is no news."""
    assert news((), (PAGE_TROUBLE,), PAGES, NOW) == News((PAGE_TROUBLE,))
    assert news((PAGE_TROUBLE,), (replace(PAGE_TROUBLE, reason="another"),), PAGES, NOW) == News()
    assert news((PAGE_TROUBLE,), (), PAGES, NOW) == News((replace(PAGE_TROUBLE, ended_at=NOW),))


def test_the_trouble_of_a_page_no_longer_watched_ends_in_silence() -> None:
    """A trouble that ended because its page left the watchlist is noted, and told to nobody."""
    assert news((PAGE_TROUBLE,), (), (OTHER,), NOW) == News((), (replace(PAGE_TROUBLE, ended_at=NOW),))


def test_a_noted_page_is_in_trouble_until_it_is_read() -> None:
    """A page that was told of stays in trouble while it fails, though what fell with it at its host is well again."""
    noted = (Trouble("page", PRIVACY.key, NOW - HOUR, "timeout"),)
    assert standing(state(TERMS), state(PRIVACY, failing=HOUR), noted=noted) == [("page", PRIVACY.key)]
    assert standing(state(TERMS), state(PRIVACY), noted=noted) == []
