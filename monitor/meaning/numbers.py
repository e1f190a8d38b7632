"""Numbers as people write them in offers: 2.5M, 1,000,000, 250'000, 2,5 millions, １００万, 一百万, thirty (30).

Digits in names, dates, versions and references are no quantities; `scan` names them too, so that nothing else reads them.
Every pattern is bounded or possessive and begins at the edge of a word, so reading takes time linear in the text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from monitor.meaning.numerals import ANY_ENGLISH, ENGLISH, HAN_NUMERALS, HAN_SCALES, ROOTS, english_value, han_value

HAN = "\u3040-\u30ff\u3400-\u9fff"


@dataclass(frozen=True, slots=True)
class Number:
    """A quantity at `text[start:end]`, with the factor of its scale word (250k: value 250,000, scale 1,000)."""

    start: int
    end: int
    value: float
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Digits at `text[start:end]` that are no quantity: a date, a version, a model's name, a reference."""

    start: int
    end: int


_FOLD: dict[int, int | str] = {
    **{0xFF01 + offset: 0x21 + offset for offset in range(94)},
    **dict.fromkeys(map(ord, "\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000"), "\u00a0"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u2032"), "'"),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\u301c\uff5e"), "-"),
    0xFFE5: "¥",
}


def fold(text: str) -> str:
    """Full-width forms, spaces, quotes and dashes made plain, character for character: offsets stay valid."""
    return text if text.isascii() else text.translate(_FOLD)


_MONTH = (
    r"(?:(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)|May|MAY)\.?"
)
_YEAR = r"(?:19|20)\d\d"
# what may follow digits without a space and leave them a quantity: 50k, 24h, 100tokens, 15RPM
_ATTACHED = (
    r"(?i:[kmbw]|bn|mn|mm|e\d{1,2}|[hds]|hrs?|hours?|days?|min(?:ute)?s?|secs?|seconds?|wks?|weeks?|mo|months?|yrs?|years?"
    r"|reqs?|requests?|tok(?:en)?s?|credits?|calls?|msgs?|messages?|images?|[rtqi]p[smhd]|usd|eur|rmb|cny)(?![A-Za-z0-9])"
)
_COUNTED = r"(?:hour|day|minute|second|week|month|year|token|request|message|credit|image|character)"

_MARK = "|".join(
    (
        r"(?:https?://|www\.)[!-~]++",
        rf"{_YEAR}-(?:0?[1-9]|1[0-2])(?:-\d{{1,2}})?(?!\d)",
        rf"{_YEAR}(?:[/.]\d{{1,2}}){{2}}(?!\d)",
        rf"{_YEAR}\s?年(?:度|\s?\d{{1,2}}\s?月(?:\s?\d{{1,2}}\s?[日号])?)?",
        r"\d{1,2}\s?月\s?\d{1,2}\s?[日号]",
        r"\d{1,2}[/.]\d{1,2}[/.](?:\d\d){1,2}(?!\d)",
        rf"(?<![A-Za-z]){_MONTH}\s(?:\d{{1,2}}(?:st|nd|rd|th)?(?![\d.,]*\d)(?:,?\s{_YEAR}(?!\d))?|{_YEAR}(?!\d))",
        rf"\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}(?![A-Za-z])(?:,?\s{_YEAR}(?!\d))?",
        rf"(?:(?<![A-Za-z])(?i:in|of|since|until|by|from|year)\s|©\s?){_YEAR}(?![\d,.]*\d)(?!\s?[A-Za-z%{HAN}])",
        r"\d{1,2}:\d\d(?::\d\d)?(?:\s?[AaPp][Mm](?![A-Za-z]))?(?!\d)",
        r"\d{1,2}\s?[AaPp][Mm](?![A-Za-z])",
        r"(?!\d{1,3}(?:\.\d{3}){2,8}(?!\d))\d{1,4}(?:\.\d{1,4}){2,6}(?![\d])",
        r"(?<![A-Za-z])(?:(?i:sections?|articles?|clauses?|paragraphs?|exhibit|annex|appendix|schedule|chapter|steps?"
        r"|version|phase|tiers?|levels?|stage|page|part|rule|table|figure|soc|iso|no\.)\s|§{1,2}\s?)"
        r"\d{1,5}(?:\.\d{1,3})*(?!\d|,\d{3}(?!\d))(?:\s?-\s?\d{1,2}(?!\d)|\s(?:and|or|to|&)\s\d(?![\d,.]*\d))?",
        r"第\s?[\d零〇一二三四五六七八九十百]{1,6}",
        r"\d{1,2}\s?时(?!长)(?:\d{1,2}\s?分)?(?=\s?(?:至|到|-|~|—|起|前|后|以前|之前|以后))|(?<=[至到日])\d{1,2}\s?时(?!长)(?:\d{1,2}\s?分)?",
        rf"^\s{{0,8}}\d{{1,3}}(?:\.\d{{1,3}})+(?=\s+[{HAN}])(?!\s+[万亿千百])",
        r"^\s{0,8}\(?\d{1,2}(?:[.)](?=\s)|、)|\(\d{1,2}\)(?=\s?[A-Za-z])",
        rf"(?:\d{{1,15}}(?:\.\d{{1,4}})?)(?!{_ATTACHED}|[A-Za-z]{{0,2}}-?{_COUNTED}s?(?![A-Za-z]))"
        r"(?:[A-Za-z]|[kKmMbB]?-[A-Za-z])[A-Za-z0-9.\-]*+",
        r"(?<![A-Za-z][-_])(?!(?i:usd|rmb|cny|eur|gbp|us)\d)[A-Za-z]++(?:[-_][A-Za-z]++)*+[-_]?\d[A-Za-z0-9]*+(?:[-_.][A-Za-z0-9]++|:[A-Za-z]++)*+",
    )
)
_BODY = "|".join(
    (
        r"\d{1,3}(?:,\d{3}){1,8}(?:\.\d{1,4})?",
        r"\d{1,3}(?:'\d{3}){1,8}(?:\.\d{1,4})?",
        r"\d{1,3}(?:\u00a0\d{3}){1,8}(?:[.,]\d{1,2})?",
        r"\d{1,3}(?: \d{3}){2,8}|\d{1,3} 000",
        r"\d{1,3}(?:\.\d{3}){2,8}(?:,\d{1,2})?|\d{1,3}(?:\.\d{3}){1,8},\d{1,2}|\d{1,3}\.000",
        r"\d{1,6},\d{1,2}(?=\s?(?i:[km](?![a-z])|mill|mio|mrd|mia|€|eur))",
        r"\d{1,15}(?:\.\d{1,9})?(?:[eE]\d{1,2})?",
    )
)
_LATIN_SCALE = {
    "thousand": 3, "k": 3, "mille": 3, "million": 6, "millions": 6, "mill": 6, "mio": 6, "mln": 6, "mn": 6, "mm": 6,
    "m": 6, "billion": 9, "billions": 9, "milliard": 9, "milliards": 9, "mrd": 9, "bn": 9, "b": 9, "w": 4,
}  # fmt: skip
_SCALE = (
    r"(?:(?i:bn|mn|mm|[kmbw])|[\s-]?(?i:thousand|millions?|billions?|milliards?|mille|(?:mill|mio|mln|mrd)\.?)|\s[KMB])(?![A-Za-z0-9])"
    r"|\s?(?:[十百千]?[万萬]|[十百千万]?[亿億]|[百千](?!分))"
)
# most characters can begin nothing of interest, and this says so at once
_GATE = rf"(?:(?=[0-9(§©第{HAN_NUMERALS}])|(?<![A-Za-z])(?=[A-Za-z])|^(?=\s))"
_EDGE = r"(?:(?<![A-Za-z0-9_])(?<![a-z]\.)|(?<=USD)|(?<=RMB)|(?<=CNY)|(?<=EUR))"
_DIGIT = re.compile("[0-9]")
_ANY = re.compile(rf"[0-9\uff10-\uff19{HAN_NUMERALS}]|{ANY_ENGLISH}")

_IN_BRACKETS = re.compile(r"(?:\s[A-Za-z]{2,9})?\s?\([A-Z$€¥ ]{0,4}$")
_CAPITAL_BEFORE = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z]*\s$")
_NAME_AFTER = re.compile(r"\s[A-Z][a-z]")
_LOWER_AFTER = re.compile(r"\s[a-z]")
_QUANTITY_AFTER = re.compile(r"\s?(?:[%元折/]|[a-z])")
_COUNTED_IN_BILLIONS = re.compile(r"\s(?i:tok|para)")
_COUNTED_IN_WAN = re.compile(r"\s?(?i:free\s)?(?i:tok|credit|req|call|char)")


def has_number(text: str) -> bool:
    """Whether there is anything to read as a number at all; much cheaper than reading it."""
    if text.isascii() and not (_DIGIT.search(text) or any(map(text.lower().__contains__, ROOTS))):
        return False
    return _ANY.search(text) is not None


def numbers(text: str) -> tuple[Number, ...]:
    """The quantities that `text` states, in order; of "thirty (30)" one."""
    return tuple(found for found in scan(fold(text)) if isinstance(found, Number))


@cache
def _scanner() -> re.Pattern[str]:
    """All that looks like a number. It takes longer to compile than most texts take to read, and many hold none."""
    return re.compile(
        rf"{_GATE}(?:{_EDGE}(?:(?P<mark>{_MARK})|(?P<body>{_BODY})(?!\d)(?P<scale>{_SCALE})?)"
        rf"|(?P<words>{ENGLISH})|(?P<han>[{HAN_NUMERALS}]{{1,12}}+))",
        re.MULTILINE,
    )


def scan(folded: str) -> Iterator[Number | Mark]:
    """Quantities and marks of a folded text, in order and without overlap."""
    chinese = re.search(f"[{HAN}]", folded) is not None
    last: Number | Mark | None = None
    for match in _scanner().finditer(folded):
        found = _found(folded, match, last, chinese)
        if found is not None:
            if _says_again(folded, last, found):
                found = Mark(found.start, found.end)
            yield found
            last = found


def _found(folded: str, match: re.Match[str], last: Number | Mark | None, chinese: bool) -> Number | Mark | None:
    start, end = match.span()
    if match["mark"] is not None:
        return Mark(start, end)
    if match["words"] is not None:
        return Number(start, end, english_value(match["words"]))
    if match["han"] is not None:
        value = han_value(folded, start, end)
        return Number(start, end, value) if value is not None else None
    scale = _scale(match["scale"] or "")
    watts = match["scale"] in ("w", "W") and not chinese and not _COUNTED_IN_WAN.match(folded, end)
    if watts or _is_version(folded, match, last):
        return Mark(start, end)
    return Number(start, end, float(_digits(match["body"]) * scale), float(scale))


def _says_again(folded: str, last: Number | Mark | None, found: Number | Mark) -> bool:
    """Whether the digits in brackets repeat the words before them: ONE HUNDRED DOLLARS ($100)."""
    if not (isinstance(last, Number) and isinstance(found, Number)) or last.value != found.value:
        return False
    spelled = not any(char.isdigit() for char in folded[last.start : last.end])
    return spelled and found.start - last.end < 16 and _IN_BRACKETS.match(folded[last.end : found.start]) is not None


def _digits(body: str) -> Decimal:
    """The value of digits with separators; a point is decimal but in 10.000, a comma in 2,5."""
    if re.search(r",\d{1,2}$", body):
        body = body.replace(".", "").replace(",", ".")
    elif body.count(".") > 1 or body.endswith(".000"):
        body = body.replace(".", "")
    return Decimal(re.sub(r"[,'\s]", "", body))


def _scale(word: str) -> int:
    """The factor that a scale word stands for."""
    word = "".join(word.split()).strip("-.").lower()
    if word in _LATIN_SCALE:
        return int(10 ** _LATIN_SCALE[word])
    return math.prod(HAN_SCALES[char] for char in word)


def _is_version(folded: str, match: re.Match[str], last: Number | Mark | None) -> bool:
    """Whether digits are part of a name: Model 2.5 Pro, Model 4 Large, Model 3.1 8B."""
    start, end = match.span()
    body = match["body"]
    named = _CAPITAL_BEFORE.search(folded, max(0, start - 24), start) is not None
    if match["scale"]:
        follows_mark = isinstance(last, Mark) and folded[last.end : start] in (" ", "-")
        counted = _COUNTED_IN_BILLIONS if follows_mark else _LOWER_AFTER
        return match["scale"] in ("B", "b") and (named or follows_mark) and not counted.match(folded, end)
    name_after = _NAME_AFTER.match(folded, end) is not None
    if body.count(".") == 1:
        return (named or name_after) and not _QUANTITY_AFTER.match(folded, end)
    return len(body) == 1 and named and name_after
