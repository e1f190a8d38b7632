"""Which words the word lists know: where one of them comes, goes or is replaced, a clause may say something else. Pure."""

from __future__ import annotations

from functools import cache, lru_cache

from monitor.meaning.lexicon import fold, stance_lexicon, topic_lexicon
from monitor.meaning.literals import Literals

_SAY_LITTLE = frozenset(
    "able about also been behind being because could does each even from have into last like long longer made make might "
    "more name need next once only open order other over place point possible rather rain rant shall should show shown such "
    "take than that their them then these they thing things this those through time type under upon used uses usage using "
    "want what when whenever where whether which while will wish with within would write written your ility egal ention "
    "ational harge ment isten 使用 用于 用作 用来 进行 作为 以及 如何 要求 给予 实施 根据 基于 属于 产生 本服务 服务".split()
)
"""Words that the lists ask for beside others, and that by themselves say nothing of data."""


@lru_cache(maxsize=1 << 14)
def knows(word: str, language: str) -> bool:
    """Whether the lists of topics and stances of a language ask for a word, or for what it begins with."""
    folded = fold(word)
    return any(literals.within(folded) & asked for literals, asked in _asked_for(language))


@cache
def _asked_for(language: str) -> tuple[tuple[Literals, int], ...]:
    """The letters that the lists ask for, little words apart."""
    found = []
    for lexicon in (topic_lexicon(language), stance_lexicon(language)):
        for expression in lexicon.literals.expressions:
            _ = expression.any_of
        found.append((lexicon.literals, lexicon.literals.bits(lexicon.literals.words(_SAY_LITTLE))))
    return tuple(found)
