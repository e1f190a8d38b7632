"""What keeps the monitor from its work, and what of that is news: one alert when it begins, one when it ends.

Pure: where the pages and channels stand -> the troubles that stand -> those that began or ended since they were last noted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.model import OUTCOMES, Page
from monitor.records import ChannelState, PageState, Trouble, TroubleKind
from monitor.schedule import parse_every

NO_NETWORK = frozenset({"dns_error", "connect_error", "timeout"})
"""What checks come to where this machine has no network."""
_LEAST_OFFLINE = 3
"""Pages, of two hosts at least, that must all have failed so before the network is doubted, and not their hosts."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What counts as trouble: a page not read for `after` of its intervals, less free space than `free` bytes on the disk."""

    after: int = 3
    free: int = 200_000_000


@dataclass(frozen=True, slots=True)
class Vitals:
    """Where everything stands. `given_up`: channel -> how many alerts it never took, since when, and the last error.

    `free` is the space left on the disk that holds the archive, in bytes; `archive` names it.
    """

    pages: tuple[PageState, ...] = ()
    stopped: tuple[ChannelState, ...] = ()
    given_up: Mapping[str, tuple[int, datetime, str]] | None = None
    free: int | None = None
    archive: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """Troubles that began or ended. The `untold` ended because nobody watches what they were about any more."""

    told: tuple[Trouble, ...] = ()
    untold: tuple[Trouble, ...] = ()


def news(noted: Sequence[Trouble], standing: Sequence[Trouble], watched: Iterable[Page], now: datetime) -> News:
    """What began and what ended since the troubles were last noted."""
    before = {(trouble.kind, trouble.subject) for trouble in noted}
    after = {(trouble.kind, trouble.subject) for trouble in standing}
    began = [trouble for trouble in standing if (trouble.kind, trouble.subject) not in before]
    ended = [replace(trouble, ended_at=now) for trouble in noted if (trouble.kind, trouble.subject) not in after]
    keys = {page.key for page in watched}
    gone = tuple(trouble for trouble in ended if trouble.kind == "page" and trouble.subject not in keys)
    return News((*began, *(trouble for trouble in ended if trouble not in gone)), gone)


def troubles(
    pages: Sequence[Page], vitals: Vitals, watch: Watch, noted: Sequence[Trouble], now: datetime
) -> tuple[Trouble, ...]:
    """The troubles that stand now. While the network is down no page is blamed: what was noted of them stands."""
    states = {f"{state.vendor}/{state.page}": state for state in vitals.pages}
    watched = [(page, states[page.key]) for page in pages if page.key in states]
    if offline := _offline([state for _, state in watched]):
        of_pages = [offline, *(trouble for trouble in noted if trouble.kind == "page")]
    else:
        of_pages = list(_pages(watched, watch, frozenset(each.subject for each in noted if each.kind == "page"), now))
    return (*of_pages, *_channels(vitals), *_disk(vitals, watch, now))


def _offline(states: Sequence[PageState]) -> Trouble | None:
    """This machine is without a network if no page at all could be reached, whatever its host."""
    hosts = {urlsplit(state.url).hostname for state in states}
    if len(states) < _LEAST_OFFLINE or len(hosts) < 2 or not all(state.outcome in NO_NETWORK for state in states):
        return None
    since = min(state.failing_since for state in states if state.failing_since)
    return _failing("offline", "", since, states[0])


def _pages(
    watched: Sequence[tuple[Page, PageState]], watch: Watch, noted: frozenset[str], now: datetime
) -> Iterator[Trouble]:
    """Pages that could not be read for too long, with what else fails at the same host: one message tells of all.

    One that was `noted` is in trouble until it is read again, whatever its next interval is.
    """
    by_host: dict[str | None, list[tuple[Page, PageState]]] = defaultdict(list)
    for page, state in watched:
        by_host[urlsplit(page.url).hostname].append((page, state))
    for of_host in by_host.values():
        failing = [(page, state) for page, state in of_host if state.failing_since]
        overdue = any(_is_overdue(page, state.failing_since, watch, now) for page, state in failing)
        yield from (_unreadable(state) for page, state in failing if overdue or page.key in noted)
    for page, state in watched:
        if not state.failing_since and _is_overdue(page, state.next_check_at, watch, now):
            yield _unchecked(state)


def _is_overdue(page: Page, since: datetime | None, watch: Watch, now: datetime) -> bool:
    return since is not None and now - since >= watch.after * _interval(page, now)


def _interval(page: Page, now: datetime) -> timedelta:
    """How long lies between two checks of a page; of a cron line, between its next two moments."""
    every = parse_every(page.every)
    following = every.after(now, page.zone)
    return every.after(following, page.zone) - following


def _unreadable(state: PageState) -> Trouble:
    since = state.failing_since
    assert since is not None
    return _failing("page", f"{state.vendor}/{state.page}", since, state)


def _failing(kind: TroubleKind, subject: str, since: datetime, state: PageState) -> Trouble:
    outcome = state.outcome or ""
    return Trouble(kind, subject, since, state.reason or OUTCOMES[outcome], outcome=outcome)


def _unchecked(state: PageState) -> Trouble:
    since = state.next_check_at
    assert since is not None
    return Trouble("page", f"{state.vendor}/{state.page}", since, "no check was made when it was due")


def _channels(vitals: Vitals) -> Iterator[Trouble]:
    """Channels that stopped, and those that never took some alert: one trouble a channel."""
    stopped = {state.name: state for state in vitals.stopped}
    given_up = vitals.given_up or {}
    for name in sorted(stopped.keys() | given_up.keys()):
        if name in stopped:
            yield Trouble("channel", name, stopped[name].stopped_at, stopped[name].reason)
        else:
            many, since, error = given_up[name]
            yield Trouble("channel", name, since, f"{many} given up; the last: {error}" if many > 1 else error)


def _disk(vitals: Vitals, watch: Watch, now: datetime) -> Iterator[Trouble]:
    if vitals.free is not None and vitals.free < watch.free:
        yield Trouble(
            "disk", vitals.archive, now, f"{vitals.free // 1_000_000} MB are left on the disk of {vitals.archive}"
        )
