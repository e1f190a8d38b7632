"""The value types that the rooms hand to one another, in the order in which a check makes them.

All are frozen; collections are tuples; times are aware and in UTC. The words are those of the watchlist and the archive:
a *capture* is one attempt to get a page, a *snapshot* the bytes it brought, a *version* the text read out of them, a
*change* the difference between two versions, a *finding* one thing that a change means to a reader.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Literal
from zlib import crc32

PAGE_TYPES = (
    "terms", "commercial-terms", "developer-terms", "privacy", "data-controls", "free-offer", "pricing", "usage-policy",
    "dpa", "subprocessors", "trackers", "changelog", "other",
)  # fmt: skip
DATA_TOPICS = (
    "training", "choice", "retention", "review", "sharing", "transfer", "collection", "deidentify", "licence", "security",
    "children",
)  # fmt: skip
OFFER_TOPICS = ("free-amount", "free-terms", "limits", "price")
TOPICS = DATA_TOPICS + OFFER_TOPICS

Importance = Literal["major", "minor", "none"]
Verdict = Literal["alert", "note", "quiet"]
Happened = Literal["added", "removed", "changed"]
"""What became of a clause that a finding is about."""

OUTCOMES: dict[str, str] = {
    # the page is as it should be
    "ok": "read",
    "not_modified": "the server says that nothing changed",
    # the transport failed
    "dns_error": "the name of the host could not be resolved",
    "connect_error": "no connection to the host",
    "tls_error": "the host's certificate was not accepted",
    "timeout": "the answer took too long",
    "truncated": "the answer broke off in the middle",
    "too_big": "the answer is larger than a page of terms can be",
    "bad_encoding": "the answer could not be decompressed",
    "too_many_redirects": "the page redirects in a circle or too often",
    "blocked_target": "the address is not a public web address",
    "http_error": "the server answered with an error",
    "rate_limited": "the server asks to come back later",
    "robots": "the site's robots.txt asks programs not to fetch the page",
    # the browser failed
    "browser_error": "the browser could not show the page",
    "browser_missing": "the page needs a browser, and none is installed",
    # something came, but it is not the document
    "blocked_challenge": "a bot check stands in the place of the page",
    "blocked_wall": "a login or consent wall stands in the place of the page",
    "login_needed": "the page needs a login, and none that is stored is good for it",
    "soft_error": "an error page was served as if it were the document",
    "moved_to_root": "the page redirects to the site's front page",
    "thin": "the page holds almost no text",
    "shrunk": "most of the document is gone",
    "other_document": "another document stands at this address",
    "locale_changed": "the document came in another language",
    "wrong_type": "the answer is not a document that can be read",
    "unreadable": "the document could not be read",
    "interrupted": "the check was interrupted",
}
"""Outcome of a capture -> what it means, in words. Only `ok` and `not_modified` keep a page healthy."""
HEALTHY = frozenset({"ok", "not_modified"})


@dataclass(frozen=True, slots=True)
class Page:
    """One watched address of a vendor, as the watchlist describes it.

    `zone` is that of a cron line in `every`; without `robots` its site's robots.txt is not asked.
    """

    vendor: str
    name: str
    type: str
    url: str
    vendor_name: str = ""
    select: str | None = None
    remove: tuple[str, ...] = ()
    fetch: Literal["auto", "http", "browser"] = "auto"
    every: str = "12h"
    language: str | None = None
    zone: str = "UTC"
    robots: bool = True

    @property
    def phase(self) -> float:
        """A number from 0 to 1 of the page's own, the same everywhere: by it pages on one schedule are spread."""
        return crc32(self.key.encode()) / 0xFFFFFFFF

    @property
    def key(self) -> str:
        """`vendor/page`, the page's name everywhere outside the program."""
        return f"{self.vendor}/{self.name}"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A part of each day in which a channel is left alone; it may run past midnight. `zone` is a name like Europe/Berlin."""

    begin: time
    end: time
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Digest:
    """When what a rule gathers is sent as one message; `weekday` counts from Monday, 0, and says nothing of a daily one."""

    every: Literal["daily", "weekly"] = "daily"
    at: time = time(8)
    weekday: int = 0
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Escalation:
    """Channels that a major alert is repeated on, once, if nobody has acknowledged it `after` so long."""

    after: timedelta
    send: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Which changes go to which channels, and when. An empty filter lets everything through.

    Without a digest what is major goes at once, if need be after a channel's quiet hours (what is `urgent` does not wait for
    their end); what is minor is worth a mention, never a message of its own: it goes with `mentions`.
    """

    send: tuple[str, ...]
    topics: tuple[str, ...] = ()
    importance: Importance = "major"
    vendors: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    digest: Digest | None = None
    escalate: Escalation | None = None
    urgent: bool = False
    mentions: Digest = Digest()


@dataclass(frozen=True, slots=True)
class Mute:
    """Changes that nobody is told of until a time: of a page, of a vendor, on a topic, or of both together.

    `page` is `vendor/page`, or `vendor` alone; an empty part lets everything through.
    """

    until: datetime
    page: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """How much findings of some kind matter, whatever the program's own rules say. An empty filter lets everything through.

    `words` are phrases of which one must stand in the finding's text, before or after; `because` is shown as the reason.
    """

    importance: Importance
    topics: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    because: str = ""


# --- what a fetch brings -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a redirect: the address asked and the status it answered with."""

    url: str
    status: int


@dataclass(frozen=True)  # without slots, which leave no place for what is worked out once
class Capture:
    """One attempt to get a page, whatever came of it.

    `outcome` is a key of `OUTCOMES`; `reason` says it in words about this very attempt. `body` holds the bytes as served,
    transfer decompression undone; None where nothing came (also with 304).
    """

    at: datetime
    url: str
    outcome: str
    reason: str = ""
    final_url: str = ""
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    hops: tuple[Hop, ...] = ()
    body: bytes | None = None
    content_type: str = ""
    seconds: float = 0.0
    retry_after: float | None = None

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the body in hex; of no body that of no bytes."""
        return hashlib.sha256(self.body or b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server said of the last good answer, echoed to it word for word in a conditional request."""

    etag: str | None = None
    last_modified: str | None = None


# --- what is read ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a document's text, with the headings it stands under.

    `text` is what a reader sees, white space folded; the cells of a row are joined by ` | `. `columns` are a row's
    header cells, in the same order as its cells.
    """

    kind: Literal["heading", "paragraph", "item", "row"]
    text: str
    trail: tuple[str, ...] = ()
    level: int = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a document: the words that carry it, and the address it leads to."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Document:
    """What the monitor reads in one snapshot."""

    blocks: tuple[Block, ...]
    title: str = ""
    language: str = ""

    @property
    def text(self) -> str:
        """The blocks' text, one a line."""
        return "\n".join(block.text for block in self.blocks)


# --- what differs ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edit:
    """One block that differs between two documents. `before` is None for an added block, `after` for a removed one."""

    kind: Literal["added", "removed", "changed", "moved"]
    before: Block | None
    after: Block | None


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause (a sentence, a heading, a row), verbatim, and the block it stands in."""

    text: str
    block: Block


@dataclass(frozen=True, slots=True)
class ClauseEdit:
    """One clause that differs between two documents. `before` is None for an added clause, `after` for a removed one."""

    before: Clause | None
    after: Clause | None


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words that is kept, deleted or inserted on the way from one text to another."""

    kind: Literal["kept", "deleted", "inserted"]
    text: str


# --- what it means ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity as a typed value: 10,000,000 tokens a day. `per` may be "once"; `every` is 3 for "every 3 hours"."""

    value: float
    unit: str
    per: str | None = None
    every: int = 1
    qualifier: Literal["up to", "less than", "at least", "exactly"] | None = None
    scope: str = ""
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """An amount that a text offers, with the words that offer it."""

    text: str
    kind: Literal["free-amount", "limits", "price"]
    amount: Amount


@dataclass(frozen=True, slots=True)
class Reading:
    """What one clause says: its topics, and its stance on training if it takes one.

    `scopes` says for whom or what the stance holds (numbers of `meaning.scopes`); `period` is the one for which data is kept, in
    days, where the clause names exactly one.
    """

    topics: tuple[str, ...]
    stance: str | None = None
    words: tuple[str, ...] = ()
    scopes: tuple[int, ...] = ()
    period: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a change means to a reader. `before` and `after` are verbatim text of the two versions."""

    topic: str
    change: Happened
    before: str
    after: str
    reading: str
    importance: Importance = "major"
    trail: tuple[str, ...] = ()
    amount_before: Amount | None = None
    amount_after: Amount | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Effective:
    """When a page says that its text takes effect: the day, and the words that say so."""

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class WayOut:
    """How a page says that a user can opt out: the clause, and the address that it links, if any."""

    text: str
    url: str = ""


# --- what is decided -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Version:
    """A document to be recorded as a page's new text.

    `key` is the hash of the text as compared (two versions of one page with one key say the same); `technical` marks a
    version that differs because the reading changed, not the page.
    """

    document: Document
    key: str
    fingerprint: str
    edition: str
    technical: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """The difference between a page's last version and its new one, judged."""

    verdict: Verdict
    importance: Importance
    topics: tuple[str, ...]
    summary: str
    findings: tuple[Finding, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """A change that a rule sends on through one channel, not before `at`.

    What waits for the same `digest` goes in one message. A `repeat` goes only if nobody has acknowledged the alert by then; what
    is `muted` is kept, and goes to nobody.
    """

    channel: str
    at: datetime
    digest: str = ""
    repeat: bool = False
    urgent: bool = False
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A text that was not believed at first sight (most of the document gone ...), until it persists."""

    key: str
    since: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that one check leaves in the archive, recorded in one transaction.

    Without a version the text is the one that stands already; `fingerprint` is then that of the bytes that showed it last.
    `effective_on` is the day on which a new text says that it takes effect; `needs_browser` is set when only a browser got it.
    """

    capture: Capture
    version: Version | None = None
    change: Change | None = None
    owed: tuple[Owed, ...] = ()
    held: Held | None = None
    next_check_at: datetime | None = None
    fingerprint: str = ""
    effective_on: date | None = None
    needs_browser: bool = False


# --- what the archive knows of a page before a check -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive knows of a page before a check; everything that a decision may rest on.

    `snapshot` is the SHA-256 of the bytes that the current text was last read in, `content_type` what came with them.
    """

    version_id: int | None = None
    key: str = ""
    fingerprint: str = ""
    edition: str = ""
    snapshot: str = ""
    content_type: str = ""
    language: str = ""
    seen_at: datetime | None = None
    size: int = 0
    validators: Validators = field(default_factory=Validators)
    earlier: tuple[tuple[str, datetime], ...] = ()
    held: Held | None = None
    failing_since: datetime | None = None
    failures: int = 0
    mutes: tuple[Mute, ...] = ()
    changed_at: datetime | None = None
    effective_on: date | None = None
    needs_browser: bool = False
