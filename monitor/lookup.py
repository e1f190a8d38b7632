"""Clauses that the archive found, with what they say: their topics, and where in them the words stand that were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.meaning.topics import reading
from monitor.model import Block, Clause
from monitor.query import Query, marks
from monitor.records import Blame, RecordedClause, Spell


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause that was found. `marks` are the places of the words asked for: `text[start:end]`."""

    clause: RecordedClause
    topics: tuple[str, ...]
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Blamed:
    """A clause of a version, and the spell in which it stands there; None for furniture, which no version is blamed for."""

    clause: Clause
    topics: tuple[str, ...]
    spell: Spell | None


def hits(found: Iterable[RecordedClause], query: Query, topic: str | None = None) -> Iterator[Hit]:
    """What was found with its topics, or only what raises the `topic`. No more is read than is taken."""
    for clause in found:
        last = clause.last
        topics = reading(Clause(clause.text, Block(last.kind, clause.text, last.trail)), last.language).topics
        if topic is None or topic in topics:
            yield Hit(clause, topics, marks(query, clause.text))


def blamed(blame: Blame, topic: str | None = None) -> Iterator[Blamed]:
    """The clauses of a version in its order, or only those that raise the `topic`."""
    for clause, spell in blame.clauses:
        topics = reading(clause, blame.version.document.language).topics
        if topic is None or topic in topics:
            yield Blamed(clause, topics, spell)
