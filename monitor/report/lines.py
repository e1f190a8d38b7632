"""Records as plain JSON data: the lines of `history --json` and `alerts list --json`, and of exports."""

from __future__ import annotations

from datetime import datetime

from monitor.records import AlertRecord, CaptureRecord, ChangeRecord, Delivery
from monitor.report.payload import stamp
from monitor.report.style import Style
from monitor.report.troubles import line_of


def capture_json(capture: CaptureRecord) -> dict[str, object]:
    """A capture as one line of `history --json`."""
    return {
        "id": capture.id,
        "at": stamp(capture.at),
        "outcome": capture.outcome,
        "reason": capture.reason,
        "status": capture.status,
        "url": capture.url,
        "final_url": capture.final_url,
        "snapshot": capture.snapshot,
        "bytes": capture.size,
        "version": capture.version,
        "change": capture.change,
    }


def subject_of(alert: AlertRecord, change: ChangeRecord | None) -> str:
    """What an alert is about, in words; `change` is its change, if it is about one."""
    if change is None:
        return "; ".join(line_of(trouble, Style()) for trouble in alert.troubles)
    return f"{change.vendor}/{change.page}: {change.change.summary}"


def told_json(alert: AlertRecord, change: ChangeRecord | None) -> dict[str, object]:
    """An alert as one line of `alerts list --json`; `change` is its change, if it is about one."""
    return {
        "id": alert.id,
        "change": alert.change,
        "subject": subject_of(alert, change),
        "created_at": stamp(alert.created_at),
        "acknowledged_at": _stamp(alert.acknowledged_at),
        "deliveries": [delivery_json(delivery) for delivery in reversed(alert.deliveries)],
    }


def delivery_json(delivery: Delivery) -> dict[str, object]:
    """A delivery as it stands in its alert's line."""
    return {
        "id": delivery.id,
        "channel": delivery.channel,
        "state": delivery.state,
        "key": delivery.key,
        "digest": delivery.digest,
        "repeat": delivery.repeat,
        "attempts": delivery.attempts,
        "next_at": _stamp(delivery.next_at),
        "sent_at": _stamp(delivery.sent_at),
        "error": delivery.error,
    }


def _stamp(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None
