"""The archive as JSON. One table names every address, what it takes and what it answers; routes and description come of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app

from monitor.lookup import Hit, blamed
from monitor.model import TOPICS, Answer, Fact
from monitor.records import AlertRecord, Moved, Spell, Standing
from monitor.report.answers import answer_words
from monitor.report.payload import amount_json, change_json
from monitor.web import openapi, shapes
from monitor.web.changes import IMPORTANCES, VERDICTS
from monitor.web.context import absolute, archive, asked, chosen, day, found, number, reference, site, words
from monitor.web.facts import known
from monitor.web.openapi import Parameter, Route
from monitor.web.search import look_up

ROUTES = Blueprint("api", __name__, url_prefix="/api")
MOST = 200
MOST_VERSIONS = 2_000


def vendors() -> shapes.Vendors:
    """Every vendor of the archive."""
    by_vendor: dict[str, list[Standing]] = {}
    for each in archive().standings():
        by_vendor.setdefault(each.vendor, []).append(each)
    return shapes.Vendors(
        items=[
            shapes.Vendor(vendor=name, name=pages[0].vendor_name or name, pages=[each.page for each in pages])
            for name, pages in by_vendor.items()
        ]
    )


def pages() -> shapes.Pages:
    """Where every page stands."""
    return shapes.Pages(items=[shapes.Page(**asdict(each)) for each in archive().standings()])


def page(vendor: str, page: str) -> shapes.CountedPage:
    """Where one page stands, and how much there is of it."""
    return shapes.CountedPage(**asdict(found(lambda: archive().page(vendor, page))))


def checks(vendor: str, page: str) -> shapes.Checks:
    """The checks of a page, newest first."""
    most = number("limit", 50, MOST)
    captures = found(lambda: archive().checks(vendor, page, older=reference("older"), limit=most))
    items = [shapes.Check(**asdict(each)) for each in captures]
    return shapes.Checks(items=items, older=items[-1].id if len(items) == most else None)


def outages(vendor: str, page: str) -> shapes.Outages:
    """When a page could not be read, as its last checks tell."""
    told = found(lambda: archive().outages(vendor, page, limit=MOST, last=5_000))
    return shapes.Outages(items=[shapes.Outage(**asdict(each)) for each in told])


def versions(vendor: str, page: str) -> shapes.Entries:
    """The versions of a page, newest first, without their texts."""
    entries = found(lambda: archive().entries(vendor, page, limit=MOST_VERSIONS))
    return shapes.Entries(items=[shapes.Entry(**asdict(each)) for each in entries])


def amounts(vendor: str, page: str) -> shapes.MovedAmounts:
    """The amounts of a page over time."""
    told = found(lambda: archive().amounts(vendor, page, limit=MOST_VERSIONS))
    return shapes.MovedAmounts(items=list(map(_moved, told)))


def _moved(moved: Moved) -> shapes.Moved:
    finding = moved.finding
    both = {"before": amount_json(finding.amount_before), "after": amount_json(finding.amount_after)}
    return shapes.Moved(
        change=moved.change,
        seen_at=moved.seen_at,
        topic=finding.topic,
        amount=shapes.Amounts.model_validate(both),
    )


def changes() -> shapes.Changes:
    """The changes that pass every filter given, newest first."""
    most = number("limit", 50, MOST)
    listed = archive().changes(
        vendor=asked("vendor") or None,
        page=asked("page") or None,
        topic=chosen("topic", TOPICS),
        verdict=chosen("verdict", VERDICTS),
        importance=chosen("importance", IMPORTANCES),
        since=day("since"),
        until=day("until", end=True),
        older=reference("older"),
        limit=most,
    )
    items = [shapes.Change.model_validate(change_json(each)) for each in listed]
    return shapes.Changes(items=items, older=items[-1].id if len(items) == most else None)


def change(id: int) -> shapes.Change:  # noqa: A002 - the name in the address
    """One change with its findings."""
    return shapes.Change.model_validate(change_json(found(lambda: archive().change(id))))


def version(id: int) -> shapes.Version:  # noqa: A002 - the name in the address
    """A version with its text."""
    entry = found(lambda: archive().entry(id))
    blocks = [
        shapes.Block(kind=block.kind, text=block.text, trail=list(block.trail))
        for block in archive().document(id).blocks
    ]
    return shapes.Version(**asdict(entry), blocks=blocks)


def alerts() -> shapes.Alerts:
    """The alerts with their deliveries, newest first."""
    most = number("limit", 50, MOST)
    items = list(map(_alert, archive().alerts(limit=most, older=reference("older"))))
    return shapes.Alerts(items=items, older=items[-1].id if len(items) == most else None)


def alert(id: int) -> shapes.Alert:  # noqa: A002 - the name in the address
    """One alert with its deliveries."""
    return _alert(found(lambda: archive().alert(id)))


def _alert(record: AlertRecord) -> shapes.Alert:
    names = shapes.Delivery.model_fields
    return shapes.Alert(
        id=record.id,
        change=record.change,
        created_at=record.created_at,
        acknowledged_at=record.acknowledged_at,
        deliveries=[shapes.Delivery(**{name: getattr(each, name) for name in names}) for each in record.deliveries],
    )


def search() -> shapes.Hits:
    """Clauses by their words, in every version of every page, the best first."""
    most = number("limit", 50, MOST)
    told = look_up(asked("q"), most + 1)
    return shapes.Hits(items=list(map(_hit, told[:most])), more=len(told) > most)


def _hit(hit: Hit) -> shapes.Hit:
    clause = hit.clause
    return shapes.Hit(
        vendor=clause.vendor,
        page=clause.page,
        text=clause.text,
        trail=list(clause.last.trail),
        topics=list(hit.topics),
        stands=clause.stands,
        spells=list(map(_spell, clause.spells)),
    )


def _spell(spell: Spell) -> shapes.Spell:
    return shapes.Spell(**{name: getattr(spell, name) for name in shapes.Spell.model_fields})


def since(id: int) -> shapes.Dated:  # noqa: A002 - the name in the address
    """A version, and since when each of its clauses stands."""
    blame = found(lambda: archive().clauses.blame_of(id))
    items = [
        shapes.DatedClause(
            text=each.clause.text, topics=list(each.topics), spell=_spell(each.spell) if each.spell else None
        )
        for each in blamed(blame)
    ]
    return shapes.Dated(version=id, items=items)


def facts() -> shapes.Facts:
    """What every vendor says, as of now or of a time."""
    at = day("at", end=True) or site().clock()
    told, left = known(at)
    return shapes.Facts(at=at, items=[_fact(each, at) for each in told], left=left)


def _fact(fact: Fact, at: datetime) -> shapes.Fact:
    return shapes.Fact(
        vendor=fact.vendor,
        question=fact.now.question,
        scope=fact.now.scope,
        item=fact.now.item,
        now=_said(fact.now, at),
        since=fact.since,
        from_start=fact.from_start,
        before=_said(fact.before, at) if fact.before else None,
    )


def _said(answer: Answer, at: datetime) -> shapes.Said:
    first = answer.evidence[0] if answer.evidence else None
    return shapes.Said(
        state=answer.state,
        answer=answer.answer,
        in_words=answer_words(answer, words(), at.date()),
        quote=first.statement.quote if first else None,
        page=first.source.page if first else None,
        url=first.source.url if first else None,
        version=first.source.version if first else None,
    )


_LIMIT = Parameter("limit", "how many at most", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 50})
_OLDER = Parameter("older", "continue after the record of this number", {"type": "integer", "minimum": 1})
_DATE = {"type": "string", "description": "2026-11-23, or 2026-11-23T08:00Z"}
_FILTERS = (
    Parameter("vendor", "of this vendor", {"type": "string"}),
    Parameter("page", "of the page with this short name", {"type": "string"}),
    Parameter("topic", "with a finding on this topic", {"type": "string", "enum": list(TOPICS)}),
    Parameter("verdict", "with this verdict", {"type": "string", "enum": list(VERDICTS)}),
    Parameter("importance", "of this importance", {"type": "string", "enum": list(IMPORTANCES)}),
    Parameter("since", "seen at this time or later", _DATE),
    Parameter("until", "seen at this time or earlier; of a date its whole day", _DATE),
)
_WORDS = Parameter("q", "the words, as the search page takes them", {"type": "string", "minLength": 1}, required=True)
_AT = Parameter("at", "as of this time; of a date its end", _DATE)
_NOW = Parameter("now", "only what stands now", {"type": "string", "enum": ["1"]})
TABLE = (
    Route("/vendors", vendors, shapes.Vendors),
    Route("/pages", pages, shapes.Pages),
    Route("/pages/{vendor}/{page}", page, shapes.CountedPage),
    Route("/pages/{vendor}/{page}/checks", checks, shapes.Checks, (_LIMIT, _OLDER)),
    Route("/pages/{vendor}/{page}/outages", outages, shapes.Outages),
    Route("/pages/{vendor}/{page}/versions", versions, shapes.Entries),
    Route("/pages/{vendor}/{page}/amounts", amounts, shapes.MovedAmounts),
    Route("/changes", changes, shapes.Changes, (*_FILTERS, _LIMIT, _OLDER)),
    Route("/changes/{id}", change, shapes.Change),
    Route("/versions/{id}", version, shapes.Version),
    Route("/versions/{id}/since", since, shapes.Dated),
    Route("/search", search, shapes.Hits, (_WORDS, *_FILTERS[:3], *_FILTERS[-2:], _AT, _NOW, _LIMIT)),
    Route("/facts", facts, shapes.Facts, (_AT,)),
    Route("/alerts", alerts, shapes.Alerts, (_LIMIT, _OLDER)),
    Route("/alerts/{id}", alert, shapes.Alert),
)


@ROUTES.get("/openapi.json")
def described() -> dict[str, Any]:
    """This API in the words of OpenAPI 3.1."""
    return openapi.description(TABLE, absolute("api.described").removesuffix("/openapi.json"))


@dataclass(frozen=True, slots=True)
class _View:
    """A route's answer as a response."""

    answer: Callable[..., shapes.Shape]

    def __call__(self, **values: Any) -> Response:
        return current_app.response_class(
            self.answer(**values).model_dump_json() + "\n", content_type="application/json"
        )


for _route in TABLE:
    _path = re.sub(r"\{(\w+)\}", lambda name: "<id:id>" if name[1] == "id" else f"<{name[1]}>", _route.path)
    ROUTES.add_url_rule(_path, _route.view.__name__, _View(_route.view))
