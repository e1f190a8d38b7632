"""Where two pages that state the same facts disagree: amounts of one thing, and the stance on training. Pure.

Only what both state can disagree. A page that says more than its twin, or less, contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import islice

from monitor.meaning.lexicon import fold
from monitor.meaning.understand import Understood, understand_document
from monitor.model import Amount, Disagreement, Document, Offer

MOST = 50
"""Disagreements that are told; two pages with more of them are no twins."""


def disagreements(here: Document, there: Document) -> tuple[Disagreement, ...]:
    """What two documents both state, each otherwise, in the order of the first; what is stated of offers comes first."""
    one, other = understand_document(here), understand_document(there)
    return tuple(islice((*_amounts(one, other), *_stances(one, other)), MOST))


def _amounts(one: Understood, other: Understood) -> Iterator[Disagreement]:
    """Amounts of one thing that only one side states, where each side has some: ten million here, one million there."""
    here, there = _by_thing(one), _by_thing(other)
    for thing, offers in here.items():
        others = there.get(thing, {})
        for ours, theirs in zip(_without(offers, others), _without(others, offers), strict=False):
            yield Disagreement(ours.kind, ours.text, theirs.text, ours.amount, theirs.amount)


def _by_thing(understood: Understood) -> dict[Hashable, dict[Hashable, Offer]]:
    """The offers by what they are of, and there by how much."""
    found: dict[Hashable, dict[Hashable, Offer]] = {}
    for offer in understood.offers:
        found.setdefault(_thing(offer.amount), {}).setdefault(_much(offer.amount), offer)
    return found


def _thing(amount: Amount) -> Hashable:
    return amount.unit, amount.per, amount.every, fold(amount.scope).strip()


def _much(amount: Amount) -> Hashable:
    """How much; "up to" says no more than a limit does anyway."""
    return amount.value, None if amount.qualifier == "up to" else amount.qualifier


def _without(offers: dict[Hashable, Offer], others: dict[Hashable, Offer]) -> list[Offer]:
    return [offer for much, offer in offers.items() if much not in others]


def _stances(one: Understood, other: Understood) -> Iterator[Disagreement]:
    """Stances for the same plan, customers or region of which neither side takes the other's."""
    here, there = _by_scope(one), _by_scope(other)
    for scopes, stances in here.items():
        others = there.get(scopes, {})
        if others and stances.keys().isdisjoint(others):
            (ours, words), (theirs, other_words) = next(iter(stances.items())), next(iter(others.items()))
            yield Disagreement("training", words, other_words, stance_here=ours, stance_there=theirs)


def _by_scope(understood: Understood) -> dict[tuple[int, ...], dict[str, str]]:
    """The stances on training by for whom they hold, each with the clause that takes it first."""
    found: dict[tuple[int, ...], dict[str, str]] = {}
    for clause, reading in understood.clauses:
        if reading.stance and reading.stance != "unclear":
            found.setdefault(reading.scopes, {}).setdefault(reading.stance, clause.text)
    return found
