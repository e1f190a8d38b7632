"""Kinds of values in a watchlist: each is read, or refused in words that say what was expected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import time, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, PlainValidator, ValidationInfo

from monitor.model import DATA_TOPICS, OFFER_TOPICS, PAGE_TYPES, TOPICS
from monitor.schedule import parse_every
from monitor.watchlist.values import VARIABLE

TOPIC_GROUPS = {"data-usage": DATA_TOPICS, "offers": OFFER_TOPICS}
"""Names that a rule or a verdict may use for several topics at once."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_PAUSE = re.compile(r"([0-9]{1,3})([sm])")
_LONGEST_PAUSE = 600
_DURATION = re.compile(r"([1-9][0-9]{0,3})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_REGION = re.compile(r"[A-Z]{2}")
_DAYS = re.compile(r"([1-9][0-9]?)d")
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})")
_SIZE = re.compile(r"([1-9][0-9]{0,5}) ?(MB|GB)")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def unknown(word: str, kind: str, choices: Iterable[str]) -> str:
    """Words for a word that is none of `choices`, naming the nearest of them."""
    known = sorted(choices)
    if near := difflib.get_close_matches(word, known, 1):
        return f"unknown {kind}; did you mean `{near[0]}`?"
    return f"unknown {kind}; expected one of " + ", ".join(known) if known else f"unknown {kind}; there is none yet"


def one_of(kind: str, choices: Iterable[str]) -> AfterValidator:
    known = tuple(choices)

    def check(word: str) -> str:
        if word not in known:
            raise ValueError(unknown(word, kind, known))
        return word

    return AfterValidator(check)


def named(kind: str) -> AfterValidator:
    """A name that must stand elsewhere in the file; the names are in the validation's context, by kind."""

    def check(word: str, info: ValidationInfo) -> str:
        names: dict[str, set[str]] = info.context or {}
        if word not in names[kind]:
            raise ValueError(unknown(word, kind, names[kind]))
        return word

    return AfterValidator(check)


def matches(pattern: re.Pattern[str], expected: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"expected {expected}")
        return text

    return AfterValidator(check)


def _schedule(text: str) -> str:
    parse_every(text)
    return text


def seconds(pause: str) -> int:
    """The length of a pause, `30s` or `2m`. Raises ValueError, which says what was expected."""
    found = _PAUSE.fullmatch(pause)
    length = int(found[1]) * (60 if found[2] == "m" else 1) if found else None
    if length is None or length > _LONGEST_PAUSE:
        raise ValueError("expected a pause from `0s` to `10m`, like `5s`, or false")
    return length


def duration(text: str) -> timedelta:
    """The length of `30m`, `4h` or `2d`. Raises ValueError, which says what was expected."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError("expected a time like `30m`, `4h` or `2d`")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def days(text: str) -> int:
    """A number of days, `7d`. Raises ValueError, which says what was expected."""
    found = _DAYS.fullmatch(text)
    if not found:
        raise ValueError("expected a number of days from `1d` to `99d`, or false")
    return int(found[1])


def clock(text: str) -> time:
    """A time of day, `08:00`. Raises ValueError, which says what was expected."""
    found = _CLOCK.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError('expected a time of day from "00:00" to "23:59", in quotes')
    return time(int(found[1]), int(found[2]))


def quiet_hours(text: str) -> tuple[time, time]:
    """The ends of quiet hours, `22:00-07:00`. Raises ValueError, which says what was expected."""
    begin, dash, end = text.partition("-")
    try:
        found = clock(begin.strip()), clock(end.strip())
    except ValueError as error:
        raise ValueError('expected quiet hours like "22:00-07:00", in quotes') from error
    if not dash or found[0] == found[1]:
        raise ValueError('expected quiet hours that begin and end at different times, like "22:00-07:00"')
    return found


def size(text: str) -> int:
    """A number of bytes, `200MB`. Raises ValueError, which says what was expected."""
    found = _SIZE.fullmatch(text)
    if not found:
        raise ValueError("expected a size like `200MB` or `2GB`")
    return int(found[1]) * (10**9 if found[2] == "GB" else 10**6)


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:  # no such zone, no name of one, a folder
        raise ValueError("expected a time zone like Europe/Berlin, Asia/Shanghai or UTC") from error
    return text


def _quiet(said: object) -> object:
    if said is not False:
        quiet_hours(said if isinstance(said, str) else "")
    return said


def _storm(said: object) -> object:
    if said is not False and not (isinstance(said, int) and not isinstance(said, bool) and 1 <= said <= 1000):
        raise ValueError("expected a number from 1 to 1000, or false")
    return said


def checked(check: Callable[[str], object]) -> AfterValidator:
    """Text that `check` can read, kept as it is written."""

    def kept(text: str) -> str:
        check(text)
        return text

    return AfterValidator(kept)


def _pause(said: object) -> object:
    if said is not False:
        seconds(str(said))
    return said


def _remind(said: object) -> object:
    if said is not False:
        days(str(said))
    return said


def slug(text: str) -> str:
    """A short name of a vendor, a page or a channel. Raises ValueError, which says what was expected."""
    if not _SLUG.fullmatch(text):
        raise ValueError("expected a name of a-z, 0-9 and `-`, like `data-sharing`")
    return text


def language(text: str) -> str:
    """The code of a language. Raises ValueError, which says what was expected."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("expected a language code like en, zh or pt-BR, in quotes")
    return text


def css(text: str) -> str:
    """A selector as it is given, if it can be used. Raises ValueError, which says what was expected."""
    import soupsieve  # noqa: PLC0415 - slow, and few pages have selectors

    try:
        soupsieve.compile(text)
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError("expected a CSS selector like `main` or `.article p`") from error
    return text


def page_url(text: str) -> str:
    """An address that can be fetched. A password in it would end up in the archive and in reports."""
    expected = "expected an address like https://example.com/terms, with no spaces and no password"
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc and parts.port != 0
    except ValueError as error:
        raise ValueError(expected) from error
    if not sound or re.search(r"\s", text):
        raise ValueError(expected)
    return text


def matches_or_variable(pattern: str, expected: str) -> AfterValidator:
    """Text of a channel: as `pattern` has it, or beginning with a `${NAME}`, which is read when the channel is used."""

    def check(text: str) -> str:
        if "${" in VARIABLE.sub("", text):
            raise ValueError("expected an environment variable written as `${NAME}`")
        if not (text.startswith("${") or re.fullmatch(pattern, text)):
            raise ValueError(f"expected {expected}, or `${{NAME}}` to read it from the environment")
        return text

    return AfterValidator(check)


Slug = Annotated[str, checked(slug)]
Every = Annotated[str, AfterValidator(_schedule)]
Pause = Annotated[str | Literal[False], PlainValidator(_pause)]
Quiet = Annotated[str | Literal[False], PlainValidator(_quiet)]
Storm = Annotated[int | Literal[False], PlainValidator(_storm)]
Remind = Annotated[str | Literal[False], PlainValidator(_remind)]
Zone = Annotated[str, AfterValidator(_zone)]
Clock = Annotated[str, checked(clock)]
Duration = Annotated[str, checked(duration)]
Size = Annotated[str, checked(size)]
Language = Annotated[str, checked(language)]
Region = Annotated[str, matches(_REGION, "a code of two capitals like EU, CN or US, in quotes")]
Selector = Annotated[str, AfterValidator(css)]
Address = Annotated[str, matches_or_variable(r"[^@\s]+@[^@\s]+", "an address like you@example.com")]
Topic = Annotated[str, one_of("topic", (*TOPIC_GROUPS, *TOPICS))]
Phrase = Annotated[str, matches(re.compile(r".*\w.*", re.S), "a word or a phrase")]
PageType = Annotated[str, one_of("type", PAGE_TYPES)]
