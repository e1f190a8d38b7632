"""The first page, and what there is of each vendor."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template

from monitor.records import ChangeRecord, Standing
from monitor.web.context import Missing, archive, site
from monitor.web.facts import of_vendor

ROUTES = Blueprint("home", __name__)
MOST_CHANGES, MOST_OF_VENDOR = 60, 4
MOST_NEXT = 8
MOST_LISTED = 30


@ROUTES.get("/")
def home() -> str:
    """What changed lately that matters, by vendor; pages in trouble; what is checked next; whether alerts go out."""
    standings = archive().standings()
    recent = tuple(archive().changes(importance="major", limit=MOST_CHANGES))
    due = sorted((each for each in standings if each.next_check_at), key=lambda each: str(each.next_check_at))
    return render_template(
        "home.html",
        vendors=len({each.vendor for each in standings}),
        pages=len(standings),
        recent=by_vendor(recent),
        failing=[each for each in standings if each.failing_since],
        next_checks=due[:MOST_NEXT],
        troubles=archive().troubles(),
        stopped=archive().stopped(),
        given_up=archive().given_up(),
        owed=archive().owed()[0],
    )


def by_vendor(changes: Iterable[ChangeRecord]) -> list[tuple[ChangeRecord, ...]]:
    """The newest changes of each vendor, whoever changed last first."""
    found: dict[str, list[ChangeRecord]] = {}
    for change in changes:
        found.setdefault(change.vendor, []).append(change)
    return [tuple(each[:MOST_OF_VENDOR]) for each in found.values()]


@ROUTES.get("/vendors")
def vendors() -> str:
    """Every vendor with its pages."""
    found: dict[str, list[Standing]] = {}
    for each in archive().standings():
        found.setdefault(each.vendor, []).append(each)
    return render_template("vendors.html", vendors=list(found.values()))


@ROUTES.get("/vendors/<vendor>")
def vendor(vendor: str) -> str:
    """One vendor: its pages, and its last changes."""
    pages = [each for each in archive().standings() if each.vendor == vendor]
    if not pages:
        raise Missing(f"the archive has no vendor {vendor}")
    changes = tuple(archive().changes(vendor=vendor, limit=MOST_LISTED))
    return render_template("vendor.html", pages=pages, changes=changes, claims=of_vendor(vendor, site().clock()))
