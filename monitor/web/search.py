"""Full-text search of every version, and since when each clause of a version stands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, islice

from flask import Blueprint, render_template, request

from monitor import query
from monitor.errors import UsageError
from monitor.lookup import Blamed, Hit, blamed, hits
from monitor.model import TOPICS
from monitor.records import Blame, Spell, Wanted
from monitor.web.context import archive, asked, chosen, day, found, number
from monitor.web.sides import anchor_of

ROUTES = Blueprint("search", __name__)
MOST_HITS = 50
MOST_READ = 2_000
"""Clauses that are read for one of a topic, which the index does not know."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, asked for or between what was."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A clause that was found: its text in pieces, and its name in a link."""

    hit: Hit
    pieces: tuple[Piece, ...]
    anchor: str


@ROUTES.get("/search")
def search() -> str:
    """Clauses by their words, in every version of every page."""
    given = {name: value for name, value in request.args.items() if value}
    names = sorted({each.vendor for each in archive().standings()})
    wanted, most = asked("q"), number("limit", MOST_HITS, 200)
    told, fault = _tried(wanted, most + 1)
    return render_template(
        "search.html",
        wanted=wanted,
        fault=fault,
        hits=tuple(map(_found, told[:most])),
        more=len(told) > most,
        given=given,
        vendors=names,
        unindexed=archive().clauses.behind(),
    )


def _tried(wanted: str, most: int) -> tuple[tuple[Hit, ...], str]:
    """What was found, or what is wrong with the question: whoever types it reads that above the form, and goes on."""
    try:
        return (look_up(wanted, most) if wanted else ()), ""
    except UsageError as error:
        return (), str(error)


def look_up(wanted: str, most: int) -> tuple[Hit, ...]:
    """The best of what passes every filter given."""
    question, topic = query.parse(wanted), chosen("topic", TOPICS)
    at = day("at", end=True)
    wanted_of = Wanted(asked("vendor") or None, asked("page") or None, at or day("since"), at or day("until", end=True))
    standing = bool(chosen("now", ("1",)))
    clauses = archive().clauses.search(question, wanted_of, standing=standing, limit=MOST_READ if topic else most)
    return tuple(islice(hits(clauses, question, topic), most))


def _found(hit: Hit) -> Found:
    text, pieces, last = hit.clause.text, [], 0
    for start, end in hit.marks:
        pieces += [Piece(text[last:start], marked=False), Piece(text[start:end], marked=True)]
        last = end
    pieces.append(Piece(text[last:], marked=False))
    return Found(hit, tuple(piece for piece in pieces if piece.text), anchor_of(text))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring clauses of a version that came together."""

    spell: Spell | None
    clauses: tuple[tuple[str, Blamed], ...]


@ROUTES.get("/versions/<id:version_id>/since")
def since(version_id: int) -> str:
    """A version, and since when each of its clauses stands."""
    entry = found(lambda: archive().entry(version_id))
    blame = archive().clauses.blame_of(version_id)
    return render_template(
        "since.html", version=entry, page=archive().page(entry.vendor, entry.page), stretches=_stretches(blame)
    )


def _stretches(blame: Blame) -> list[Stretch]:
    """The clauses of a version, those that came together as one stretch; each anchor where its clause stands first."""
    seen: set[str] = set()
    stretches = []
    for _, group in groupby(blamed(blame), key=lambda each: each.spell and each.spell.began):
        members = tuple(group)
        anchors = [anchor_of(each.clause.text) for each in members]
        named = []
        for anchor in anchors:
            named.append("" if anchor in seen else anchor)
            seen.add(anchor)
        stretches.append(Stretch(members[0].spell, tuple(zip(named, members, strict=True))))
    return stretches
