"""How much an edit of a clause matters to a reader: major (tell), minor (mention), none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model import ClauseEdit, Importance, Page, Reading
from monitor.words import spans

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_EMPTY = frozenset(
    ["a", "an", "the", "of", "to", "in", "on", "at", "for", "by", "with", "and", "or", "as", "is", "are", "be", "this", "that", "these", "those", "it", "its", "our", "we", "us", "your", "you", "their", "any", "such", "other", "from", "into", "also", "which", "who", "will", "shall", "can", "please", "section", "sections", "here", "below", "above", "herein", "hereof", "thereof"]
)
_DATE = re.compile(
    r"\b(?:\d{1,2}\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?\s+(?:\d{1,2},?\s+)?\d{4}\b|\b\d{4}-\d{2}-\d{2}\b"
    r"|\d{4}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?",
    re.I,
)
_URL = re.compile(r"\bhttps?://\S+|\b[\w-]+(?:\.[\w-]+)+/\S*|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_RENAMED = 3
"""So many clauses in which one name was put in another's place make a renaming."""


@dataclass(frozen=True, slots=True)
class Weight:
    """How much an edit matters, and the rule that says so."""

    importance: Importance
    rule: str


def weigh(
    edit: ClauseEdit, topic: str, old: Reading, new: Reading, renamed: frozenset[tuple[str, str]], page: Page
) -> Weight:
    """How much an edit matters for one topic that the clause has before or after it."""
    if edit.before is None or edit.after is None:
        return Weight("major", f"a clause on it was {'removed' if edit.after is None else 'added'}")
    if topic == "training" and old.stance != new.stance and old.stance and new.stance:
        return Weight("major", f"the stance turned from {old.stance!r} to {new.stance!r}")
    if (topic in old.topics) != (topic in new.topics):
        return Weight(
            "major",
            "the clause did not speak of it before" if topic in new.topics else "the clause no longer speaks of it",
        )
    deleted, inserted = differing(edit.before.text, edit.after.text)
    if (not deleted and not inserted) or (deleted, inserted) in renamed:
        return Weight("none", "the wording alone differs")
    return Weight("major", f"words of the clause differ: -{deleted} +{inserted}")


def differing(before: str, after: str) -> tuple[str, str]:
    """The words of weight that only one of two texts has, little words, dates and addresses left out."""
    old, new = (_URL.sub(" ", _DATE.sub(" ", text)) for text in (before, after))
    pairs = spans(old, new)
    deleted = _weighty(span.text for span in pairs if span.kind == "deleted")
    inserted = _weighty(span.text for span in pairs if span.kind == "inserted")
    moved = Counter(map(_stem, deleted)) & Counter(map(_stem, inserted))
    return " ".join(w for w in deleted if _stem(w) not in moved), " ".join(w for w in inserted if _stem(w) not in moved)


def _weighty(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in _WORD.findall(text) if word.lower() not in _EMPTY]


def _stem(word: str) -> str:
    """A word without the endings of its other forms; enough to see that one word stands for itself."""
    word = word.lower().replace("isation", "ization").replace("ise", "ize").replace("our", "or")
    return re.sub(r"(?:'s|’s|s|ed|ing)$", "", word)


def renamings(edits: Iterable[ClauseEdit]) -> frozenset[tuple[str, str]]:
    """Names put in the place of others throughout a document: a product renamed, not its terms changed."""
    pairs = Counter(
        differing(edit.before.text, edit.after.text)
        for edit in edits
        if edit.before is not None and edit.after is not None
    )
    return frozenset(
        pair for pair, times in pairs.items() if times >= _RENAMED and all(side[:1].isupper() for side in pair)
    )
