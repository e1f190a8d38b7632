"""The offers that a text states: free tokens, credits and usage, rate limits, discounts.

A discount counts as a free amount, in percent of what is taken off the price.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from monitor.meaning.amounts import align
from monitor.meaning.drafts import Draft, Row
from monitor.meaning.kinds import Around, Sight, kind, senses, taken_off
from monitor.meaning.lending import drafts, next_at
from monitor.meaning.numbers import has_number, numbers
from monitor.meaning.particulars import conditions, scope
from monitor.meaning.units import Token, tokens
from monitor.model import Amount, Offer

__all__ = ["align", "offers"]

_LONGEST_BLOCK = 20_000
"""Characters of a block that are read: far more than any sentence or row, little enough to be read at once."""
_LONGEST_ROW = 300
"""Tokens read as one sentence; keeps the work linear where a text has no ends of sentences."""
_SENTENCE_ENDS = frozenset({"。", "!", "?", ";"})


@lru_cache(maxsize=1 << 12)  # each edition of a clause is asked several times
def offers(text: str, columns: tuple[str, ...] = (), trail: tuple[str, ...] = ()) -> tuple[Offer, ...]:
    """The offers that one block states.

    `text` is a sentence, a list item, or a row whose cells are joined by " | "; `columns` are the header cells of the
    row, `trail` the headings it stands under.
    """
    if not has_number(text):
        return ()
    text = text[:_LONGEST_BLOCK]
    if not numbers(text):
        return ()
    headings = tuple(token for heading in trail[-2:] for token in tokens(heading))
    headers = tuple(tokens(column) for column in columns)
    found: list[Offer] = []
    label: Row = ()
    labelled, first = -1, ""
    for cell, row in _rows(text):
        if all(token.number is None for token in row):
            first = first or ("" if cell else text[row[0].start : row[-1].end])
            label, labelled = row, cell
            continue
        label = () if labelled == cell else label
        header = headers[cell] if cell < len(headers) else ()
        lends = header if _lends(header) else label or header
        around = Around(lends, senses((*headings, *header, *label)), first if cell else "")
        found += _offers_of(text, row, around)
    return tuple(found)


def _lends(header: Row) -> bool:
    """Whether the head of a column names a unit or a period, rather than a plan."""
    return bool({"units", "rates", "money", "period"} & senses(header))


def _rows(text: str) -> Iterator[tuple[int, Row]]:
    """Sentences and cells, each with the number of its cell."""
    read = tokens(text)
    cell, start = 0, 0
    for place, token in enumerate(read):
        last = place + 1 == len(read)
        ends = _ends(token, None if last else read[place + 1])
        breaks = not last and "\n" in text[token.end : read[place + 1].start]
        if ends or breaks or last or place - start >= _LONGEST_ROW:
            row = read[start : place if ends else place + 1]
            if row:
                yield cell, row
            start = place + 1
        cell += token.word == "|"


def _ends(token: Token, after: Token | None) -> bool:
    """Whether a sentence or cell ends with this sign; not where the period stands in a cell of its own ("50 | per day")."""
    if token.word == "|":
        return after is None or "period" not in after.senses or "free" in after.senses
    return token.word in _SENTENCE_ENDS or (token.word == "." and (after is None or after.start > token.end))


def _offers_of(text: str, row: Row, around: Around) -> Iterator[Offer]:
    """The offers of one sentence or cell."""
    found = drafts(row, around.header)
    said = senses(row)
    verbatim = text[row[0].start : row[-1].end]
    given: Draft | None = None
    for place, draft in enumerate(found):
        left = found[place - 1].end if place else 0
        sight = Sight(row, draft, left, next_at(found, place, row), around, given)
        offered = kind(sight, said)
        if offered is None:
            continue
        given = draft if draft.money else given
        yield Offer(verbatim, offered, _amount(text, sight, said, found))


def _amount(text: str, sight: Sight, said: frozenset[str], found: tuple[Draft, ...]) -> Amount:
    """The typed amount. What is given to new users is given once, unless for each user that one brings along."""
    draft, everything = sight.draft, said | sight.around.senses
    once = "once" if "once" in everything and "invite" not in everything else None
    return Amount(
        value=taken_off(sight),
        unit=draft.unit,
        per=draft.per or once,
        every=draft.every,
        qualifier=draft.qualifier,
        scope=scope(text, sight.row, draft, sight.right, sight.around.first),
        conditions=conditions(text, sight.row, found, draft),
    )
