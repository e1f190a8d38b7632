"""What a clause is by where it stands: under a lead, in a table of recipients, behind the sentence it points back to. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.clauses import split
from monitor.model import LEADS, Block, Clause

_RECIPIENTS = re.compile(
    r"\bsdks?\b|sub-?\s?(?:processor|contractor)|third[- ]part(?:y|ies)|service providers|affiliates|分包|受托|第三方",
    re.I,
)
_RECIPIENT = re.compile(
    r"recipient|provider|vendor|sub-?\s?processor|third[- ]part|partner|\bsdk|company|接收方|提供方|合作方|第三方|供应商",
    re.I,
)
_GETS = re.compile(r"\bdata\b|information|信息|数据", re.I)
"""Columns of a table of recipients: who gets something, and that it is data."""
_POINTS_BACK = re.compile(
    r"\b(?:(?:in|for|of) (?:this|that|these|those|such|the same) (?:ways?|manner|purposes?|use|work|task)"
    r"|(?:this|that|the same|these|those)(?: also| does not| do not| will not)? "
    r"(?:appl(?:y|ies)|goes|holds?|includes?|concerns?|covers?)"
    r"|left out|excluded|exempt(?:ed)?|excepted|kept out|tak(?:e|es|ing) part|do(?:es)? so"
    r"|such (?:use|training|sharing|processing|copies))\b"
    r"|上述|前述|此类|除外|不在此列|亦同|同样适用",
    re.I,
)
_LONGEST_PARAGRAPH = 20_000
"""Characters of a paragraph in which a sentence may point back to another."""
_BACK = 3
"""Sentences before one that points back, the nearest first, of which one may say what it is on."""
_CODE = re.compile(
    r"^\s*(?:\$ \w|curl |pip install |npm (?:i|install) |import \w+(?:$|[\n;])|from \w[\w.]* import "
    r"|(?:const|let|var) \w+ ?=|def \w+\("
    r"|(?:GET|POST|PUT|PATCH|DELETE) /|HTTP/\d|\{\s*\"|[\w.]+\([^)]*\)\s*[;{])"
)
_CODE_SHOWS = 200
"""Characters by which a sample is known."""
_SHORT_LEAD = 40
"""Characters of a sentence that leads to a list by itself: "These are:" does not."""


def is_code(text: str) -> bool:
    """Whether a text is a sample of a program or a command: it states nothing."""
    return _CODE.search(text[:_CODE_SHOWS]) is not None


def in_full(clause: Clause) -> str:
    """A clause as it is meant: an item of a list says what its lead ("We never train on:") says of it."""
    lead = clause.block.trail[-1:] if clause.block.kind in ("item", "row") else ()
    return f"{_leads(lead[0])} {clause.text}" if lead and lead[0][-1:] in LEADS else clause.text


@lru_cache(maxsize=1 << 10)  # many items stand under one lead
def _leads(lead: str) -> str:
    """What of a paragraph leads to its list: the last sentence, and the one before where that says next to nothing."""
    *before, last = split(lead)
    return " ".join((*before[-1:], last)) if len(last) < _SHORT_LEAD else last


def names_recipients(block: Block) -> bool:
    """Whether a row stands in a table of those who get data: under a heading such as "Subprocessors", or by its columns."""
    if block.kind != "row":
        return False
    columns = " | ".join(block.columns)
    return any(map(_RECIPIENTS.search, block.trail)) or bool(_RECIPIENT.search(columns) and _GETS.search(columns))


def points_back(clause: Clause) -> bool:
    """Whether a clause leaves to the sentence before it what it is on: "Business accounts are left out", or an answer."""
    before = _before(clause)
    return before != "" and (before[-1] in "?？" or _POINTS_BACK.search(clause.text) is not None)


def sentences_before(clause: Clause) -> tuple[str, ...]:
    """The sentences before a clause in its paragraph, of which one may say what it is on, the nearest first."""
    return split(_before(clause))[: -_BACK - 1 : -1]


def _before(clause: Clause) -> str:
    """What stands before a clause in its paragraph; nothing in one too long to be looked through for each of its clauses."""
    text = clause.block.text
    return text[: max(0, text.find(clause.text))].rstrip() if len(text) <= _LONGEST_PARAGRAPH else ""
