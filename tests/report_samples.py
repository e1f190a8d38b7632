"""A fictional vendor's change, and one made of everything that a hostile page could put into it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.model import Amount, Block, Change, Document, Finding
from monitor.records import ChangeRecord, Message, Side

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
BEFORE = "Every account gets 10,000,000 free tokens a day."
AFTER = "Every account gets 1,000,000 free tokens a day."
SUMMARY = "free tokens 10,000,000 -> 1,000,000 a day"
HOSTILE = (
    "Evil\r\nBcc: victim@b.example\x00\x0b\u2028\u202e\ud800"
    '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7 }}'
)

FINDING = Finding(
    "free-amount",
    "changed",
    BEFORE,
    AFTER,
    "the free amount is a tenth of what it was",
    trail=("Plans", "Free"),
    amount_before=Amount(10_000_000.0, "token", "day", scope="account", conditions=("signed in",)),
    amount_after=Amount(1_000_000.0, "token", "day", qualifier="up to"),
)
RECORD = ChangeRecord(
    id=42,
    vendor="acme",
    vendor_name="Acme",
    page="free-plan",
    type="free-offer",
    url="https://acme.example/free",
    seen_at=NOW,
    previous_at=NOW - timedelta(days=1),
    before=Side(1, "a" * 64, NOW - timedelta(days=30)),
    after=Side(2, "b" * 64, NOW),
    change=Change("alert", "major", ("free-amount",), SUMMARY, (FINDING,), why="a free amount went down"),
)


def document(*texts: str) -> Document:
    """A document with these paragraphs."""
    return Document(tuple(Block("paragraph", text) for text in texts), title="The free plan")


OLD = document("Welcome.", BEFORE, "Goodbye.")
NEW = document("Welcome.", AFTER, "Goodbye.", "Ask us anything.")


def hostile_record() -> ChangeRecord:
    """The change with hostile text wherever a page or a watchlist could have put it."""
    long = HOSTILE + "x" * 10_000
    finding = replace(FINDING, before=long, after=HOSTILE, reading=long, trail=(long, HOSTILE), topic=HOSTILE)
    change = replace(RECORD.change, summary=long, why=HOSTILE, findings=(finding,), topics=(HOSTILE,))
    return replace(RECORD, vendor_name=HOSTILE, url="javascript:alert(1)//" + HOSTILE, change=change)


def sample_message(**changes: str) -> Message:
    """A small message, with these fields changed."""
    plain = Message("k" * 64, "acme/free-plan", f"Acme: {SUMMARY}", "Text 免费\n", "<p>HTML</p>", {"id": 42}, NOW)
    return replace(plain, **changes)  # type: ignore[arg-type]
