"""The JSON of the API, as types: what is answered is built through them, and described by them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """One kind of answer, or a part of one. Every field is there in every answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Amount(Shape):
    """A quantity: 10,000,000 tokens a day. `every` is 3 for "every 3 hours"."""

    value: float | int | None
    unit: str
    per: str | None
    every: int
    qualifier: str | None
    scope: str
    conditions: list[str]


class Amounts(Shape):
    """An amount before and after."""

    before: Amount | None
    after: Amount | None


class Finding(Shape):
    """One thing that a change means; `before` and `after` are verbatim text of the versions."""

    topic: str
    change: Literal["added", "removed", "changed"]
    before: str
    after: str
    reading: str
    amount: Amounts | None


class Side(Shape):
    """One side of a change: the SHA-256 of the bytes, and the version that was read in them."""

    snapshot: str
    version: int


class Change(Shape):
    """A change, as `monitor changes --json` prints it."""

    id: int
    vendor: str
    page: str
    type: str
    seen_at: datetime
    previous_at: datetime
    verdict: Literal["alert", "note", "quiet"]
    importance: Literal["major", "minor", "none"]
    topics: list[str]
    summary: str
    findings: list[Finding]
    before: Side
    after: Side


class Changes(Shape):
    """Changes, newest first; `older` continues the list, null at its end."""

    items: list[Change]
    older: int | None


class Vendor(Shape):
    """A vendor and its pages by their short names."""

    vendor: str
    name: str
    pages: list[str]


class Vendors(Shape):
    """Every vendor of the archive."""

    items: list[Vendor]


class Page(Shape):
    """Where a page stands."""

    vendor: str
    vendor_name: str
    page: str
    type: str
    url: str
    last_check_at: datetime | None
    outcome: str | None
    reason: str
    last_good_at: datetime | None
    failing_since: datetime | None
    failures: int
    last_change_at: datetime | None
    last_change_id: int | None
    next_check_at: datetime | None


class CountedPage(Page):
    """Where a page stands, and how much there is of it."""

    captures: int
    versions: int
    changes: int


class Pages(Shape):
    """Every page of the archive."""

    items: list[Page]


class Check(Shape):
    """One capture; `version` and `change` are those that it began, if any."""

    id: int
    at: datetime
    outcome: str
    reason: str
    status: int | None
    url: str
    final_url: str
    snapshot: str | None
    size: int | None
    version: int | None
    change: int | None


class Checks(Shape):
    """Captures of a page, newest first; `older` continues the list, null at its end."""

    items: list[Check]
    older: int | None


class Outage(Shape):
    """A time in which a page could not be read; `until` is null while it lasts."""

    since: datetime
    last_at: datetime
    until: datetime | None
    checks: int
    outcome: str
    reason: str


class Outages(Shape):
    """The times in which a page could not be read, newest first."""

    items: list[Outage]


class Entry(Shape):
    """A version without its text; `capture` is the one that showed it first, `size` in characters."""

    id: int
    vendor: str
    page: str
    seen_at: datetime
    last_seen_at: datetime
    snapshot: str
    edition: str
    technical: bool
    title: str
    language: str
    size: int
    change: int | None
    capture: int | None


class Entries(Shape):
    """Versions of a page, newest first."""

    items: list[Entry]


class Block(Shape):
    """One block of a text, with the headings it stands under."""

    kind: Literal["heading", "paragraph", "item", "row"]
    text: str
    trail: list[str]


class Version(Entry):
    """A version with its text."""

    blocks: list[Block]


class Moved(Shape):
    """An amount that a change moved."""

    change: int
    seen_at: datetime
    topic: str
    amount: Amounts


class MovedAmounts(Shape):
    """The amounts of a page over time, oldest first."""

    items: list[Moved]


class Delivery(Shape):
    """One alert on its way through one channel."""

    id: int
    channel: str
    state: Literal["owed", "sending", "sent", "failed", "muted", "cancelled"]
    attempts: int
    created_at: datetime
    next_at: datetime | None
    sent_at: datetime | None
    error: str


class Alert(Shape):
    """An alert: about a change, or, where that is null, about the monitor itself."""

    id: int
    change: int | None
    created_at: datetime
    acknowledged_at: datetime | None
    deliveries: list[Delivery]


class Alerts(Shape):
    """Alerts, newest first; `older` continues the list, null at its end."""

    items: list[Alert]
    older: int | None


class Spell(Shape):
    """A time in which a clause stood: from version `began` until version `ended`, the first without it; null while it stands."""

    began: int
    since: datetime
    brought_by: int | None
    ended: int | None
    last_seen_at: datetime
    dropped_by: int | None


class Hit(Shape):
    """A clause that was found, and the times in which it stood, oldest first."""

    vendor: str
    page: str
    text: str
    trail: list[str]
    topics: list[str]
    stands: bool
    spells: list[Spell]


class Hits(Shape):
    """What was found, the best first; `more` says that there is more than was asked for."""

    items: list[Hit]
    more: bool


class DatedClause(Shape):
    """A clause of a version, and the spell in which it stands there; null for what is no clause."""

    text: str
    topics: list[str]
    spell: Spell | None


class Dated(Shape):
    """The clauses of a version in its order."""

    version: int
    items: list[DatedClause]


class Said(Shape):
    """An answer, with the words that give it and where they stand."""

    state: Literal["known", "unknown", "conflict"]
    answer: str
    in_words: str
    quote: str | None
    page: str | None
    url: str | None
    version: int | None


class Fact(Shape):
    """What a vendor's pages say on one question. With `from_start` it may have stood longer than `since`."""

    vendor: str
    question: str
    scope: str
    item: str
    now: Said
    since: datetime | None
    from_start: bool
    before: Said | None


class Facts(Shape):
    """Every vendor's facts as of a time; `left` vendors had no time to be read, and are there when it is asked again."""

    at: datetime
    items: list[Fact]
    left: int


class Fault(Shape):
    """Why there is no other answer."""

    error: str
