"""Names put in the place of others throughout a document: a product or a plan renamed, not its terms changed. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from monitor.meaning.lexicon import language_of
from monitor.meaning.vocabulary import knows
from monitor.meaning.wording import PLANS, PUNCTUATION, TURNING_CHARACTERS
from monitor.model import ClauseEdit, Document, Span
from monitor.words import spans

Renamings = tuple[tuple[str, str], ...]

_OFTEN, _TWICE = 3, 2
"""So often must one name stand in another's place to make a renaming; less often where the old name is gone altogether."""
_LONGEST, _MOST_WORDS = 40, 3
_MOST = 40
"""Pairs that are looked for in the whole of two texts: a document rewritten has hundreds that stand beside each other by chance."""
_LAST_NAME = re.compile(r"[A-Z][\w'’-]*(?= ?$)")
_FIRST_NAME = re.compile(r" ?[A-Z][\w'’-]*")
_ADDED = re.compile(r"(?:[A-Z][\w'’-]*|\d[\d.]*)(?: (?:[A-Z][\w'’-]*|\d[\d.]*))*")
_CHINESE = re.compile(r"[\u3400-\u9fffA-Za-z ]*[\u3400-\u9fff][\u3400-\u9fffA-Za-z ]+")
_COMMON = re.compile(r"[a-z]{4,}")
_START = Span("kept", "")


def renamings(edits: Iterable[ClauseEdit], before: Document, after: Document) -> Renamings:
    """The names of one text that stand in the place of others, the longest first.

    A plan is renamed only if its old name is gone from the text: who went to another plan has other terms.
    """
    pairs = Counter(pair for edit in edits for pair in _candidates(edit))
    old, new = before.text, after.text
    found = (pair for pair, times in pairs.most_common(_MOST) if times >= _TWICE and _holds(pair, times, old, new))
    return tuple(sorted(found, key=lambda pair: len(pair[0]), reverse=True))


def with_new_names(edit: ClauseEdit, renamed: Renamings) -> ClauseEdit:
    """An edit whose old edition calls everything by its new name."""
    if edit.before is None:
        return edit
    text = edit.before.text
    for old, new in renamed:
        text = new.join(_as_name(old).split(text))
    return edit if text == edit.before.text else replace(edit, before=replace(edit.before, text=text))


def swaps(found: Sequence[Span]) -> Iterator[tuple[str, str]]:
    """Proper names of one text, plans apart, and those that stand in their place in its other edition; `found` are their spans."""
    for pair, around in _replaced(found):
        if all(map(_is_proper, pair)) and not any(map(_is_plan, pair)) and _is_own(_whole(pair, around)):
            yield pair


def _candidates(edit: ClauseEdit) -> Iterator[tuple[str, str]]:
    """What may be a name in another's place: proper names, parts of identifiers, Chinese words."""
    if edit.before is None or edit.after is None:
        return
    found = spans(edit.before.text, edit.after.text)
    for pair, around in _replaced(found):
        joined = around[0][-1:] == "-" or around[1][:1] == "-"  # "beacon" of "beacon-3-lite"
        if all(_is_named(name) or (joined and name.islower()) or _is_word(name) for name in pair):
            yield _whole(pair, around) if all(map(_is_proper, pair)) else pair
    for before, one, behind in zip((_START, *found), found, (*found[1:], _START), strict=False):
        if before.kind == behind.kind == "kept" and one.kind != "kept":
            yield from _lengthened(before.text, one, behind.text)


def _replaced(found: Sequence[Span]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """What may be a name and stands in another's place, each pair with the text kept before and behind it."""
    for kept, one, other, behind in zip((_START, *found), found, found[1:], (*found[2:], _START), strict=False):
        pair = _name(one, "deleted"), _name(other, "inserted")
        if all(pair):
            yield pair, (kept.text, behind.text)


def _whole(pair: tuple[str, str], around: tuple[str, str]) -> tuple[str, str]:
    """Names with the words before and behind them that are written large, too: "Chat" of "Lumen Chat"."""
    first, last = _LAST_NAME.search(around[0]), _FIRST_NAME.match(around[1])
    start, end = (f"{first[0]} " if first else ""), (f" {last[0].strip()}" if last else "")
    return f"{start}{pair[0]}{end}", f"{start}{pair[1]}{end}"


def _lengthened(before: str, span: Span, behind: str) -> Iterator[tuple[str, str]]:
    """A name that got, or lost, a part: "Mosaic Large" is "Mosaic 3 Large" now, "Customer Personal Data" is "Customer Data"."""
    first, last, part = _LAST_NAME.search(before), _FIRST_NAME.match(behind), span.text.strip()
    if not (first or last) or not _ADDED.fullmatch(part) or len(part) > _LONGEST:
        return
    start, end = (found[0].strip() if found else "" for found in (first, last))
    for around in dict.fromkeys(((start, ""), ("", end), (start, end))):
        short, long = " ".join(filter(None, around)), " ".join(filter(None, (around[0], part, around[1])))
        if short:
            yield (short, long) if span.kind == "inserted" else (long, short)


def _name(span: Span, kind: str) -> str:
    """The text of a span of that kind, if it may be a name; else ""."""
    text = span.text.strip(PUNCTUATION)
    named = span.kind == kind and 0 < len(text) <= _LONGEST and not any(char.isdigit() for char in text)
    return text if named else ""


def _is_proper(name: str) -> bool:
    return bool(name) and all(word[:1].isupper() for word in name.split())


def _is_named(name: str) -> bool:
    """Whether a few words may be a name of which the first is written large: "Private mode"."""
    return name[:1].isupper() and len(name.split()) <= _MOST_WORDS


def _is_word(name: str) -> bool:
    """Whether something is a word by which a vendor may call a thing of its own: none that the word lists know."""
    if _CHINESE.fullmatch(name):
        return TURNING_CHARACTERS.isdisjoint(name)
    return _COMMON.fullmatch(name) is not None and not knows(name, "en")


def _is_plan(name: str) -> bool:
    return not PLANS.isdisjoint(name.lower().split())


def _is_own(pair: tuple[str, str]) -> bool:
    """Whether these are names of the vendor's own: a word of theirs is known to nobody, or more than the first is written large.

    "Partners" and "Advertisers" are no names, though they stand at the start of a sentence.
    """
    few, more = sorted((name.split() for name in pair), key=len)
    large = len(few) > 1 and all(map(_is_proper, pair))
    return large or set(few) < set(more) or any(not _is_known(word) for word in (*few, *more))


def _is_known(name: str) -> bool:
    return any(knows(word.lower(), language_of(word)) for word in name.split())


def _holds(pair: tuple[str, str], times: int, before: str, after: str) -> bool:
    """Whether names that were swapped so often are a renaming."""
    plan = any(map(_is_plan, pair))
    if not (plan or _is_own(pair)):
        return False
    if times >= _OFTEN and not plan and all(map(_is_proper, pair)):
        return True
    often = plan or times >= _OFTEN or all(map(_is_named, pair)) or not any(map(_is_known, pair))
    old, new = pair
    return often and not _stands(old, after, apart_from=new) and not _stands(new, before, apart_from=old)


def _stands(name: str, text: str, *, apart_from: str) -> bool:
    """Whether a name stands in a text, and not only as a part of another one."""
    if name not in text:
        return False
    if name in apart_from:
        text = _as_name(apart_from).sub("", text)
    return _as_name(name).search(text) is not None


@lru_cache(maxsize=1 << 6)
def _as_name(name: str) -> re.Pattern[str]:
    """A name where it stands by itself."""
    edge = r"\b" if name.isascii() else ""
    return re.compile(f"{edge}{re.escape(name)}{edge}")
