"""A change as templates see it: its texts on printable lines, cut to what a mail can carry, and where to see all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from monitor.meaning.phrases import contradicted, without_vendor
from monitor.model import Document, Effective, Importance, Link, WayOut
from monitor.records import ChangeRecord, TwinSays
from monitor.report.catalogue import Words
from monitor.report.forms import MOST_SUBJECT
from monitor.report.passages import MOST_LINE, NOTHING, Shown, differences, shown_differences, shown_findings
from monitor.report.style import Style
from monitor.words import one_line, web_link

MOST_FINDINGS = 20
MOST_DIFFERENCES = 40
MOST_TWIN = 10
"""Lines on what a twin says otherwise."""
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what is to be known of a change. `label` is a word of the catalogue."""

    label: str
    text: str
    kind: Literal["text", "link", "command"] = "text"


@dataclass(frozen=True, slots=True)
class Twin:
    """A page that states the same facts, and the lines that say what it states otherwise."""

    page: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A change as templates see it.

    `subject` says it all on one line, `line` the same below the vendor's name. `facts` are the page, the times and where to see
    more. `findings` are the clauses that mean something, `others` what else differs; both are empty where one line is all.
    """

    id: int
    vendor: str
    vendor_name: str
    page: str
    type: str
    url: str
    importance: Importance
    topics: tuple[str, ...]
    subject: str
    line: str
    summary: str
    seen_at: datetime
    previous_at: datetime
    facts: tuple[Fact, ...]
    findings: Shown = NOTHING
    others: Shown = NOTHING
    effective: Effective | None = None
    way_out: WayOut | None = None
    twins: tuple[Twin, ...] = ()

    @property
    def see(self) -> Fact:
        """Where to see the change, alone: a link or a command."""
        return next(fact for fact in self.facts if fact.label == "details")


def tell(
    record: ChangeRecord,
    style: Style,
    words: Words,
    *,
    findings: Shown = NOTHING,
    others: Shown = NOTHING,
    effective: Effective | None = None,
    way_out: WayOut | None = None,
    twins: Sequence[TwinSays] = (),
) -> Told:
    """A change as templates see it."""
    return Told(
        id=record.id,
        vendor=one_line(record.vendor, MOST_LINE),
        vendor_name=name_of(record),
        page=one_line(record.page, MOST_LINE),
        type=record.type,
        url=one_line(record.url, MOST_LINE),
        importance=record.change.importance,
        topics=tuple(one_line(topic, MOST_LINE) for topic in record.change.topics),
        subject=subject_of(record, words),
        line=_line(record, words),
        summary=one_line(record.change.summary, MOST_LINE),
        seen_at=record.seen_at,
        previous_at=record.previous_at,
        facts=facts_of(record, style, words),
        findings=findings,
        others=others,
        effective=effective and Effective(effective.day, one_line(effective.text, MOST_LINE)),
        way_out=way_out and WayOut(one_line(way_out.text, MOST_LINE), web_link(way_out.url)),
        twins=tuple(_twin(twin, words.language) for twin in twins),
    )


def _twin(said: TwinSays, language: str) -> Twin:
    lines = (one_line(contradicted(each, language), MOST_LINE) for each in said.otherwise[:MOST_TWIN])
    return Twin(one_line(said.page, MOST_LINE), tuple(lines))


def found_in(record: ChangeRecord, most: int = MOST_FINDINGS, links: Sequence[Link] = ()) -> Shown:
    """The findings of a change that there is room for; the summary is not said again."""
    return shown_findings(record.change.findings, most, said=bare_summary(record), links=links)


def others_in(record: ChangeRecord, before: Document | None, after: Document | None) -> Shown:
    """What differs between the documents, if both are given, and is in no finding."""
    told = {(finding.before, finding.after) for finding in record.change.findings}
    texts = [each for each in (differences(before, after) if before and after else ()) if each not in told]
    return shown_differences(texts, MOST_DIFFERENCES)


def name_of(record: ChangeRecord) -> str:
    """The vendor's name on one line."""
    return one_line(record.vendor_name or record.vendor, LONGEST_NAME)


def subject_of(record: ChangeRecord, words: Words) -> str:
    """The summary, which names the vendor, on one line of at most 200 characters; one that does not is preceded by the name."""
    summary = record.change.summary or words.say("page-changed", page=record.page)
    named = f"{record.vendor_name or record.vendor}{words.say('colon')}"
    return one_line(summary if bare_summary(record) != record.change.summary else named + summary, MOST_SUBJECT)


def bare_summary(record: ChangeRecord) -> str:
    """The summary without the vendor's name, which may be the short one where the watchlist had no other then."""
    summary = record.change.summary
    bare = without_vendor(summary, record.vendor_name)
    return bare if bare != summary else without_vendor(summary, record.vendor)


def _line(record: ChangeRecord, words: Words) -> str:
    """`page: what changed`, on one such line."""
    summary = bare_summary(record)
    line = f"{record.page}{words.say('colon')}{summary}" if summary else words.say("page-changed", page=record.page)
    return one_line(line, MOST_SUBJECT)


def facts_of(record: ChangeRecord, style: Style, words: Words) -> tuple[Fact, ...]:
    """The page, for whom it is, the times, and where to see the change: in the archive as it is served, or by which command."""
    url, region = one_line(record.url, MOST_LINE), style.about(record.vendor, record.page).region
    return (
        Fact("page", url, "link" if web_link(url) else "text"),
        *([Fact("region", words.region(region))] if region else []),
        Fact("seen", words.when(record.seen_at)),
        Fact("previous", words.when(record.previous_at)),
        *(_served(record, style.archive_url.rstrip("/")) if web_link(style.archive_url) else _commands(record)),
    )


def _served(record: ChangeRecord, base: str) -> tuple[Fact, ...]:
    return (
        Fact("details", f"{base}/changes/{record.id}", "link"),
        Fact("old-snapshot", f"{base}/snapshots/{record.before.snapshot}", "link"),
        Fact("new-snapshot", f"{base}/snapshots/{record.after.snapshot}", "link"),
    )


def _commands(record: ChangeRecord) -> tuple[Fact, ...]:
    page = f"{record.vendor}/{record.page}"
    old = _to_the_minute(record.previous_at, before=record.seen_at)
    new = _to_the_minute(record.seen_at)
    return (
        Fact("details", f"monitor show {record.id}", "command"),
        Fact("compare", one_line(f"monitor diff {page}@{old} {page}@{new}", MOST_LINE), "command"),
    )


def _to_the_minute(moment: datetime, before: datetime | None = None) -> str:
    """A time as a command takes it, rounded up: what stood at the time stands then, too. Exact where that is too late."""
    minute = (moment + timedelta(seconds=59, microseconds=999_999)).replace(second=0, microsecond=0)
    kept = moment if before and minute >= before else minute
    return kept.astimezone(UTC).isoformat().replace(":00+00:00", "Z").replace("+00:00", "Z")
