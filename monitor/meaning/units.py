"""The words by which offers are read, and a text as a row of tokens that know what they may mean.

The words are data (`data/offers_*.yaml`); a token carries the heads under which its word stands there ("senses").
Numbers with a unit of time are put together here: "per 24 h" becomes one token of sense `period`, "for 3 months" one of
sense `duration`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from monitor.meaning.numbers import HAN, Mark, Number, fold, scan
from monitor.meaning.script import by_character
from monitor.meaning.sources import word_list

_ATOM = re.compile(rf"[a-zà-ÿ]++(?:'[a-z]++)?|[{HAN}]|\d++|[^\s]")
_LATIN = re.compile(r"[a-zà-ÿ0-9]")
_SAME_PERIOD = {
    ("second", 60): "minute",
    ("minute", 60): "hour",
    ("hour", 24): "day",
    ("day", 7): "week",
    ("month", 12): "year",
}
"""How many of a period make another one, for limits "per 24 h"."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign at `text[start:end]`; `senses` maps each head it stands under to the name given there."""

    start: int
    end: int
    word: str
    senses: Mapping[str, str]
    number: Number | None = None
    every: int = 1


_NOTHING: Mapping[str, str] = {}


class Lexicon:
    """Phrases with their senses; the longest one that begins at a place is what stands there."""

    def __init__(self, phrases: Mapping[str, Mapping[str, str]]) -> None:
        self._by_first: dict[str, list[tuple[str, Mapping[str, str], bool]]] = {}
        for phrase in sorted(phrases, key=len, reverse=True):
            first = _ATOM.match(phrase)
            if first:
                of_letters = _LATIN.match(phrase[-1]) is not None
                self._by_first.setdefault(first[0], []).append((phrase, phrases[phrase], of_letters))

    def match(self, lower: str, atom: str, at: int) -> tuple[int, Mapping[str, str]]:
        """Where the phrase at `lower[at:]` ends, and its senses; none for an unknown `atom`.

        The s of a plural, or of "gets" and "gives", belongs to the word.
        """
        for phrase, senses, of_letters in self._by_first.get(atom, ()) or self._by_first.get(
            atom.removesuffix("s"), ()
        ):
            end = at + len(phrase)
            if not lower.startswith(phrase, at):
                continue
            if of_letters:
                end += len(phrase) > 2 and lower.startswith("s", end)
                if _LATIN.match(lower, end):
                    continue
            return end, senses
        return at + len(atom), _NOTHING


@cache
def lexicon() -> Lexicon:
    """All words of `data/offers_*.yaml`."""
    phrases: dict[str, dict[str, str]] = {}
    for language in ("en", "zh"):
        for head, words in word_list(f"offers_{language}.yaml").items():
            named = words if isinstance(words, dict) else {"": words}
            for name, listed in named.items():
                for word in listed:
                    phrases.setdefault(word, {})[head] = name
    return Lexicon(phrases)


def tokens(text: str) -> tuple[Token, ...]:
    """The words, numbers and signs of `text`, with numbers and units of time put together to periods and durations."""
    return tuple(_periods(tuple(_words(fold(by_character(text))))))


def _words(folded: str) -> Iterator[Token]:
    lower = folded.lower() if folded.isascii() else "".join(char.lower() if char.isascii() else char for char in folded)
    place = 0
    for found in scan(folded):
        yield from _gap(lower, place, found.start)
        word = lower[found.start : found.end]
        yield Token(found.start, found.end, word, _NOTHING, found if isinstance(found, Number) else None)
        if isinstance(found, Mark) and word.endswith("."):
            yield Token(found.end, found.end, ".", _NOTHING)
        place = found.end
    yield from _gap(lower, place, len(lower))


def _gap(lower: str, start: int, stop: int) -> Iterator[Token]:
    """The tokens between two numbers."""
    words = lexicon()
    while match := _ATOM.search(lower, start, stop):
        end, senses = words.match(lower, match[0], match.start())
        start = min(end, stop)
        yield Token(match.start(), start, lower[match.start() : start], senses)


def _periods(row: Sequence[Token]) -> Iterator[Token]:
    at = 0
    while at < len(row):
        combined = _period(row, at)
        if combined is None:
            yield row[at]
            at += 1
        else:
            count, token = combined
            yield token
            at += count


def _period(row: Sequence[Token], at: int) -> tuple[int, Token] | None:
    """How many tokens from `at` on make one of time, and that token."""
    first = row[at]
    if "periodic" in first.senses:
        return 1, _time_token(first, first, "period", first.senses["periodic"], 1, {**first.senses, "free": ""})
    if "lead" not in first.senses:
        return _duration(row, at)
    end = at + 1
    while end < len(row) and ("filler" in row[end].senses or row[end].word == "-"):
        end += 1
    number = row[end].number if end < len(row) else None
    if number is not None:
        end += 2 if end + 1 < len(row) and row[end + 1].word == "-" else 1
    if end >= len(row) or "times" not in row[end].senses or not _whole(number):
        return None
    if first.word in ("a", "an") and number is not None:
        return None
    senses = {} if first.word in ("per", "/", "a", "an") else {"free": ""}
    every = int(number.value) if number else 1
    return end + 1 - at, _time_token(first, row[end], "period", row[end].senses["times"], every, senses)


def _duration(row: Sequence[Token], at: int) -> tuple[int, Token] | None:
    """A length of time: "3 months", "24-hour"; in Chinese and Japanese "1日最大" and "3小时80条" are periods."""
    number = row[at].number
    end = at + 1 + (at + 1 < len(row) and row[at + 1].word == "-")
    if number is None or end >= len(row) or "times" not in row[end].senses or "$" in row[max(0, at - 1)].word:
        return None
    kind = "period" if _whole(number) and _rolls(row, at, end) else "duration"
    every = int(number.value) if kind == "period" else 1
    return end + 1 - at, _time_token(row[at], row[end], kind, row[end].senses["times"], every, {"free": ""})


def _rolls(row: Sequence[Token], at: int, end: int) -> bool:
    """Whether a length of time says how often: it is called a rolling window, or an amount follows it in Chinese."""
    after = [token for token in row[end + 1 : end + 4] if token.word not in "():"]
    short = row[end].senses["times"] in ("second", "minute", "hour")
    if any("rolling" in token.senses or (short and token.word == "内") for token in after[:1]):
        return True
    if any("rolling" in token.senses or token.word == "any" for token in row[max(0, at - 1) : at]):
        return True
    han = not row[end].word.isascii()
    starts = at == 0 or row[at - 1].word in "|:,。;(はに" or "gift" in row[at - 1].senses
    return han and starts and any(token.number or "qualifiers" in token.senses for token in after[:1])


def _whole(number: Number | None) -> bool:
    return number is None or (number.value == int(number.value) and 0 < number.value < 1000)


def _time_token(first: Token, last: Token, kind: str, name: str, every: int, senses: Mapping[str, str]) -> Token:
    if kind == "period":
        for (unit, count), longer in _SAME_PERIOD.items():
            if unit == name and every % count == 0:
                name, every = longer, every // count
    return Token(first.start, last.end, f"{first.word} {last.word}", {**senses, kind: name}, None, every)
