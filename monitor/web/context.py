"""What every view stands on: the archive as it is now, the reader's language, and what was asked for, read or refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import current_app, g, request, url_for

from monitor.archive import Archive
from monitor.errors import MonitorError, UsageError
from monitor.report.catalogue import LANGUAGES, Words, words_of
from monitor.report.style import Style
from monitor.web.gate import Gate

LONGEST_ASKED = 10.0
"""Seconds after which the archive answers no more to one request."""
LONGEST_COMPARED = 2.0
"""Seconds for which one request may compare words."""
MOST_ID = 2**63 - 1
LONGEST_TEXT = 500
"""Characters of anything that a reader asks for."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Site:
    """What is served, and how: `style` has the language of who did not ask for one, the zone, the site's own address."""

    archive: Path
    style: Style
    gate: Gate
    clock: Callable[[], datetime]
    patience: Callable[[], float]


class Missing(UsageError):
    """What was asked for is not there."""


def site() -> Site:
    """The site that is being served."""
    return cast(Site, current_app.extensions["monitor"])


def archive() -> Archive:
    """The archive, opened anew for this request: one that was moved away or restored is noticed."""
    if "archive" not in g:
        g.archive = Archive(site().archive, mode="read", longest=LONGEST_ASKED)
    return cast(Archive, g.archive)


def close(_error: BaseException | None) -> None:
    """Close what the request opened."""
    opened = g.pop("archive", None)
    if opened is not None:
        opened.close()


def found(ask: Callable[[], T]) -> T:
    """What the archive has under a name. Missing, where it has none."""
    try:
        return ask()
    except UsageError as error:
        raise Missing(str(error)) from error


def style() -> Style:
    """How this reader is told: in the language asked for, else in the one that the browser likes best, else in the site's."""
    if "style" not in g:
        asked = request.args.get("lang", "")
        liked = request.accept_languages.best_match(LANGUAGES) if request.accept_languages else None
        language = asked if asked in LANGUAGES else liked or site().style.language
        g.chosen = asked if asked in LANGUAGES else ""
        g.style = replace(site().style, language=language, archive_url=base())
    return cast(Style, g.style)


def words() -> Words:
    """The words of this reader's language."""
    return words_of(style(), __package__)


def base() -> str:
    """The site's own address, as links from outside need it: what the watchlist says, else what the reader asked for."""
    return site().style.archive_url.rstrip("/") or request.url_root.rstrip("/")


def absolute(endpoint: str, **values: Any) -> str:
    """The full address of a view."""
    return base() + url_for(endpoint, **values).removeprefix(request.script_root)


# --- what was asked for ------------------------------------------------------------------------------------------------


def asked(name: str) -> str:
    """A text that was asked for; empty where none was. UsageError if it is longer than anybody asks."""
    text = request.args.get(name, "").strip()
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"{name}: at most {LONGEST_TEXT} characters are expected")
    return text


def chosen(name: str, known: tuple[str, ...]) -> str | None:
    """One of some words, or None where none was asked for."""
    text = asked(name)
    if text and text not in known:
        raise UsageError(f"{name}: one of {', '.join(known)} is expected")
    return text or None


def number(name: str, default: int, most: int) -> int:
    """A whole number from 1 to `most`."""
    text = asked(name)
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:20]) <= most):
        raise UsageError(f"{name}: a whole number from 1 to {most} is expected")
    return int(text)


def reference(name: str) -> int | None:
    """The number of a record, or None."""
    return number(name, 0, MOST_ID) or None


def day(name: str, *, end: bool = False) -> datetime | None:
    """A date or a time, in UTC where it names no zone, or None; with `end`, of a plain date the day's end."""
    text = asked(name)
    try:
        return moment(text, end=end) if text else None
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{name}: a date is expected, as 2026-11-23 or 2026-11-23T08:00Z") from error


def moment(text: str, *, end: bool = False) -> datetime:
    """A date or a time as a person writes it. ValueError, or OverflowError beyond the calendar."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        whole = date.fromisoformat(text)
        start = datetime(whole.year, whole.month, whole.day, tzinfo=UTC)
        return start + timedelta(days=1) - timedelta(microseconds=1) if end else start
    at = datetime.fromisoformat(text.replace(" ", "+"))
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def said(error: MonitorError) -> str:
    """An error for the reader, without where on the disk the archive lies."""
    return str(error).replace(str(site().archive), site().archive.name)
