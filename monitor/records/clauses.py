"""Clauses, and since when they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model import BlockKind, Clause
from monitor.records.versions import VersionRecord


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
