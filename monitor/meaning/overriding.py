"""What the watchlist says of findings in the place of the program's own rules: the first entry that fits decides."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from monitor.meaning.rules import ELSE
from monitor.model import Finding, Override, Page
from monitor.normalise import visible
from monitor.routing import is_about

_QUOTES = str.maketrans("‘’“”", "''\"\"")
_LETTER = "[0-9a-z\u00c0-\u024f]"
"""What words are made of that stand apart: "EU" is no part of "queue". Chinese has no such gaps."""


def overridden(finding: Finding, page: Page, overrides: tuple[Override, ...]) -> Finding:
    """The finding with the importance that the first entry gives which fits it, and a rule that names the entry."""
    for number, entry in enumerate(overrides):
        if is_about(entry, page) and _fits(entry, finding):
            rule = f"{_named(number, entry)}{ELSE}{finding.rule}"
            return replace(finding, importance=entry.importance, rule=rule)
    return finding


def _named(number: int, entry: Override) -> str:
    because = f" (because {entry.because})" if entry.because else ""
    return f"the watchlist's verdicts[{number}]: {entry.importance}{because}"


def _fits(entry: Override, finding: Finding) -> bool:
    return (
        (not entry.topics or finding.topic in entry.topics)
        and (not entry.change or finding.change in entry.change)
        and (not entry.words or _stand(entry.words, finding))
    )


def _stand(phrases: tuple[str, ...], finding: Finding) -> bool:
    texts = _plain(finding.before), _plain(finding.after)
    return any(_phrase(words).search(text) for words in phrases for text in texts)


def _plain(text: str) -> str:
    return visible(text).translate(_QUOTES).lower()


@lru_cache(maxsize=1 << 10)  # asked once for each finding
def _phrase(words: str) -> re.Pattern[str]:
    """Where a phrase stands, whole words of it; nothing in it is a sign of a pattern."""
    plain = _plain(words)
    before, after = (_apart(edge, look) for edge, look in ((plain[:1], "?<!"), (plain[-1:], "?!")))
    return re.compile(before + re.escape(plain) + after)


def _apart(edge: str, look: str) -> str:
    return f"({look}{_LETTER})" if re.fullmatch(_LETTER, edge) else ""
