"""Reads periods of time out of words: "30 days", "thirty (30) days", 三十天, 6 个月."""

from __future__ import annotations

import math
import re

from monitor.meaning.numbers import numbers
from monitor.meaning.script import by_character

_DAYS = {
    "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365,
    "小时": 1 / 24, "天": 1, "日": 1, "周": 7, "星期": 7, "月": 30, "年": 365,
}  # fmt: skip
_WORDS = {
    "en": {"hour": "hour", "day": "day", "year": "year", "endless": "indefinitely"},
    "zh": {"hour": "小时", "day": "天", "year": "年", "endless": "永久"},
}
_UNIT = re.compile(
    rf"[\s-]?(?:(?:calendar|business|working|consecutive) )?个?(?:工作|自然)?({'|'.join(_DAYS)})", re.IGNORECASE
)
_ENDLESS = re.compile(
    r"\bindefinite(?:ly)?\b|\bpermanently (?:stor|retain|kept|keep)|永久(?:保存|存储|保留|使用)", re.IGNORECASE
)


def period_words(days: float, language: str) -> str:
    """A period in words: "30 days", "2 years", "12 hours"; in Chinese "30 天"."""
    if math.isinf(days):
        return _WORDS[language]["endless"]
    for unit, length in (("year", 365.0), ("day", 1.0)):
        if days >= length and days % length == 0:
            return _counted(days / length, unit, language)
    return _counted(round(days * 24, 1), "hour", language)


def _counted(number: float, unit: str, language: str) -> str:
    plural = "s" if language == "en" and number != 1 else ""
    return f"{number:g} {_WORDS[language][unit]}{plural}"


def durations(text: str) -> tuple[float, ...]:
    """The periods that `text` names, in days: a month is 30, a year 365, "indefinitely" infinity and last."""
    text = by_character(text)
    units = ((number.value, _UNIT.match(text, number.end)) for number in numbers(text))
    found = [value * _DAYS[unit[1].lower()] for value, unit in units if unit]
    return (*found, *(math.inf for _ in _ENDLESS.finditer(text)))
