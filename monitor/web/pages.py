"""One page: its history as a timeline, its checks, its amounts."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, render_template

from monitor.records import Moved
from monitor.report.payload import amount_json
from monitor.web.context import archive, found, number, reference, site
from monitor.web.drawing import charts, timeline

ROUTES = Blueprint("pages", __name__)
MOST_VERSIONS, MOST_CHANGES, MOST_OUTAGES, MOST_AMOUNTS = 500, 100, 40, 500
LAST_CHECKS = 5_000
"""Checks by which outages are told: years of a page that is checked twice a day."""
MOST_CHECKS = 100


@ROUTES.get("/pages/<vendor>/<name>")
def page(vendor: str, name: str) -> str:
    """One page: changes, unreadable outages and amounts over time."""
    state = found(lambda: archive().page(vendor, name))
    versions = archive().entries(vendor, name, limit=MOST_VERSIONS)
    changes = tuple(archive().changes(vendor=vendor, page=name, limit=MOST_CHANGES))
    outages = archive().outages(vendor, name, limit=MOST_OUTAGES, last=LAST_CHECKS)
    now = site().clock()
    since = min([now, *(each.seen_at for each in versions), *(each.since for each in outages)])
    return render_template(
        "page.html",
        page=state,
        versions=versions,
        changes={change.id: change for change in changes},
        outages=outages,
        timeline=timeline(since, now, changes, outages),
        charts=charts(archive().amounts(vendor, name, limit=MOST_AMOUNTS), since, now),
        cut=len(versions) == MOST_VERSIONS or len(changes) == MOST_CHANGES,
    )


@ROUTES.get("/pages/<vendor>/<name>/checks")
def checks(vendor: str, name: str) -> str:
    """The checks of a page, newest first."""
    state = found(lambda: archive().page(vendor, name))
    most = number("limit", MOST_CHECKS, 500)
    captures = archive().checks(vendor, name, older=reference("older"), limit=most)
    older = captures[-1].id if len(captures) == most else None
    return render_template("checks.html", page=state, captures=captures, older=older)


@ROUTES.get("/pages/<vendor>/<name>/amounts.csv")
def amounts_csv(vendor: str, name: str) -> Response:
    """The amounts of a page over time, for a spreadsheet."""
    found(lambda: archive().page(vendor, name))
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(("change", "seen_at", "topic", "side", *_AMOUNT, "text"))
    for moved in archive().amounts(vendor, name, limit=100 * MOST_AMOUNTS):
        table.writerows(_rows(moved))
    return as_csv(written.getvalue(), f"{vendor}-{name}-amounts")


_AMOUNT = ("value", "unit", "per", "every", "qualifier", "scope", "conditions")


def _rows(moved: Moved) -> list[list[object]]:
    """One row for the amount before, and one for that after."""
    finding, rows = moved.finding, []
    for side, amount, text in (
        ("before", finding.amount_before, finding.before),
        ("after", finding.amount_after, finding.after),
    ):
        if values := amount_json(amount):
            plain = values | {"conditions": "; ".join(amount.conditions) if amount else ""}
            row = [moved.change, moved.seen_at.isoformat().replace("+00:00", "Z"), finding.topic, side]
            rows.append([*row, *map(harmless, (plain[name] for name in _AMOUNT)), harmless(text)])
    return rows


def harmless(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def as_csv(text: str, name: str) -> Response:
    """A table as a file to keep. With a byte order mark, by which spreadsheets know Chinese."""
    answer = Response("\ufeff" + text, content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{safe_name(name)}.csv")
    return answer


def safe_name(name: str) -> str:
    """A name for a file that is one everywhere."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in name)[:120]
