"""Amounts side by side: which offers of two versions belong together, how an amount is said, by how much it moved."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from monitor.model import Amount, Offer

Pair = tuple[Offer | None, Offer | None]

_LIKENESS: tuple[Callable[[Amount], Hashable], ...] = (
    lambda amount: (amount.unit, amount.per, amount.every, amount.scope, amount.value),
    lambda amount: (amount.unit, amount.per, amount.every, amount.scope),
    lambda amount: (amount.unit, amount.per, amount.every, amount.value),
    lambda amount: (amount.unit, amount.per, amount.every),
    lambda amount: amount.unit,
)
"""What two amounts of different versions must share to be one that changed, the surest first."""

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥"}
_CHINESE_PERIODS = {
    "second": "秒",
    "minute": "分钟",
    "hour": "小时",
    "day": "天",
    "week": "周",
    "month": "个月",
    "year": "年",
}
_CHINESE_QUALIFIERS = {"up to": "最多 ", "less than": "少于 ", "at least": "至少 ", "exactly": "正好 "}


def align(before: tuple[Offer, ...], after: tuple[Offer, ...]) -> tuple[Pair, ...]:
    """Pairs of an offer and what became of it; those that state the same before and after are left out.

    Offers belong together if their amounts have the same unit, period and scope, then if they share less, in the order
    of the text. A withdrawn offer is paired with None; a new one, paired after None, comes last.
    """
    old, new = _without_equals(before, after)
    partner: dict[int, Offer] = {}
    for likeness in _LIKENESS:
        free: dict[Hashable, list[Offer]] = {}
        for offer in new:
            free.setdefault(likeness(offer.amount), []).append(offer)
        for place, offer in enumerate(old):
            waiting = free.get(likeness(offer.amount), [])
            if place not in partner and waiting:
                partner[place] = waiting.pop(0)
        new = [offer for waiting in free.values() for offer in waiting]
    left = sorted(new, key=after.index)
    return (*((offer, partner.get(place)) for place, offer in enumerate(old)), *((None, offer) for offer in left))


def _without_equals(before: tuple[Offer, ...], after: tuple[Offer, ...]) -> tuple[list[Offer], list[Offer]]:
    """The offers of each side that the other does not state too, whether or not both name the scope."""
    old, new = list(before), list(after)
    for scoped in (True, False):
        for offer in tuple(old):
            same = next((other for other in new if _states_same(offer.amount, other.amount, scoped)), None)
            if same is not None:
                old.remove(offer)
                new.remove(same)
    return old, new


def _states_same(one: Amount, other: Amount, scoped: bool) -> bool:
    """Whether two amounts are the same offer in other words: "up to" says no more than a limit does anyway."""
    bounds = {None if amount.qualifier == "up to" else amount.qualifier for amount in (one, other)}
    scopes = one.scope == other.scope or (not scoped and not (one.scope and other.scope))
    key = (one.value, one.unit, one.per, one.every)
    return scopes and len(bounds) == 1 and key == (other.value, other.unit, other.per, other.every)


def shift(before: Amount, after: Amount) -> str:
    """By how much an amount moved, in whole percent: "-75%". "" if the two cannot be compared or are equal."""
    if (before.unit, before.per, before.every) != (after.unit, after.per, after.every) or not before.value:
        return ""
    percent = round(100 * (after.value - before.value) / before.value)
    return f"{percent:+,}%" if percent else ""


def amount_words(amount: Amount, language: str) -> str:
    """An amount in words: "up to $150 a month", "160 messages every 3 hours"; in Chinese "每天 500,000 tokens"."""
    return _in_chinese(amount) if language.startswith("zh") else _in_english(amount)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6f}".rstrip("0")


def _quantity(amount: Amount) -> str:
    """The number with its unit, plural where it needs one: "$2.50", "1 token", "5 searches", "30%"."""
    figure = _figure(amount.value)
    if amount.unit == "percent":
        return f"{figure}%"
    if amount.unit in _SIGNS:
        return _SIGNS[amount.unit] + (figure if amount.value == int(amount.value) else f"{amount.value:,.2f}")
    if amount.value == 1 or amount.unit.isupper():
        return f"{figure} {amount.unit}"
    return f"{figure} {_plural(amount.unit)}"


def _plural(unit: str) -> str:
    if unit.endswith(("s", "x", "ch", "sh")):
        return f"{unit}es"
    return f"{unit[:-1]}ies" if unit.endswith("y") and unit[-2] not in "aeiou" else f"{unit}s"


def _in_english(amount: Amount) -> str:
    words = f"{amount.qualifier} {_quantity(amount)}" if amount.qualifier else _quantity(amount)
    if amount.unit == "percent":
        words += " off"
    if amount.per is None:
        return words
    if amount.per == "once":
        return f"{words} once"
    if amount.every > 1:
        return f"{words} every {amount.every} {amount.per}s"
    return f"{words} {'an' if amount.per == 'hour' else 'a'} {amount.per}"


def _in_chinese(amount: Amount) -> str:
    words = _CHINESE_QUALIFIERS.get(amount.qualifier or "", "") + _quantity(amount)
    if amount.unit == "percent":
        words = f"优惠 {words}"
    if amount.per is None:
        return words
    if amount.per == "once":
        return f"一次性 {words}"
    period = _CHINESE_PERIODS.get(amount.per, amount.per)
    every = f" {amount.every} {period}" if amount.every > 1 else period.removeprefix("个")
    return f"每{every}{words}" if amount.qualifier else f"每{every} {words}"
