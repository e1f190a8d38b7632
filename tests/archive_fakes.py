"""A made-up page and the outcomes of its checks, for tests that need something in an archive."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.archive import Archive, Recorded
from monitor.model import (
    Amount,
    Block,
    Capture,
    Change,
    Document,
    Finding,
    Hop,
    Outcome,
    Owed,
    Page,
    Version,
)

START = datetime(2031, 3, 1, 8, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAGE = Page("acme", "terms", "terms", "https://acme.example/terms", vendor_name="Acme AI")
FINDING = Finding(
    topic="training",
    change="changed",
    before="We do not train on your files.",
    after="We may train on your files.",
    reading="Files may now be used for training.",
    importance="major",
    trail=("Your content", "Use"),
    amount_before=Amount(5, "request", "day", conditions=("per project",)),
    amount_after=Amount(2.5, "USD", "once", 3, "up to", "each team"),
    rule="stance:training",
)
CHANGE = Change("alert", "major", ("training",), "Training on files", (FINDING,), "a stance turned round")


def read(text: str, at: datetime = START, *, technical: bool = False) -> Outcome:
    """A healthy check that finds a text for the first time."""
    return replace(unchanged(text, at), version=version(text, technical=technical))


def unchanged(text: str, at: datetime) -> Outcome:
    """A healthy check that finds the text that stood already."""
    return Outcome(capture(text, at), next_check_at=at + 12 * HOUR, fingerprint=f"print of {text}")


def changed(text: str, at: datetime, *channels: str, change: Change = CHANGE) -> Outcome:
    """A healthy check that finds a change, owed to the channels."""
    return replace(read(text, at), change=change, owed=tuple(Owed(channel, at) for channel in channels))


def failing(outcome: str, at: datetime, body: bytes | None = None) -> Outcome:
    """A check that brought no document."""
    broken = Capture(at, PAGE.url, outcome, reason=f"the fake is {outcome}", body=body, content_type="text/html")
    return Outcome(broken, next_check_at=at + HOUR)


def capture(text: str, at: datetime) -> Capture:
    """A healthy capture with every field filled."""
    return Capture(
        at=at,
        url=PAGE.url,
        outcome="ok",
        reason="read",
        final_url=PAGE.url + "/en",
        status=200,
        headers=(
            ("ETag", f'"{text}"'),
            ("Last-Modified", "Sat, 01 Mar 2031 08:00:00 GMT"),
            ("Set-Cookie", "id=secret"),
        ),
        hops=(Hop(PAGE.url, 301),),
        body=f"<p>{text}</p>".encode(),
        content_type="text/html; charset=utf-8",
        seconds=0.25,
        retry_after=60.0,
    )


def version(text: str, *, technical: bool = False) -> Version:
    """A version whose document is that text."""
    blocks = (
        Block("heading", "Terms", level=1),
        Block("paragraph", text, ("Terms",)),
        Block("row", "Free | 5", ("Terms", "Plans"), columns=("Plan", "Requests")),
    )
    return Version(Document(blocks, "Acme's terms", "en"), f"key of {text}", f"print of {text}", "1", technical)


def with_change(archive: Archive, *channels: str) -> Recorded:
    """Record a first text and, an hour later, a change owed to the channels."""
    archive.record(PAGE, read("old", START))
    return archive.record(PAGE, changed("new", START + HOUR, *channels))
