"""For what an offer is given, and on what condition: short verbatim words of the text around an amount."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.meaning.drafts import Draft, Row

_LONGEST = 160
_LONGEST_LABEL = 8
_CLAUSE_ENDS = frozenset({",", ";", "(", ")", ":", "|", "。"})
_NAMES_END = frozenset({")", "(", ";", ":"})
_NOT_IN_NAMES = frozenset({"conditions", "period", "duration", "gift", "grants", "money", "once"})
_NOT_OF_UNIT = frozenset({"gift", "grants", "measure", "period"})
_EACH_MODEL = re.compile(r"(?:每|单|各)(?:个|款)?模型|(?:per|each|/) ?model(?![a-z])", re.IGNORECASE)
_BEFORE_AMOUNT = frozenset({"gift", "gives", "grants", "stop", "period", "qualifiers", "buying"})


def scope(text: str, row: Row, draft: Draft, stop: int, first_cell: str) -> str:
    """What an amount is for: the row's first cell, the label, the words before the unit, those after "across" or "for"."""
    parts = (
        first_cell,
        _label(text, row, draft),
        _kind_of_unit(text, row, draft),
        _each(text, row),
        _behind(text, row, draft, stop),
    )
    return ", ".join(dict.fromkeys(part for part in parts if part))[:_LONGEST]


def conditions(text: str, row: Row, drafts: tuple[Draft, ...], draft: Draft) -> tuple[str, ...]:
    """The conditions of an amount: those of its own clause, and those of clauses that hold no other amount."""
    found: list[str] = []
    for start, end in _clauses(row):
        inside = [other for other in drafts if start <= other.at < end]
        if inside and draft not in inside:
            continue
        found += [_verbatim(text, row, *span)[:_LONGEST] for span in _conditions_in(row, start, end, draft.at)]
    return tuple(dict.fromkeys(words for words in found if words))


def _verbatim(text: str, row: Row, start: int, end: int) -> str:
    return text[row[start].start : row[end - 1].end].strip(" \u00a0,:;-，、：") if start < end else ""


def _label(text: str, row: Row, draft: Draft) -> str:
    """The words before a colon, if they name something: "Small group: 1M tokens", not "Requests per day: 50"."""
    for place in range(min(draft.at, _LONGEST_LABEL)):
        if row[place].number is not None:
            return ""
        if row[place].word == ":":
            names = any(not token.senses and token.word[:1].isalnum() for token in row[:place])
            return _verbatim(text, row, 0, place) if names else ""
    return ""


def _kind_of_unit(text: str, row: Row, draft: Draft) -> str:
    """The words between number and unit that are not about the offer itself: "50 premium requests"."""
    units = [place for place in range(draft.at + 1, draft.end) if row[place].senses.keys() & {"units", "rates"}]
    if not units or draft.money:
        return ""
    start, end = draft.at + 1, units[-1]
    if any(token.word == "(" for token in row[start:end]):
        return ""
    while start < end and row[start].senses.keys() & _NOT_OF_UNIT:
        start += 1
    while start < end and row[end - 1].senses.keys() & _NOT_OF_UNIT:
        end -= 1
    return _verbatim(text, row, start, end)


def _each(text: str, row: Row) -> str:
    found = _EACH_MODEL.search(text, row[0].start, row[-1].end)
    return found[0].strip(" /") if found else ""


def _behind(text: str, row: Row, draft: Draft, stop: int) -> str:
    """What follows "across", "for" or "on": names, with the commas between them."""
    for place in range(draft.end, min(draft.end + 4, stop)):
        if row[place].word in _CLAUSE_ENDS and row[place].word != "(":
            return ""
        if "scope" in row[place].senses:
            return _verbatim(text, row, place + 1, _end_of_names(row, place + 1, stop))
    return ""


def _end_of_names(row: Row, start: int, stop: int) -> int:
    """The place where a list of names ends: a bracket, or a word about the offer (a period, a condition, a gift)."""
    for place in range(start, stop):
        if row[place].word in _NAMES_END or row[place].senses.keys() & _NOT_IN_NAMES:
            return place
    return stop


def _clauses(row: Row) -> Iterator[tuple[int, int]]:
    ends = [place for place, token in enumerate(row) if token.word in _CLAUSE_ENDS]
    starts = [0, *(place + 1 for place in ends)]
    return ((start, end) for start, end in zip(starts, [*ends, len(row)], strict=True) if start < end)


def _conditions_in(row: Row, start: int, end: int, at: int) -> Iterator[tuple[int, int]]:
    """Where conditions in a clause begin and end; one in front of the amount reaches up to the words that offer it."""
    place = start
    while place < end:
        if "conditions" not in row[place].senses or (row[place].word == "with" and not start <= at < end):
            place += 1
            continue
        last = end
        if place < at < end:
            last = next((n for n in range(place + 1, at) if row[n].senses.keys() & _BEFORE_AMOUNT), at)
        yield place, last
        place = at + 1 if last <= at else last
