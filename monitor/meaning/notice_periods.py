"""Reads when a text takes effect that says how long after its posting: "30 days after posting", 公布之日起30日后生效. Pure.

The day follows only where the page also says when it was posted ("Posted: June 1, 2026", 发布日期); the day of the last update is
that of the posting to no one but a text that counts from its update. Business days, "at least" and "within" tell no day.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.meaning.dates import dates, narrow
from monitor.meaning.document_words import CHINESE_DOCUMENT, SUBJECT
from monitor.meaning.numbers import numbers
from monitor.model import Document, Effective

_LABEL = 160
"""Characters at most of a block that says when the text was posted."""
_AROUND = 260
"""Characters before and behind a number among which the words stand that say what it is the length of."""
_LONGEST = 366
"""Days that a notice may give; more is no notice."""
_STEMS = ("post", "publi", "announc", "releas", "updat", "公布", "发布", "公示", "公告", "更新")
_BY_LABEL = {
    "posting": re.compile(
        r"(?:(?<!\w)(?:first\s+)?(?:posted|published|released)(?:\s+(?:date|on))?|(?<!\w)date\s+(?:of\s+)?(?:posting|publication|release"
        r"|posted|published)|(?<!\w)(?:posting|publication|release)\s+date|(?:公布|发布|公示|公告)(?:日期|时间|日|于)?)[\s:|(-]{0,4}$",
        re.I,
    ),
    "update": re.compile(
        r"(?:(?<!\w)(?:last\s+)?updated(?:\s+(?:date|on))?|(?<!\w)date\s+of\s+(?:the\s+)?(?:last\s+)?update|更新(?:日期|时间|日|于)?)"
        r"[\s:|(-]{0,4}$",
        re.I,
    ),
}
"""What stands before the day from which a notice counts."""
_POSTED = r"post(?:s|ed|ing)?|publish(?:es|ed|ing)?|publication|announc(?:e|es|ed|ement|ing)|releas(?:e|es|ed|ing)"
_UNIT = re.compile(r"\s?-?(?:(?:calendar|consecutive)\s+)?(days?|weeks?|months?)\b", re.I)
_POSTING = (
    r"(?:after|from|following)\s+(?:(?:the|its|their|this|these|such|any|our|date|of|on|which|that|when|we|they|it|are|is|were|was|being"
    r"|be|have|has|been|first|new|revised|updated|amended|changes?|updates?|revisions?|amendments?|modifications?|terms|policy|notice"
    rf"|agreement|version|document|last)\s+){{0,7}}?(?:{_POSTED}|update[ds]?)\b"
)
_TAKES = (
    r"(?:take|takes|taking|go|goes|come|comes|enter|enters)\s+(?:into\s+)?(?:full\s+)?(?:effect|force)|(?:be|become|becomes|is|are)\s+"
    r"(?:effective|binding|in\s+force)|(?:will|shall)\s+apply|effective(?:\s+date)?"
)
_BEFORE = re.compile(rf"(?P<said>.*)\b(?:{_TAKES})[\s:,]{{0,3}}(?:on\s+the\s+date\s+)?(?:that\s+is\s+)?$", re.I | re.S)
_BEHIND = re.compile(rf"\s+(?P<anchor>{_POSTING})", re.I)
_TURNED = re.compile(rf"\s+(?P<anchor>{_POSTING})[^.;]{{0,80}}?,?\s(?P<said>[^.;]{{0,120}})\b(?:{_TAKES})", re.I)
_TITLED = re.compile(r"\W{0,3}(?:effective(?:\s+date)?|takes\s+effect)\W{0,3}$", re.I)
"""A label with nothing before it: it is of the page it stands on."""
_BEGUN = re.compile(r"\W{0,3}$")
_CHINESE_BEFORE = re.compile(
    r"(?P<said>(?:(?!至少|最少|最早|不少于|不早于|不低于).)*)(?P<anchor>公布|发布|公示|公告|更新)(?:之日|当日|日期|之后|日|后)?(?:起|后)?(?:的)?(?:第|满)?\s{0,2}$",
    re.S,
)
_CHINESE_BEHIND = re.compile(
    r"\s{0,2}个?(?:自然)?(?P<unit>日|天|周|星期|月)(?:后|起|届满|期满|之后|届满后|期满后)?(?:将|即|正式|自动|开始|，){0,3}"
    r"(?:生效|施行|实施|适用|执行)"
)
_UPDATE = re.compile(r"\bupdate[ds]?$|更新", re.I)
_CHINESE_UNITS = {"日": "day", "天": "day", "周": "week", "星期": "week", "月": "month"}
_SENTENCE = re.compile(r"[.!?;]\s+(?=[A-Z\"“(\[])|[。；！？]\s*")


@dataclass(frozen=True, slots=True)
class _Notice:
    """How long after its posting, or its update, a text takes effect, and the sentence that says so."""

    count: int
    unit: str
    since: str
    text: str


def after_notice(document: Document, known: frozenset[date] = frozenset()) -> Effective | None:
    """The day on which a text takes effect so long after it was posted, if it says both; `known` days of posting are no news.

    The words are the sentence, and in brackets those that name the day of posting.
    """
    for notice in _notices(document):
        for posted, label in _labelled(document, _BY_LABEL[notice.since]):
            day = None if posted in known else _later(posted, notice)
            return Effective(day, f"{notice.text} ({label})") if day else None
    return None


def _labelled(document: Document, label: re.Pattern[str]) -> Iterator[tuple[date, str]]:
    """The days behind a label, each with the words that name it."""
    for block in document.blocks:
        text = narrow(block.text) if len(block.text) <= _LABEL else ""
        for found in dates(text):
            if named := label.search(text[: found.start]):
                yield found.day, block.text[named.start() : found.end].strip()


def _notices(document: Document) -> Iterator[_Notice]:
    for block in document.blocks:
        lowered = block.text.lower()
        if any(stem in lowered for stem in _STEMS):
            for sentence in _SENTENCE.split(block.text):
                yield from _in_sentence(sentence.strip())


def _in_sentence(sentence: str) -> Iterator[_Notice]:
    text = narrow(sentence)
    for number in numbers(text.replace("第", " ")):  # of an ordinal, the count
        before, behind = text[max(0, number.start - _AROUND) : number.start], text[number.end : number.end + _AROUND]
        unit, anchor = _in_english(before, behind) or _in_chinese(before, behind) or ("", "")
        count = int(number.value)
        if anchor and count == number.value and 0 < count <= _LONGEST:
            yield _Notice(count, unit, "update" if _UPDATE.search(anchor) else "posting", sentence)


def _in_english(before: str, behind: str) -> tuple[str, str] | None:
    """The unit of a number that is the length of a notice, and the words from which it counts; None for another number.

    A document takes effect by what stands before the period, or behind it.
    """
    unit = _UNIT.match(behind)
    if unit is None:
        return None
    rest, lead = behind[unit.end() :], _BEFORE.fullmatch(before)
    if lead:
        found = _BEHIND.match(rest) if SUBJECT.search(lead["said"]) or _TITLED.fullmatch(before) else None
    else:
        found = _TURNED.match(rest) if _BEGUN.fullmatch(before) else None
        found = found if found and SUBJECT.search(found["said"]) else None
    return (unit[1].lower().rstrip("s"), found["anchor"]) if found else None


def _in_chinese(before: str, behind: str) -> tuple[str, str] | None:
    lead, tail = _CHINESE_BEFORE.fullmatch(before), _CHINESE_BEHIND.match(behind)
    named = lead and tail and CHINESE_DOCUMENT.search(before)
    return (_CHINESE_UNITS[tail["unit"]], lead["anchor"]) if lead and tail and named else None


def _later(day: date, notice: _Notice) -> date | None:
    try:
        if notice.unit == "month":
            return _months_later(day, notice.count)
        return day + timedelta(days=notice.count * (7 if notice.unit == "week" else 1))
    except (OverflowError, ValueError):  # past the last year that there is
        return None


def _months_later(day: date, months: int) -> date:
    """The same day so many months later; where that month has no such day, its last."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
