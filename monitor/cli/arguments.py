"""What people write on the command line, read: times, pages. Raises UsageError, which says what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import click

from monitor.errors import UsageError

_WHILE = re.compile(r"([1-9][0-9]{0,3})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def instant(text: str) -> datetime:
    """A date or a time as a person writes it, in UTC where it names no zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no date: write 2026-11-23 or 2026-11-23T08:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def end_of(text: str) -> datetime:
    """A time; of a plain date its last moment."""
    whole_day = len(text) == len("2026-11-23")
    return instant(text) + (timedelta(days=1) - timedelta(microseconds=1) if whole_day else timedelta())


def until(text: str, now: datetime) -> datetime:
    """A time to come: a date or time, or how long from now: `12h`, `7d`, `2w`."""
    if _WHILE.fullmatch(text):
        return now + while_(text)
    try:
        moment = instant(text)
    except UsageError as error:
        raise UsageError(
            f"{text!r} is no time: write 2026-11-23, 2026-11-23T08:00Z, or a while like 12h, 7d, 2w"
        ) from error
    if moment <= now:
        raise UsageError(f"{text!r} is past; expected a time to come")
    return moment


def while_(text: str) -> timedelta:
    """How long: `12h`, `7d`, `2w`. ValueError says what was expected."""
    found = _WHILE.fullmatch(text)
    if not found:
        raise ValueError("expected a while like 12h, 90d, 52w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def head(text: str) -> tuple[int, bytes]:
    """A head of the ledger, as `verify` prints it. ValueError says what was expected."""
    number, _, hash_ = text.partition(":")
    if not (number.isdecimal() and re.fullmatch("[0-9a-fA-F]{64}", hash_)):
        raise ValueError("expected a number, a colon and 64 hexadecimal digits")
    return int(number), bytes.fromhex(hash_)


def page_key(text: str) -> tuple[str, str]:
    """`vendor/page` as its two parts."""
    vendor, slash, page = text.partition("/")
    if not (vendor and slash and page):
        raise UsageError(f"{text!r} is no page: write vendor/page")
    return vendor, page


def checked(check: Callable[[str], object]) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """For an option of click: text that `check` can read, as it was given; what ValueError says is what was expected."""

    def callback(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
        try:
            if given is not None:
                check(given)
        except ValueError as error:
            raise click.BadParameter(f"{given!r}: {error}") from error
        return given

    return callback
