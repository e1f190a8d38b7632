"""Reads when a text says that it takes effect. Pure.

The day stands behind a label ("Effective date: July 8, 2026"), in a sentence on the document itself ("These terms take
effect on ..."), or in a notice at its top ("Effective July 8, 2026, we ..."). The day of the last edit is another thing,
and so are those of laws, of offers and of earlier versions. Where no day is named, it may follow from that of the posting.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from monitor.meaning.dates import DATE, dates, narrow
from monitor.meaning.document_words import CHINESE_DOCUMENT, DOCUMENT, SUBJECT
from monitor.meaning.notice_periods import after_notice
from monitor.model import Block, Document, Effective

_STEMS = ("effect", "force", "valid", "appl", "replace", "生效", "施行", "实施", "执行", "适用")
_LEAD, _TAIL = 260, 200
"""Characters before and behind a day among which the words stand that say what it is the day of."""
_NEAR = 40
"""Characters before a document's name among which it may be called an older one."""
_TOP = 15
"""Blocks at a document's top among which a notice stands."""
_LABEL = 160
"""Characters at most of a block that is no more than a title with its days."""

_FORCE = r"(?:effect|force)\b"
_FROM = r"(?:\s{0,3}(?:as\s+(?:of|from|at)|(?:from|on)\s+(?:and|or)\s+after|from|on|since|starting|beginning)\b)"
_GLUE = rf"{_FROM}?(?:\s+the)?[\s*:|–—-]{{0,6}}{_FROM}?[\s:]{{0,3}}(?:\d\d?:\d\d[^\d]{{0,12}})?"
_BESIDE = r"(?:\s+(?:and|&)\s+(?:(?:were|was)\s+)?last\s+(?:updated|modified|revised|reviewed)(?:\s+date)?)?"
_NAMED = (
    r"(?:effective(?:\s+date)?|date\s+(?:effective|of\s+effect|of\s+effectiveness)"
    rf"|(?:date\s+of\s+)?(?:entry|coming|entering)\s+into\s+{_FORCE}|takes?\s+(?:full\s+)?effect|(?:enters?|comes?)\s+into\s+{_FORCE}"
    rf"|(?:with\s+effect|in\s+{_FORCE}|valid|applicable|applies)(?=\s+(?:from|as|on|since|starting)\b))"
)
_LABELLED = re.compile(
    rf"(?<!\w)(?:(?:last\s+)?(?:updated|modified|revised)\s+(?:and|&)\s+)?(?:(?:version|policy|document)\s+)?{_NAMED}{_BESIDE}{_GLUE}$",
    re.I,
)
_CHINESE_LABELLED = re.compile(
    r"(?:版本|协议|政策|条款)?(?:生效|施行|实施|执行)的?(?:日期|时间|日)?(?:为|是|于|自)?[\s:|]{0,4}$"
)
_ALONE = re.compile(
    rf"\W{{0,3}}(?:(?:version|policy|document)\s+)?{_NAMED}{_FROM}?\W{{0,4}}"
    r"|\W{0,3}(?:版本|协议|政策|条款)?(?:生效|施行|实施)(?:日期|时间|日)\W{0,4}",
    re.I,
)
"""A label whose day stands in the next block."""
_PARTED = re.compile(r"(?:^|[(\[|•·,:;/–—-]|\d{4}|\d日)[\s*]{0,4}$")
"""How the words end behind which a label begins."""
_TITLE = re.compile(rf"{DOCUMENT}[\s*]{{0,4}}$", re.I)
_NO_VERB = re.compile(r"effective|^date|日期|时间", re.I)
"""Of a label behind other words; "take effect" and "in force" go on a sentence there."""
_NOTICE = re.compile(r"\s{0,2},\s+(?!last\b|version\b)\w", re.I)
"""What goes on behind a day that is no label's: "Effective July 8, 2026, we ..."."""

_VERB = re.compile(
    r"(?:(?<!\w)(?:(?P<verb>(?:(?:take|takes|took|taking|go|goes|come|comes|came|coming|enter|enters|entered)\s+(?:into\s+)?(?:full\s+)?"
    rf"{_FORCE}|(?:is|are|be|become|becomes|became)\s+(?:in\s+{_FORCE}|effective|applicable|valid)\b{_BESIDE}"
    r"|effective\s+date\b[^.;:]{0,60}?(?<=\s)(?:is|will\s+be|shall\s+be)\b"
    r"|(?:apply|applies)(?=\s+(?:from|as|starting|beginning|since)\b)))|effective\b))"
    rf"(?:\s+(?:for|to|in|at)\s[^.;:()\d]{{0,70}}?(?=\s(?:on|from|as)\b))?{_GLUE}$",
    re.I,
)
_ITSELF = re.compile(r"(?:this|these|(?:the\s+|our\s+)?(?:new|updated?|revised|amended|current|latest))\b", re.I)
_BEGUN = re.compile(
    r"\W{0,3}(?:(?:on|from|as\s+of|starting|beginning|effective|with\s+effect)\s+){0,3}(?:the\s+)?$", re.I
)
_TURN = re.compile(
    r"(?P<said>\W[^.;:]{0,160}?)(?<!\w)(?:(?:take|takes|go|goes|come|comes|enter|enters)\s+(?:into\s+)?(?:full\s+)?"
    rf"{_FORCE}|(?:become|becomes|be|are|is)\s+(?:in\s+{_FORCE}|effective)\b|(?:will|shall)\s+(?:apply|replace|supersede|govern)\b)",
    re.I,
)
_STATUTE = re.compile(r"\b(?:acts?|laws?|regulations?|directives?|statutes?|bills?|legislation)\b|法律|法规|条例", re.I)
_OTHER = re.compile(
    r"\b(?i:acts?|laws?|regulations?|directives?|statutes?|bills?|treat(?:y|ies)|decrees?|ordinances?|conventions?|legislation"
    r"|clauses|court|offers?|promotions?|discounts?|trials?|membership|insurance|framework|scheme|fadp|gdpr|ccpa|cpra)\b"
    r"|\b(?!EULA|TERMS|POLICY|NOTICE)[A-Z]{4,9}\b"
)
"""What takes effect beside documents, where it stands between a document's name and the verb."""
_OLD = re.compile(
    r"\b(?:previous(?:ly)?|prior|earlier|former(?:ly)?|older|old|past|archived?|superseded|historical|expired|retired|until|ended"
    r"|no\s+longer|histor(?:y|ies))\b|此前|历史|旧版|上一|原(?:协议|政策|版)|以前|废止|失效|往期|过往|存档",
    re.I,
)
_REPLACED = re.compile(
    r"(?:replac|supersed|updat)\w*\s[^.;,]{0,60}?(?:versions?|terms|polic\w+|agreements?)\b|取代[^。；，]{0,20}|替代[^。；，]{0,20}",
    re.I,
)
_ENDED = re.compile(
    rf"\s{{0,3}}(?:to|until|till|through|thru|至|到|[–—~-])\s{{0,3}}(?:on\s+)?(?:{DATE}|\d|present)", re.I
)
"""Behind a day that begins a time that has an end."""
_IN_CHINESE = re.compile(
    r"(?:当日|之日|零时|凌晨|\s?\d{1,2}[:时点]\d{0,2}(?::\d\d)?){0,2}(?:起|开始)?[,，]?(?:正式|全面|将|即|对[^，。；]{1,12}){0,2}"
    r"(?:生效|施行|实施|执行|(?<=起)适用)"
)
_CHINESE_OTHER = re.compile(r"法》|法律|法规|条例|办法|国家标准|法案|优惠|活动|会员|订阅|订单|合同|授权|委托|套餐|年度")
_CHINESE_START = re.compile(r"[\s(【\[*:：,，。]{0,3}(?:将|自|于|从|在|由|已|并|现|起|即){0,3}\s?$")
_SENTENCE = re.compile(r"[.!?;]\s+(?=[A-Z\"“(\[])|[。；！？]\s*")


@dataclass(frozen=True, slots=True)
class _Place:
    """A day in a block: the words of its sentence before it, what comes behind it, and whether it stands at the top."""

    lead: str
    tail: str
    block: Block
    top: bool


@dataclass(frozen=True, slots=True)
class _Said:
    day: date
    text: str
    block: Block


def effective(document: Document, before: Document | None = None) -> Effective | None:
    """The day on which a text says that it takes effect; with `before`, the text it replaces, only a day new to it.

    The first that it says counts: a page may hold several documents, and their older versions below.
    """
    said = _without_lists(list(_said(document)))
    known = frozenset(found.day for block in before.blocks for found in dates(block.text)) if before else frozenset()
    if not said:
        return after_notice(document, known)
    return next((Effective(each.day, each.text) for each in said if each.day not in known), None)


def _without_lists(said: list[_Said]) -> list[_Said]:
    """Without the days of lists that name several: such a list is of versions."""
    days: defaultdict[tuple[str, ...], set[date]] = defaultdict(set)
    for each in said:
        if each.block.kind in ("item", "row"):
            days[each.block.trail].add(each.day)
    return [each for each in said if each.block.kind not in ("item", "row") or len(days[each.block.trail]) == 1]


def _said(document: Document) -> Iterator[_Said]:
    nothing = Block("paragraph", "")
    for number, (block, following) in enumerate(pairwise((*document.blocks, nothing))):
        lowered = block.text.lower()
        if not any(stem in lowered for stem in _STEMS) or any(map(_is_other, block.trail[-1:])):
            continue
        text = narrow(block.text)
        if len(text) < _LABEL and _ALONE.fullmatch(text):
            yield from _in_two(block, following)
        for found in dates(text):
            start = _sentence_start(text, found.start)
            place = _Place(text[start : found.start], text[found.end : found.end + _TAIL], block, number < _TOP)
            if (words := _words(place)) is not None:
                end = found.end if words else _sentence_end(text, found.end)
                yield _Said(found.day, block.text[found.start - words if words else start : end].strip(), block)


def _is_other(heading: str) -> bool:
    """Whether what stands below a heading is an older version, or a law."""
    return bool(_OLD.search(heading) or _STATUTE.search(heading))


def _in_two(label: Block, following: Block) -> Iterator[_Said]:
    """The day with which the block behind a label begins."""
    first = next(dates(following.text[:_LABEL]), None)
    if (
        first is not None
        and not following.text[: first.start].strip(" :*")
        and not _ENDED.match(following.text, first.end)
    ):
        yield _Said(first.day, f"{label.text} {following.text[: first.end]}", label)


def _sentence_start(text: str, day: int) -> int:
    first = max(0, day - _LEAD)
    ends = [match.end() for match in _SENTENCE.finditer(text, first, day)]
    return max(ends, default=first)


def _sentence_end(text: str, day: int) -> int:
    end = _SENTENCE.search(text, day, day + _TAIL)
    return end.end() if end else min(len(text), day + _TAIL)


def _words(place: _Place) -> int | None:
    """How many characters before its day a label begins; 0 where a sentence says it; None where nothing does."""
    if _ENDED.match(place.tail):
        return None
    label = _LABELLED.search(place.lead) or _CHINESE_LABELLED.search(place.lead)
    if label and _is_label(place, place.lead[: label.start()], label[0]):
        return len(place.lead) - label.start()
    if _is_stated(place) or _turns(place) or _is_in_chinese(place):
        return 0
    return None


def _is_label(place: _Place, head: str, label: str) -> bool:
    """Whether a label of the document itself stands before a day, `head` being what stands before the label."""
    if _OLD.search(_REPLACED.sub(" ", head)) or _STATUTE.search(head) or _CHINESE_OTHER.search(head):
        return False
    short = len(place.block.text) <= _LABEL
    if not head.strip(" *"):
        return ":" in label or not _NOTICE.match(place.tail) or _is_notice(place)
    if _TITLE.search(head) or CHINESE_DOCUMENT.search(head[-12:]):
        return short and place.top and _NO_VERB.search(label) is not None and not place.tail.strip(" *)）")
    return bool(_PARTED.search(head)) and (short or place.top) and _NO_VERB.search(label) is not None


def _is_notice(place: _Place) -> bool:
    """Whether "Effective July 8, 2026, ..." speaks of the document it stands at the top of."""
    said = place.tail.split(". ")[0]
    return place.top and not _OTHER.search(said) and bool(SUBJECT.search(said) or re.search(r"\bwe\b", said))


def _is_stated(place: _Place) -> bool:
    """Whether a sentence says of the document that it takes effect on the day behind it."""
    verb = _VERB.search(place.lead)
    if verb is None:
        return False
    said = place.lead[: verb.end("verb") if _dates(verb) else verb.start()]
    subjects = list(SUBJECT.finditer(said))
    if not subjects or _STATUTE.search(subjects[-1][0]):
        return False
    between = said[subjects[-1].end() :]
    beside = verb["verb"] is None  # "our new terms, effective ...": right behind the name of the document
    if beside and (not _ITSELF.match(subjects[-1][0]) or between.strip(" ,(")):
        return False
    near = _REPLACED.sub(" ", said[max(0, subjects[-1].start() - _NEAR) :])
    return not _OTHER.search(between) and not _OLD.search(near)


def _dates(verb: re.Match[str]) -> bool:
    """Whether what stands for the verb names the document itself: "the effective date of this policy is"."""
    return bool(verb["verb"]) and "date" in verb["verb"].lower()


def _turns(place: _Place) -> bool:
    """Whether a sentence that begins with a day says that the document takes effect on it."""
    turn = _TURN.match(place.tail) if _BEGUN.fullmatch(place.lead) else None
    if turn is None:
        return False
    said = turn["said"]
    return bool(SUBJECT.search(said)) and not _OTHER.search(said) and not _OLD.search(said)


def _is_in_chinese(place: _Place) -> bool:
    """Whether a Chinese sentence says so: 本政策自……起生效."""
    if not _IN_CHINESE.match(place.tail):
        return False
    last = re.split("[，,]", place.lead)[-1]
    said = last if CHINESE_DOCUMENT.search(last) else place.lead
    if _OLD.search(_REPLACED.sub(" ", said)) or _CHINESE_OTHER.search(said):
        return False
    return bool(_CHINESE_START.fullmatch(said) or CHINESE_DOCUMENT.search(said))
