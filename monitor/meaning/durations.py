"""Reads periods of time out of words: "30 days", "thirty (30) days", 三十天, 6 个月."""

from __future__ import annotations

import math
import re

from monitor.meaning.numbers import numbers

_DAYS = {
    "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365,
    "小时": 1 / 24, "天": 1, "日": 1, "周": 7, "星期": 7, "月": 30, "年": 365,
}  # fmt: skip
_UNIT = re.compile(
    rf"[\s-]?(?:(?:calendar|business|working|consecutive) )?个?(?:工作|自然)?({'|'.join(_DAYS)})", re.IGNORECASE
)
_ENDLESS = re.compile(
    r"\bindefinite(?:ly)?\b|\bpermanently (?:stor|retain|kept|keep)|永久(?:保存|存储|保留|使用)", re.IGNORECASE
)


def durations(text: str) -> tuple[float, ...]:
    """The periods that `text` names, in days: a month is 30, a year 365, "indefinitely" infinity and last."""
    units = ((number.value, _UNIT.match(text, number.end)) for number in numbers(text))
    found = [value * _DAYS[unit[1].lower()] for value, unit in units if unit]
    return (*found, *(math.inf for _ in _ENDLESS.finditer(text)))
