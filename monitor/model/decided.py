"""What is decided, and what the archive knows of a page before a check."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.model.captured import Capture, Validators
from monitor.model.found import Finding
from monitor.model.text import Document
from monitor.model.vocabulary import Importance, Verdict
from monitor.model.watched import Mute


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
