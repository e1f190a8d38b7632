"""What unit and period a number's own words name: its currency, or the noun phrase behind it ("7 free weekly evals")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from monitor.meaning.units import Token

Qualifier = Literal["up to", "less than", "at least", "exactly"]
Row = Sequence[Token]

_QUALIFIERS: dict[str, Qualifier] = {
    "up to": "up to", "less than": "less than", "at least": "at least", "exactly": "exactly",
}  # fmt: skip
_QUALIFIER_REACH = 5
_NO_QUALIFIER_ACROSS = frozenset({",", ")", "and", "in", "with"})
_PHRASE_ENDS = frozenset({"stop", "lead", "join", "money", "qualifiers", "duration", "times", "conditions"})
_TRANSPARENT = frozenset("+\"'*`“”「」《》")
_LONGEST_NAME = 5
"""Unknown words that may stand between a number and its unit: "2,000 inline suggestion requests"."""
_LONGEST_BRACKET = 40


@dataclass(frozen=True, slots=True)
class Draft:
    """The amount that the number `row[at]` may state; `end` is the place after its unit and period.

    `unit` is "" while unknown; `bare`: no noun of its own follows the number; `bound`: the side on which the period stood.
    """

    at: int
    end: int
    value: float
    unit: str = ""
    per: str | None = None
    every: int = 1
    qualifier: Qualifier | None = None
    bare: bool = False
    bound: Literal["", "left", "right"] = ""

    @property
    def money(self) -> bool:
        """Whether the unit is a currency (USD)."""
        return len(self.unit) == 3 and self.unit.isupper()


def draft(row: Row, at: int) -> Draft:
    """What the words around the number `row[at]` say of it."""
    number = row[at].number
    assert number is not None
    found = Draft(at, at + 1, number.value, qualifier=_qualifier(row, at))
    after = row[at + 1].senses if at + 1 < len(row) else {}
    currency = _currency_before(row, at)
    if currency:
        return replace(found, unit=currency, end=at + 1 + (after.get("money") == currency))
    if "fold" in after:
        # 5折 is half the price, and so is 50折: what is taken off is an amount in percent
        remainder = number.value * 10 if number.value < 10 else number.value
        return replace(found, value=round(100 - remainder, 6), unit="percent", end=at + 2)
    if "money" in after and _currency_before(row, at + 2) is None:
        return replace(found, unit=after["money"], end=at + 2)
    return _with_noun(row, found)


def _currency_before(row: Row, at: int) -> str | None:
    """The currency in front of the number at a place: "$5", "USD 5"; not that of "5 USD 10 times"."""
    if not 0 < at < len(row) or row[at].number is None:
        return None
    sign = row[at - 1]
    taken = at > 1 and row[at - 2].number is not None and sign.word.isalpha()
    return None if taken else sign.senses.get("money")


def _with_noun(row: Row, found: Draft) -> Draft:
    """The draft with the unit that the noun phrase behind the number ends in."""
    start, place, unknown = found.end, _after_bracket(row, found.end), 0
    while place < len(row) and unknown <= _LONGEST_NAME:
        token = row[place]
        if "rates" in token.senses:
            unit, per = token.senses["rates"].split()
            return replace(found, unit=unit, per=per, end=place + 1, bound="right")
        if "units" in token.senses:
            found = replace(found, unit=token.senses["units"], end=place + 1)
        elif found.unit or _ends_phrase(token, first=place == start):
            break
        elif _is_head(token):
            return found
        elif "periodic" in token.senses:
            found = replace(found, per=token.senses["period"], every=token.every, bound="right")
        unknown += _is_unknown(token)
        place += 1
    return found if found.unit else replace(found, bare=unknown == 0, per=None, every=1, bound="")


def _after_bracket(row: Row, place: int) -> int:
    """The place behind a bracket that opens at `place`, or `place`: "1M (250k for tiers 1-2) tokens"."""
    if place < len(row) and row[place].word == "(":
        for end in range(place + 1, min(len(row), place + _LONGEST_BRACKET)):
            if row[end].word == ")":
                return end + 1
    return place


def _ends_phrase(token: Token, first: bool) -> bool:
    """Whether a noun phrase cannot go on with this word."""
    if first and ("measure" in token.senses or token.word == "+"):
        return False
    if token.number is not None or _PHRASE_ENDS & token.senses.keys():
        return True
    if "period" in token.senses:
        return "periodic" not in token.senses
    return not token.word[:1].isalnum() and token.word not in _TRANSPARENT


def _is_head(token: Token) -> bool:
    """An unknown plural is a head noun itself: "100 connectors for all requests" are no requests."""
    plural = len(token.word) > 3 and token.word.endswith("s") and not token.word.endswith("ss")
    return plural and not token.senses and token.word.isascii() and token.word.isalpha()


def _is_unknown(token: Token) -> bool:
    return not token.senses and token.word not in _TRANSPARENT and not any(char.isdigit() for char in token.word)


def _qualifier(row: Row, at: int) -> Qualifier | None:
    """The bound in front of a number, a few words away at most ("最多可获得高达 1000 万")."""
    for token in reversed(row[max(0, at - _QUALIFIER_REACH) : at]):
        if "qualifiers" in token.senses:
            return _QUALIFIERS[token.senses["qualifiers"]]
        if token.number or token.word in _NO_QUALIFIER_ACROSS:
            break
    return None
