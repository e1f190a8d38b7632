"""Many changes in one message: a digest, or what came at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from monitor.model import Importance, WayOut
from monitor.records import ChangeRecord, Message
from monitor.report.catalogue import Words, words_of
from monitor.report.forms import fill
from monitor.report.passages import NOTHING
from monitor.report.payload import digest_json
from monitor.report.style import Style
from monitor.report.told import Fact, Told, found_in, name_of, tell
from monitor.words import web_link

MOST_DETAILED = 20
MOST_LISTED = 1000
MOST_FINDINGS = 5
MOST_VENDORS = 5
_WEIGHT: dict[Importance, int] = {"major": 0, "minor": 1, "none": 2}


@dataclass(frozen=True, slots=True)
class Group:
    """A vendor's changes, the weightiest first."""

    vendor_name: str
    changes: tuple[Told, ...]


def digest_message(
    records: Sequence[ChangeRecord],
    style: Style,
    *,
    key: str = "",
    period: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    reminds_of: date | None = None,
    ways_out: Mapping[int, WayOut | None] | None = None,
) -> Message:
    """One message about many changes, grouped by vendor, the weightiest first.

    The first 20 are told with their findings, the others in a line each up to 1,000, and how many more there are is said, with
    the way to see them. `period` is `daily`, `weekly`, or empty for changes that came at once; those that take effect on the day
    it `reminds_of` were told before. `ways_out` says by the changes' ids how to opt out.
    """
    words = words_of(style)
    ranked = grouped(records)
    subject = subject_of_many(ranked, words)
    forms = fill(
        "digest",
        style,
        words,
        kind="digest",
        subject=words.say("reminder-subject", day=words.day(reminds_of), subject=subject) if reminds_of else subject,
        heading=words.say("reminder") if reminds_of else words.say(period or "together"),
        span=words.say("period", since=words.when(since), until=words.when(until)) if since and until else "",
        groups=_groups(ranked, style, words, ways_out or {}),
        left=max(len(ranked) - MOST_LISTED, 0),
        all=_all(ranked, style, since),
    )
    return Message(
        key=key,
        thread="digest",
        subject=forms.subject,
        text=forms.text,
        html=forms.html,
        payload=digest_json(ranked, key=key, reminds_of=reminds_of),
        at=until or max(record.seen_at for record in records),
        url=web_link(style.archive_url),
        vendors=tuple(dict.fromkeys(record.vendor for record in ranked)),
        topics=tuple(dict.fromkeys(topic for record in ranked for topic in record.change.topics)),
        fault=forms.fault,
    )


def grouped(records: Sequence[ChangeRecord]) -> tuple[ChangeRecord, ...]:
    """The changes by vendor, who has the weightiest first; a vendor's weightiest first, then the newest."""
    weights: dict[str, int] = {}
    for record in records:
        weights[record.vendor] = min(weights.get(record.vendor, 2), _WEIGHT[record.change.importance])
    newest_first = sorted(records, key=lambda record: (record.seen_at, record.id), reverse=True)
    return tuple(
        sorted(newest_first, key=lambda one: (weights[one.vendor], one.vendor, _WEIGHT[one.change.importance]))
    )


def subject_of_many(records: Sequence[ChangeRecord], words: Words) -> str:
    """`3 changes of terms: OpenAI, xAI`; of many vendors the first, and how many more."""
    names = tuple(dict.fromkeys(map(name_of, records)))
    if not names:
        return words.say("nothing")
    listed = words.say("comma").join(names[:MOST_VENDORS])
    left = len(names) - MOST_VENDORS
    return words.count(
        "changes", len(records), vendors=words.count("vendors-more", left, vendors=listed) if left > 0 else listed
    )


def _groups(
    ranked: Sequence[ChangeRecord], style: Style, words: Words, ways_out: Mapping[int, WayOut | None]
) -> tuple[Group, ...]:
    groups: dict[str, list[Told]] = {}
    for place, record in enumerate(ranked[:MOST_LISTED]):
        findings = found_in(record, MOST_FINDINGS) if place < MOST_DETAILED else NOTHING
        groups.setdefault(name_of(record), []).append(
            tell(record, style, words, findings=findings, way_out=ways_out.get(record.id))
        )
    return tuple(Group(name, tuple(changes)) for name, changes in groups.items())


def _all(ranked: Sequence[ChangeRecord], style: Style, since: datetime | None) -> Fact:
    """Where all the changes can be seen."""
    if web_link(style.archive_url):
        return Fact("see-all", f"{style.archive_url.rstrip('/')}/changes", "link")
    first = min([record.seen_at for record in ranked] if since is None else [since], default=None)
    day = f" --since {first.astimezone(UTC).date().isoformat()}" if first else ""
    return Fact("see-all", f"monitor changes{day}", "command")
