"""The shape of a watchlist as pydantic models, and its mistakes in plain words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from monitor.model import Happened, Importance
from monitor.watchlist.kinds import (
    WEEKDAYS,
    Address,
    Clock,
    Duration,
    Every,
    Language,
    PageType,
    Pause,
    Phrase,
    Quiet,
    Region,
    Remind,
    Selector,
    Size,
    Slug,
    Storm,
    Topic,
    Zone,
    matches_or_variable,
    named,
    one_of,
    page_url,
    unknown,
)
from monitor.watchlist.marks import Place


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class SettingsShape(_Shape):
    every: Every = "12h"
    every_by_type: dict[PageType, Every] = {}
    language: Literal["en", "zh"] = "en"
    archive: Annotated[str, Field(min_length=1)] = "snapshots/archive.db"
    contact: str = ""
    confirm: Pause = "5s"
    pause: Pause | None = None
    timezone: Zone = "UTC"
    quiet_hours: Quiet = False
    storm: Storm = 10
    remind: Remind = "7d"
    templates: Annotated[str, Field(min_length=1)] | None = None
    archive_url: Annotated[str, AfterValidator(page_url)] | None = None
    allow_private_addresses: bool = False


class HealthShape(_Shape):
    send: list[Annotated[str, named("channel")]] | None = None
    after: Annotated[int, Field(ge=1, le=100)] = 3
    free: Size = "200MB"
    heartbeat: Annotated[str, matches_or_variable(r"https?://\S+", "an address like https://...")] | None = None


class ChannelShape(_Shape):
    quiet_hours: Quiet | None = None


class EmailShape(ChannelShape):
    kind: Literal["email"]
    to: Annotated[list[Address], Field(min_length=1)]
    sender: Annotated[Address, Field(alias="from")]
    smtp: Annotated[str, matches_or_variable(r"smtps?://\S+", "smtp://user:password@host:port")]


class WebhookShape(ChannelShape):
    kind: Literal["webhook"]
    url: Annotated[str, matches_or_variable(r"https?://\S+", "an address like https://...")]
    secret: Annotated[str, matches_or_variable(r".+", "some text")] | None = None


class AppriseShape(ChannelShape):
    kind: Literal["apprise"]
    url: Annotated[str, matches_or_variable(r"[\w+.-]+://\S+", "an address of apprise like tgram://...")]


class CommandShape(ChannelShape):
    kind: Literal["command"]
    run: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


class FeedShape(ChannelShape):
    kind: Literal["feed"]
    folder: Annotated[str, Field(min_length=1)]
    url: Annotated[str, AfterValidator(page_url)] | None = None


CHANNELS: dict[str, type[ChannelShape]] = {
    "email": EmailShape,
    "webhook": WebhookShape,
    "apprise": AppriseShape,
    "command": CommandShape,
    "feed": FeedShape,
}
Channel = Annotated[EmailShape | WebhookShape | AppriseShape | CommandShape | FeedShape, Field(discriminator="kind")]


class DigestShape(_Shape):
    every: Literal["daily", "weekly"]
    at: Clock = "08:00"
    on: Annotated[str, one_of("weekday", WEEKDAYS)] | None = None

    @model_validator(mode="after")
    def _day(self) -> DigestShape:
        if self.on and self.every == "daily":
            raise ValueError("`on` names the day of a weekly digest; a daily one has none")
        return self


class EscalationShape(_Shape):
    after: Duration
    send: Annotated[list[Annotated[str, named("channel")]], Field(min_length=1)]


def _digest(said: object) -> object:
    """`daily` and `weekly` stand for a digest at the usual hour."""
    if said not in (None, "daily", "weekly") and not isinstance(said, dict):
        raise ValueError('expected daily, weekly, or like {every: weekly, on: monday, at: "08:00"}')
    return {"every": said} if isinstance(said, str) else said


class RuleShape(_Shape):
    send: Annotated[list[Annotated[str, named("channel")]], Field(min_length=1)]
    topics: list[Topic] = []
    importance: Literal["major", "minor"] = "major"
    vendors: list[Annotated[str, named("vendor")]] = []
    pages: list[Annotated[str, named("page")]] = []
    types: list[PageType] = []
    digest: Annotated[DigestShape | None, BeforeValidator(_digest)] = None
    escalate: EscalationShape | None = None
    urgent: bool = False


class VerdictShape(_Shape):
    importance: Importance
    topics: list[Topic] = []
    types: list[PageType] = []
    vendors: list[Annotated[str, named("vendor")]] = []
    pages: list[Annotated[str, named("page")]] = []
    change: list[Happened] = []
    words: list[Phrase] = []
    because: str = ""


FILTERS = tuple(name for name in VerdictShape.model_fields if name not in ("importance", "because"))


class PageShape(_Shape):
    type: PageType
    url: Annotated[str, AfterValidator(page_url)]
    select: Selector | None = None
    remove: list[Selector] = []
    fetch: Literal["auto", "http", "browser"] = "auto"
    every: Every | None = None
    timezone: Zone | None = None
    robots: bool = True
    language: Language | None = None
    region: Region | None = None
    twin_of: Annotated[str, named("page")] | None = None
    enabled: bool = True
    needs: str = ""
    unverified: bool = False
    note: str = ""


class NameShape(_Shape):
    en: Annotated[str, Field(min_length=1)]
    zh: Annotated[str, Field(min_length=1)]


def _name(said: object) -> object:
    """A plain name is that in every language."""
    if said in (None, ""):
        return None
    if not isinstance(said, str | dict):
        raise ValueError("expected a name, or one in each language, like {en: Northwind AI, zh: 北风智能}")
    return {"en": said, "zh": said} if isinstance(said, str) else said


class VendorShape(_Shape):
    name: Annotated[NameShape | None, BeforeValidator(_name)] = None
    pages: Annotated[dict[Slug, PageShape], Field(min_length=1)]


class WatchlistShape(_Shape):
    version: Literal[1]
    settings: SettingsShape | None = None
    health: HealthShape | None = None
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
    "int_type": lambda _: "expected a whole number",
    "greater_than_equal": lambda details: f"expected at least {details['ctx']['ge']}",
    "less_than_equal": lambda details: f"expected at most {details['ctx']['le']}",
}


def _expected(said: str, choices: str) -> str:
    """Words for what is none of some quoted choices, naming the nearest of them."""
    near = difflib.get_close_matches(said, re.findall(r"'([^']+)'", choices), 1)
    return f"expected {choices}" + (f"; did you mean `{near[0]}`?" if near else "")


def _in_words(details: ErrorDetails) -> str:
    words = _WORDS.get(details["type"])
    return words(details) if words else "expected keys and values, indented below this one"


_SECTIONS: dict[str, type[_Shape]] = {"settings": SettingsShape, "health": HealthShape, "verdicts": VerdictShape}


def _keys(loc: Place) -> list[str]:
    """The keys that may stand where an unknown one was found."""
    shape: type[_Shape]
    match loc:
        case (_,):
            shape = WatchlistShape
        case ("settings" | "health" | "verdicts" as section, *_):
            shape = _SECTIONS[section]
        case ("channels", _, str(kind), _):
            shape = CHANNELS[kind]
        case ("rules", _, "digest", _):
            shape = DigestShape
        case ("rules", _, "escalate", _):
            shape = EscalationShape
        case ("rules", *_):
            shape = RuleShape
        case _:
            shape = _of_vendor(loc)
    return [field.alias or name for name, field in shape.model_fields.items()]


def _of_vendor(loc: Place) -> type[_Shape]:
    match loc:
        case ("vendors", _, _):
            return VendorShape
        case ("vendors", _, "name", _):
            return NameShape
        case _:
            return PageShape
