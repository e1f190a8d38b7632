"""What a page answers on offers: what is given, until when, and on what condition. Pure.

An offer is told as it is read: one without a number, or with a blank that nobody filled in, is shown as that; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from monitor.meaning.answering import Said, has
from monitor.meaning.dates import dates
from monitor.meaning.lexicon import fold
from monitor.meaning.offers import offers
from monitor.meaning.plans import Plans, of_cells, unpriced
from monitor.model import Clause, Offer, Statement

CONDITIONS = ("share", "spend", "bound", "region", "verify", "who")
"""Data is given for it; money is spent first; no way back; not everywhere; who one is has to be shown; not for everybody."""
_OFFERING = frozenset({"free-offer", "data-controls"})
"""Types of pages that are about an offer: what they say beside the amounts is said of it."""
_PRICED = _OFFERING | {"pricing"}
_LEAD, _TAIL = 48, 8
"""Characters before and behind a day among which a word says that something ends on it."""


def on_offers(said: Sequence[Said], page_type: str) -> Iterator[Statement]:
    """What a page gives, each offer by itself, with the day on which it ends where the page names one."""
    plans = Plans(each.clause.block for each in said)
    found = (statement for each in said for statement in _given(each.clause, plans.free_cells(each.clause.block)))
    given = [statement for statement in found if _is_given_here(statement, page_type)]
    ends = _end_of_all(said) if page_type in _OFFERING else None
    yield from (statement if statement.until else replace(statement, until=ends) for statement in given)
    if page_type in _PRICED:
        blanks = [_vague(each, "placeholder") for each in said if _is_blank(each)]
        yield from blanks
        if not given and not blanks:
            yield from (_vague(each, "no amount") for each in _first(each for each in said if _is_vague(each)))


def on_conditions(said: Sequence[Said], page_type: str, offered: Sequence[Statement]) -> Iterator[Statement]:
    """On what condition it is given: of each kind the clause that says it best, on a page about an offer."""
    if page_type not in _PRICED or not offered:
        return
    stating = {statement.quote for statement in offered}
    about = [each for each in said if each.clause.text in stating or _is_about_offer(each, page_type)]
    for kind in CONDITIONS:
        for each in _first(each for each in about if has(f"condition.{kind}", each.folded)):
            yield Statement("condition", "", kind, each.clause.text, each.clause.block.trail, item=kind)


def _is_about_offer(said: Said, page_type: str) -> bool:
    """Whether a clause beside the amounts says on what condition they are given."""
    told = page_type in _OFFERING and said.clause.block.kind != "row" and not has("free_of_condition", said.folded)
    told = told and not has("on_money", said.headings)
    return told and (has("granted", said.folded) or has("offer_named", said.folded))


@lru_cache(maxsize=1 << 15)  # a new version repeats nearly all clauses of the one before it
def _given(clause: Clause, free: frozenset[int] | None) -> tuple[Statement, ...]:
    """The offers of one clause; of a row on what is paid for, or of what a unit is worth, none.

    `free` are the cells that are of a plan that costs nothing, if it is a row of a table that compares plans: what is to be had
    there by the hour or longer is given, in whatever words.
    """
    block, text = clause.block, clause.text
    stated = offers(unpriced(text, block.columns) if free is None else of_cells(text, free), block.columns, block.trail)
    found = [offer for offer in stated if offer.kind == "free-amount" or (free and _lasts(offer))]
    folded = fold(text) if found else ""
    priced = block.kind == "row" and (has("paid_row", folded) or has("priced", fold(" / ".join(block.trail[-1:]))))
    if priced or has("no_gift", folded):
        return ()
    return tuple(
        Statement("free", "", "given", text, block.trail, amount=offer.amount, until=_end(text)) for offer in found
    )


def _lasts(offer: Offer) -> bool:
    """Whether a limit is what is to be had, rather than how fast."""
    return offer.kind == "limits" and offer.amount.per not in (None, "second", "minute")


def _is_given_here(statement: Statement, page_type: str) -> bool:
    """Whether a page of a type gives what it states: what is taken off a price counts where data is given for it, and how many
    models there are is no amount."""
    unit = statement.amount.unit if statement.amount else ""
    if unit == "percent":
        return (page_type in _PRICED or page_type == "other") and not has("other_discount", fold(statement.quote))
    return unit != "model"


def _vague(said: Said, answer: str) -> Statement:
    return Statement("free", "", answer, said.clause.text, said.clause.block.trail, item=answer)


def _is_blank(said: Said) -> bool:
    return has("placeholder", said.folded) and (has("granted", said.folded) or has("offer_named", said.folded))


def _is_vague(said: Said) -> bool:
    """Whether a clause offers something without saying how much."""
    return has("vague", said.folded)


def _first(said: Iterable[Said]) -> Iterator[Said]:
    yield from (each for _, each in zip(range(1), said, strict=False))


def _end(text: str) -> date | None:
    """The day on which what a text offers ends; None where it names none, or several."""
    found = {each.day for each in dates(text) if _says_end(text, each.start, each.end)}
    return found.pop() if len(found) == 1 else None


def _says_end(text: str, start: int, end: int) -> bool:
    lead, tail = fold(text[max(0, start - _LEAD) : start]), fold(text[end : end + _TAIL])
    return has("ends_before", lead) or has("ends_behind", tail)


def _end_of_all(said: Sequence[Said]) -> date | None:
    """The day on which the offer of a page ends, as one of its clauses says."""
    found = {day for each in said if has("offer_named", each.folded) and (day := _end(each.clause.text))}
    return found.pop() if len(found) == 1 else None
