"""The shape of a watchlist as pydantic models, and its mistakes in plain words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from typing import Annotated, Literal
from urllib.parse import urlsplit

import soupsieve
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from monitor.model import DATA_TOPICS, OFFER_TOPICS, PAGE_TYPES, TOPICS, Happened, Importance
from monitor.schedule import parse_every
from monitor.watchlist.marks import Place
from monitor.watchlist.values import VARIABLE

TOPIC_GROUPS = {"data-usage": DATA_TOPICS, "offers": OFFER_TOPICS}
"""Names that a rule or a verdict may use for several topics at once."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_PAUSE = re.compile(r"([0-9]{1,3})([sm])")
_LONGEST_PAUSE = 600


def unknown(word: str, kind: str, choices: Iterable[str]) -> str:
    """Words for a word that is none of `choices`, naming the nearest of them."""
    known = sorted(choices)
    if near := difflib.get_close_matches(word, known, 1):
        return f"unknown {kind}; did you mean `{near[0]}`?"
    return f"unknown {kind}; expected one of " + ", ".join(known) if known else f"unknown {kind}; there is none yet"


def _one_of(kind: str, choices: Iterable[str]) -> AfterValidator:
    known = tuple(choices)

    def check(word: str) -> str:
        if word not in known:
            raise ValueError(unknown(word, kind, known))
        return word

    return AfterValidator(check)


def _named(kind: str) -> AfterValidator:
    """A name that must stand elsewhere in the file; the names are in the validation's context, by kind."""

    def check(word: str, info: ValidationInfo) -> str:
        names: dict[str, set[str]] = info.context or {}
        if word not in names[kind]:
            raise ValueError(unknown(word, kind, names[kind]))
        return word

    return AfterValidator(check)


def _matches(pattern: re.Pattern[str], expected: str) -> AfterValidator:
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


def _pause(said: object) -> object:
    if said is not False:
        seconds(str(said))
    return said


def css(text: str) -> str:
    """A selector as it is given, if it can be used. Raises ValueError, which says what was expected."""
    try:
        soupsieve.compile(text)
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError("expected a CSS selector like `main` or `.article p`") from error
    return text


def _page_url(text: str) -> str:
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


def _matches_or_variable(pattern: str, expected: str) -> AfterValidator:
    """Text of a channel: as `pattern` has it, or beginning with a `${NAME}`, which is read when the channel is used."""

    def check(text: str) -> str:
        if "${" in VARIABLE.sub("", text):
            raise ValueError("expected an environment variable written as `${NAME}`")
        if not (text.startswith("${") or re.fullmatch(pattern, text)):
            raise ValueError(f"expected {expected}, or `${{NAME}}` to read it from the environment")
        return text

    return AfterValidator(check)


Slug = Annotated[str, _matches(_SLUG, "a name of a-z, 0-9 and `-`, like `data-sharing`")]
Every = Annotated[str, AfterValidator(_schedule)]
Pause = Annotated[str | Literal[False], PlainValidator(_pause)]
Selector = Annotated[str, AfterValidator(css)]
Address = Annotated[str, _matches_or_variable(r"[^@\s]+@[^@\s]+", "an address like you@example.com")]
Topic = Annotated[str, _one_of("topic", (*TOPIC_GROUPS, *TOPICS))]
PageType = Annotated[str, _one_of("type", PAGE_TYPES)]
Phrase = Annotated[str, _matches(re.compile(r".*\w.*", re.S), "a word or a phrase")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class SettingsShape(_Shape):
    every: Every = "12h"
    language: Literal["en", "zh"] = "en"
    archive: Annotated[str, Field(min_length=1)] = "snapshots/archive.db"
    contact: str = ""
    confirm: Pause = "5s"
    allow_private_addresses: bool = False


class EmailShape(_Shape):
    kind: Literal["email"]
    to: Annotated[list[Address], Field(min_length=1)]
    sender: Annotated[Address, Field(alias="from")]
    smtp: Annotated[str, _matches_or_variable(r"smtps?://\S+", "smtp://user:password@host:port")]


class WebhookShape(_Shape):
    kind: Literal["webhook"]
    url: Annotated[str, _matches_or_variable(r"https?://\S+", "an address like https://...")]
    secret: Annotated[str, _matches_or_variable(r".+", "some text")] | None = None


class AppriseShape(_Shape):
    kind: Literal["apprise"]
    url: Annotated[str, _matches_or_variable(r"[\w+.-]+://\S+", "an address of apprise like tgram://...")]


CHANNELS: dict[str, type[_Shape]] = {"email": EmailShape, "webhook": WebhookShape, "apprise": AppriseShape}
Channel = Annotated[EmailShape | WebhookShape | AppriseShape, Field(discriminator="kind")]


class RuleShape(_Shape):
    send: Annotated[list[Annotated[str, _named("channel")]], Field(min_length=1)]
    topics: list[Topic] = []
    importance: Literal["major", "minor"] = "major"
    vendors: list[Annotated[str, _named("vendor")]] = []
    pages: list[Annotated[str, _named("page")]] = []
    types: list[PageType] = []
    digest: Literal["daily", "weekly"] | None = None


class VerdictShape(_Shape):
    importance: Importance
    topics: list[Topic] = []
    types: list[PageType] = []
    vendors: list[Annotated[str, _named("vendor")]] = []
    pages: list[Annotated[str, _named("page")]] = []
    change: list[Happened] = []
    words: list[Phrase] = []
    because: str = ""


FILTERS = tuple(name for name in VerdictShape.model_fields if name not in ("importance", "because"))


class PageShape(_Shape):
    type: PageType
    url: Annotated[str, AfterValidator(_page_url)]
    select: Selector | None = None
    remove: list[Selector] = []
    fetch: Literal["auto", "http", "browser"] = "auto"
    every: Every | None = None
    language: Annotated[str, _matches(_LANGUAGE, "a language code like en, zh or pt-BR, in quotes")] | None = None
    enabled: bool = True
    note: str = ""


class VendorShape(_Shape):
    name: str = ""
    pages: Annotated[dict[Slug, PageShape], Field(min_length=1)]


class WatchlistShape(_Shape):
    version: Literal[1]
    settings: SettingsShape | None = None
    channels: dict[Slug, Channel] | None = None
    rules: list[RuleShape] | None = None
    verdicts: list[VerdictShape] | None = None
    vendors: Annotated[dict[Slug, VendorShape], Field(min_length=1)]


def check(value: object, names: dict[str, set[str]]) -> WatchlistShape | tuple[tuple[Place, str], ...]:
    """The value in its shape, or all that is wrong with it: places, and what was expected there.

    `names` holds the channels, vendors and pages (as `vendor/page`) that a rule or a verdict may name.
    """
    try:
        return WatchlistShape.model_validate(value, context=names)
    except ValidationError as error:
        return tuple((_place(details), _in_words(details)) for details in error.errors(include_url=False))


def _place(details: ErrorDetails) -> Place:
    """Where it stands in the file: pydantic adds the kind of a channel, and a mark for keys, to the way."""
    where = tuple(step for step in details["loc"] if step != "[key]")
    if where[:1] == ("channels",) and len(where) > 2:
        return (*where[:2], *where[3:])
    return (*where, "kind") if details["type"].startswith("union_tag") else where


_WORDS: dict[str, Callable[[ErrorDetails], str]] = {
    "missing": lambda _: "this key is missing",
    "extra_forbidden": lambda details: unknown(str(details["loc"][-1]), "key", _keys(details["loc"])),
    "value_error": lambda details: str(details["ctx"]["error"]),
    "literal_error": lambda details: _expected(str(details["input"]), details["ctx"]["expected"]),
    "union_tag_invalid": lambda details: unknown(str(details["ctx"]["tag"]), "kind of channel", CHANNELS),
    "union_tag_not_found": lambda _: "this key is missing; expected one of " + ", ".join(CHANNELS),
    "string_type": lambda _: "expected text; put numbers, dates, yes and no in quotes",
    "bool_type": lambda _: "expected true or false",
    "list_type": lambda _: "expected a list, like `[one, two]`",
    "too_short": lambda _: "expected at least one entry",
    "string_too_short": lambda _: "expected some text",
}


def _expected(said: str, choices: str) -> str:
    """Words for what is none of some quoted choices, naming the nearest of them."""
    near = difflib.get_close_matches(said, re.findall(r"'([^']+)'", choices), 1)
    return f"expected {choices}" + (f"; did you mean `{near[0]}`?" if near else "")


def _in_words(details: ErrorDetails) -> str:
    words = _WORDS.get(details["type"])
    return words(details) if words else "expected keys and values, indented below this one"


def _keys(loc: Place) -> list[str]:
    """The keys that may stand where an unknown one was found."""
    shape: type[_Shape]
    match loc:
        case (_,):
            shape = WatchlistShape
        case ("settings", _):
            shape = SettingsShape
        case ("channels", _, str(kind), _):
            shape = CHANNELS[kind]
        case ("rules", *_):
            shape = RuleShape
        case ("verdicts", *_):
            shape = VerdictShape
        case ("vendors", _, _):
            shape = VendorShape
        case _:
            shape = PageShape
    return [field.alias or name for name, field in shape.model_fields.items()]
