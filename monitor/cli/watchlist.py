"""`watchlist`: is it right, what does it watch, by which rules, what would other selectors read, and a page more."""

from __future__ import annotations

import os
from dataclasses import replace

import click
from rich.text import Text

from monitor import wiring
from monitor.archive import Archive
from monitor.cli.adding import add
from monitor.cli.arguments import page_key
from monitor.cli.probing import probe_
from monitor.cli.rules import listed_rules, rule_json, rule_row
from monitor.cli.selecting import selector
from monitor.cli.setup import Setup, as_json, common, complain, print_json
from monitor.cli.show import edits
from monitor.cli.terminal import console, table, when
from monitor.cli.twins import twins
from monitor.errors import UsageError
from monitor.model import Capture, Document, Page
from monitor.preview import Preview, preview
from monitor.report.trial import trial
from monitor.screen import LASTING
from monitor.watchlist import Watchlist
from monitor.words import counted

_DOCUMENTS = frozenset({"ok", "unreadable", "thin", *LASTING})
"""Outcomes of captures whose bytes may hold the document, if only it is read rightly."""


@click.group()
def watchlist() -> None:
    """The watchlist: is it right, what does it watch, by which rules, what would other selectors read; add a page."""


@watchlist.command()
@common
def validate(setup: Setup) -> None:
    """Say every mistake in the watchlist, with file, line, key and what was expected; exit status 2 if there is one."""
    found = setup.watchlist()
    vendors = len({page.vendor for page in found.pages})
    click.echo(
        f"{found.path}: {counted(len(found.pages), 'page')} of {counted(vendors, 'vendor')}"
        + (f", {len(found.disabled)} more not enabled" if found.disabled else "")
        + (f", {len(found.unverified)} not yet opened" if found.unverified else "")
        + f"; {counted(len(found.channels), 'channel')}, {counted(len(found.rules), 'rule')}"
        + (f", {counted(len(found.verdicts), 'verdict')}" if found.verdicts else "")
    )
    for doubt in (*wiring.unset(found, os.environ), *trial(setup.style())):
        complain(doubt)


@watchlist.command("list")
@as_json
@common
def list_(setup: Setup, json_: bool) -> None:
    """The pages of the watchlist: type, interval, address; and what those that are not enabled need."""
    found = setup.watchlist()
    if json_:
        for page in found.listed:
            print_json(_page_json(found, page))
        return
    rows = [[page.key, page.type, _every(found, page), page.url, _remarks(found, page)] for page in found.listed]
    console().print(table(["page", "type", "every", "address", "remarks"], rows))


def _every(watchlist: Watchlist, page: Page) -> str:
    return page.every if page in watchlist.pages else "not enabled"


def _remarks(watchlist: Watchlist, page: Page) -> str:
    """What is to be known of a page: for whom it is, what it needs, that nobody has opened it yet."""
    needs = watchlist.needs.get(page.key, "")
    said = (
        page.region,
        f"needs {needs}" if needs else "",
        "address not yet opened" if page.key in watchlist.unverified else "",
        f"twin of {page.twin_of}" if page.twin_of else "",
        watchlist.notes.get(page.key, ""),
    )
    return "; ".join(filter(None, said)) or "-"


def _page_json(watchlist: Watchlist, page: Page) -> dict[str, object]:
    return {
        "vendor": page.vendor,
        "names": watchlist.names[page.vendor],
        "page": page.name,
        "type": page.type,
        "every": page.every,
        "enabled": page in watchlist.pages,
        "url": page.url,
        "language": page.language,
        "region": page.region or None,
        "fetch": page.fetch,
        "needs": watchlist.needs.get(page.key),
        "unverified": page.key in watchlist.unverified,
        "twin_of": page.twin_of or None,
        "note": watchlist.notes.get(page.key),
    }


@watchlist.command("rules")
@as_json
@common
def rules_(setup: Setup, json_: bool) -> None:
    """By which rules findings are weighed and alerts are sent: the watchlist's verdicts, the program's own, the rules.

    Of the verdicts the first that fits a finding sets its importance; without one, the first of the program's own that holds.
    """
    found = listed_rules(setup.watchlist())
    if json_:
        for rule in found:
            print_json(rule_json(rule))
        return
    console().print(table(["rule", "says", "topics", "when", "reason given"], map(rule_row, found)))


@watchlist.command("try")
@click.argument("page", metavar="VENDOR/PAGE")
@click.option("--select", callback=selector, metavar="CSS", help="This alone is the document.")
@click.option("--remove", callback=selector, metavar="CSS", multiple=True, help="Drop this; may be given repeatedly.")
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="How many snapshots to read.")
@as_json
@common
def try_(setup: Setup, page: str, select: str | None, remove: tuple[str, ...], last: int, json_: bool) -> None:
    """What a page's past snapshots would say, read with these selectors in place of the watchlist's.

    Shows the size of the text as the page is watched and as tried, the changes between snapshots that would come or go, and
    of the newest snapshot the words lost and gained. Nothing is written.
    """
    with setup.reading() as archive:
        watched = _watched(setup, page)
        captures = _distinct(archive, watched, last)
    rows = preview(watched, replace(watched, select=select, remove=remove), captures)
    if json_:
        for row in rows:
            print_json(_preview_json(row))
        return
    columns = ["snapshot", "characters", "tried", "blocks", "tried", "change", "tried"]
    console().print(table(columns, map(_preview_row, rows)))
    newest = rows[0].edits()
    for line in edits(newest) if newest else [Text("\nThe newest snapshot would say the same.")]:
        console().print(line)


def _watched(setup: Setup, key: str) -> Page:
    """The page as the watchlist has it; one that it lacks is read without selectors."""
    watchlist = setup.watchlist_if_any()
    if found := wiring.page(watchlist, key) if watchlist else None:
        return found
    vendor, name = page_key(key)
    return Page(vendor, name, "other", "")


def _distinct(archive: Archive, page: Page, last: int) -> list[Capture]:
    """The last captures of a page with bytes of their own, newest first. Raises UsageError if there is none."""
    found: dict[str, int] = {}
    for capture in reversed(archive.history(page.vendor, page.name)):
        if capture.snapshot and capture.outcome in _DOCUMENTS:
            found.setdefault(capture.snapshot, capture.id)
    if not found:
        raise UsageError(f"{page.key} has no snapshot of a document yet")
    return [archive.capture(each) for each in list(found.values())[:last]]


def _preview_row(row: Preview) -> list[str | Text]:
    characters, blocks = (f"{len(row.watched.text):,}", f"{len(row.watched.blocks):,}") if row.watched else ("-", "-")
    tried = Text(_yes(row.tried_changes), "bold" if row.changes != row.tried_changes else "")
    sizes = [characters, f"{len(row.tried.text):,}", blocks, f"{len(row.tried.blocks):,}"]
    return [when(row.capture.at), *sizes, _yes(row.changes), tried]


def _yes(changes: bool | None) -> str:
    return "-" if changes is None else "yes" if changes else "no"


def _preview_json(row: Preview) -> dict[str, object]:
    found = row.edits()
    return {
        "seen_at": row.capture.at.isoformat().replace("+00:00", "Z"),
        "watched": _size(row.watched) | {"change": row.changes} if row.watched else None,
        "tried": _size(row.tried) | {"change": row.tried_changes},
        "lost": [edit.before.text for edit in found if edit.before],
        "gained": [edit.after.text for edit in found if edit.after],
    }


def _size(document: Document) -> dict[str, object]:
    return {"characters": len(document.text), "blocks": len(document.blocks)}


watchlist.add_command(add)
watchlist.add_command(probe_)
watchlist.add_command(twins)
COMMANDS: tuple[click.Command, ...] = (watchlist,)
