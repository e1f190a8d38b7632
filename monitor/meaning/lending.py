"""The amounts of one sentence, list item or table cell: what a number's own words leave open, its neighbours lend.

The other end of a range, the amount before ("1M tokens a day (250k for tiers 1-2)"), the label in front ("Requests per
day: 50"), the header of the column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from monitor.meaning.drafts import Draft, Row, draft
from monitor.meaning.units import Token

_DASHES = frozenset({"-", "~", "to", "至", "到"})
_LABEL = frozenset({"units", "rates", "period", "qualifiers", "limit", "quota", "concurrent", "gift"})
_LABEL_SIGNS = frozenset({":", "=", "(", ")", "-", "is", "are", "of", "to", "为", "是", "数", "the"})
_BREAKS = frozenset({",", "、", ":"})
_LONGEST_LINK = 12
"""Tokens between two amounts that still share a period: "2,000 completions and 50 slow premium requests per month"."""
_SMALLEST_QUOTA = 1000
"""A bare quota is in tokens from here on; fewer would be requests, or anything."""


def drafts(row: Row, header: Row = ()) -> tuple[Draft, ...]:
    """The amounts with a known unit in one row of tokens; `header` is what the column or the cell in front says."""
    found = [draft(row, at) for at, token in enumerate(row) if token.number is not None]
    for place in range(len(found)):
        found[place] = _with_label(row, header, found, place)
    for place in range(len(found)):
        found[place] = _with_period(row, found, place)
    _join_ranges(row, found)
    _lend_forward(row, found)
    for place in range(len(found)):
        found[place] = _with_header(row, header, _with_unit(row, header, found, place))
    return tuple(one for one in found if one.unit)


def next_at(found: Sequence[Draft], place: int, row: Row) -> int:
    """The place of the number that follows an amount, or the end of the row; one in a bracket within it does not count."""
    return next((after.at for after in found[place + 1 :] if after.at >= found[place].end), len(row))


# --- labels --------------------------------------------------------------------------------------------------------


def _with_label(row: Row, header: Row, found: Sequence[Draft], place: int) -> Draft:
    """A bare number with the unit that its label names: "Requests per day: 50", "RPM 15"; or a column's header."""
    one = found[place]
    if one.unit or not one.bare:
        return one
    start = found[place - 1].end if place else 0
    for label in (_label(row[start : one.at]), header):
        named = [name for name in map(_named_unit, label) if name]
        if named:
            # "RPM / TPM / RPD" over "15 / 1M / 1,500": one name for each number, or the head noun for all
            unit, _, per = named[place if len(named) == len(found) else -1].partition(" ")
            return replace(one, unit=unit, per=per or None, bound="left" if per else "")
    return one


def _named_unit(token: Token) -> str:
    """The unit that a word names, with its period if it names one; what runs at the same time is requests."""
    senses = token.senses
    return senses.get("rates") or senses.get("units") or ("request" if "concurrent" in senses else "")


def _label(before: Row) -> Row:
    """The words right before a number, as far as each is one that can stand in a label."""
    start = len(before)
    while start and (_LABEL & before[start - 1].senses.keys() or before[start - 1].word in _LABEL_SIGNS):
        start -= 1
    return before[start:]


# --- periods -------------------------------------------------------------------------------------------------------


def _with_period(row: Row, found: Sequence[Draft], place: int) -> Draft:
    """The draft with its period: attached behind it, in front of it, or farther behind; else that of a list's beginning."""
    one = found[place]
    if one.per is not None:
        return one
    right = next_at(found, place, row)
    behind = _period_behind(row, one, right)
    in_front = _period_in_front(row, found[place - 1].end if place else 0, one.at)
    if behind is not None and (in_front is None or _is_attached(row, one, behind, right)):
        time = row[behind]
        name = time.senses.get("period") or time.senses["duration"]
        return replace(one, per=name, every=time.every, end=behind + 1, bound="right")
    if in_front is not None:
        return replace(one, per=row[in_front].senses["period"], every=row[in_front].every, bound="left")
    before = found[place - 1] if place else None
    if before and before.bound == "left" and before.money == one.money and one.unit:
        return replace(one, per=before.per, every=before.every, bound="left")
    return one


def _is_attached(row: Row, one: Draft, behind: int, right: int) -> bool:
    """Whether a period behind an amount belongs to it and not to the number that follows ("500 次 每月 1000 次")."""
    return "free" not in row[behind].senses or (behind == one.end and (right == len(row) or right - behind > 2))


def _period_behind(row: Row, one: Draft, stop: int) -> int | None:
    """The place of the period behind an amount, before the next number; not one that leads over to that number."""
    bracketed = any(token.word == "(" for token in row[max(0, one.at - 3) : one.at])
    broken = False
    for place in range(one.end, stop):
        token = row[place]
        if token.word == ")" and bracketed and not broken:
            return None
        if "period" in token.senses:
            leads_over = "free" in token.senses and broken and stop < len(row)
            return None if leads_over and all(after.word != "," for after in row[place:stop]) else place
        if "duration" in token.senses and _is_window(row, one, place):
            return place
        broken = broken or token.word in _BREAKS or "join" in token.senses
    return None


def _is_window(row: Row, one: Draft, place: int) -> bool:
    """50 messages within 5 hours: a short length of time in which something may be used so often."""
    short = row[place].senses["duration"] in ("second", "minute", "hour")
    return short and not one.money and bool(one.unit) and "within" in row[place - 1].senses


def _period_in_front(row: Row, start: int, at: int) -> int | None:
    """The place of a period in front of a number: "每天 500 次", "Daily limit: 50"; "per day" only in a label."""
    for place in range(at - 1, start - 1, -1):
        if "period" in row[place].senses:
            in_label = all(token.senses or not token.word.isalnum() for token in row[place + 1 : at])
            return place if in_label or "free" in row[place].senses else None
    return None


# --- neighbours ----------------------------------------------------------------------------------------------------


def _join_ranges(row: Row, found: list[Draft]) -> None:
    """5-15 RPM: both ends, with the unit and period of the one that has them."""
    for place, (low, high) in enumerate(pairwise(tuple(found))):
        between = [token for token in row[low.end : high.at] if "money" not in token.senses]
        differ = (low.unit and high.unit and low.unit != high.unit) or (low.per and low.per != high.per)
        if len(between) != 1 or between[0].word not in _DASHES or differ or not (low.bare or low.unit):
            continue
        known = high if high.unit or not low.unit else low
        value = low.value * _shared_scale(row[low.at], row[high.at])
        found[place] = replace(known, at=low.at, end=low.end, value=value, qualifier="at least")
        found[place + 1] = replace(known, at=high.at, end=high.end, value=high.value, qualifier="up to")


def _shared_scale(low: Token, high: Token) -> float:
    """The factor that the low end leaves to the high one: in "1-2 million", not in "100-1K"."""
    if low.number is None or high.number is None or low.number.scale != 1:
        return 1.0
    return high.number.scale if low.number.value < high.number.value / high.number.scale else 1.0


def _lend_forward(row: Row, found: list[Draft]) -> None:
    """2,000 completions and 50 chats per month: the period, and the unit of a bare number, stand only once, behind."""
    lent = False
    for place in range(len(found) - 2, -1, -1):
        one, after = found[place], found[place + 1]
        between = row[one.end : after.at]
        joined = any("join" in token.senses or (lent and token.word == ",") for token in between)
        lent = False
        if not joined or len(between) > _LONGEST_LINK or not _countable(one) or not _countable(after):
            continue
        if one.bare and not one.unit:
            one = replace(one, unit=after.unit)
        if one.unit and one.per is None and after.bound == "right":
            one, lent = replace(one, per=after.per, every=after.every), True
        found[place] = one


def _countable(one: Draft) -> bool:
    return not one.money and one.unit != "percent"


def _with_unit(row: Row, header: Row, found: Sequence[Draft], place: int) -> Draft:
    """A bare number with the unit of the amount before it; else a quota is in tokens, and a rate in requests."""
    one = found[place]
    if one.unit or not one.bare:
        return one
    before = found[place - 1] if place else None
    if before and before.unit and not before.money and _continues(row, before, one):
        per, every = (one.per, one.every) if one.per else (before.per, before.every)
        return replace(one, unit=before.unit, per=per, every=every, qualifier=one.qualifier or before.qualifier)
    near = row[max(before.end if before else 0, one.at - 3) : one.end + 3]
    if one.value >= _SMALLEST_QUOTA and any("quota" in token.senses for token in (*near, *header)):
        return replace(one, unit="token")
    # 60/min, 100 per user per day: the period follows at once, or after another "per"
    if one.bound == "right" and {"period", "lead"} & row[one.at + 1].senses.keys():
        return replace(one, unit=_unit_going_on(before, one))
    return one


def _unit_going_on(before: Draft | None, one: Draft) -> str:
    """What "10,000 per month" counts: what the amount before it does, unless that would be a handful of tokens."""
    if before is None or before.money or not before.unit or before.unit == "percent":
        return "request"
    return before.unit if before.unit != "token" or one.value >= _SMALLEST_QUOTA else "request"


def _continues(row: Row, before: Draft, one: Draft) -> bool:
    """Whether a bare number goes on about the same thing: "1M tokens a day (250k for tiers 1-2)"."""
    lead_in = row[before.at + 1 : one.at]
    bracket = any(token.word == "(" for token in lead_in)
    if not bracket and not any(token.word == "," or "join" in token.senses for token in lead_in):
        return False
    if one.at + 1 == len(row):
        return True
    behind = row[one.at + 1]
    return behind.word in {")", ",", "."} or bool(
        {"scope", "conditions", "period" if bracket else "scope"} & behind.senses.keys()
    )


def _with_header(row: Row, header: Row, one: Draft) -> Draft:
    """An amount without a period, in a row without any, with the one that its column names."""
    if not one.unit or one.per is not None or any("period" in token.senses for token in row):
        return one
    time = next((token for token in header if "period" in token.senses), None)
    return replace(one, per=time.senses["period"], every=time.every) if time else one
