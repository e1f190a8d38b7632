"""Which words of weight differ between two texts: not the little words, not other spellings, forms or figures of the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from rapidfuzz import fuzz

from monitor.meaning.numbers import has_number, numbers
from monitor.meaning.sameness import in_one_form, stem
from monitor.meaning.script import simplified
from monitor.normalise import CHINESE
from monitor.words import spans

WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_EMPTY = frozenset(
    "a an the of to in on at for by with and or as is are be this that these those it its our we us your you their any such "
    "other from into also but under which who will shall do does did doing done has have had been being was were please "
    "section sections here below above herein hereof thereof thereto page "
    "link following further well both each all every so then thus hence too there thereby therein they them he she what which "
    "whose one ones s e.g i.e etc".split()
)
_WHOM = frozenset(
    "inc llc ltd corp opco limited contact email e-mail support portal form inbox address phone chatbot mailto".split()
)
"""Whom to write to, and what a company's form is called: no statement on data turns on it."""
_SAYS_NOTHING = _EMPTY | _WHOM
_LITTLE = str.maketrans("", "", "我们你您的了被将把对向与和及并且或其在自起算由所之则即为至于从给该此各等还会")
"""Chinese characters that by themselves say nothing: who speaks, and how a sentence is joined. Never 不, 未, 可, 仅, 应."""
TURNING_CHARACTERS = frozenset("不未非无勿仅只除免禁可")
"""Those that turn a sense alone; any other stands for a word only together with a second one."""
DENYING = frozenset("not no never none nor neither nobody nothing without cannot".split())
LIMITING = frozenset("only solely exclusively unless except".split())
_DENIES = re.compile(rf"(?i)\b(?:{'|'.join(sorted(DENYING))}|n't|(?:stays?|left|kept) out)\b|[不未无勿]")
_ONLY = re.compile(r"(?i)\b(?:only|solely|exclusively)\b|[仅只]")
_COMMA = re.compile("[,，]")
_UNLESS = re.compile(r"(?i)(\b(?:unless|except|save (?:where|for|if))\b|除)")
_DATE = (
    r"\b(?:\d{1,2}\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?\s+(?:\d{1,2},?\s+)?\d{4}\b"
    r"|\b\d{4}-\d{2}-\d{2}\b|\d{4}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?"
)
_REFERENCES = (
    r"\bhttps?://\S+|(?<![\w/])/[\w.{}-]+(?:/[\w.{}-]+)+|\[\d{1,3}\]|\b(?:[\w-]+\.){1,4}[a-z]{2,6}(?:/\S*)?\b|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b(?:sections?|articles?|clauses?|annex|exhibit|schedule|part)\s+[\dA-Z]+(?:[.(][\da-z]+\)?)*|\b[A-Z]\.\d+(?:\.\d+)*\b"
    r"|(?:^|(?<=[;.|]\s))\d{1,2}(?:\.\d{1,2}){1,3}(?=\s+[A-Z(])"
    r"|\b\d{1,5}[a-z]?,? (?:[A-Z][\w'-]+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Row|Lane|Square|Boulevard)\b"
    r"(?:,? (?:[A-Z][\w'-]*|\d{1,6}))*"
    r"|(?:^|(?<=[\s;,.(]))\(?(?:[a-z]|[ivx]{1,4})[.)](?=\s|$|[A-Z])|(?:^|(?<=[;.|]\s)|(?<=\())\d{1,2}[.)](?=\s|[A-Z])|第[\d一二三四五六七八九十]+[条款章节]"
)
REFERENCE = re.compile(_REFERENCES, re.I)
_POINTER = re.compile(rf"[$€£¥]\s?\d[\d.,]*|{_DATE}|{_REFERENCES}", re.I)
"""Prices, addresses, references to sections, and dates: of data they say nothing themselves. Of an offer a date is the end."""
_NEGATIONS = ("un", "in", "im", "ir", "il", "dis", "non", "de", "re")
PUNCTUATION = " ,.;:()’'\"“”"
PLANS = frozenset("free paid standard basic pro plus team teams business enterprise premium trial personal".split())
_READABLE = 200
"""Words of an edit past which nobody looks for misspellings: each is held against each."""


def differing_terms(before: str, after: str) -> tuple[str, str]:
    """The words of weight that only one of two editions of an offer has: a date is its end, and a phone a condition of it."""
    return differing(before, after, REFERENCE, _EMPTY)


@lru_cache(maxsize=1 << 6)  # asked once for each topic of an edit
def differing(
    before: str, after: str, pointers: re.Pattern[str] = _POINTER, nothing: frozenset[str] = _SAYS_NOTHING
) -> tuple[str, str]:
    """The words of weight that only one of two texts has: little words, pointers and other spellings left out."""
    pairs = spans(*(pointers.sub(" ", in_figures(in_one_form(simplified(text)))) for text in (before, after)))
    deleted = weighty((span.text for span in pairs if span.kind == "deleted"), nothing)
    inserted = weighty((span.text for span in pairs if span.kind == "inserted"), nothing)
    gone, come = _without(deleted, inserted), _without(inserted, deleted)
    if not gone and not come and _changed_places(deleted):
        return " ".join(deleted), " ".join(inserted)
    return " ".join(gone), " ".join(come)


def in_figures(text: str) -> str:
    """The text with its quantities as plain figures, whatever they were written as.

    >>> in_figures("within thirty (30) days, up to 1,000 times; 保存六个月")
    'within 30 days, up to 1000 times; 保存6个月'
    """
    if not has_number(text):
        return text
    parts, end = [], 0
    for number in numbers(text):
        parts += [text[end : number.start], f"{number.value:.15g}"]
        end = number.end
    return "".join((*parts, text[end:]))


@lru_cache(maxsize=1 << 12)  # each clause is held against each
def words_of(text: str) -> frozenset[str]:
    """The words of weight in a text, each in one form: enough to see that a text says all that another does."""
    return frozenset(map(stem, weighty([_POINTER.sub(" ", in_figures(text))])))


def _changed_places(words: list[str]) -> bool:
    """Whether words that only moved turn the sense: two periods, or two plans, in each other's place."""
    return len({word.lower() for word in words if word.lower() in PLANS or any(map(str.isdigit, word))}) > 1


def _without(words: list[str], others: list[str]) -> list[str]:
    """The words that have no counterpart among others: neither themselves, nor another form or spelling of them."""
    left = Counter(chain.from_iterable(map(_units, others)))
    near = others if len(others) <= _READABLE else []
    kept = []
    for word in words:
        units = [unit for unit in _units(word) if not _taken(unit, left)]
        if CHINESE.search(word):
            kept += ["".join(units)] if len(units) > 1 or TURNING_CHARACTERS & set(units) else []
        elif units and not any(_is_spelling(word, other) for other in near):
            kept.append(word)
    return kept


def _units(word: str) -> tuple[str, ...]:
    """What of a word is looked for elsewhere: each Chinese character by itself, for there is no space between words."""
    return tuple(word.translate(_LITTLE)) if CHINESE.search(word) else (stem(word),)


def _taken(unit: str, left: Counter[str]) -> bool:
    """Take one from what is left, if there is one."""
    left[unit] -= 1
    return left[unit] >= 0


def _is_spelling(word: str, other: str) -> bool:
    """Whether two words are one word, misspelt or cut short; never a number, never a word and its negation."""
    a, b = word.lower(), other.lower()
    if (
        min(len(a), len(b)) < 5
        or not (a.isalpha() and b.isalpha())
        or any(a == n + b or b == n + a for n in _NEGATIONS)
    ):
        return False
    return a.startswith(b) or b.startswith(a) or (min(len(a), len(b)) >= 6 and fuzz.ratio(a, b) >= 85)


def sense(text: str) -> str:
    """How a text says what it says: plainly, denied, with a limit, or "unless"; what is not so "unless" is so "only if"."""
    main, unless, behind = _UNLESS.split(text, maxsplit=1) if _UNLESS.search(text) else (text, "", "")
    main = main if main.strip() else _COMMA.split(behind, maxsplit=1)[-1]
    denied, limited = _DENIES.search(main) is not None, _ONLY.search(text) is not None
    if unless:
        return "only" if denied else "unless"
    return "denied" if denied and not limited else "only" if limited else "plain"


def many(words: Iterable[str]) -> int:
    """How many words these are: two Chinese characters make one."""
    return sum((len(word) + 1) // 2 if CHINESE.search(word) else 1 for word in words)


def weighty(texts: Iterable[str], nothing: frozenset[str] = _SAYS_NOTHING) -> list[str]:
    """The words of texts that are not among those that say nothing."""
    return [
        word for text in texts for word in WORD.findall(text) if word.lower() not in nothing and word.translate(_LITTLE)
    ]
