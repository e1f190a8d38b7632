"""Numbers written out in words: English ("one hundred and twenty thousand", "half a million") and Chinese (三千万)."""

from __future__ import annotations

import re

_ONES = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: n for n, word in enumerate(_ONES, 1)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_WORDS = (*_VALUES, *_SCALES, "hundred")
ROOTS = tuple(word for word in _WORDS if not any(root in word for root in _WORDS if root != word))
"""The number words that hold no other: one of them stands wherever a number is written out."""
_WORD = "|".join(_WORDS)

ENGLISH = (
    rf"(?<![A-Za-z\-])(?i:(?:half\s)?a\s(?:thousand|million|billion)|(?:{'|'.join(_VALUES)})"
    rf"(?:(?:\s|-|\sand\s)(?:{_WORD})){{0,8}}+)(?![A-Za-z\-])(?:\s?\(\d[\d,]{{0,12}}\))?"
)
"""A pattern for English number words, with the digits in brackets that repeat them: thirty (30)."""
ANY_ENGLISH = rf"(?<![A-Za-z])(?i:{_WORD})(?![A-Za-z])"

_DIGITS = {char: n for n, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
HAN_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
HAN_NUMERALS = "".join((*_DIGITS, *HAN_SCALES))
_COUNTED = re.compile(r"\s?(?:个?(?:月|天|日|周|年|小时|分钟|星期|工作日)|[条张元折块]|次(?!性))")


def english_value(words: str) -> float:
    """The value of what `ENGLISH` matched."""
    words = words.partition("(")[0].strip().lower()
    if words.startswith(("a", "half")):
        return _SCALES[words.split()[-1]] * (0.5 if words.startswith("half") else 1.0)
    total, current = 0, 0
    for word in re.split(r"[\s-]+", words):
        if word in _VALUES:
            current += _VALUES[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _SCALES:
            total, current = total + max(current, 1) * _SCALES[word], 0
    return float(total + current)


def han_value(text: str, start: int, end: int) -> float | None:
    """The value of the numerals `text[start:end]`; None where they are part of other words (一般, 千万不要, 数千万)."""
    numeral = text[start:end]
    vague = numeral[0] in HAN_SCALES and text.startswith(tuple("数几上每"), max(0, start - 1))
    if vague or text.startswith(tuple("不别要分"), end):
        return None
    counted = _COUNTED.match(text, end)
    if counted and numeral == "一" and counted[0].strip() in "条张次":
        return None
    large = numeral[-1] in "亿億" or (numeral[-1] in "万萬" and len(numeral) > 1)
    compound = numeral[0] in _DIGITS and len(numeral) > 1 and any(char in HAN_SCALES for char in numeral)
    return _han_sum(numeral) if large or compound or (counted and numeral not in HAN_SCALES) else None


def _han_sum(numeral: str) -> float:
    total, section, digit = 0, 0, 0
    for char in numeral:
        if char in _DIGITS:
            digit = digit * 10 + _DIGITS[char]
        elif HAN_SCALES[char] < 10**4:
            section, digit = section + (digit or 1) * HAN_SCALES[char], 0
        else:
            total, section, digit = (total + section + digit or 1) * HAN_SCALES[char], 0, 0
    return float(total + section + digit)
