"""A change as plain JSON data: the line of `changes --json`, and the body of a webhook."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime

from monitor.model import Amount, Disagreement, Effective, Finding, WayOut
from monitor.records import ChangeRecord, Side, Trouble, TwinSays
from monitor.words import web_link

SCHEMA = "terms-monitor/alert/1"
DIGEST_SCHEMA = "terms-monitor/digest/1"
NOTICE_SCHEMA = "terms-monitor/notice/1"
TEST_SCHEMA = "terms-monitor/test/1"


def change_json(record: ChangeRecord) -> dict[str, object]:
    """The change as one line of `changes --json`."""
    change = record.change
    return {
        "id": record.id,
        "vendor": record.vendor,
        "page": record.page,
        "type": record.type,
        "seen_at": stamp(record.seen_at),
        "previous_at": stamp(record.previous_at),
        "verdict": change.verdict,
        "importance": change.importance,
        "topics": list(change.topics),
        "summary": change.summary,
        "findings": [finding_json(finding) for finding in change.findings],
        "before": _side(record.before),
        "after": _side(record.after),
    }


def alert_json(
    record: ChangeRecord,
    *,
    key: str = "",
    effective: Effective | None = None,
    way_out: WayOut | None = None,
    reminds_of: date | None = None,
    twins: Sequence[TwinSays] = (),
) -> dict[str, object]:
    """The change as a webhook's body. `key` is the same for every attempt, so that a receiver can tell a repeat.

    `reminds_of` is the day on which what was told takes effect, where this is a reminder of that. `twins` are pages that say
    otherwise what this one says.
    """
    return {
        "schema": SCHEMA,
        "key": key,
        **_of_whom(record),
        "why": record.change.why,
        "effective": {"day": effective.day.isoformat(), "text": effective.text} if effective else None,
        "way_out": {"text": way_out.text, "url": web_link(way_out.url)} if way_out else None,
        "reminds_of": reminds_of.isoformat() if reminds_of else None,
        "twins": [
            {"page": twin.page, "otherwise": [disagreement_json(each) for each in twin.otherwise]} for twin in twins
        ],
        "change": change_json(record),
    }


def digest_json(records: Sequence[ChangeRecord], *, key: str = "", reminds_of: date | None = None) -> dict[str, object]:
    """Many changes as a webhook's body: none is left out, and each says whose it is."""
    return {
        "schema": DIGEST_SCHEMA,
        "key": key,
        "reminds_of": reminds_of.isoformat() if reminds_of else None,
        "changes": [change_json(record) | _of_whom(record) for record in records],
    }


def notice_json(troubles: Sequence[Trouble], *, key: str = "", at: datetime) -> dict[str, object]:
    """How the monitor itself fares, as a webhook's body; `ended_at` is null for what lasts."""
    return {
        "schema": NOTICE_SCHEMA,
        "key": key,
        "at": stamp(at),
        "troubles": [
            {
                "kind": trouble.kind,
                "subject": trouble.subject,
                "since": stamp(trouble.since),
                "reason": trouble.reason,
                "outcome": trouble.outcome or None,
                "ended_at": stamp(trouble.ended_at) if trouble.ended_at else None,
            }
            for trouble in troubles
        ],
    }


def trial_json(channel: str, *, key: str, at: datetime) -> dict[str, object]:
    """The test of a channel, as a webhook's body."""
    return {"schema": TEST_SCHEMA, "key": key, "at": stamp(at), "channel": channel}


def disagreement_json(found: Disagreement) -> dict[str, object]:
    """What two pages both state, each otherwise: their words, amounts and stances."""
    return {
        "topic": found.topic,
        "here": found.here,
        "there": found.there,
        "amount": {"here": amount_json(found.amount_here), "there": amount_json(found.amount_there)}
        if found.amount_here
        else None,
        "stance": {"here": found.stance_here, "there": found.stance_there} if found.stance_here else None,
    }


def finding_json(finding: Finding) -> dict[str, object]:
    """A finding as it stands in a change's line; `amount` is null where no amount differs."""
    before, after = finding.amount_before, finding.amount_after
    return {
        "topic": finding.topic,
        "change": finding.change,
        "before": finding.before,
        "after": finding.after,
        "reading": finding.reading,
        "amount": {"before": amount_json(before), "after": amount_json(after)} if before or after else None,
    }


def amount_json(amount: Amount | None) -> dict[str, object] | None:
    """An amount as a plain object; None for none."""
    if amount is None:
        return None
    return {
        "value": _number(amount.value),
        "unit": amount.unit,
        "per": amount.per,
        "every": amount.every,
        "qualifier": amount.qualifier,
        "scope": amount.scope,
        "conditions": list(amount.conditions),
    }


def _of_whom(record: ChangeRecord) -> dict[str, object]:
    return {"vendor_name": record.vendor_name or record.vendor, "url": record.url}


def _number(value: float) -> int | float | None:
    """A whole number as an int; None for what JSON cannot say (infinity, not a number)."""
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value


def _side(side: Side) -> dict[str, object]:
    return {"snapshot": side.snapshot, "version": side.version}


def stamp(moment: datetime) -> str:
    """A time as JSON has it: RFC 3339, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
