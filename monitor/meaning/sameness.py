"""Words and turns that say the same, in one form: one in another's place is no news. They are in `data/same.yaml`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TypedDict

from monitor.meaning.lexicon import CONTRACTIONS
from monitor.meaning.sources import word_list


class _Turn(TypedDict):
    like: str
    form: str


class _Source(TypedDict):
    turns: list[_Turn]
    words: str


def in_one_form(text: str) -> str:
    """The text with turns that say the same in one form: contractions written out, "no later than" as "within"."""
    for turn, form in _turns(ascii_=text.isascii()):
        text = turn.sub(form, text)
    return text


@lru_cache(maxsize=1 << 14)
def stem(word: str) -> str:
    """A word in the form that stands for it: without its endings and other spellings, and as the words that say the same."""
    bare = _bare(word)
    return _words().get(bare, bare)


def _bare(word: str) -> str:
    word = word.lower().replace(".", "").replace("isation", "ization").replace("ise", "ize").replace("our", "or")
    bare = re.sub(r"(?:'s|’s|s|ed|ing)$", "", word)
    return bare[:-1] if bare != word and bare[-1:] == bare[-2:-1] and bare[-1:] not in "ls" else bare  # logged, planned


@cache
def _source() -> _Source:
    source: _Source = word_list("same.yaml")
    return source


@cache
def _turns(*, ascii_: bool) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The turns; for a text of ASCII alone none of those in Chinese."""
    listed = ((turn["like"], turn["form"]) for turn in _source()["turns"])
    found = (("’", "'"), *CONTRACTIONS, *listed)
    return tuple((re.compile(turn, re.IGNORECASE), form) for turn, form in found if not ascii_ or turn.isascii())


@cache
def _words() -> Mapping[str, str]:
    """The word that stands for another, both bare."""
    groups = (line.split() for line in _source()["words"].splitlines())
    return {_bare(word): _bare(group[0]) for group in groups for word in group}
