"""For whom or for what a clause holds, where it says so: the free tier, business customers, the API, a region."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import yaml

from monitor.meaning.lexicon import fold


def scopes(text: str) -> tuple[int, ...]:
    """The scopes that a clause names, as numbers for `scope_words`."""
    folded = fold(text)
    return tuple(number for number, (_, like) in enumerate(_scopes()) if like.search(folded))


def scope_words(numbers: tuple[int, ...], language: str) -> str:
    """Scopes in words, in brackets; nothing where there is none."""
    names = [_scopes()[number][0][language] for number in numbers]
    if not names:
        return ""
    return f"（{'、'.join(names)}）" if language == "zh" else f" ({', '.join(names)})"


@cache
def _scopes() -> tuple[tuple[dict[str, str], re.Pattern[str]], ...]:
    text = (resources.files("monitor") / "meaning" / "data" / "scopes.yaml").read_text(encoding="utf-8")
    return tuple((entry["name"], re.compile(entry["like"])) for entry in yaml.safe_load(text))
