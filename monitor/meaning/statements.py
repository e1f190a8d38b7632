"""A page's text -> what it answers to each question that it may be asked. Pure; what counts as an answer: docs/facts.md."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from monitor.clauses import clauses
from monitor.meaning.answering import About, Said, about, asked, has, said_in
from monitor.meaning.on_data import on_retention, on_review, on_training
from monitor.meaning.on_offers import on_conditions, on_offers
from monitor.meaning.surroundings import in_full
from monitor.meaning.understand import is_understood
from monitor.meaning.way_out import way_out_of_training
from monitor.model import Clause, Document, Link, Question, Statement

_OF_CLAUSE: tuple[tuple[Question, Callable[[Said], Iterable[Statement]]], ...] = (
    ("training", on_training),
    ("retention", on_retention),
    ("review", on_review),
)
_IN = frozenset({"trains", "trains unless opted out"})
"""Answers on training beside which it is asked how to opt out."""


def statements(document: Document, page_type: str, links: Sequence[Link] = ()) -> tuple[Statement, ...]:
    """Everything that a page of a type answers, in the order of the questions and of its text, each answer once.

    `links` are those of the same bytes: where to opt out. A text in a language that is not understood answers nothing.
    """
    questions = _asked(document, page_type)
    said = tuple(said_in(document, page_type)) if questions else ()
    offered = list(on_offers(said, page_type)) if "free" in questions else []
    on_data = _of_data(document, page_type, said, links)
    return tuple(dict.fromkeys((*on_data, *offered, *on_conditions(said, page_type, offered))))


def statements_on_data(document: Document, page_type: str) -> tuple[Statement, ...]:
    """Those of them that are on users' data; what is offered is not read for them."""
    said = tuple(said_in(document, page_type)) if _asked(document, page_type) else ()
    return tuple(dict.fromkeys(_of_data(document, page_type, said, ())))


def may_answer(document: Document, page_type: str, texts: Collection[str]) -> bool:
    """Whether any of these clauses of a page may have a part in what it answers on users' data: without reading the others."""
    if not _asked(document, page_type):
        return False
    page = about(document, page_type)
    stand = (clause for clause in clauses(document) if clause.text in texts or in_full(clause) in texts)
    return any(_on_data(clause, page) for clause in stand)


def _asked(document: Document, page_type: str) -> tuple[Question, ...]:
    return asked(page_type) if is_understood(document.language) else ()


def _of_data(document: Document, page_type: str, said: Sequence[Said], links: Sequence[Link]) -> list[Statement]:
    questions = _asked(document, page_type)
    of_clauses = [statement for each in said for statement in _on_data(each.clause, each.page)]
    found = [each for name, _ in _OF_CLAUSE if name in questions for each in of_clauses if each.question == name]
    if "opt-out" in questions and any(each.question == "training" and each.answer in _IN for each in found):
        found += _opt_out(document, said[0].page, links)
    return found


@lru_cache(maxsize=1 << 15)  # a new version repeats nearly all clauses of the one before it
def _on_data(clause: Clause, page: About) -> tuple[Statement, ...]:
    """What one clause answers on users' data. On a page about an offer an item of a list is what a plan has."""
    if page.type == "free-offer" and clause.block.kind == "item":
        return ()
    said = Said(clause, page)
    return tuple(statement for _, read in _OF_CLAUSE for statement in read(said))


def _opt_out(document: Document, page: About, links: Sequence[Link]) -> Iterator[Statement]:
    """How the page says that training can be refused, for each scope of the clause that says so."""
    found = way_out_of_training(document, links)
    if found is None:
        return
    clause, way = found
    said = Said(clause, page)
    if any(has(kind, said.folded) for kind in ("regional", "aside", "theirs")):
        return
    for scope in said.scopes:
        yield Statement("opt-out", scope, "offered", way.text, clause.block.trail, url=way.url)
