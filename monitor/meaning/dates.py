"""Reads days as people write them: July 8, 2026, 8 July 2026, 2026-07-08, 08.07.2026, 2026年7月8日. Pure.

A number that may be a day or a month (7/8/2026) tells no day, and neither does a day that there is not (February 30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import NamedTuple

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"\d{1,2}(?:\s?(?:st|nd|rd|th)\b)?"
_YEAR = r"\d{4}(?!\d)"
_FIRST_YEAR = 1990
"""There were no pages before."""
_NUMERAL = "〇零一二三四五六七八九十"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s{1,3})?"
DATE = (
    rf"{_WEEKDAY}(?:the\s)?(?<![\d/-])(?<!\d[.,])(?:{_MONTH}\s{{0,3}}{_DAY}(?:\s{{0,3}},\s{{0,3}}|\s{{1,3}}){_YEAR}"
    rf"|{_DAY}(?:\s{{0,3}}day)?[\s-]{{1,3}}(?:of\s{{1,3}})?{_MONTH}(?:\s{{0,3}},\s{{0,3}}|[\s-]{{1,3}}){_YEAR}"
    r"|\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?[日号]"
    rf"|[{_NUMERAL}]{{4}}年[{_NUMERAL}]{{1,3}}月[{_NUMERAL}]{{1,3}}[日号]"
    r"|\d{4}(?P<sign>[-/.])\d{1,2}(?P=sign)\d{1,2}(?![\d]|[./-]\d)"
    r"|\d{1,2}(?P<mark>[-/.])\d{1,2}(?P=mark)\d{4}(?![\d]|[./-]\d))"
)
"""Expression for a day, without regard to case; one that holds it once may be built of it."""
_DATE = re.compile(DATE, re.I)
_YEARED = re.compile(r"\d{4}|年")
"""What every day holds: cheaper to look for than a day."""
_FIGURES = re.compile(r"\d+")
_NAME = re.compile(_MONTH, re.I)
_WIDE = str.maketrans("０１２３４５６７８９：／．－（）｜，\u3000\xa0\u202f", "0123456789:/.-()|,   ")


class Dated(NamedTuple):
    """A day, and where the words that name it begin and end."""

    start: int
    end: int
    day: date


def narrow(text: str) -> str:
    """The text with figures and signs of one width, each in its place."""
    return text if text.isascii() else text.translate(_WIDE)


def dates(text: str) -> Iterator[Dated]:
    """The days that a text names, in its order.

    >>> [str(found.day) for found in dates("from Dec. 9, 2024 (2024年12月9日); not on 7/8/2026")]
    ['2024-12-09', '2024-12-09']
    """
    if not _YEARED.search(text):
        return
    for found in _DATE.finditer(narrow(text)):
        if (day := day_of(found[0])) is not None:
            yield Dated(found.start(), found.end(), day)


def day_of(words: str) -> date | None:
    """The day that words matched by `DATE` name; None where there is none, or more than one."""
    days = set()
    for year, month, day in _orders(narrow(words)):
        with suppress(ValueError):
            days |= {date(year, month, day)} if year >= _FIRST_YEAR else set()
    return days.pop() if len(days) == 1 else None


def _orders(words: str) -> Iterator[tuple[int, int, int]]:
    """Year, month and day, in each order in which the words may mean them."""
    if "年" in words:
        yield _three([_numeral(part) for part in re.split("[年月日号]", words)[:3]])
        return
    figures = [int(figure) for figure in _FIGURES.findall(words)]
    if name := _NAME.search(words):
        yield figures[1], _MONTHS.index(name[0][:3].lower()) + 1, figures[0]
    elif figures[0] > 31:
        yield figures[0], figures[1], figures[2]
    else:
        day, month, year = figures
        yield year, month, day
        if "." not in words:  # with dots the day comes first
            yield year, day, month


def _three(numbers: list[int]) -> tuple[int, int, int]:
    year, month, day = numbers
    return year, month, day


def _numeral(words: str) -> int:
    """A number of a Chinese date: figures, digits of a year, or a count up to 三十一."""
    words = words.strip()
    if words.isdecimal():
        return int(words)
    if "十" not in words:
        return int("".join(str(max(0, _NUMERAL.index(digit) - 1)) for digit in words))
    tens, _, ones = words.partition("十")
    return 10 * (_numeral(tens) if tens else 1) + (_numeral(ones) if ones else 0)
