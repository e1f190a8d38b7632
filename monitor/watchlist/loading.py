"""Load a watchlist: bytes -> marked values -> shape -> `Watchlist`, or every mistake at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from monitor.errors import Mistake, UsageError, WatchlistError
from monitor.health import Watch
from monitor.model import Digest, Escalation, Override, Page, QuietHours, Rule
from monitor.watchlist import kinds, marks, shape
from monitor.watchlist.marks import Marked
from monitor.watchlist.values import (
    AppriseSettings,
    ChannelSettings,
    CommandSettings,
    EmailSettings,
    FeedSettings,
    HealthSettings,
    Settings,
    Watchlist,
    WebhookSettings,
    bare,
    expand,
)


def load(path: Path, environ: Mapping[str, str] | None = None) -> Watchlist:
    """Read a watchlist; raises WatchlistError with every mistake, sorted by line.

    Variables in `settings` are read here, from `environ` or the process's own environment; those of channels, which are
    secrets, stay as written until `expand`. A relative `archive` is relative to the folder of the watchlist.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WatchlistError((Mistake(str(path), 1, "file", f"cannot be read: {error.strerror}"),)) from error
    return parse(data, path, os.environ if environ is None else environ)


def parse(data: bytes, path: Path, environ: Mapping[str, str]) -> Watchlist:
    """`load` for bytes at hand; `path` is what mistakes name."""
    marked = marks.read(data, str(path))
    if not isinstance(marked.value, dict):
        mistake = marked.mistake((), "expected keys and values: `version: 1`, then `vendors:`")
        raise WatchlistError((*marked.mistakes, mistake))
    result = shape.check(marked.value, _names(marked.value))
    faults = () if isinstance(result, shape.WatchlistShape) else result
    found = [*marked.mistakes, *(marked.mistake(*fault) for fault in faults)]
    found += _repeated_urls(marked)
    found += _missing_variables(marked, environ)
    found += _missing_templates(marked, path)
    found += _without_filter(marked)
    found += _misled_twins(marked)
    if found or not isinstance(result, shape.WatchlistShape):
        raise WatchlistError(_sorted(found))
    return _build(result, path, environ)


def empty(path: Path) -> Watchlist:
    """The watchlist that a file would be which says nothing yet."""
    return _build(shape.WatchlistShape.model_construct(version=1, vendors={}), path, {})


def _sorted(mistakes: list[Mistake]) -> tuple[Mistake, ...]:
    """By line, with one mistake a key: what the YAML has wrong there comes first, and explains the rest."""
    first: dict[tuple[int, str], Mistake] = {}
    for mistake in mistakes:
        first.setdefault((mistake.line, mistake.key), mistake)
    return tuple(sorted(first.values(), key=lambda mistake: (mistake.line, mistake.key)))


# --- what one entry says of another -------------------------------------------------------------------------
# These read the values as they are, so that they are checked, too, in a file whose shape is wrong elsewhere.


def _mapping(value: object, *keys: str) -> dict[str, object]:
    """The mapping below `keys`; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _pages(value: object) -> Iterator[tuple[str, str, dict[str, object]]]:
    for vendor in _mapping(value, "vendors"):
        for page in (pages := _mapping(value, "vendors", vendor, "pages")):
            yield vendor, page, _mapping(pages, page)


def _names(value: object) -> dict[str, set[str]]:
    return {
        "channel": set(_mapping(value, "channels")),
        "vendor": set(_mapping(value, "vendors")),
        "page": {f"{vendor}/{page}" for vendor, page, _ in _pages(value)},
    }


def _repeated_urls(marked: Marked) -> Iterator[Mistake]:
    """Addresses watched twice: each change would be told twice."""
    first: dict[str, str] = {}
    for vendor, page, entry in _pages(marked.value):
        if isinstance(url := entry.get("url"), str):
            owner = first.setdefault(bare(url), f"{vendor}/{page}")
            if owner != f"{vendor}/{page}":
                place = ("vendors", vendor, "pages", page, "url")
                yield marked.mistake(place, f"this address is already watched as {owner}")


def _missing_variables(marked: Marked, environ: Mapping[str, str]) -> Iterator[Mistake]:
    for key, text in _mapping(marked.value, "settings").items():
        try:
            expand(str(text), environ, f"settings.{key}")
        except UsageError as error:
            yield marked.mistake(("settings", key), str(error))


def _missing_templates(marked: Marked, path: Path) -> Iterator[Mistake]:
    said = _mapping(marked.value, "settings").get("templates")
    if isinstance(said, str) and not (path.parent / said).is_dir():
        yield marked.mistake(("settings", "templates"), f"expected a folder; there is none at {path.parent / said}")


def _without_filter(marked: Marked) -> Iterator[Mistake]:
    """Verdicts on every finding there is: what was meant was left out. A filter that is misspelt is a mistake of its own."""
    said = _mapping({"root": marked.value}, "root").get("verdicts")
    for number, entry in enumerate(said if isinstance(said, list) else ()):
        if isinstance(entry, dict) and not any(entry[key] for key in entry if key not in ("importance", "because")):
            expected = "expected at least one filter of " + ", ".join(shape.FILTERS)
            yield marked.mistake(("verdicts", number), f"this fits every finding; {expected}")


def _misled_twins(marked: Marked) -> Iterator[Mistake]:
    """Twins of twins, or of themselves: what they state twice has no original."""
    of = {f"{vendor}/{page}": entry.get("twin_of") for vendor, page, entry in _pages(marked.value)}
    for vendor, page, entry in _pages(marked.value):
        original = entry.get("twin_of")
        if isinstance(original, str) and of.get(original) is not None:
            yield marked.mistake(
                ("vendors", vendor, "pages", page, "twin_of"),
                f"expected a page that is no twin itself; {original} is the twin of {of[original]}",
            )


# --- building -----------------------------------------------------------------------------------------------


def _build(said: shape.WatchlistShape, path: Path, environ: Mapping[str, str]) -> Watchlist:
    usual = said.settings or shape.SettingsShape()
    names = {vendor: _names_of(vendor, listed) for vendor, listed in said.vendors.items()}
    entries = {
        _page(vendor, names[vendor][usual.language], name, entry, usual): entry
        for vendor, listed in said.vendors.items()
        for name, entry in listed.pages.items()
    }
    listed_channels = said.channels or {}
    return Watchlist(
        path=path,
        settings=_settings(usual, path, environ),
        health=_health(said.health or shape.HealthShape()),
        channels=tuple(_channel(name, entry, path) for name, entry in listed_channels.items()),
        rules=tuple(_rule(rule, usual.timezone) for rule in said.rules or ()),
        pages=tuple(page for page, entry in entries.items() if entry.enabled),
        disabled=tuple(page for page, entry in entries.items() if not entry.enabled),
        notes={page.key: entry.note for page, entry in entries.items() if entry.note},
        quiet=_quiet(listed_channels, usual),
        verdicts=tuple(map(_override, said.verdicts or ())),
        names=names,
        needs={page.key: entry.needs for page, entry in entries.items() if entry.needs},
        unverified=frozenset(page.key for page, entry in entries.items() if entry.unverified),
    )


def _names_of(vendor: str, said: shape.VendorShape) -> dict[str, str]:
    """A vendor's name in each language; the short one where it has no other."""
    return said.name.model_dump() if said.name else {"en": vendor, "zh": vendor}


def _settings(said: shape.SettingsShape, path: Path, environ: Mapping[str, str]) -> Settings:
    return Settings(
        every=said.every,
        language=said.language,
        archive=path.parent / expand(said.archive, environ, "settings.archive"),
        contact=expand(said.contact, environ, "settings.contact"),
        confirm=kinds.seconds(said.confirm) if said.confirm else None,
        pause=None if said.pause is None else kinds.seconds(said.pause or "0s"),
        zone=said.timezone,
        storm=said.storm or None,
        remind=kinds.days(said.remind) if said.remind else None,
        templates=path.parent / said.templates if said.templates else None,
        archive_url=(said.archive_url or "").rstrip("/"),
        allow_private_addresses=said.allow_private_addresses,
    )


def _health(said: shape.HealthShape) -> HealthSettings:
    send = None if said.send is None else tuple(said.send)
    return HealthSettings(Watch(said.after, kinds.size(said.free)), send, said.heartbeat or "")


def _quiet(channels: Mapping[str, shape.ChannelShape], settings: shape.SettingsShape) -> dict[str, QuietHours]:
    """The quiet hours of each channel that has some, by its own words or by the settings'."""
    said = {
        name: settings.quiet_hours if entry.quiet_hours is None else entry.quiet_hours
        for name, entry in channels.items()
    }
    return {name: QuietHours(*kinds.quiet_hours(hours), settings.timezone) for name, hours in said.items() if hours}


def _channel(name: str, said: shape.ChannelShape, path: Path) -> ChannelSettings:
    match said:
        case shape.EmailShape():
            return EmailSettings(name, tuple(said.to), said.sender, said.smtp)
        case shape.WebhookShape():
            return WebhookSettings(name, said.url, said.secret or "")
        case shape.CommandShape():
            return CommandSettings(name, tuple(said.run))
        case shape.FeedShape():
            return FeedSettings(name, path.parent / said.folder, said.url or "")
        case shape.AppriseShape():
            return AppriseSettings(name, said.url)
    raise AssertionError(said)


def _topics(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(topic for name in names for topic in kinds.TOPIC_GROUPS.get(name, (name,))))


def _override(said: shape.VerdictShape) -> Override:
    return Override(
        importance=said.importance,
        topics=_topics(said.topics),
        types=tuple(said.types),
        vendors=tuple(said.vendors),
        pages=tuple(said.pages),
        change=tuple(said.change),
        words=tuple(said.words),
        because=said.because,
    )


def _rule(said: shape.RuleShape, zone: str) -> Rule:
    return Rule(
        send=tuple(said.send),
        topics=_topics(said.topics),
        importance=said.importance,
        vendors=tuple(said.vendors),
        pages=tuple(said.pages),
        types=tuple(said.types),
        digest=_digest(said.digest, zone) if said.digest else None,
        escalate=_escalation(said.escalate) if said.escalate else None,
        urgent=said.urgent,
        mentions=Digest(zone=zone),
    )


def _digest(said: shape.DigestShape, zone: str) -> Digest:
    return Digest(said.every, kinds.clock(said.at), kinds.WEEKDAYS.index(said.on or "monday"), zone)


def _escalation(said: shape.EscalationShape) -> Escalation:
    return Escalation(kinds.duration(said.after), tuple(said.send))


def _page(vendor: str, vendor_name: str, name: str, said: shape.PageShape, usual: shape.SettingsShape) -> Page:
    return Page(
        vendor=vendor,
        name=name,
        type=said.type,
        url=said.url,
        vendor_name=vendor_name,
        select=said.select,
        remove=tuple(said.remove),
        fetch=said.fetch,
        every=said.every or usual.every_by_type.get(said.type, usual.every),
        language=said.language,
        zone=said.timezone or usual.timezone,
        robots=said.robots,
        region=said.region or "",
        twin_of=said.twin_of or "",
    )
