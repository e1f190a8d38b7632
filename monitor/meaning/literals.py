"""Expressions that are tried only where a text holds the letters without which they cannot match.

Of the hundreds of patterns that a clause is held against, nearly all ask for letters that it does not hold. Which letters a pattern
asks for is derived from the pattern itself, so there is no second list to keep true. Expressions are compiled when they are first
tried: whoever asks for the topics of a few clauses does not wait for the hundreds of patterns that these never meet.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache, reduce
from operator import or_
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from threading import Lock
from typing import Any

Needed = tuple[frozenset[str], ...]
"""Sets of letters: where a pattern matches, the text holds one of each set."""

_WORD = re.compile(r"\w+")
_SHORTEST, _LONGEST = 2, 8
"""Letters of a literal: one letter stands in every text, and what begins a long word tells it well enough."""
_START = 3
"""Letters by which a literal is looked up."""
ANYTHING = 1
"""The bit that every text has: of a pattern that asks for nothing."""


def needed(pattern: str) -> Needed:
    """The letters without which a pattern matches nowhere; none where that cannot be told.

    >>> [sorted(letters) for letters in needed(r"\\b(?:we|they) (?:may )?shar(?:e|ing)\\b")]
    [['they', 'we'], ['shar']]
    """
    return _of_all(parser.parse(pattern))


def _of_all(parsed: Any) -> Needed:
    return () if parsed.state.flags & re.IGNORECASE else tuple(_needed(parsed))


def _needed(items: Iterable[tuple[Any, Any]]) -> Iterator[frozenset[str]]:
    run = ""
    for operation, argument in items:
        if operation is code.LITERAL:
            run += chr(argument)
        elif operation is not code.AT:  # an edge stands between letters, and takes none
            yield from _of_run(run)
            yield from _of_part(operation, argument)
            run = ""
    yield from _of_run(run)


def _of_run(run: str) -> Iterator[frozenset[str]]:
    """The longest word of letters that stand in a row."""
    longest = run if run.isalnum() else max(_WORD.findall(run), key=len, default="")
    if len(longest) >= _SHORTEST:
        yield frozenset({longest[:_LONGEST]})


def _of_part(operation: Any, argument: Any) -> Iterator[frozenset[str]]:
    """What a group, a choice or a repetition asks for. Anything else may match without letters of its own."""
    if operation is code.SUBPATTERN and not argument[1] & re.IGNORECASE:
        yield from _needed(argument[3])
    elif operation in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT) and argument[0]:
        yield from _needed(argument[2])
    elif operation is code.BRANCH:
        choices = [max(_needed(choice), key=_rareness, default=frozenset()) for choice in argument[1]]
        if all(choices):
            yield frozenset().union(*choices)


def _rareness(letters: frozenset[str]) -> tuple[int, int]:
    return min(map(len, letters)), -len(letters)


class Literals:
    """The letters that patterns ask for, and which of them a text holds: a bit for each.

    A text is asked only after the letters that it is asked for are known here.
    """

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._by_start: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self._expressions: list[Expression] = []
        self._adding = Lock()
        self._forget()

    def bits(self, letters: Iterable[str]) -> int:
        """The bits of letters, each within one word and of two letters at least; together, any of them."""
        with self._adding:  # else two threads that meet new letters give them two bits, and one of these is never held
            return sum({self._bits.get(each) or self._added(each) for each in letters})

    def expression(self, patterns: Iterable[str]) -> Expression:
        """Patterns as one expression, which is compiled when it is first tried."""
        self._expressions.append(Expression(patterns, self))
        return self._expressions[-1]

    def compile(self) -> None:
        """Compile every expression now."""
        for each in self._expressions:
            each.compile()

    def _added(self, letters: str) -> int:
        self._bits[letters] = bit = ANYTHING << 1 << len(self._bits)
        self._by_start[letters[:_START]].append((letters, bit))
        self._forget()
        return bit

    def _forget(self) -> None:
        """Begin with new memories. What another thread still works out without the new letters goes into the old ones."""
        self.within: Callable[[str], int] = lru_cache(maxsize=1 << 6)(self._within)
        self._of_word: Callable[[str], int] = lru_cache(maxsize=1 << 14)(
            self._held_by
        )  # texts are made of the same words

    def _within(self, text: str) -> int:
        return reduce(or_, map(self._of_word, _WORD.findall(text)), ANYTHING)

    def _held_by(self, word: str) -> int:
        held, bits, by_start = 0, self._bits, self._by_start
        for at in range(len(word) - 1):
            held |= bits.get(word[at : at + _SHORTEST], 0)
            for letters, bit in by_start.get(word[at : at + _START], ()):
                if word.startswith(letters, at):
                    held |= bit
        return held


class Stems:
    """Beginnings of words, or words in a row, of which a text may hold one."""

    def __init__(self, stems: Iterable[str], literals: Literals) -> None:
        self.literals = literals
        stems = frozenset(stems)
        words = {stem for stem in stems if len(stem) >= _SHORTEST and _WORD.fullmatch(stem)}
        self._bits, self._others = literals.bits(words), tuple(stems - words)

    def within(self, text: str) -> bool:
        """Whether a text holds any of the stems."""
        return self.among(self.literals.within(text), text)

    def among(self, held: int, text: str) -> bool:
        """The same, of a text of which it is known what it holds."""
        return bool(held & self._bits) or any(map(text.__contains__, self._others))


class Expression:
    """Several patterns as one: it finds what `one|other|third` finds, and tries only those whose letters a text holds."""

    def __init__(self, patterns: Iterable[str], literals: Literals) -> None:
        self._spelt, self._literals = tuple(patterns), literals

    @cached_property
    def _patterns(self) -> tuple[_Pattern, ...]:
        return tuple(_Pattern(spelt, self._literals) for spelt in self._spelt)

    @cached_property
    def any_of(self) -> int:
        """The bits of which a text holds one, if any of the patterns matches."""
        return reduce(or_, (pattern.first for pattern in self._patterns))

    def compile(self) -> None:
        """Compile every pattern now."""
        for pattern in self._patterns:
            _ = pattern.compiled, self.any_of

    def is_in(self, text: str) -> bool:
        """Whether any of the patterns matches somewhere in a text."""
        return any(pattern.search(text) for pattern in self._possible(text))

    def search(self, text: str) -> re.Match[str] | None:
        """The first match in a text."""
        return next(iter(self.finditer(text)), None)

    def sub(self, replacement: str, text: str) -> str:
        """The text with something else in the place of every match."""
        parts, end = [], 0
        for match in self.finditer(text):
            parts += [text[end : match.start()], replacement]
            end = match.end()
        return "".join((*parts, text[end:])) if parts else text

    def finditer(self, text: str) -> Iterable[re.Match[str]]:
        """All matches from left to right; where several patterns match at one place, that of the first."""
        possible = self._possible(text)
        if len(possible) > 1:
            return _merged(possible, text)
        return possible[0].finditer(text) if possible else ()

    def _possible(self, text: str) -> Sequence[re.Pattern[str]]:
        any_of = self.any_of  # before the text is asked
        held = self._literals.within(text)
        if not held & any_of:
            return ()
        possible = (each for each in self._patterns if held & each.first and all(map(held.__and__, each.others)))
        return [each.compiled for each in possible]


class _Pattern:
    """A pattern, and the bits of the sets of letters that it asks for, the rarest first."""

    def __init__(self, spelt: str, literals: Literals) -> None:
        self._spelt = spelt
        self._parsed = parser.parse(spelt)  # once for both: parsing takes longest
        sets = sorted(_of_all(self._parsed), key=_rareness, reverse=True)
        self.first, *self.others = [*map(literals.bits, sets)] or [ANYTHING]

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, ready to be tried."""
        parsed = vars(self).pop("_parsed", None)  # it is of no more use, and large; another thread may have it
        compiled: re.Pattern[str] = compiler.compile(parsed or parser.parse(self._spelt))
        return compiled


def _merged(patterns: Sequence[re.Pattern[str]], text: str) -> Iterator[re.Match[str]]:
    """What one expression of all the patterns would find, each of them searched by itself."""
    ahead = [(match.start(), place, match) for place, each in enumerate(patterns) if (match := each.search(text))]
    while ahead:
        match = min(ahead)[2]  # no two have one place, so matches are never compared
        yield match
        end = max(match.end(), match.start() + 1)
        passed = [place for start, place, _ in ahead if start < end <= len(text)]
        ahead = [each for each in ahead if each[0] >= end]
        ahead += [(found.start(), place, found) for place in passed if (found := patterns[place].search(text, end))]
