"""Which of the amounts in a text are offers: free tokens, credits and usage, rate limits, discounts.

Prices, caps of liability, ages, dates, context windows, storage periods and thresholds are none. The words near an amount
decide, the nearest first; see the heads in `data/offers_*.yaml`. A discount counts as a free amount, in percent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.meaning.amounts import align
from monitor.meaning.drafts import Draft, Row, drafts
from monitor.meaning.numbers import has_number
from monitor.meaning.particulars import conditions, scope
from monitor.meaning.units import Token, tokens
from monitor.model import Amount, Offer

__all__ = ["align", "offers"]

Kind = Literal["free-amount", "limits", "price"]

_LONGEST_ROW = 300
"""Tokens read as one sentence; keeps the work linear where a text has no ends of sentences."""
_NEAR = 6
_CLAUSE_ENDS = frozenset({",", "、", ")", "then"})
_SENTENCE_ENDS = frozenset({"|", "。", "!", "?", ";"})
_DURATIONS = frozenset({"point", "minute", "hour"})
_WEAK = _DURATIONS | {"page", "model", "input", "upload", "question"}
"""Units that say nothing of an offer by themselves, even by the day: they want a word for free or for a limit."""
_SIZES = frozenset({"token", "character"})


@dataclass(frozen=True, slots=True)
class Around:
    """What the surroundings of a cell or sentence say: the column or label, senses of these and the headings, the row's first cell."""

    header: Row
    senses: frozenset[str]
    first: str


def offers(text: str, columns: tuple[str, ...] = (), trail: tuple[str, ...] = ()) -> tuple[Offer, ...]:
    """The offers that one block states.

    `text` is a sentence, a list item, or a row whose cells are joined by " | "; `columns` are the header cells of the row,
    `trail` the headings it stands under.
    """
    if not has_number(text):
        return ()
    read = tokens(text)
    headings = tuple(token for heading in trail[-2:] for token in tokens(heading))
    headers = tuple(tokens(column) for column in columns)
    found: list[Offer] = []
    label: Row = ()
    labelled, first = -1, ""
    for cell, row in _rows(read, text):
        if not any(token.number for token in row):
            label, labelled = row, cell
            first = first or ("" if cell else text[row[0].start : row[-1].end])
            continue
        if labelled == cell:
            label = ()
        header = headers[cell] if cell < len(headers) else ()
        around = Around(header or label, _senses((*headings, *header, *label)), first if cell else "")
        found += _offers_of(text, row, around)
    return tuple(found)


def _rows(read: Row, text: str) -> Iterator[tuple[int, Row]]:
    """Sentences and cells, each with the number of its cell."""
    cell, start = 0, 0
    for place, token in enumerate(read):
        new_line = place > start and "\n" in text[read[place - 1].end : token.start]
        if new_line or place - start >= _LONGEST_ROW:
            yield cell, read[start:place]
            start = place
        if token.word in _SENTENCE_ENDS or (token.word == "." and _ends_sentence(read, place)):
            if place > start:
                yield cell, read[start:place]
            start, cell = place + 1, cell + (token.word == "|")
    if start < len(read):
        yield cell, read[start:]


def _ends_sentence(read: Row, place: int) -> bool:
    return place + 1 == len(read) or read[place + 1].start > read[place].end


def _senses(row: Row) -> frozenset[str]:
    return frozenset(sense for token in row for sense in token.senses)


def _offers_of(text: str, row: Row, around: Around) -> Iterator[Offer]:
    """The offers of one sentence or cell."""
    found = drafts(row, around.header)
    own = _senses(row)
    verbatim = text[row[0].start : row[-1].end]
    given: Draft | None = None
    for place, draft in enumerate(found):
        left = found[place - 1].end if place else 0
        right = next((after.at for after in found[place + 1 :] if after.at >= draft.end), len(row))
        kind = _kind(row, draft, left, right, own, around, given)
        if kind is None:
            continue
        given = draft if draft.money else given
        value = 100 - draft.value if _is_remainder(row, draft) else draft.value
        per = draft.per or ("once" if _is_once(own | around.senses) else None)
        about = (scope(text, row, draft, right, around.first), conditions(text, row, found, draft))
        amount = Amount(value, draft.unit, per, draft.every, draft.qualifier, *about)
        yield Offer(verbatim, kind, amount)


def _kind(
    row: Row, draft: Draft, left: int, right: int, own: frozenset[str], around: Around, given: Draft | None
) -> Kind | None:
    """What an amount offers, or None if it offers nothing."""
    if "legal" in own or _is_over(row, draft):
        return None
    if draft.unit == "percent":
        near = _senses(row[max(left, draft.at - _NEAR) : min(right, draft.end + _NEAR)])
        discounted = "fold" in row[draft.end - 1].senses or near & {"discount", "reduced to"}
        return "free-amount" if discounted and draft.per is None else None
    if draft.money:
        goes_on = given is not None and given.per == draft.per and given.end == left
        return "free-amount" if draft.value and _is_gift(row, draft, left, right, around, goes_on) else None
    return _kind_of_count(row, draft, left, right, own, around)


def _is_over(row: Row, draft: Draft) -> bool:
    """Whether the clause says that the offer has ended; in Chinese the word often stands in the next one."""
    said = [token for token in row if not token.word.isascii()]
    return "ended" in _senses(_clause(row, draft.at)) or "ended" in _senses(said)


def _clause(row: Row, at: int) -> Row:
    start = next((place + 1 for place in range(at - 1, -1, -1) if row[place].word in _CLAUSE_ENDS), 0)
    end = next((place for place in range(at + 1, len(row)) if row[place].word in _CLAUSE_ENDS), len(row))
    return row[start:end]


def _nearest(row: Sequence[Token], wanted: tuple[str, ...]) -> str | None:
    """The first of the wanted senses on the way along a row, up to the end of the clause."""
    for token in row:
        for sense in wanted:
            if sense in token.senses:
                return sense
        if token.number or token.word in _CLAUSE_ENDS:
            return None
    return None


def _is_gift(row: Row, draft: Draft, left: int, right: int, around: Around, goes_on: bool) -> bool:
    """Whether money is given rather than asked for: the nearest words decide."""
    before = _nearest(_before(row, draft, left), ("threshold", "buying", "gives", "grants", "price"))
    behind = row[draft.at + 1 : right]
    if before in ("threshold", "buying") or _is_paid_in(behind) or _has_denominator(row, draft, right):
        return False
    if before in ("gives", "grants") or _nearest(behind, ("grants",)):
        return True
    asked = any("price of" in token.senses for token in row[max(0, draft.at - 2) : draft.at])
    if before == "price" or asked:
        return False
    if goes_on and any(token.word == "," or "join" in token.senses for token in row[left : draft.at]):
        return True
    label = next((place for place, token in enumerate(row) if token.word == ":"), 0)
    said = (_senses(row[:label]) if label < draft.at else frozenset()) | around.senses
    given = "grants" in said or (draft.per and "once" in _senses(_clause(row, draft.at)))
    return bool(given) and not said & {"threshold", "price", "buying"}


def _before(row: Row, draft: Draft, left: int) -> Row:
    """The tokens between two amounts, from the second one backwards."""
    return row[min(left, draft.at) : draft.at][::-1]


def _is_paid_in(behind: Row) -> bool:
    """$10 credit balance, $10 lifetime topup: what the user has to have or to pay in."""
    for token in behind:
        if "after money" in token.senses:
            return True
        if token.number or token.word in _CLAUSE_ENDS or "conditions" in token.senses:
            return False
        if "stop" in token.senses and token.word not in ("in", "of"):
            return False
    return False


def _has_denominator(row: Row, draft: Draft, right: int) -> bool:
    """$2 / 1M tokens, 6 元/百万, $0.04 per request: a price; "per user" is none."""
    for place in range(draft.end, min(right + 1, len(row) - 1)):
        if "lead" in row[place].senses and row[place].word in ("/", "per", "每", "each"):
            after = row[place + 1]
            return after.number is not None or bool({"units"} & after.senses.keys()) or not after.word.isascii()
        if row[place].word in _CLAUSE_ENDS:
            return False
    return False


def _kind_of_count(row: Row, draft: Draft, left: int, right: int, own: frozenset[str], around: Around) -> Kind | None:
    """A count is offered by the period (a limit), or if a word gives it for free, sets a quota or lets so many run at once."""
    if _is_denominator(row, draft) or _is_size(row, draft) or (draft.unit, draft.per) == ("request", "year"):
        return None
    if _nearest(_before(row, draft, left), ("buying", "gift")) == "buying":
        return None
    said = own | around.senses
    free = "gift" in said or "grants" in around.senses
    if draft.per is None:
        if "concurrent" in own:
            return "limits"
        in_phrase = _senses(row[max(left, draft.at - 2) : min(right, draft.end + 4)])
        quota = "quota" in (in_phrase | around.senses if draft.unit in _SIZES else said)
        return "free-amount" if quota or (free and (draft.unit not in _WEAK or "gift" in in_phrase)) else None
    if draft.unit in _WEAK and not (free or "limit" in said and draft.unit not in _DURATIONS):
        return None
    return "free-amount" if free and draft.per not in ("second", "minute") else "limits"


def _is_denominator(row: Row, draft: Draft) -> bool:
    """per 1M tokens; $2 / 1M tokens."""
    if not draft.at or "lead" not in row[draft.at - 1].senses:
        return False
    return row[draft.at - 1].word != "/" or any("money" in token.senses for token in row[: draft.at])


def _is_size(row: Row, draft: Draft) -> bool:
    """A context window, what one request may hold, or what a unit is worth ("1 credit = 1 minute")."""
    after = row[draft.end : draft.end + 2]
    if "context" in _senses(_clause(row, draft.at)) or (after and after[0].word == "="):
        return True
    return len(after) == 2 and "lead" in after[0].senses and after[1].senses.get("units", "model") != "model"


def _is_once(senses: frozenset[str]) -> bool:
    return "once" in senses and "invite" not in senses


def _is_remainder(row: Row, draft: Draft) -> bool:
    """降至原价的 50%: what is left of the price, not what is taken off."""
    return draft.unit == "percent" and "fold" not in row[draft.end - 1].senses and "reduced to" in _senses(_clause(row, draft.at))
