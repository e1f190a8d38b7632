"""Two documents as the rows of a diff: what changed with its words marked, what stayed and what moved folded away. Pure.

However large the documents: those that would take too long to be paired are told block by block, words are marked while there
is time, and what one screen cannot hold stands on the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from monitor.compare import compare
from monitor.model import Block, Document, Edit, Span
from monitor.normalise import comparable
from monitor.report.passages import abridged
from monitor.words import runs, spans

Kind = Literal["same", "moved", "added", "removed", "changed"]

MOST_PAIRED = 20_000_000_000
"""Characters that differ on one side times those on the other, up to which blocks are paired: about a second."""
MOST_ALIGNED = 100_000_000
"""The same of blocks: what aligning them takes is a bit a pair."""
MOST_SHOWN = 120_000
"""Characters of changed text on one screen."""
MOST_FOLDED = 40_000
"""Characters of unchanged text on one screen, in folds that open; what is over is counted."""
LONGEST_BLOCK = 20_000
"""Characters of a block that is shown whole; of a longer one the words around what changed are."""


@dataclass(frozen=True, slots=True)
class Row:
    """One block that stayed, moved or changed; `words` are marked once it is to be shown."""

    kind: Kind
    before: Block | None
    after: Block | None
    words: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """What the block says now, or said last."""
        block = self.after or self.before
        return block.text if block else ""

    @property
    def trail(self) -> tuple[str, ...]:
        """The headings it stands under."""
        block = self.after or self.before
        return block.trail if block else ()

    @property
    def anchor(self) -> str:
        """The row's name in a link."""
        return "b-" + fingerprint(self.text)

    @property
    def size(self) -> int:
        """Characters of both sides, as far as they are shown."""
        return sum(min(len(block.text), LONGEST_BLOCK) for block in (self.before, self.after) if block)


@dataclass(frozen=True, slots=True)
class Fold:
    """Neighbouring blocks of one kind that are folded away: `rows` can be opened, `more` are only counted."""

    kind: Kind
    rows: tuple[Row, ...]
    more: int = 0

    @property
    def count(self) -> int:
        """How many blocks are in it."""
        return len(self.rows) + self.more


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen of a diff, counted from 1. `unmarked` rows had no time to have their words compared."""

    parts: tuple[Row | Fold, ...]
    number: int
    screens: int
    changed: int
    moved: int
    unmarked: int = 0


class Patience:
    """Marks words until time is up; from then on a block stands as removed and added, whole."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock, self._end = clock, clock() + seconds
        self.refused = 0

    def marked(self, row: Row) -> Row:
        """A row with its words marked, cut to what can be read where it is very long."""
        before, after = row.before.text if row.before else "", row.after.text if row.after else ""
        if row.before and row.after and self._clock() > self._end:
            self.refused += 1
            words: tuple[Span, ...] = (Span("deleted", before), Span("inserted", after))
        else:
            words = spans(before, after)
        long = max(len(before), len(after)) > LONGEST_BLOCK
        return Row(row.kind, row.before, row.after, abridged(words) if long else words)


def fingerprint(text: str) -> str:
    """A short name for a text: the same wherever it stands, and however its quotes and dashes are written."""
    return hashlib.sha256(comparable(text).encode("utf-8", "replace")).hexdigest()[:12]


def anchor_of(clause: str) -> str:
    """The anchor of a clause on every page that shows it."""
    return "c-" + fingerprint(clause)


def screen(before: Document, after: Document, number: int, patience: Patience) -> Screen:
    """One screen of the diff of two documents; the last one where there are not so many."""
    found = rows(before, after)
    screens = _screens(found)
    number = min(number, len(screens))
    parts = tuple(_marked(part, patience) for part in _folded(screens[number - 1]))
    changed = sum(row.kind not in ("same", "moved") for row in found)
    moved = sum(row.kind == "moved" for row in found)
    return Screen(parts, number, len(screens), changed, moved, patience.refused)


def rows(before: Document, after: Document) -> list[Row]:
    """Every block of both documents once, in the order of the new one; what was removed stands where it stood."""
    if before == after:
        return [Row("same", block, block) for block in after.blocks]
    if not _can_be_paired(before, after):
        return list(_unpaired(before.blocks, after.blocks))
    edits = compare(before, after)
    by_after = {id(edit.after): edit for edit in edits if edit.after}
    removed = _places_of_removed(before, after, edits)
    found: list[Row] = [Row("removed", block, None) for block in removed.get(-1, ())]
    for number, block in enumerate(after.blocks):
        edit = by_after.get(id(block))
        found.append(Row(edit.kind, edit.before, block) if edit else Row("same", block, block))
        found += [Row("removed", gone, None) for gone in removed.get(number, ())]
    return found


def _can_be_paired(before: Document, after: Document) -> bool:
    old, new = {block.text for block in before.blocks}, {block.text for block in after.blocks}
    if len(before.blocks) * len(after.blocks) > MOST_ALIGNED:
        return False
    return sum(map(len, old - new)) * sum(map(len, new - old)) <= MOST_PAIRED


def _unpaired(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Row]:
    """The blocks in order, those that differ as removed and added."""
    for run in runs([block.text for block in old], [block.text for block in new]):
        if run.same:
            yield from (Row("same", block, block) for block in new[run.after])
        else:
            yield from (Row("removed", block, None) for block in old[run.before])
            yield from (Row("added", None, block) for block in new[run.after])


def _places_of_removed(before: Document, after: Document, edits: Sequence[Edit]) -> dict[int, list[Block]]:
    """Number of a new block -> the removed ones that stood below what it was; -1 for those that stood above all."""
    stands = {block.text: number for number, block in reversed(list(enumerate(after.blocks)))}
    numbers = {id(block): number for number, block in enumerate(after.blocks)}
    became = {id(edit.before): numbers[id(edit.after)] for edit in edits if edit.kind == "changed"}
    gone = {id(edit.before) for edit in edits if edit.kind == "removed"}
    moved = {id(edit.before) for edit in edits if edit.kind == "moved"}
    places: dict[int, list[Block]] = {}
    last = -1
    for block in before.blocks:
        if id(block) in gone:
            places.setdefault(last, []).append(block)
        elif id(block) not in moved:
            last = became.get(id(block), stands.get(block.text, last))
    return places


def _screens(found: Sequence[Row]) -> list[list[Row]]:
    """The rows by screens, each with as much changed text as one can hold."""
    screens: list[list[Row]] = [[]]
    size = 0
    for row in found:
        weight = 0 if row.kind in ("same", "moved") else row.size
        if size and size + weight > MOST_SHOWN:
            screens.append([])
            size = 0
        screens[-1].append(row)
        size += weight
    return screens


def _folded(found: Sequence[Row]) -> Iterator[Row | Fold]:
    """The rows, neighbours that stayed or moved folded into one."""
    left = MOST_FOLDED
    for kind, group in groupby(found, key=lambda row: row.kind):
        if kind not in ("same", "moved"):
            yield from group
            continue
        members = tuple(group)
        kept: list[Row] = []
        for row in members:
            left -= len(row.text)
            if left < 0:
                break
            kept.append(row)
        yield Fold(kind, tuple(kept), len(members) - len(kept))


def _marked(part: Row | Fold, patience: Patience) -> Row | Fold:
    return part if isinstance(part, Fold) else patience.marked(part)
