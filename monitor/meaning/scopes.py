"""For whom or for what a clause holds, where it says so: the free tier, business customers, the API, a region."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from monitor.meaning.lexicon import fold
from monitor.meaning.sources import word_list


def scopes(text: str) -> tuple[int, ...]:
    """The scopes that a clause names, as numbers for `scope_words`."""
    folded = fold(text)
    return tuple(number for number, (_, like, _) in enumerate(_scopes()) if like.search(folded))


def scope_keys(text: str) -> frozenset[str]:
    """The scopes that words name, by their keys: `free`, `paid`, `consumer`, `business`, `api`, `feedback`, `eu`."""
    return frozenset(_scopes()[number][2] for number in scopes(text))


def scope_numbers(keys: Iterable[str]) -> tuple[int, ...]:
    """Scopes by their keys, as numbers for `scope_words`."""
    wanted = frozenset(keys)
    return tuple(number for number, (_, _, key) in enumerate(_scopes()) if key in wanted)


def scope_words(numbers: tuple[int, ...], language: str) -> str:
    """Scopes in words, in brackets; nothing where there is none."""
    names = [_scopes()[number][0][language] for number in numbers]
    if not names:
        return ""
    return f"（{'、'.join(names)}）" if language == "zh" else f" ({', '.join(names)})"


@cache
def _scopes() -> tuple[tuple[dict[str, str], re.Pattern[str], str], ...]:
    return tuple((entry["name"], re.compile(entry["like"]), entry["key"]) for entry in word_list("scopes.yaml"))
