"""Expressions that are tried only where a text holds the letters without which they cannot match.

Of the hundreds of patterns that a clause is held against, nearly all ask for letters that it does not hold. Expressions are
compiled when they are first tried: whoever asks for the topics of a few clauses does not wait for the hundreds of patterns that
these never meet.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache, reduce
from operator import or_
from threading import Lock

from monitor.meaning.letters import SHORTEST, needed

_WORD = re.compile(r"\w+")
_START = 3
"""Letters by which a literal is looked up."""
ANYTHING = 1
"""The bit that every text has: of a pattern that asks for nothing."""


class Literals:
    """The letters that patterns ask for, and which of them a text holds: a bit for each.

    A text is asked only after the letters that it is asked for are known here.
    """

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._by_start: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self.expressions: list[Expression] = []
        self._adding = Lock()
        self._forget()

    def bits(self, letters: Iterable[str]) -> int:
        """The bits of letters, each within one word and of two letters at least; together, any of them."""
        asked = frozenset(letters)
        with self._adding:  # else two threads that meet new letters give them two bits, and one of these is never held
            if new := asked - self._bits.keys():
                self._add(new)
            return sum(self._bits[each] for each in asked)

    def words(self, without: frozenset[str]) -> frozenset[str]:
        """Letters known here that are words or stems by themselves."""
        return frozenset(each for each in self._bits if len(each) >= (4 if each.isascii() else 2)) - without

    def expression(self, patterns: Iterable[str]) -> Expression:
        """Patterns as one expression, which is compiled when it is first tried."""
        self.expressions.append(Expression(patterns, self))
        return self.expressions[-1]

    def compile(self) -> None:
        """Compile every expression now."""
        for each in self.expressions:
            each.compile()

    def _add(self, new: Iterable[str]) -> None:
        for letters in new:
            self._bits[letters] = bit = ANYTHING << 1 << len(self._bits)
            self._by_start[letters[:_START]].append((letters, bit))
        self._forget()

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
            held |= bits.get(word[at : at + SHORTEST], 0)
            for letters, bit in by_start.get(word[at : at + _START], ()):
                if word.startswith(letters, at):
                    held |= bit
        return held


class Stems:
    """Beginnings of words, or words in a row, of which a text may hold one."""

    def __init__(self, stems: Iterable[str], literals: Literals) -> None:
        self.literals = literals
        stems = frozenset(stems)
        words = {stem for stem in stems if len(stem) >= SHORTEST and _WORD.fullmatch(stem)}
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
        self.spelt, self._literals = tuple(patterns), literals

    @cached_property
    def _patterns(self) -> tuple[_Pattern, ...]:
        return tuple(_Pattern(spelt, self._literals) for spelt in self.spelt)

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
        self.first, *self.others = [*map(literals.bits, needed(spelt))] or [ANYTHING]

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, ready to be tried; kept here, since `re` itself remembers but a few hundred."""
        return re.compile(self._spelt)


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
