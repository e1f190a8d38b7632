"""Which clauses may answer a question, and about whose content they speak: by the page's type, its headings and their own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from monitor.clauses import clauses
from monitor.meaning.definitions import names, plainly
from monitor.meaning.lexicon import fold, language_of, patterns
from monitor.meaning.scopes import scope_keys
from monitor.meaning.surroundings import in_full
from monitor.meaning.topics import is_quiet, read_clause
from monitor.model import SCOPES, Clause, Document, Question, Reading, Scope

_ASKED: dict[str, tuple[Question, ...]] = {
    "usage-policy": (),
    "subprocessors": (),
    "trackers": (),
    "changelog": (),
    "pricing": ("free", "condition"),
    "free-offer": ("training", "opt-out", "retention", "free", "condition"),
}
"""What pages of a type are asked. What users may do says nothing of what the vendor does; a list of changes tells what was."""
_ELSE: tuple[Question, ...] = ("training", "opt-out", "retention", "review", "free", "condition")
_OF_TYPE: dict[str, tuple[Scope, ...]] = {
    "commercial-terms": ("business", "api"),
    "dpa": ("business", "api"),
    "developer-terms": ("api",),
}
_CONSUMER: tuple[Scope, ...] = ("consumer",)
_TIERS: tuple[Scope, ...] = ("free", "paid")
_STATES_NOTHING = "?？:："
"""How a clause ends that asks, or that leads to others."""
_PRODUCT = re.compile(
    r"(?:[Ss]ervices|[Pp]lans?|[Tt]ier|[Vv]ersion|[Ss]ubscriptions?|[Aa]ccounts?) (?:on|of|in|for) "
    r"((?:(?:[A-Z][\w.-]*|or|and)(?:\s|(?=[,.;:]))){1,6})"
)
_LONGEST = 1_500
"""Characters of a clause that is read: what is longer is a table or a page without sentences, and answers many things at once."""


def asked(page_type: str) -> tuple[Question, ...]:
    """The questions that a page of this type may answer."""
    return _ASKED.get(page_type, _ELSE)


def has(name: str, text: str) -> bool:
    """Whether folded text holds words that the data file names so."""
    return patterns("facts")[name].search(text) is not None


@dataclass(frozen=True, slots=True)
class About:
    """Whom a page is for: its type, its first heading, the scopes that this or its title names, and those of its type.

    A page may hold several documents; what stands under another top heading than the first is not what the title speaks of.
    `names` are the page's own for users' content; common words are read in their place.
    """

    type: str
    heading: str
    of_title: tuple[Scope, ...]
    of_type: tuple[Scope, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)  # without slots, which leave no place for what is worked out once
class Said:
    """A clause as it is asked: with its lead, folded, and with the page it stands on."""

    clause: Clause
    page: About

    @cached_property
    def full(self) -> str:
        """The clause as it is meant: an item with what leads to it, and content by its common name."""
        return plainly(in_full(self.clause), self.page.names)

    @cached_property
    def folded(self) -> str:
        """The same as the patterns know it."""
        return fold(self.full)

    @cached_property
    def language(self) -> str:
        """The language of the clause itself: a page may hold two."""
        return language_of(self.full)

    @cached_property
    def reading(self) -> Reading:
        """What the lexicons of topics and stances read in it."""
        return read_clause(self.full, self.clause.block.trail, self.language)

    @cached_property
    def headings(self) -> str:
        """The two nearest headings below the page's own, folded."""
        return " / ".join(fold(heading) for heading in self.clause.block.trail[-2:] if heading != self.page.heading)

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """About whose content it speaks: as it says itself, as the nearest heading does, or as the page does."""
        trail = self.clause.block.trail
        if self.clause.block.kind == "item" and has("business_plan", fold(self.clause.text)):
            return ("business",)
        for text in (plainly(self.clause.text, self.page.names), self.full, *reversed(trail)):
            if named := _named(text):
                return named
        own = trail[0] if trail and trail[0] != self.page.heading else ""
        titled = _of_title(own) if own else self.page.of_title
        return titled if titled and not set(titled) <= set(self.page.of_type) else self.page.of_type

    @cached_property
    def product(self) -> str:
        """The product whose plan it speaks of, as the text calls it: "our Paid Services on Northwind Chat"; or ""."""
        found = _PRODUCT.search(self.full)
        return re.sub(r"(?:\s+(?:and|or))+$", "", found[1].strip()) if found else ""


def said_in(document: Document, page_type: str) -> Iterator[Said]:
    """The clauses of a page that may answer something: statements, of a length that a reader can take in."""
    page = about(document, page_type)
    for clause in clauses(document):
        quiet = clause.block.kind == "heading" or clause.text[-1:] in _STATES_NOTHING or len(clause.text) > _LONGEST
        if not quiet and not is_quiet(clause.block.trail):
            yield Said(clause, page)


def about(document: Document, page_type: str) -> About:
    """Whom a page is for."""
    heading = next((block.text for block in document.blocks if block.kind == "heading"), "")
    of_title = _of_title(heading) or _of_title(document.title)
    return About(page_type, heading, of_title, _OF_TYPE.get(page_type, _CONSUMER), names(document))


def _of_title(title: str) -> tuple[Scope, ...]:
    """The scopes of a page by what it is called; nothing where that names nobody."""
    folded = fold(title)
    if named := _named(title):
        return named
    business: tuple[Scope, ...] = ("business",) if has("business_title", folded) else ()
    return ("api",) if has("api_title", folded) else business


def _named(text: str) -> tuple[Scope, ...]:
    """The scopes that words name. Of a tier is what names one tier and no other plan; all else is of those who are named."""
    folded = patterns("facts")["upgraded"].sub(" ", fold(text))
    keys = scope_keys(folded) | _tiers(folded)
    tiers = tuple(scope for scope in _TIERS if scope in keys)
    named = tuple(scope for scope in SCOPES if scope in keys and scope not in _TIERS)
    alone = len(tiers) == 1 and not {"business", "consumer"} & keys and not has("plans", folded)
    return tiers if alone else named


def _tiers(folded: str) -> frozenset[str]:
    """Tiers by other names: what costs less or nothing, what costs the common price."""
    named = {"free": has("discounted", folded), "paid": has("standard", folded)}
    return frozenset(tier for tier, there in named.items() if there)
