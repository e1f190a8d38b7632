"""Operators' templates tried on a sample, before an alert needs them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from monitor.model import Amount, Change, Disagreement, Effective, Finding, WayOut
from monitor.records import ChangeRecord, Side, Trouble, TwinSays
from monitor.report.digest import digest_message
from monitor.report.forms import TEMPLATES
from monitor.report.message import message
from monitor.report.notice import notice_message
from monitor.report.style import Style

_AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
_FINDING = Finding(
    topic="free-amount",
    change="changed",
    before="Up to 10 free requests a day.",
    after="Up to 5 free requests a day.",
    reading="free usage: 10 requests a day → 5 requests a day",
    trail=("Plans", "Free"),
    amount_before=Amount(10, "request", "day"),
    amount_after=Amount(5, "request", "day"),
)
_OTHERWISE = Disagreement("free-amount", _FINDING.after, _FINDING.before, _FINDING.amount_after, _FINDING.amount_before)
_RECORD = ChangeRecord(
    id=1,
    vendor="sample",
    vendor_name="Sample AI",
    page="terms",
    type="terms",
    url="https://sample.example/terms",
    seen_at=_AT,
    previous_at=_AT,
    before=Side(1, "0" * 64, _AT),
    after=Side(2, "1" * 64, _AT),
    change=Change("alert", "major", ("free-amount",), f"Sample AI: {_FINDING.reading}", (_FINDING,)),
)


def trial(style: Style) -> Iterator[str]:
    """What is wrong with the templates of a style, each fault once: an alert would say it too late."""
    if not style.templates:
        return
    for name in sorted(style.templates.keys() - set(TEMPLATES)):
        yield f"templates: {name} is none of {', '.join(sorted(TEMPLATES))}; it can only be included by one of them"
    written = (
        message(
            _RECORD,
            style,
            effective=Effective(date(2026, 4, 1), "Effective 1 April 2026."),
            way_out=WayOut("You can opt out in your settings.", "https://sample.example/settings"),
            repeat=True,
            alert=1,
            reminds_of=date(2026, 4, 1),
            twins=[TwinSays("sample/plans", (_OTHERWISE,))],
        ),
        digest_message([_RECORD, _RECORD], style, period="weekly"),
        notice_message([Trouble("page", "sample/terms", _AT, "timeout")], style, at=_AT),
    )
    yield from dict.fromkeys(f"templates: {each.fault}" for each in written if each.fault)
