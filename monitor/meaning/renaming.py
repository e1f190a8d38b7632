"""Names put in the place of others throughout a document: a product or a plan renamed, not its terms changed. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from monitor.meaning.vocabulary import knows
from monitor.meaning.wording import PLANS, TURNING
from monitor.model import Clause, ClauseEdit, Document, Span
from monitor.words import spans

Renamings = tuple[tuple[str, str], ...]

_OFTEN, _TWICE = 3, 2
"""So often must one name stand in another's place to make a renaming; less often where the old name is gone altogether."""
_LONGEST, _MOST_WORDS = 40, 3
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
    found = (pair for pair, times in pairs.items() if times >= _TWICE and _holds(pair, times, before.text, after.text))
    return tuple(sorted(found, key=lambda pair: len(pair[0]), reverse=True))


def with_new_names(edit: ClauseEdit, renamed: Renamings) -> ClauseEdit:
    """An edit whose old edition calls everything by its new name."""
    if edit.before is None:
        return edit
    text = edit.before.text
    for old, new in renamed:
        text = new.join(_as_name(old).split(text))
    return edit if text == edit.before.text else replace(edit, before=replace(edit.before, text=text))


def swaps(before: Clause, after: Clause) -> Iterator[tuple[str, str]]:
    """Proper names of one clause, plans apart, and those that stand in their place in its other edition."""
    for deleted, inserted in pairwise(spans(before.text, after.text)):
        pair = _name(deleted, "deleted"), _name(inserted, "inserted")
        if all(map(_is_proper, pair)) and not any(map(_is_plan, pair)):
            yield pair


def _candidates(edit: ClauseEdit) -> Iterator[tuple[str, str]]:
    """What may be a name in another's place: proper names, parts of identifiers, Chinese words."""
    if edit.before is None or edit.after is None:
        return
    found = (_START, *spans(edit.before.text, edit.after.text), _START)
    for before, one, other, behind in zip(found, found[1:], found[2:], found[3:], strict=False):
        pair = _name(one, "deleted"), _name(other, "inserted")
        joined = behind.text[:1] == "-" or before.text[-1:] == "-"  # "beacon" of "beacon-3-lite"
        if all(pair) and all(_is_named(name) or (joined and name.islower()) or _is_word(name) for name in pair):
            yield pair
    for before, one, behind in zip(found, found[1:], found[2:], strict=False):
        if before.kind == behind.kind == "kept" and one.kind != "kept":
            yield from _lengthened(before.text, one, behind.text)


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
    text = span.text.strip(" ,.;:()’'\"“”")
    named = span.kind == kind and 0 < len(text) <= _LONGEST and not any(char.isdigit() for char in text)
    return text if named else ""


def _is_proper(name: str) -> bool:
    return bool(name) and all(word[:1].isupper() for word in name.split())


def _is_named(name: str) -> bool:
    """Whether a few words may be a name of which the first is written large: "Private mode"."""
    return bool(name) and name[:1].isupper() and len(name.split()) <= _MOST_WORDS


def _is_plan(name: str) -> bool:
    return not PLANS.isdisjoint(name.lower().split())


def _is_word(name: str) -> bool:
    """Whether something is a word by which a vendor may call a thing of its own: none that the word lists know."""
    if _CHINESE.fullmatch(name):
        return TURNING.isdisjoint(name)
    return _COMMON.fullmatch(name) is not None and not knows(name, "en")


def _holds(pair: tuple[str, str], times: int, before: str, after: str) -> bool:
    """Whether names that were swapped so often are a renaming."""
    old, new = map(_as_name, pair)
    plan = any(map(_is_plan, pair))
    if times >= _OFTEN and all(map(_is_proper, pair)) and not plan:
        return True
    gone = not old.search(new.sub("", after)) and not new.search(old.sub("", before))
    return gone and (all(map(_is_named, pair)) or times >= _OFTEN)


@lru_cache(maxsize=1 << 6)
def _as_name(name: str) -> re.Pattern[str]:
    """A name where it stands by itself."""
    edge = r"\b" if name.isascii() else ""
    return re.compile(f"{edge}{re.escape(name)}{edge}")
