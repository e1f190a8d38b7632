"""The letters without which a pattern matches nowhere, derived from the pattern itself.

To derive them the pattern is parsed, which takes longer than reading a few clauses. What was derived of the word lists' patterns is
kept beside them, by a digest of the pattern: one that is not there is parsed, and `make lists` writes the file anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from monitor.meaning.sources import FOLDER, a_line_each, digest

Needed = tuple[frozenset[str], ...]
"""Sets of letters: where a pattern matches, the text holds one of each set."""

KEPT = FOLDER / "letters.json"
SHORTEST = 2
"""Letters of a literal at least: one letter stands in every text."""
_LONGEST = 8
"""Letters of a literal at most: what begins a long word tells it well enough."""
_WORD = re.compile(r"\w+")


def needed(pattern: str) -> Needed:
    """The letters that a pattern asks for, the rarest set first; as they are kept, else as they are derived."""
    kept = _kept().get(digest(pattern))
    return derived(pattern) if kept is None else tuple(map(frozenset, kept))


def kept_form(patterns: Iterable[str]) -> str:
    """The file that keeps the letters of these patterns, a line each."""
    return a_line_each({digest(each): [sorted(letters) for letters in derived(each)] for each in patterns})


@cache
def _kept() -> dict[str, list[list[str]]]:
    kept: dict[str, list[list[str]]] = json.loads(KEPT.read_text(encoding="utf-8"))
    return kept


def derived(pattern: str) -> Needed:
    """The letters without which a pattern matches nowhere, the rarest set first; none where that cannot be told.

    >>> [sorted(letters) for letters in derived(r"\\b(?:we|they) (?:may )?shar(?:e|ing)\\b")]
    [['they', 'we'], ['shar']]
    """
    parsed = parser.parse(pattern)
    return () if parsed.state.flags & re.IGNORECASE else tuple(sorted(_needed(parsed), key=_rareness, reverse=True))


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
    if len(longest) >= SHORTEST:
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
