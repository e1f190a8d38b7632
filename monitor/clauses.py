"""Blocks -> clauses: the sentences of a text, verbatim, in English, Chinese and languages punctuated like them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from monitor.model import LEADS, Block, Clause, Document
from monitor.normalise import comparable

_ABBREVIATIONS = frozenset(
    (
        "e.g i.e etc vs no nos art sec sect inc ltd llc corp co mr mrs ms dr prof st jr sr u.s u.k e.u p.o cf al "
        "approx dept est fig"
    ).split()
)
_END = re.compile(
    r"[。！？；.!?;:](?:"  # one class first: whatever is none of these is passed over at once
    r"(?<=[。！？；])[。！？；]*[”’」』）)\"']*"  # Chinese: no space follows
    r"|(?<=[^\s.][.!?])[.!?]*[”’\"')\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9À-Þ\u4e00-\u9fff•*–—-])"
    r"|(?<=[.;:])(?=[ivx]{1,4}\.\s)"
    r"|(?<=[a-z)”\"’][.;:])(?=\d{1,2}\.\d{1,2}\.?\s+[A-Z])"  # a heading glued to the sentence before: "policy.5.2 Data."
    r"|(?<=[a-z]{2}[.!?])(?=[A-Z][a-z]*\s[a-z])"  # or the sentence to its heading: "Unpaid services.If you use them"
    r"|(?<=[;:])(?=\s*(?:and|or)?\s*(?:\((?:[a-z]|[ivx]{1,4}|\d{1,2})\)|(?:[a-z]|[ivx]{1,4})\.)\s)"  # (a) ...; (b) ...: i. ...
    r")"
)
_SHARE = 2 / 3
"""Of their length, and of their clauses, that two documents have in common which are alike."""
_HEADED = re.compile(r"\s*\d{1,2}\.\d{1,2}\.?\s+[A-Z]")
"""A numbered heading, before which a sentence ends, though it end with "Section 5."."""
_LAST_WORD = re.compile(r"([\w.]+)\.$")


@lru_cache(maxsize=1 << 14)  # most of a page's text stood there the last time, too
def split(text: str) -> tuple[str, ...]:
    """The sentences of `text`; joined by nothing but the white space between them they are the text again.

    >>> split("We keep inputs for 30 days. You may opt out, e.g. in your settings.")
    ('We keep inputs for 30 days.', 'You may opt out, e.g. in your settings.')
    """
    return tuple(piece for piece in _pieces(text) if piece)


def _pieces(text: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(text):
        if _HEADED.match(text, end.end()) or not _abbreviates(text[start : end.end()]):
            yield text[start : end.end()].strip()
            start = end.end()
    yield text[start:].strip()


def _abbreviates(piece: str) -> bool:
    """Whether the full stop at the end of `piece` belongs to an abbreviation, an initial or a section number."""
    word = _LAST_WORD.search(piece[-40:])
    return word is not None and (
        word[1].lower() in _ABBREVIATIONS
        or len(word[1]) == 1
        or (word[1].replace(".", "").isdigit() and len(piece) < 12)
    )


def clauses(document: Document) -> Iterator[Clause]:
    """All clauses of a document, in its order. A row of a table, or a heading, is one clause."""
    for block in document.blocks:
        yield from of_block(block)


def of_block(block: Block) -> Iterator[Clause]:
    """The clauses of one block."""
    yield from (Clause(text, block) for text in clause_texts(block))


def clause_texts(block: Block) -> tuple[str, ...]:
    """The clauses of one block, as texts."""
    return (block.text,) if block.kind in ("row", "heading") else split(block.text)


def standing(document: Document) -> dict[str, Clause]:
    """The clauses of a document by the form in which they are compared, each where it stands first."""
    found: dict[str, Clause] = {}
    for clause in clauses(document):
        if key := comparable(clause.text):
            found.setdefault(key, clause)
    return found


def lead(kind: str, trail: tuple[str, ...]) -> str | None:
    """The lead that an item stands under ("We never share:"), in the form in which it is compared; nothing else has one."""
    return comparable(trail[-1]) if kind == "item" and trail and trail[-1][-1:] in LEADS else None


def alike(before: Document, after: Document) -> bool:
    """Whether two documents are about as long, and most clauses of the one stand in the other."""
    lengths = sorted((len(before.text), len(after.text)))
    old, new = ({comparable(clause.text) for clause in clauses(document)} for document in (before, after))
    return lengths[0] >= _SHARE * lengths[1] and len(old & new) >= _SHARE * max(len(old), len(new))
