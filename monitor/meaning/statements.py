"""A page's text -> what it answers to each question that it may be asked. Pure; what counts as an answer: docs/facts.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.meaning.answering import Said, about, asked, has, said_in
from monitor.meaning.on_data import on_retention, on_review, on_training
from monitor.meaning.on_offers import on_conditions, on_offers
from monitor.meaning.understand import is_understood
from monitor.meaning.way_out import way_out_of_training
from monitor.model import Document, Link, Statement

_OF_CLAUSE = {"training": on_training, "retention": on_retention, "review": on_review}


def statements(document: Document, page_type: str, links: Sequence[Link] = ()) -> tuple[Statement, ...]:
    """Everything that a page of a type answers, in the order of the questions and of its text, each answer once.

    `links` are those of the same bytes: where to opt out. A text in a language that is not understood answers nothing.
    """
    questions = asked(page_type)
    if not questions or not is_understood(document.language):
        return ()
    said = tuple(said_in(document, page_type))
    # On a page about an offer the items of a list are what a plan has: "Your data is not used", under "Team".
    told = [each for each in said if page_type != "free-offer" or each.clause.block.kind != "item"]
    found = [statement for name, read in _OF_CLAUSE.items() if name in questions for each in told for statement in read(each)]
    found += _opt_out(document, page_type, links) if "opt-out" in questions else ()
    offered = list(on_offers(said, page_type)) if "free" in questions else []
    return tuple(dict.fromkeys((*found, *offered, *on_conditions(said, page_type, offered))))


def _opt_out(document: Document, page_type: str, links: Sequence[Link]) -> Iterator[Statement]:
    """How the page says that training can be refused, for each scope of the clause that says so."""
    found = way_out_of_training(document, links)
    if found is None:
        return
    clause, way = found
    said = Said(clause, about(document, page_type))
    if has("regional", said.folded) or has("aside", said.folded):
        return
    for scope in said.scopes:
        yield Statement("opt-out", scope, "offered", way.text, clause.block.trail, url=way.url)
