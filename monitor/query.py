"""What people ask of the archive's words: a text as words, a question as phrases, and where a question's phrases stand in a text.

A word is told by its letters alone, not by case, accents or width. Scripts that put no spaces between words (Chinese, Japanese,
Thai ...) and Korean, whose words take endings, are read sign by sign, so that any run of them is a phrase, be it of two signs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from monitor.errors import UsageError
from monitor.normalise import QUOTES, unshaped, visible

LONGEST = 64
"""Characters by which a word is known; more are a number, an address or an attack."""
MOST_PHRASES, MOST_WORDS = 50, 500
"""What one question may ask for: a long sentence, word by word, and no more than the index answers at once."""

_PIECE = re.compile(r"[A-Za-z0-9]+|[^\x00-\x7f]")
_ALONE = re.compile(
    r"[\u0e00-\u0eff\u0f00-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u30ff\u3100-\u31ff\u3400-\u9fff"
    r"\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_JAMO = re.compile(r"[\u1160-\u11ff]")  # the vowels and finals of a Korean syllable that came in pieces
_ITEM = re.compile(
    rf"(?P<out>[-－]?)(?:[{QUOTES}](?P<phrase>[^{QUOTES}]*)[{QUOTES}]?(?P<more>[*＊]?)|(?P<word>[^\s{QUOTES}]+))"
)
_Part = Literal["letters", "alone", "mark", "nothing", "gap"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word in the form in which words are compared, and where it stands in its text: `text[start:end]`."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand next to each other; of the last one only the beginning is asked for, if `prefix`."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a clause must hold: of each group one phrase at least, and no phrase of `without`."""

    groups: tuple[tuple[Phrase, ...], ...]
    without: tuple[Phrase, ...] = ()


def words(text: str) -> tuple[Word, ...]:
    """The words of a text, in its order.

    >>> [word.form for word in words("Don’t train GPT-4 on 训练数据!")]
    ['don', 't', 'train', 'gpt', '4', 'on', '训', '练', '数', '据']
    """
    if text.isascii():
        return tuple(Word(found[0].lower()[:LONGEST], *found.span()) for found in _PIECE.finditer(text))
    return tuple(Word(_known_by(form), *place) for form, *place in _joined(text))


def forms(text: str) -> list[str]:
    """The words of a text by their forms alone, which takes half the time."""
    if text.isascii():
        return [form[:LONGEST] for form in _PIECE.findall(text.lower())]
    return [_known_by(form) for form, _, _ in _joined(text)]


def _known_by(form: str) -> str:
    return (form if form.isascii() else unicodedata.normalize("NFC", form))[:LONGEST]


def _joined(text: str) -> Iterator[tuple[str, int, int]]:
    """Runs of letters and what belongs to them: the form of each, its start and its end."""
    form, start, end, is_run = "", 0, 0, False
    for piece in _PIECE.finditer(text):
        part, letters = _read(piece[0])
        touches = bool(form) and piece.start() == end
        if touches and (part in ("mark", "nothing") or (part == "letters" and is_run)):
            form, end = form + letters, piece.end()
        elif part in ("letters", "alone"):
            if form:
                yield form, start, end
            form, start, end, is_run = letters, *piece.span(), part == "letters"
    if form:
        yield form, start, end


@lru_cache(maxsize=1 << 14)
def _read(piece: str) -> tuple[_Part, str]:
    """What a run of ASCII letters or another single character does to a word, and the form of its letters."""
    if piece.isascii():
        return "letters", piece.lower()
    category = unicodedata.category(piece)
    if not visible(piece) or category == "Cf" or "\U000e0100" <= piece <= "\U000e01ef":
        return "nothing", ""
    if category[0] not in "LNM":
        return "gap", ""
    form = "".join(filter(_is_of_a_word, _without_accents(unshaped(piece).casefold())))
    if not form:
        return "nothing", ""
    if unicodedata.category(form[0])[0] == "M" or _JAMO.match(form):
        return "mark", form
    return ("alone" if _ALONE.match(form) or category in ("No", "Nl") else "letters"), form


def _without_accents(letters: str) -> str:
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", letters)))


def _is_of_a_word(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign)[0] == "M"


# --- questions ---------------------------------------------------------------------------------------------------------


def parse(text: str) -> Query:
    """A question as a person writes it. UsageError, which says what was expected, for one that asks for nothing.

    Words must all be there; `"words in quotes"` next to each other; `train*` is any word that begins so; `a OR b` is one of them;
    `-word` and `NOT word` leave out.
    """
    groups: list[tuple[Phrase, ...]] = []
    without: list[Phrase] = []
    operator = ""
    for item in _items(text):
        if isinstance(item, str):
            _refuse_misplaced(item, operator, bool(groups))
            operator = item
        elif operator == "NOT":
            without.append(item)
            operator = ""
        elif operator == "OR":
            groups[-1] += (item,)
            operator = ""
        else:
            groups.append((item,))
            operator = ""
    _refuse_misplaced("", operator, bool(groups))
    return _bounded(Query(tuple(groups), tuple(without)), text)


def _items(text: str) -> Iterator[Phrase | str]:
    """The phrases and operators of a question; what holds no letter is passed over."""
    for item in _ITEM.finditer(text):
        word = item["word"] or ""
        if word in ("AND", "OR", "NOT") and not item["out"]:
            yield word
            continue
        if found := words(item["phrase"] or word):
            if item["out"]:
                yield "NOT"
            yield Phrase(tuple(each.form for each in found), word.endswith(("*", "＊")) or bool(item["more"]))


def _refuse_misplaced(operator: str, before: str, anything: bool) -> None:
    """UsageError where an operator has nothing to work on; `before` is the one just before it. An empty one is the end."""
    if before and (operator in ("", "AND", "OR") or before != "AND"):
        raise UsageError(f"{before} needs a word after it; to look for the word itself, put it in quotes")
    if operator in ("AND", "OR") and not anything:
        raise UsageError(f"{operator} needs a word before it; to look for the word itself, put it in quotes")


def _bounded(query: Query, text: str) -> Query:
    asked = [phrase for group in (*query.groups, query.without) for phrase in group]
    if not query.groups:
        expected = "name a word to look for, too" if asked else "there is no word in it to look for"
        raise UsageError(f"{text.strip()[:60]!r}: {expected}")
    if len(asked) > MOST_PHRASES or sum(len(phrase.words) for phrase in asked) > MOST_WORDS:
        raise UsageError(f"that is too much at once: ask for {MOST_PHRASES} words or phrases at most")
    return query


def marks(query: Query, text: str) -> tuple[tuple[int, int], ...]:
    """Where the phrases asked for stand in a text, as `text[start:end]`, in its order; what touches or overlaps is one."""
    found = words(text)
    forms = [word.form for word in found]
    places = sorted(
        (found[at].start, found[at + len(phrase.words) - 1].end)
        for group in query.groups
        for phrase in group
        for at in range(len(found) - len(phrase.words) + 1)
        if _stands(phrase, forms[at : at + len(phrase.words)])
    )
    merged: list[tuple[int, int]] = []
    for start, end in places:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _stands(phrase: Phrase, forms: list[str]) -> bool:
    *first, last = phrase.words
    return forms[:-1] == first and (forms[-1].startswith(last) if phrase.prefix else forms[-1] == last)
