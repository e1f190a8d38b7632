"""What the archive tells, and what is sent of it. Frozen like the values of `model`, with the ids under which they are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from monitor.model import BlockKind, Capture, Change, Clause, Disagreement, Document, Effective, Finding, WayOut


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a recorded change: the version, and the snapshot it was read from (its bytes' SHA-256 in hex)."""

    version: int
    snapshot: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A change as the archive tells it. `seen_at` is the time of the first capture that showed the new text."""

    id: int
    vendor: str
    vendor_name: str
    page: str
    type: str
    url: str
    seen_at: datetime
    previous_at: datetime
    before: Side
    after: Side
    change: Change


@dataclass(frozen=True, slots=True)
class Dated:
    """A recorded change, and what its new text says of when it takes effect and how to opt out."""

    record: ChangeRecord
    effective: Effective | None = None
    way_out: WayOut | None = None


@dataclass(frozen=True, slots=True)
class TwinSays:
    """A page, as `vendor/page`, that states the same facts as another, and says these otherwise."""

    page: str
    otherwise: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class CaptureRecord:
    """A capture as the archive tells it; `snapshot` is the SHA-256 of its bytes, `version` the version it began, if any."""

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


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A version as the archive tells it, with the document read."""

    id: int
    vendor: str
    page: str
    seen_at: datetime
    last_seen_at: datetime
    snapshot: str
    edition: str
    technical: bool
    document: Document


@dataclass(frozen=True, slots=True)
class Stood:
    """A version as it stood in a page's past, from its first capture to its last.

    `led_from` is the version before it, as the change has it that leads to it; None where there is no change.
    """

    id: int
    key: str
    edition: str
    seen_at: datetime
    last_seen_at: datetime
    technical: bool
    led_from: int | None

    @property
    def loose(self) -> bool:
        """Whether nothing that was told says what came before it: no change leads to it, or one from what was brought in later."""
        return not self.technical and (self.led_from is None or self.led_from > self.id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are asked for: of a vendor, of a page of that vendor, from one time to another, both included.

    What is None lets everything through.
    """

    vendor: str | None = None
    page: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """A version without its text: when it was first and last seen to stand.

    `says_same` marks one whose change from the version before it means nothing on data or offers.
    """

    id: int
    page: str
    seen_at: datetime
    last_seen_at: datetime
    says_same: bool


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which a clause stood on its page, from version `began` until version `ended`, the first without it.

    `since` is the time of the first capture that showed it, `last_seen_at` of the last one. While it stands, there is no `ended`.
    `brought_by` and `dropped_by` are the changes at both ends, which a page's first version has not, nor one that differs only
    because the page was read in another way: then `as_read`, or `ended_as_read`, is true, and the page may have had it longer.
    """

    began: int
    since: datetime
    brought_by: int | None
    as_read: bool
    ended: int | None
    last_seen_at: datetime
    dropped_by: int | None
    ended_as_read: bool
    kind: BlockKind
    trail: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class RecordedClause:
    """A clause of a page, verbatim, and its spells, oldest first. Where it stood under other headings, the last spell says so."""

    vendor: str
    page: str
    text: str
    spells: tuple[Spell, ...]

    @property
    def last(self) -> Spell:
        """The spell in which it stands, or stood last."""
        return self.spells[-1]

    @property
    def stands(self) -> bool:
        """Whether it stands now, as far as the archive knows."""
        return self.last.ended is None


@dataclass(frozen=True, slots=True)
class Blame:
    """A version, and of each of its clauses the spell in which it stands there; None for furniture."""

    version: VersionRecord
    clauses: tuple[tuple[Clause, Spell | None], ...]


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """A version as a list shows it, without its document: when it was first and last seen, and the change that brought it.

    `size` is in characters. `capture` is the one that showed it first; a version that was read again has none.
    """

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


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """Bytes that a page was served: their SHA-256 in hex, what the server called them, when they were first seen there."""

    sha256: str
    vendor: str
    page: str
    content_type: str
    size: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which a page could not be read: its first and last failed check, how many there were, and how the last ended.

    `until` is when the page was read again; None while it is not.
    """

    since: datetime
    last_at: datetime
    until: datetime | None
    checks: int
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A change of an amount: the change that it belongs to, when it was seen, and the finding with both amounts."""

    change: int
    seen_at: datetime
    finding: Finding


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a page stands: its last capture, its last good one, its last change, its next check."""

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


@dataclass(frozen=True, slots=True)
class PageState(Standing):
    """Where a page stands, and how much there is of it."""

    captures: int
    versions: int
    changes: int


TroubleKind = Literal["page", "offline", "channel", "disk"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that keeps the monitor from its work, from `since` until `ended_at`.

    `subject` is the page (`vendor/page`), the channel or the file that it is about; empty where it is about the whole monitor.
    `reason` is in English; `outcome` is that of the checks which failed for it, if any did.
    """

    kind: TroubleKind
    subject: str
    since: datetime
    reason: str
    ended_at: datetime | None = None
    outcome: str = ""


REMINDERS = "reminder "
"""How the digests begin under which reminders wait."""


def reminder_of(day: date) -> str:
    """The digest under which the reminders of what takes effect on a day go as one message."""
    return f"{REMINDERS}{day.isoformat()}"


def day_reminded_of(digest: str) -> date | None:
    """The day that what waits under a digest reminds of; None for another digest."""
    return date.fromisoformat(digest.removeprefix(REMINDERS)) if digest.startswith(REMINDERS) else None


DeliveryState = Literal["owed", "sending", "sent", "failed", "muted", "cancelled"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert on its way through one channel. `key` is the same for every attempt, so a repeat can be told.

    `change` is None for an alert about the monitor itself. It was first to be sent at `due_at`. `digest` names what it waits
    to be sent together with; `repeat` marks one that goes only to who has not acknowledged the alert. `served` are the channel's
    recipients who have it already. A reminder of a day says which.
    """

    id: int
    alert: int
    change: int | None
    channel: str
    key: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    due_at: datetime
    next_at: datetime | None
    sent_at: datetime | None
    error: str
    digest: str = ""
    repeat: bool = False
    served: tuple[str, ...] = ()

    @property
    def reminds_of(self) -> date | None:
        """The day on which what it tells takes effect, if it is a reminder of that."""
        return day_reminded_of(self.digest)


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert as the archive tells it: about a change, or about troubles of the monitor that began or ended.

    Its newest delivery stands first.
    """

    id: int
    change: int | None
    troubles: tuple[Trouble, ...]
    created_at: datetime
    acknowledged_at: datetime | None
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes through a channel as one message: one delivery, or those of a digest or of a storm together."""

    deliveries: tuple[Delivery, ...]

    @property
    def first(self) -> Delivery:
        """The delivery that stands for all: it holds the state that they share."""
        return self.deliveries[0]

    @property
    def key(self) -> str:
        """The same for every attempt: its one delivery's, or the hash of all their keys."""
        if len(self.deliveries) == 1:
            return self.first.key
        return hashlib.sha256("\n".join(delivery.key for delivery in self.deliveries).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Folding:
    """What goes as one message: on these channels, more than `storm` deliveries that are due at once.

    Channels that are `quiet` are given only what is urgent, `closed` ones nothing.
    """

    channels: frozenset[str] = frozenset()
    storm: int = 10
    quiet: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel that takes nothing any more: since when, why, and when it is tried again."""

    name: str
    stopped_at: datetime
    reason: str
    probe_at: datetime


@dataclass(frozen=True, slots=True)
class Removable:
    """A snapshot whose bytes nothing needs any more; `page` is vendor/page, `size` in bytes as served."""

    snapshot: int
    page: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger: the record that was written, its SHA-256 as it then stood, and the entry's own.

    `kind` and `record` are the record's table and row. `hash` is that of `entry_text` with the hashes of the two it names.
    """

    id: int
    kind: str
    record: int
    digest: bytes
    hash: bytes

    def __str__(self) -> str:
        return f"{self.id}:{self.hash.hex()}"


@dataclass(frozen=True, slots=True)
class Step:
    """An entry of the ledger on the way to its head, with the hashes of the two that it names."""

    entry: Entry
    before: bytes
    skipped: bytes


@dataclass(frozen=True, slots=True)
class Proved:
    """A record as its entry in the ledger has it: the JSON whose SHA-256 is the entry's digest."""

    kind: str
    record: int
    text: str
    entry: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Records, and every step of the ledger from their entries to its head; later steps first, the head's before all."""

    records: tuple[Proved, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that shows a change: its record, both documents, the captures at the ends of both versions, and the proof.

    `contents` are the bytes of every snapshot that the proof names, by SHA-256, with their content type.
    """

    change: ChangeRecord
    before: VersionRecord
    after: VersionRecord
    captures: tuple[Capture, ...]
    contents: dict[str, tuple[bytes, str]]
    documents: dict[str, bytes]
    proof: Proof


@dataclass(frozen=True, slots=True)
class Tally:
    """How much there is in an archive. `healthy` says of each page whether its last check was good, by its key.

    `last_change` is the change up to which `verdicts` counts; `size` is that of the file, in bytes.
    """

    healthy: Mapping[str, bool] = field(default_factory=dict)
    verdicts: Mapping[str, int] = field(default_factory=dict)
    deliveries: Mapping[str, int] = field(default_factory=dict)
    troubles: Mapping[str, int] = field(default_factory=dict)
    last_change: int = 0
    last_check_at: datetime | None = None
    size: int = 0


# --- what is sent ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """An alert in the forms in which channels carry it. `payload` is plain JSON data; `thread` is one for all alerts of a page.

    `at`, `url`, `vendors` and `topics` are those of what it tells, for feeds. `served` are recipients who have it already.
    `fault` is what is wrong with the operator's template, whose default was used.
    """

    key: str
    thread: str
    subject: str
    text: str
    html: str
    payload: dict[str, object]
    at: datetime
    url: str = ""
    vendors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    served: tuple[str, ...] = ()
    fault: str = ""
