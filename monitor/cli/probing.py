"""`watchlist probe`: open the pages of the watchlist, say what each is, and correct the watchlist."""

from __future__ import annotations

import difflib
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence

import click

from monitor import crew, wiring
from monitor.cli.setup import Setup, as_json, common, complain, now, print_json, unheard
from monitor.errors import UsageError, WatchlistError
from monitor.model import Page
from monitor.probing import Probe, open_page, probe, said_of
from monitor.watchlist import Watchlist
from monitor.watchlist.correcting import corrected
from monitor.watchlist.loading import parse
from monitor.watchlist.saving import content, save
from monitor.words import counted, printable

_SOME_PAGES_FAILED = 3


@click.command("probe")
@click.argument("pages", nargs=-1, metavar="[VENDOR/PAGE]...")
@click.option("--unverified", is_flag=True, help="Only pages whose address nobody has opened yet.")
@click.option("--write", is_flag=True, help="Write the corrections into the watchlist.")
@as_json
@common
def probe_(setup_: Setup, pages: tuple[str, ...], unverified: bool, write: bool, json_: bool) -> None:
    """Open pages of the watchlist, say what each is, and show what would be corrected in it: addresses that have moved for good,
    pages that need a browser, languages, addresses that nobody had opened yet.

    Without a PAGE, all that are checked. Nothing is recorded, and without --write nothing is written. Exit status 3 says that
    some pages could not be opened.
    """
    path = setup_.watchlist_file
    before = content(path) or b""
    watchlist = parse(before, path, os.environ) if before else setup_.watchlist()
    probes = []
    with wiring.ways(watchlist.settings, setup_.archive_path(), time.sleep) as ways:
        wanted = _wanted(watchlist, pages, unverified=unverified)
        for opened in crew.gather(wanted, lambda page: open_page(page, ways, now), threading.Event()):
            others = [page.url for page in watchlist.listed if page != opened.page]
            found = probe(opened, unverified=opened.page.key in watchlist.unverified, watched=others)
            probes.append(found)
            with unheard():
                print_json(_json(found)) if json_ else click.echo(printable(f"{found.page.key}: {said_of(found)}"))
    after = _corrected(before, watchlist, probes)
    if write and after != before:
        save(path, before, after)
    elif not json_:
        _show(before, after, str(path))
    setup_.say(_closing(probes, before != after, write=write))
    if not all(found.is_open for found in probes):
        sys.exit(_SOME_PAGES_FAILED)


def _wanted(watchlist: Watchlist, keys: Sequence[str], *, unverified: bool) -> tuple[Page, ...]:
    """The pages named, or those that are checked; of these the ones that nobody has opened."""
    known = {page.key: page for page in watchlist.listed}
    if unknown := [key for key in keys if key not in known]:
        raise UsageError(
            f"{watchlist.path} has no page {', '.join(unknown)}; `monitor watchlist list` shows what it has"
        )
    chosen = tuple(known[key] for key in dict.fromkeys(keys)) if keys else watchlist.pages
    return tuple(page for page in chosen if not unverified or page.key in watchlist.unverified)


def _corrected(before: bytes, watchlist: Watchlist, probes: Sequence[Probe]) -> bytes:
    """The watchlist's text with what the probes correct; what cannot be corrected there is said."""
    after = before
    wrong = (found for found in probes if found.corrections)
    for found in sorted(wrong, key=lambda each: each.page.key):
        try:
            edited = corrected(after, found.page.key, dict(found.corrections), str(watchlist.path))
            parse(edited, watchlist.path, os.environ)
            after = edited
        except WatchlistError as error:  # two pages that have moved to one address
            complain(f"{found.page.key} is not corrected: the watchlist would not be sound with it: {error}")
        except UsageError as error:
            complain(str(error))
    return after


def _show(before: bytes, after: bytes, name: str) -> None:
    """What would be written, as a diff."""
    old, new = (text.decode("utf-8-sig").splitlines(keepends=True) for text in (before, after))
    for line in difflib.unified_diff(old, new, name, f"{name} (corrected)"):
        click.echo(printable(line.rstrip("\r\n")))


def _closing(probes: Sequence[Probe], differs: bool, *, write: bool) -> str:
    opened = sum(found.is_open for found in probes)
    corrections = sum(bool(found.corrections) for found in probes)
    said = f"{opened} of {counted(len(probes), 'page')} opened"
    if not differs:
        return f"{said}; nothing to correct"
    return f"{said}; {counted(corrections, 'entry', 'entries')} " + (
        "corrected" if write else "to correct: --write does it"
    )


def _json(found: Probe) -> dict[str, object]:
    page, capture, sight = found.page, found.look.capture, found.look.sight
    return {
        "vendor": page.vendor,
        "page": page.name,
        "url": page.url,
        "opened": found.is_open,
        "by_browser": found.look.by_browser,
        "outcome": sight.trouble.outcome if sight.trouble else "ok",
        "reason": sight.trouble.reason if sight.trouble else "",
        "status": capture.status,
        "final_url": capture.final_url or None,
        "title": sight.document.title,
        "language": sight.document.language or None,
        "characters": len(sight.document.text),
        "clauses": sight.clauses,
        "topics": list(sight.topics),
        "offers": dict(Counter(sight.offers)),
        "remarks": [{"kind": remark.kind, "text": remark.text} for remark in found.remarks],
        "corrections": dict(found.corrections),
    }
