"""Reads periods of time out of words: "30 days", "thirty (30) days", 三十天, 6 个月."""

from __future__ import annotations

import math
import re

_DAYS = {
    "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365,
    "小时": 1 / 24, "天": 1, "日": 1, "周": 7, "星期": 7, "月": 30, "年": 365,
}  # fmt: skip
_WORDS = dict(
    zip("one two three four five six seven eight nine ten eleven twelve".split(), range(1, 13), strict=True),
    fourteen=14, fifteen=15, eighteen=18, twenty=20, thirty=30, forty=40, sixty=60, ninety=90,
)  # fmt: skip
_DIGITS = dict(zip("〇一二三四五六七八九", range(10), strict=True)) | {"零": 0, "两": 2}
_ENGLISH = re.compile(
    rf"\b(\d{{1,4}}|{'|'.join(_WORDS)})\)?[ -](?:calendar |business |working |consecutive )?(hour|day|week|month|year)s?\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"(\d{1,4}|[一二两三四五六七八九十百]{1,5}) ?个?(?:工作|自然)?(小时|星期|天|日|周|月|年)")
_ENDLESS = re.compile(
    r"\bindefinite(?:ly)?\b|\bpermanently (?:stor|retain|kept|keep)|永久(?:保存|存储|保留|使用)", re.IGNORECASE
)


def durations(text: str) -> tuple[float, ...]:
    """The periods named in `text`, in days and in their order: a month counts 30, a year 365, "indefinitely" infinity."""
    found = [(match.start(), _number(match[1]) * _DAYS[match[2].lower()]) for match in _ENGLISH.finditer(text)]
    found += [(match.start(), _number(match[1]) * _DAYS[match[2]]) for match in _CHINESE.finditer(text)]
    found += [(match.start(), math.inf) for match in _ENDLESS.finditer(text)]
    return tuple(days for _, days in sorted(found))


def _number(word: str) -> int:
    if word.isdecimal():
        return int(word)
    return _WORDS[word.lower()] if word.lower() in _WORDS else _chinese_number(word)


def _chinese_number(word: str) -> int:
    """Up to 999, as periods are written: 十五, 三十, 一百八十."""
    total = digit = 0
    for character in word:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit
