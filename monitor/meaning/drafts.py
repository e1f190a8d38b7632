"""What unit and period the numbers of one sentence, list item or table cell have.

A number's own noun phrase comes first ("7 free weekly evals": the head noun decides); where it names no unit or no period,
the neighbours lend theirs: the other end of a range, the amount before ("1M (250k for tiers 1-2) tokens"), the label in
front ("Requests per day: 50"), the header of the column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from monitor.meaning.units import Token

Qualifier = Literal["up to", "less than", "at least", "exactly"]
Row = Sequence[Token]

_QUALIFIERS: dict[str, Qualifier] = {name: name for name in ("up to", "less than", "at least", "exactly")}  # type: ignore[misc]
_TRANSPARENT = frozenset("+\"'*`“”「」《》")
_DASHES = frozenset({"-", "~", "to", "至", "到"})
_LABEL = frozenset({"units", "rates", "period", "qualifiers", "limit", "quota", "concurrent", "gift"})
_LABEL_SIGNS = frozenset({":", "=", "(", ")", "-", "is", "are", "of", "to", "为", "是", "数", "the"})
_LONGEST_NAME = 5
"""Unknown words that may stand between a number and its unit: "2,000 inline suggestion requests"."""
_LONGEST_BRACKET = 40


@dataclass(frozen=True, slots=True)
class Draft:
    """The amount that the number `row[at]` may state; `end` is the place after its unit and period.

    `unit` is "" while unknown; `bare` says that no noun of its own follows the number; `bound` on which side the period stood.
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
        return self.unit.isupper() and len(self.unit) == 3


def drafts(row: Row, header: Row = ()) -> tuple[Draft, ...]:
    """The amounts with a known unit in one row of tokens; `header` is what the column or the cell in front says."""
    found = [_own(row, at) for at, token in enumerate(row) if token.number is not None]
    for place in range(len(found)):
        found[place] = _with_label(row, header, found, place)
    for place in range(len(found)):
        found[place] = _with_period(row, found, place)
    _join_ranges(row, found)
    _lend_back(row, found)
    for place in range(len(found)):
        found[place] = _borrowed(row, header, found, place)
    return tuple(draft for draft in found if draft.unit)


# --- the number's own words --------------------------------------------------------------------------------------------


def _own(row: Row, at: int) -> Draft:
    """What a number's currency, or the noun phrase behind it, says."""
    number = row[at].number
    assert number is not None
    draft = Draft(at, at + 1, number.value, qualifier=_qualifier(row, at))
    after = row[at + 1].senses if at + 1 < len(row) else {}
    if at and "money" in row[at - 1].senses and not (at > 1 and row[at - 2].number and row[at - 1].word.isalpha()):
        end = at + 1 + ("money" in after and after["money"] == row[at - 1].senses["money"])
        return replace(draft, unit=row[at - 1].senses["money"], end=end)
    if "fold" in after:
        taken_off = 100 - (number.value * 10 if number.value < 10 else number.value)
        return replace(draft, value=round(taken_off, 6), unit="percent", end=at + 2)
    if "money" in after and not (at + 2 < len(row) and row[at + 2].number and row[at + 1].word in "$€¥£"):
        return replace(draft, unit=after["money"], end=at + 2)
    return _with_noun(row, draft)


def _with_noun(row: Row, draft: Draft) -> Draft:
    """The draft with the unit that the noun phrase behind the number ends in."""
    place, unknown, end = _after_bracket(row, draft.end), 0, draft.end
    while place < len(row) and unknown <= _LONGEST_NAME:
        token = row[place]
        if "rates" in token.senses:
            unit, per = token.senses["rates"].split()
            return replace(draft, unit=unit, per=per, end=place + 1, bound="right")
        if "units" in token.senses:
            draft = replace(draft, unit=token.senses["units"], end=place + 1)
        elif draft.unit or _ends_phrase(token, first=place == end):
            break
        elif _is_head(token):
            return draft
        elif "periodic" in token.senses:
            draft = replace(draft, per=token.senses["period"], every=token.every, bound="right")
        else:
            unknown += _is_unknown(token)
        place += 1
    return draft if draft.unit else replace(draft, bare=unknown == 0, per=None, every=1, bound="")


def _after_bracket(row: Row, place: int) -> int:
    """The place behind a bracket that opens at `place`, or `place`."""
    if place < len(row) and row[place].word == "(":
        for end in range(place + 1, min(len(row), place + _LONGEST_BRACKET)):
            if row[end].word == ")":
                return end + 1
    return place


def _ends_phrase(token: Token, first: bool) -> bool:
    """Whether a noun phrase cannot go on with this word."""
    senses, word = token.senses, token.word
    if first and ("measure" in senses or word == "+"):
        return False
    if token.number or any(
        sense in senses for sense in ("stop", "lead", "join", "money", "qualifiers", "duration", "times", "conditions")
    ):
        return True
    if "period" in senses:
        return "periodic" not in senses
    return not word[:1].isalnum() and word not in _TRANSPARENT


def _is_head(token: Token) -> bool:
    """An unknown plural is a head noun itself: "100 connectors for all requests" are no requests."""
    word = token.word
    return (
        not token.senses
        and word.isascii()
        and word.isalpha()
        and len(word) > 3
        and word.endswith("s")
        and word[-2] != "s"
    )


def _is_unknown(token: Token) -> bool:
    return not token.senses and token.word not in _TRANSPARENT and not any(char.isdigit() for char in token.word)


def _qualifier(row: Row, at: int) -> Qualifier | None:
    """The bound in front of a number, a few words away at most ("最多可获得高达 1000 万")."""
    for token in reversed(row[max(0, at - 5) : at]):
        if "qualifiers" in token.senses:
            return _QUALIFIERS[token.senses["qualifiers"]]
        if token.number or token.word in {",", ")", "。", "|", "and", "in", "with"}:
            break
    return None


# --- what the neighbours lend ------------------------------------------------------------------------------------------


def _join_ranges(row: Row, found: list[Draft]) -> None:
    """5-15 RPM: both ends, with the unit and period of the one that has them."""
    for place in range(len(found) - 1):
        low, high = found[place], found[place + 1]
        between = [token for token in row[low.end : high.at] if "money" not in token.senses]
        differ = (low.unit and high.unit and low.unit != high.unit) or (low.per and low.per != high.per)
        if len(between) != 1 or between[0].word not in _DASHES or differ or not (low.bare or low.unit):
            continue
        known = high if high.unit or not low.unit else low
        first, last = row[low.at].number, row[high.at].number
        assert first is not None and last is not None
        shared = last.scale if first.scale == 1 and first.value < last.value / last.scale else 1
        found[place] = replace(known, at=low.at, end=low.end, value=low.value * shared, qualifier="at least")
        found[place + 1] = replace(known, at=high.at, end=high.end, value=high.value, qualifier="up to")


def _with_label(row: Row, header: Row, found: Sequence[Draft], place: int) -> Draft:
    """A bare number with the unit that its label names: "Requests per day: 50", "RPM 15"; or a column's header."""
    draft = found[place]
    if draft.unit or not draft.bare:
        return draft
    start = found[place - 1].end if place else 0
    for label in (_label(row[start : draft.at]), header):
        unit, _, per = next((_named_unit(token) for token in reversed(label) if _named_unit(token)), "").partition(" ")
        if unit:
            return replace(draft, unit=unit, per=per or None, bound="left" if per else "")
    return draft


def _named_unit(token: Token) -> str:
    """The unit that a word names, with its period if it names one; what runs at the same time is requests."""
    return token.senses.get("rates") or token.senses.get("units") or ("request" if "concurrent" in token.senses else "")


def _label(before: Row) -> Row:
    """The words that name what a number counts: those right before it, as far as each is one that can stand in a label."""
    start = len(before)
    while start and (_LABEL & before[start - 1].senses.keys() or before[start - 1].word in _LABEL_SIGNS):
        start -= 1
    return before[start:]


def _with_period(row: Row, found: Sequence[Draft], place: int) -> Draft:
    """The draft with the period that stands nearest: right behind it, in front in the same clause, then farther off."""
    draft = found[place]
    if draft.per is not None:
        return draft
    left = found[place - 1].end if place else 0
    right = next((after.at for after in found[place + 1 :] if after.at >= draft.end), len(row))
    behind, in_front = _period_behind(row, draft, right), _period_in_front(row, left, draft.at)
    near_behind = behind is not None and (
        "free" not in row[behind].senses
        or (behind == draft.end and right - behind > 2)
        or right == len(row)
        and behind == draft.end
    )
    chosen = behind if near_behind or in_front is None else in_front
    if chosen is None:
        before = found[place - 1] if place else None
        if before and before.bound == "left" and before.money == draft.money and draft.unit:
            return replace(draft, per=before.per, every=before.every, bound="left")
        return draft
    time = row[chosen]
    name = time.senses.get("period") or time.senses["duration"]
    if chosen > draft.at:
        return replace(draft, per=name, every=time.every, end=chosen + 1, bound="right")
    return replace(draft, per=name, every=time.every, bound="left")


def _period_behind(row: Row, draft: Draft, stop: int) -> int | None:
    """The place of the period behind an amount, before the next number; not one that leads over to that number."""
    broken = False
    for place in range(draft.end, stop):
        token = row[place]
        if (
            token.word == ")"
            and not broken
            and any(before.word == "(" for before in row[max(0, draft.at - 3) : draft.at])
        ):
            return None
        if "period" in token.senses:
            leads_over = "free" in token.senses and broken and stop < len(row) and not _clause_ends(row, place, stop)
            return None if leads_over else place
        if "duration" in token.senses and _is_window(row, draft, place):
            return place
        broken = broken or token.word in {",", "、", ":", "。"} or "join" in token.senses
    return None


def _is_window(row: Row, draft: Draft, place: int) -> bool:
    """50 messages within 5 hours: a short length of time in which something may be used so often."""
    short = row[place].senses["duration"] in ("second", "minute", "hour")
    return short and not draft.money and bool(draft.unit) and "within" in row[place - 1].senses


def _clause_ends(row: Row, start: int, stop: int) -> bool:
    return any(token.word == "," for token in row[start:stop])


def _period_in_front(row: Row, start: int, at: int) -> int | None:
    """The place of a period in front of a number: "每天 500 次", "Daily limit: 50"; "per day" only right before a colon."""
    for place in range(at - 1, start - 1, -1):
        senses = row[place].senses
        if "period" in senses:
            labels = all(not token.word.isalnum() or token.senses for token in row[place + 1 : at])
            return place if "free" in senses or labels else None
    return None


def _lend_back(row: Row, found: list[Draft]) -> None:
    """2,000 completions and 50 chats per month: the period, and the unit of a bare number, come from the next amount."""
    lent = False
    for place in range(len(found) - 2, -1, -1):
        draft, after = found[place], found[place + 1]
        between = row[draft.end : after.at]
        joined = any("join" in token.senses for token in between) or (
            lent and any(token.word == "," for token in between)
        )
        lent = False
        if not joined or len(between) > 12 or after.money or draft.money or "percent" in (draft.unit, after.unit):
            continue
        if not draft.unit and draft.bare and after.unit:
            draft = replace(draft, unit=after.unit)
        if draft.unit and draft.per is None and after.bound == "right":
            draft, lent = replace(draft, per=after.per, every=after.every), True
        found[place] = draft


def _borrowed(row: Row, header: Row, found: Sequence[Draft], place: int) -> Draft:
    """A bare number with the unit of the amount before it; else a quota is in tokens, and a rate in requests."""
    draft = found[place]
    before = found[place - 1] if place else None
    if not draft.unit and draft.bare:
        if before and before.unit and not before.money and _continues(row, before, draft):
            per = (draft.per, draft.every) if draft.per else (before.per, before.every)
            return replace(
                draft, unit=before.unit, per=per[0], every=per[1], qualifier=draft.qualifier or before.qualifier
            )
        quota = any("quota" in token.senses for token in (*row[draft.end : draft.end + 3], *header))
        if draft.value >= 1000 and quota:
            draft = replace(draft, unit="token")
        elif draft.per is not None and draft.bound == "right" and _is_rate(row, draft):
            draft = replace(draft, unit="request")
    if draft.unit and draft.per is None and not any(token.senses.get("period") for token in row):
        for token in header:
            if "period" in token.senses:
                return replace(draft, per=token.senses["period"], every=token.every)
    return draft


def _continues(row: Row, before: Draft, draft: Draft) -> bool:
    """Whether a bare number goes on about the same thing: "1M tokens a day (250k for tiers 1-2)"."""
    lead_in = row[before.at + 1 : draft.at]
    bracket = any(token.word == "(" for token in lead_in)
    if not bracket and not any(token.word == "," or "join" in token.senses for token in lead_in):
        return False
    if draft.at + 1 == len(row):
        return True
    behind = row[draft.at + 1]
    senses = {"scope", "conditions", "period"} if bracket else {"scope", "conditions"}
    return behind.word in {")", ",", "."} or bool(senses & behind.senses.keys())


def _is_rate(row: Row, draft: Draft) -> bool:
    """60/min, 100 per user per day: the period follows at once, or after another "per"."""
    return "period" in row[draft.at + 1].senses or "lead" in row[draft.at + 1].senses
