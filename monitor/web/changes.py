"""Changes, and what lies between any two versions of a page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request

from monitor.errors import UsageError
from monitor.model import TOPICS, Finding
from monitor.records import VersionEntry
from monitor.report.passages import Passage, by_clause, finding_passages
from monitor.web.context import (
    LONGEST_COMPARED,
    MOST_ID,
    archive,
    asked,
    chosen,
    day,
    found,
    moment,
    number,
    reference,
    site,
)
from monitor.web.sides import Patience, Screen, anchor_of, screen

ROUTES = Blueprint("changes", __name__)
MOST_CHANGES = 50
VIEWS = ("side", "unified")
IMPORTANCES = ("major", "minor", "none")
VERDICTS = ("alert", "note", "quiet")


@ROUTES.get("/changes")
def changes() -> str:
    """The changes that pass every filter given, newest first."""
    most = number("limit", MOST_CHANGES, 200)
    filters = {"vendor": asked("vendor") or None, "page": asked("page") or None, "topic": chosen("topic", TOPICS)}
    filters |= {"importance": chosen("importance", IMPORTANCES), "verdict": chosen("verdict", VERDICTS)}
    listed = tuple(
        archive().changes(
            vendor=filters["vendor"],
            page=filters["page"],
            topic=filters["topic"],
            importance=filters["importance"],
            verdict=filters["verdict"],
            since=day("since"),
            until=day("until", end=True),
            older=reference("older"),
            limit=most,
        )
    )
    older = listed[-1].id if len(listed) == most else None
    given = {name: value for name, value in request.args.items() if value and name != "older"}
    names = sorted({each.vendor for each in archive().standings()})
    return render_template("changes.html", changes=listed, older=older, given=given, vendors=names)


@ROUTES.get("/changes/<id:change_id>")
def change(change_id: int) -> str:
    """One change: what it means, and every word that differs."""
    record = found(lambda: archive().change(change_id))
    before, after = (archive().entry(side.version) for side in (record.before, record.after))
    previous, following = archive().neighbours(change_id)
    return render_template(
        "change.html",
        change=record,
        clauses=told(record.change.findings),
        before=before,
        after=after,
        previous=previous,
        following=following,
        screen=_screen(before, after),
        view=chosen("view", VIEWS) or "side",
    )


def told(findings: Sequence[Finding]) -> list[tuple[str, Passage, list[Finding]]]:
    """Findings by the clause that they are about: its anchor, its words marked, all that it means."""
    clauses = by_clause(findings)
    return [
        (anchor_of(about[0].after or about[0].before), passage, about)
        for about, passage in zip(clauses, finding_passages(findings), strict=True)
    ]


@ROUTES.get("/diff/<vendor>/<name>")
def diff(vendor: str, name: str) -> str:
    """What lies between two versions of a page, each named by its number or by a day on which it stood."""
    state = found(lambda: archive().page(vendor, name))
    versions = archive().entries(vendor, name, limit=500)
    if not versions:
        raise UsageError(f"{vendor}/{name} has no version yet")
    before = _named(vendor, name, "old") or versions[min(1, len(versions) - 1)]
    after = _named(vendor, name, "new") or versions[0]
    return render_template(
        "diff.html",
        page=state,
        versions=versions,
        before=before,
        after=after,
        screen=_screen(before, after),
        view=chosen("view", VIEWS) or "side",
    )


def _named(vendor: str, name: str, side: str) -> VersionEntry | None:
    """The version that a reader names: by its number, or by a day or time at which it stood."""
    text = asked(side)
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 19:
        entry = found(lambda: archive().entry(min(int(text), MOST_ID)))
        if (entry.vendor, entry.page) != (vendor, name):
            raise UsageError(f"{side}: version {text} is of {entry.vendor}/{entry.page}")
        return entry
    try:
        at = moment(text, end=True)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{side}: the number of a version or a date is expected, as 2026-11-23") from error
    return archive().entry_at(vendor, name, at)


def _screen(before: VersionEntry, after: VersionEntry) -> Screen:
    old, new = archive().document(before.id), archive().document(after.id)
    return screen(old, new, number("part", 1, 100_000), Patience(site().patience, LONGEST_COMPARED))
