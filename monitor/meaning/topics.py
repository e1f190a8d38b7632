"""Reads which topics a clause raises. Pure; the words that raise them are in `data/topics_*.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from monitor.clauses import split
from monitor.meaning.durations import durations
from monitor.meaning.lexicon import fold, language_of, topic_lexicon
from monitor.meaning.scopes import scopes
from monitor.meaning.stance import stance_rule
from monitor.model import DATA_TOPICS, LEADS, OFFER_TOPICS, TOPICS, Block, Clause, Reading

_RECIPIENTS = re.compile(
    r"\bsdks?\b|sub-?\s?(?:processor|contractor)|third[- ]part(?:y|ies)|service providers|affiliates|分包|受托|第三方", re.I
)
_RECIPIENT = re.compile(
    r"recipient|provider|vendor|sub-?\s?processor|third[- ]part|partner|\bsdk|company|接收方|提供方|合作方|第三方|供应商", re.I
)
_GETS = re.compile(r"\bdata\b|information|信息|数据", re.I)
"""Columns of a table of recipients: who gets something, and that it is data."""
_POINTS_BACK = re.compile(
    r"\b(?:(?:in|for|of) (?:this|that|these|those|such|the same) (?:ways?|manner|purposes?|use|work|task)"
    r"|(?:this|that|the same|these|those)(?: also| does not| do not| will not)? "
    r"(?:appl(?:y|ies)|goes|holds?|includes?|concerns?|covers?)"
    r"|left out|excluded|exempt(?:ed)?|excepted|kept out|tak(?:e|es|ing) part|do(?:es)? so|such (?:use|training|sharing|processing|copies))\b"
    r"|上述|前述|此类|除外|不在此列|亦同|同样适用",
    re.I,
)
_BACK = 3
"""Sentences before one that points back, the nearest first, of which one may say what it is on."""
_CODE = re.compile(
    r"^\s*(?:\$ \w|curl |pip install |npm (?:i|install) |import \w+(?:$|[\n;])|from \w[\w.]* import "
    r"|(?:const|let|var) \w+ ?=|def \w+\("
    r"|(?:GET|POST|PUT|PATCH|DELETE) /|HTTP/\d|\{\s*\"|[\w.]+\([^)]*\)\s*[;{])"
)
_CODE_SHOWS = 200
"""Characters by which a sample is known."""
_SHORT_LEAD = 60
"""Characters of a sentence that leads to a list by itself: "These are:" does not."""
_LEFT_TO_THE_USER = frozenset({"trains unless opted out", "trains only if opted in"})


def reading(clause: Clause, language: str) -> Reading:
    """What a clause says where it stands: under its headings, in its list or its table."""
    if is_code(clause.text):
        return Reading(())
    said = read_clause(in_full(clause), clause.block.trail, language)
    if said.topics:
        return said
    return Reading(("sharing",)) if _names_recipients(clause.block) else _of_sentence_before(clause, language)


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


def _names_recipients(block: Block) -> bool:
    """Whether a row stands in a table of those who get data: under a heading such as "Subprocessors", or by its columns."""
    columns = " | ".join(block.columns)
    listed = any(map(_RECIPIENTS.search, block.trail)) or (_RECIPIENT.search(columns) and _GETS.search(columns))
    return block.kind == "row" and bool(listed)


def points_back(clause: Clause) -> bool:
    """Whether a clause leaves to the sentence before it what it is on: "Business accounts are left out", or an answer."""
    before, stands, _ = clause.block.text.partition(clause.text)
    if not (before and stands):
        return False
    return before.rstrip()[-1:] in "?？" or _POINTS_BACK.search(clause.text) is not None


def _of_sentence_before(clause: Clause, language: str) -> Reading:
    """What a clause is on that points back."""
    if not points_back(clause):
        return Reading(())
    before = split(clause.block.text.partition(clause.text)[0])[-_BACK:]
    read = (read_clause(sentence, clause.block.trail, language).topics for sentence in reversed(before))
    answers = before[-1][-1:] in "?？"  # what an answer is on, be it an offer
    said = next(filter(None, (tuple(each for each in topics if answers or each in DATA_TOPICS) for topics in read)), ())
    return Reading(said, words=tuple(f"{topic}: as the sentence before" for topic in said))


# A new version repeats nearly all clauses of the one before it.
@lru_cache(maxsize=16_384)
def read_clause(text: str, trail: tuple[str, ...] = (), language: str = "") -> Reading:
    """What one clause says: topics, strongest first, its stance on training, and the words that raised each topic.

    `trail` holds the headings that the clause stands under, outermost first; they lend a topic to words too few to
    raise one alone. `language` is `en` or `zh`; empty, the script decides. Amounts are not read here.
    """
    language = language_of(text, language)
    heading = fold(" / ".join(trail[-2:]))
    folded = fold(text)
    found = {name: words for name, words in _raised(folded, heading, language) if words}
    stance = stance_rule(text, language).stance if "training" in found else None
    if stance in _LEFT_TO_THE_USER:
        found.setdefault("choice", [stance])
    topics = tuple(sorted(found, key=lambda name: (-len(found[name]), TOPICS.index(name))))
    words = tuple(f"{name}: {'; '.join(dict.fromkeys(found[name]))}" for name in topics)
    return Reading(
        topics, stance, words, scopes(text) if stance else (), _period(text) if "retention" in found else None
    )


def _period(text: str) -> float | None:
    periods = set(durations(text))
    return periods.pop() if len(periods) == 1 else None


def _raised(text: str, heading: str, language: str) -> Iterator[tuple[str, list[str]]]:
    lexicon = topic_lexicon(language)
    topics = lexicon.possible(text, _lent(heading, language))
    if not topics or _is_quiet(heading.rpartition(" / ")[2], language):
        return
    duties_cut = lexicon.cut.sub(" ", text)
    silent = lexicon.nothing.is_in(text)
    for topic in topics:
        about = text if topic.name in OFFER_TOPICS else duties_cut
        words = [] if silent else topic.words(about)
        yield topic.name, words or topic.words_under(heading, about)


@lru_cache(maxsize=1 << 10)  # many clauses stand under one heading
def _lent(heading: str, language: str) -> frozenset[str]:
    """The topics that a heading may lend to what stands below it."""
    return frozenset(topic.name for topic in topic_lexicon(language).topics if topic.lends(heading))


def is_quiet(trail: tuple[str, ...]) -> bool:
    """Whether nothing below the last of these headings speaks of what the vendor does or gives: other articles, chapters of law."""
    last = fold(trail[-1]) if trail else ""
    return _is_quiet(last, language_of(last))


@lru_cache(maxsize=1 << 10)
def _is_quiet(heading: str, language: str) -> bool:
    return bool(heading) and topic_lexicon(language).quiet_under.is_in(heading)
