"""Two documents -> what differs between them: edits by block for people to see, edits by clause to be understood.

A block or clause is the same where its comparable form is the same. What stands in both documents, wherever it stands, is not
news: a moved paragraph, a paragraph split in two and a table of contents printed twice change nothing for the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from monitor.clauses import clause_texts, lead, of_block
from monitor.model import Block, Clause, ClauseEdit, Document, Edit
from monitor.normalise import CHINESE, comparable

_ALIKE = 55.0
"""Similarity in percent from which two texts are one text edited; below it, one was removed and the other added.
Measured on 150 recorded pairs of pages: lower pairs strangers, higher splits rewordings."""
_REORDERED, _SAME_WORDS = 150, 75.0
"""Texts a side without a partner that are looked at again; similarity of their sorted words in percent from which they are one."""
_READ = 10_000
"""Characters of a text by which its likeness to another is told: enough, and little enough for what grows by their square."""
_AT_ONCE = 600
"""Texts a side that are weighed against each other; a document rewritten whole is paired in slices of this size."""
_LONG = 25
"""Characters of a comparable form that do not stand in another text by chance."""
_LABEL = 60
"""Characters of a caption or a menu entry at most."""
_SENTENCE_ENDS = ".;:!?。；：！？"
T = TypeVar("T")


def compare(before: Document, after: Document) -> tuple[Edit, ...]:
    """The blocks that differ, in the order of the new document; removed ones stand where they stood.

    A document compared with itself gives nothing; a block that is printed a second time is layout.
    """
    old, new = _first_of_each(before.blocks), _first_of_each(after.blocks)
    edits: list[Edit] = []
    for gone, come in _stretches(list(old), list(new)):
        edits += [Edit("moved", old[key], new[key]) for key in come if key in old]
        removed, added = [old[key] for key in gone if key not in new], [new[key] for key in come if key not in old]
        edits += [_edit(pair) for pair in pair_up(removed, added, lambda block: block.text)]
    return tuple(edits)


def states(edit: Edit) -> bool:
    """Whether an edit touches what a document states: more than its headings, captions and menu entries.

    A few words in a line of their own, without a figure and without the end of a sentence, state nothing; nor does it say
    anything that a short line stands elsewhere. Items and rows always count: names in a list are who gets the data.
    """
    return any(block is not None and not _is_label(block, edit.kind) for block in (edit.before, edit.after))


def _is_label(block: Block, kind: str) -> bool:
    if block.kind in ("item", "row") and kind != "moved":
        return False
    if block.kind != "heading" and (len(block.text) > _LABEL or block.text[-1] in _SENTENCE_ENDS):
        return False
    return kind == "moved" or not any(map(str.isdigit, block.text))


def _first_of_each(blocks: Sequence[Block]) -> dict[str, Block]:
    """The blocks by the form in which they are compared, each form where it stands first."""
    found: dict[str, Block] = {}
    for block in blocks:
        if key := comparable(block.text):
            found.setdefault(key, block)
    return found


def _stretches(old: list[str], new: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """The stretches between what stands in both, in order: what was there, and what is there now."""
    gone: list[str] = []
    come: list[str] = []
    for step in Indel.opcodes(old, new):
        if step.tag == "equal":
            yield gone, come
            gone, come = [], []
        else:
            gone += old[step.src_start : step.src_end]
            come += new[step.dest_start : step.dest_end]
    yield gone, come


def _edit(pair: tuple[Block | None, Block | None]) -> Edit:
    before, after = pair
    return Edit("changed" if before and after else "added" if after else "removed", before, after)


def compare_clauses(before: Document, after: Document) -> tuple[ClauseEdit, ...]:
    """The clauses that stand in only one of the documents, the two editions of one clause paired.

    And the items that went from one list to another: what was under "We never share:" is now under "We may share:".
    """
    gone, come = _only(before, after), _only(after, before)
    edits = [ClauseEdit(old, new) for old, new in pair_up(gone, come, lambda clause: clause.text)]
    return (*edits, *_in_other_lists(before, after))


def _in_other_lists(before: Document, after: Document) -> Iterator[ClauseEdit]:
    old, new = _listed(before), _listed(after)
    lists = {under for under, _ in old.values()}
    for key, (under, clause) in new.items():
        if key in old and old[key][0] != under and under in lists:
            yield ClauseEdit(old[key][1], clause)


def _listed(document: Document) -> dict[str, tuple[str, Clause]]:
    """The items that stand under a lead such as "We never share:", each with it; by the form in which they are compared."""
    return {
        comparable(block.text): (under, Clause(block.text, block))
        for block in document.blocks
        if (under := lead(block.kind, block.trail)) is not None
    }


def _only(here: Document, there: Document) -> list[Clause]:
    """Clauses of `here` that stand nowhere in `there`; one that is said twice is said once."""
    blocks = {block.text for block in there.blocks}
    elsewhere = [comparable(text) for block in there.blocks for text in clause_texts(block)]
    stands, text = frozenset(elsewhere), "".join(elsewhere)
    found: dict[str, Clause] = {}
    for block in here.blocks:
        if block.text in blocks:  # most of them: then so do its clauses
            continue
        for clause in of_block(block):
            key = comparable(clause.text)
            # A long clause that stands within another one was cut out of its paragraph, or put into one.
            if key and key not in stands and not (len(key) >= _LONG and key in text):
                found.setdefault(key, clause)
    return list(found.values())


def pair_up(gone: Sequence[T], come: Sequence[T], text: Callable[[T], str]) -> list[tuple[T | None, T | None]]:
    """Pair what was removed with what was added where one is the other edited, the most alike first.

    In the order of what was added; what found no partner stands where it stood among the removed.
    """
    pairs: list[tuple[T | None, T | None]] = []
    for start in range(0, max(len(gone), len(come)), _AT_ONCE):
        old, new = gone[start : start + _AT_ONCE], come[start : start + _AT_ONCE]
        pairs += _in_order(
            old, new, _partners([text(item)[:_READ] for item in old], [text(item)[:_READ] for item in new])
        )
    return pairs


def _partners(old: list[str], new: list[str]) -> dict[int, int]:
    """Index of a new text -> index of the old one it is an edition of."""
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(_candidates(old, new), reverse=True):
        if j not in partner and i not in taken:
            partner[j] = i
            taken.add(i)
    rest = [i for i in range(len(old)) if i not in taken], [j for j in range(len(new)) if j not in partner]
    if all(rest) and max(map(len, rest)) <= _REORDERED:
        by_words = _reordered([old[i] for i in rest[0]], [new[j] for j in rest[1]])
        partner |= {rest[1][j]: rest[0][i] for j, i in by_words}
    return partner


def _reordered(old: list[str], new: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs of texts that have most words in common, whatever their order: active and passive, a condition put last."""
    taken: set[int] = set()
    spaced = [_spaced(text) for text in new]
    for i, text in enumerate(map(_spaced, old)):
        for _, _, j in process.extract(text, spaced, scorer=fuzz.token_sort_ratio, score_cutoff=_SAME_WORDS, limit=4):
            if j not in taken:
                taken.add(j)
                yield int(j), i
                break


def _spaced(text: str) -> str:
    """The text with a space around each Chinese character, which is a word by itself here."""
    return text if text.isascii() else CHINESE.sub(r" \g<0> ", text)


def _candidates(old: list[str], new: list[str]) -> Iterator[tuple[float, int, int]]:
    for i, text in enumerate(old):
        for _, score, j in process.extract(text, new, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=4):
            yield score, i, int(j)


def _in_order(old: Sequence[T], new: Sequence[T], partner: dict[int, int]) -> Iterator[tuple[T | None, T | None]]:
    paired = set(partner.values())
    lonely = [i for i in range(len(old)) if i not in paired]
    for j, item in enumerate(new):
        while j in partner and lonely and lonely[0] < partner[j]:
            yield old[lonely.pop(0)], None
        yield (old[partner[j]] if j in partner else None), item
    for i in lonely:
        yield old[i], None
