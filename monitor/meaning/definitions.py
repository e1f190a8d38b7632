"""What a page calls its users' content: "Payloads" means the requests that you send, 以上统称为“业务内容”. Pure.

Where such a name stands, common words are read in its place, so that the word lists need not know what every vendor calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from monitor.clauses import clauses
from monitor.meaning.lexicon import fold, patterns
from monitor.model import Document

_QUOTED = re.compile(r"[“\"]([^”\"“]{2,40})[”\"]")
_DEFINES = re.compile(
    r"\bmean(?:s|ing)?\b|\brefers? to\b|\bcollectively\b|\btogether\b|\bwe call\b|\bdefined\b|是指|指的?是|统称|简称|合称|以下称"
)
_OPENS = re.compile(r"\((?:[\w,]+ ){0,4}$")
"""What stands before a name that is put in brackets behind what it is for: (the "Inputs"), (together, "Content")."""
_LATIN = re.compile(r"[A-Za-z]")
_CONTENT = {True: "your content", False: "你的内容"}
"""What is read in the place of a name, in Latin letters and in others."""
_MOST = 20
"""Names of one page."""


def names(document: Document) -> tuple[str, ...]:
    """The names that a page defines for its users' content, the longest first."""
    return tuple(sorted(dict.fromkeys(_defined(document)), key=len, reverse=True)[:_MOST])


def plainly(text: str, own: tuple[str, ...]) -> str:
    """A text with common words in the place of its page's own names."""
    return _any_of(own).sub(lambda match: _CONTENT[bool(_LATIN.search(match[0]))], text) if own else text


@lru_cache(maxsize=1 << 6)
def _any_of(own: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_spelt, own)))


def _defined(document: Document) -> Iterator[str]:
    for clause in clauses(document):
        if '"' in clause.text or "“" in clause.text:
            yield from _defined_in(clause.text)


@lru_cache(maxsize=1 << 12)  # a page's next version defines them again
def _defined_in(text: str) -> tuple[str, ...]:
    return tuple(_names_in(text, defines=_DEFINES.search(text) is not None))


def _names_in(text: str, *, defines: bool) -> Iterator[str]:
    """The names in a clause that `defines` them, or that puts them in brackets behind what they are for."""
    start = 0
    for match in _QUOTED.finditer(text):
        before, behind = text[start : match.start()], text[match.end() :]
        bracketed = _OPENS.search(before) is not None
        if bracketed or defines:
            said = before if bracketed or not behind.strip(" .。)）;；") else before + behind
            if _is_of_content(match[1].strip(), said):
                yield match[1].strip()
        start = match.end()


def _is_of_content(name: str, said: str) -> bool:
    """Whether a name is one for users' content that is not known without its definition."""
    lists, folded = patterns("facts"), fold(name)
    strange = not lists["content"].search(folded) and not lists["no_content"].search(folded)
    return strange and (name[:1].isupper() or not name.isascii()) and lists["put_in"].search(fold(said)) is not None


def _spelt(name: str) -> str:
    """A name where it stands as a word, with whose it is and in the plural."""
    if not _LATIN.search(name):
        return re.escape(name)
    bare = re.sub(r"^(?:Your|The|Our) ", "", name)
    words = rf"(?i:{re.escape(bare)})" if " " in bare else re.escape(bare)
    return rf"\b(?:(?:[Yy]our|[Tt]he|[Aa]ny|[Aa]ll) )?{words}(?:s|’s|'s)?\b"
