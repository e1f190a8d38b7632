"""Edits of clauses -> findings: which topic each touches, what was said before and after, and how much it matters."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from monitor.clauses import clauses
from monitor.meaning.amounts import align
from monitor.meaning.gaps import gaps
from monitor.meaning.merging import merged
from monitor.meaning.offers import offers
from monitor.meaning.overriding import overridden
from monitor.meaning.phrases import NOTHING, amount_words, gapped, stated
from monitor.meaning.renaming import renamings, with_new_names
from monitor.meaning.rules import AMOUNT, CONDITION, GAP, PAID, Weight
from monitor.meaning.summary import rank
from monitor.meaning.surroundings import is_code
from monitor.meaning.topics import is_quiet, read_clause, reading
from monitor.meaning.weight import has_left, weigh
from monitor.meaning.wording import differing_terms
from monitor.model import (
    CELL,
    DATA_TOPICS,
    OFFER_TOPICS,
    TOPICS,
    Clause,
    ClauseEdit,
    Document,
    Finding,
    Offer,
    Override,
    Page,
    Reading,
)

_COSTS_NOTHING = re.compile(r"(?i)free(?: of charge)?|no charge|included|免费")
_PRICE = re.compile(r"[$€£¥￥]\s?\d|\d\s?元")
_STRONGEST, _FAIR_SHARE = 2, 0.05
_MOST = 200
"""Findings of one change that are kept: past that a document was rewritten, and the list says no more than that."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What the monitor reads in one document."""

    language: str
    clauses: tuple[tuple[Clause, Reading], ...]
    offers: tuple[Offer, ...]

    def words(self, offer: Offer) -> str:
        """An offer's amount in words."""
        return amount_words(offer.amount, "zh" if self.language == "zh" else "en")


def understand_document(document: Document) -> Understood:
    """The clauses of a document with their topics and stance, and the offers it states."""
    read = tuple((clause, reading(clause, document.language)) for clause in clauses(document))
    return Understood(document.language, read, tuple(offer for clause, _ in read for offer in _offers(clause)))


def understand(
    edits: tuple[ClauseEdit, ...],
    before: Document,
    after: Document,
    page: Page,
    language: str,
    overrides: tuple[Override, ...] = (),
) -> tuple[Finding, ...]:
    """What edits mean, the weightiest first. `language` is that of the readings; the clauses are quoted as they stand.

    An edit that touches several topics makes a finding for each; `first_of_each` leaves what is worth showing. Of importance
    `none` are those alone that an entry of the watchlist made so.
    """
    edits = merged(edits)
    renamed = renamings(edits, before, after)
    found: list[Finding] = []
    for edit in edits:
        called = with_new_names(edit, renamed)
        said = _findings(called, before.language, after.language, page, language)
        found += (replace(each, before=edit.before.text) if edit.before else each for each in said)
    return tuple(sorted((overridden(finding, page, overrides) for finding in found), key=rank))


def _findings(
    edit: ClauseEdit, language_before: str, language_after: str, page: Page, language: str
) -> Iterator[Finding]:
    """What one edit means: its offers, and beside them its statements on other topics."""
    amounts: list[Finding] = []
    if not has_left(edit, page):
        amounts = list(_offer_findings(edit, language)) or list(_condition_finding(edit, language))
    yield from amounts
    same = bool(_offers(edit.before) and _offers(edit.after)) and _same_amounts(edit)
    for finding in _topic_findings(edit, language_before, language_after, page, language):
        if not ((amounts or same) and finding.topic in OFFER_TOPICS):
            yield finding


def is_understood(language: str) -> bool:
    """Whether there are word lists for a language (ISO 639-1); where it could not be told, its words may be known."""
    return language[:2] in ("", "en", "zh")


def _read(clause: Clause | None, language: str) -> Reading:
    return NOTHING if clause is None else reading(clause, language)


def _offers(clause: Clause | None) -> tuple[Offer, ...]:
    if clause is None or is_quiet(clause.block.trail) or is_code(clause.text):
        return ()
    return offers(clause.text, clause.block.columns, clause.block.trail)


def _offer_findings(edit: ClauseEdit, language: str) -> Iterator[Finding]:
    for old, new in align(_offers(edit.before), _offers(edit.after)):
        kind = next(offer.kind for offer in (new, old) if offer)
        if old and new and _figures(old) == _figures(new):
            yield from _condition_finding(edit, language, kind)
            continue
        gap = "" if old and new else _gap(edit)
        said = GAP.weight(kind=kind, gap=gap) if gap else AMOUNT.weight(kind=kind)
        yield replace(
            _finding(edit, kind, PAID.weight(said=said.rule) if kind in PAID.topics else said),
            reading=gapped(kind, old, new, gap, language) if gap else stated(kind, old, new, language),
            amount_before=old.amount if old else None,
            amount_after=new.amount if new else None,
        )


def _gap(edit: ClauseEdit) -> str:
    """A gap that only one edition of a clause has: the amount of the other is what was to be filled in there."""
    if edit.before is None or edit.after is None:
        return ""
    before, after = set(gaps(edit.before.text)), set(gaps(edit.after.text))
    return min(before ^ after, default="")


def _figures(offer: Offer) -> tuple[object, ...]:
    amount = offer.amount
    return amount.value, amount.unit, amount.per, amount.every, amount.qualifier


def _condition_finding(edit: ClauseEdit, language: str, topic: str = "free-terms") -> Iterator[Finding]:
    """The words around an offer whose amounts stand: on what condition, for whom, until when."""
    if edit.before is None or edit.after is None or not (_offers(edit.before) and _offers(edit.after)):
        return
    deleted, inserted = differing_terms(edit.before.text, edit.after.text)
    if deleted or inserted:
        weight = CONDITION.weight(deleted=deleted, inserted=inserted)
        reading = Reading((topic,))
        yield replace(_finding(edit, topic, weight), reading=stated(topic, reading, reading, language))


def _topic_findings(
    edit: ClauseEdit,
    language_before: str,
    language_after: str,
    page: Page,
    language: str,
) -> Iterator[Finding]:
    old, new = _read(edit.before, language_before), _read(edit.after, language_after)
    if by_column := _column_topics(edit):
        old, new = (replace(reading, topics=(*by_column, *reading.topics)) for reading in (old, new))
    for topic in dict.fromkeys((*new.topics, *old.topics)):
        weight = weigh(edit, topic, old, new, page)
        if weight.importance != "none":
            yield replace(_finding(edit, topic, weight), reading=stated(topic, old, new, language))


def _column_topics(edit: ClauseEdit) -> tuple[str, ...]:
    """What the columns speak of whose cells differ between two editions of a row: "Used for training | No"."""
    if edit.before is None or edit.after is None:
        return ()
    columns = edit.after.block.columns
    cells = edit.before.text.split(CELL), edit.after.text.split(CELL)
    if not columns or {len(row) for row in cells} != {len(columns)}:
        return ()
    differ = [(name, old, new) for name, old, new in zip(columns, *cells, strict=True) if old != new]
    label = cells[0][0] if cells[0][0] == cells[1][0] else ""
    said = (label, *(name for name, _, _ in differ))
    topics = (topic for name in said if name for topic in read_clause(f"{name}: data", (), "").topics)
    paid = ("free-terms",) if any(_is_paid_now(old, new) for _, old, new in differ) else ()
    return tuple(dict.fromkeys((*(topic for topic in topics if topic in DATA_TOPICS), *paid)))


def _is_paid_now(old: str, new: str) -> bool:
    """Whether a cell that said "free" has a price now, or the other way round."""
    return any(
        _COSTS_NOTHING.fullmatch(one.strip()) and _PRICE.search(other) for one, other in ((old, new), (new, old))
    )


def _same_amounts(edit: ClauseEdit) -> bool:
    """Whether two editions of a clause say the same amounts in other figures: 10,000,000 and 10 million."""
    return (
        edit.before is not None
        and edit.after is not None
        and not any(differing_terms(edit.before.text, edit.after.text))
    )


def _finding(edit: ClauseEdit, topic: str, weight: Weight) -> Finding:
    before, after = edit.before.text if edit.before else "", edit.after.text if edit.after else ""
    where = edit.after or edit.before
    return Finding(
        topic=topic,
        change="changed" if before and after else "added" if after else "removed",
        before=before,
        after=after,
        reading="",
        importance=weight.importance,
        trail=where.block.trail if where else (),
        rule=weight.rule,
    )


def first_of_each(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each edit once, under its strongest topic, and once more for a topic that no other edit stands for."""
    return tuple(islice(_first_of_each(findings), _MOST))


def topics_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What a change is about, in the order of the guide: the topics that hold a fair share of what was found.

    Of one edit only its two strongest topics count. A document rewritten whole touches nearly everything somewhere; named
    is what it is about.
    """
    edits: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for finding in findings:
        edits[finding.before, finding.after][finding.topic] = None
    counts = Counter(topic for topics in edits.values() for topic in islice(topics, _STRONGEST))
    return tuple(topic for topic in TOPICS if counts[topic] and counts[topic] >= _FAIR_SHARE * counts.total())


def _first_of_each(findings: Iterable[Finding]) -> Iterator[Finding]:
    edits: set[tuple[str, str]] = set()
    topics: set[str] = set()
    for finding in findings:
        place = (finding.before, finding.after)
        if finding.amount_before or finding.amount_after or place not in edits or finding.topic not in topics:
            yield finding
        edits.add(place)
        topics.add(finding.topic)
