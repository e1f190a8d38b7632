"""Which type a page is of, by its address, its title and what it says. Pure; the words are in `data/page_types.yaml`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from monitor.meaning.lexicon import fold, patterns

_TITLE, _ADDRESS, _OPENING, _PLACE = 4, 3, 3, 1
"""What a word counts in the title, the address, the first heading and the host's name."""
_CONTRACTS = ("dpa", "developer-terms", "commercial-terms")
_SOME_PRICES = 3
_SAMPLE = 4_000


def page_type(*, title: str, address: str, place: str, opening: str, text: str, amounts: Iterable[str]) -> str:
    """The type that is named most, else the one that the text speaks as, else `other`.

    `address` are the words behind the host, `place` those of the host before the vendor's name; `opening` is the first heading,
    `amounts` the kinds of the offers that the page states.
    """
    counted = ((title, _TITLE), (address, _ADDRESS), (opening, _OPENING), (place, _PLACE))
    named, said = Counter[str](), Counter[str]()
    spoken = fold(text[:_SAMPLE])
    for name, pattern in patterns("page_types").items():
        kind, _, where = name.partition(".")
        if where == "said":
            said[kind] += bool(pattern.search(spoken))
        else:
            named[kind] += sum(weight for words, weight in counted if pattern.search(fold(words)))
    said.update(_by_amounts(amounts))
    return _contract(_first_of_most(named), named) or _first_of_most(said) or "other"


def _contract(kind: str, named: Counter[str]) -> str:
    """Of a page of terms, whose: "API Terms" at /terms are named as terms once more often than as a developer's."""
    narrower = (each for each in _CONTRACTS if kind == "terms" and named[each] >= _ADDRESS)
    return next(narrower, kind)


def _first_of_most(points: Counter[str]) -> str:
    """Of equals the first, which is the narrower."""
    best = max(points, key=lambda kind: points[kind])
    return best if points[best] else ""


def _by_amounts(kinds: Iterable[str]) -> Iterable[str]:
    count = Counter(kinds)
    if count["price"] >= _SOME_PRICES:
        yield "pricing"
    if count["free-amount"]:
        yield "free-offer"
