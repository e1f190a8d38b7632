"""`import wayback`: the captures that an archive of the web has of a page, fetched one after the other."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import click
from rich.progress import Progress

from monitor import wiring
from monitor.cli.arguments import end_of, instant
from monitor.cli.importing import close, judgement, kept_pages, named_page, progress
from monitor.cli.setup import Setup, common, now
from monitor.errors import GivenUp, LostCapture, UsageError
from monitor.history.recorded import Ahead, Skipped
from monitor.history.warc import address
from monitor.history.wayback import SERVER, Index, Listed, Wayback
from monitor.intake import Intake, Report
from monitor.model import PAGE_TYPES, Page
from monitor.watchlist.loading import empty
from monitor.words import counted


@click.command()
@click.argument("what", metavar="URL|VENDOR/PAGE")
@click.option(
    "--page", metavar="VENDOR/PAGE", help="Take them for this page: for an address that no page has (any more)."
)
@click.option(
    "--type", "kind", type=click.Choice(PAGE_TYPES), help="What that page is, if neither watchlist nor archive know it."
)
@click.option("--since", metavar="DATE", help="Only captures on or after this date.")
@click.option("--until", metavar="DATE", help="Only captures up to this date.")
@click.option("--all", "every", is_flag=True, help="Also captures whose bytes are those of the one before.")
@click.option("--server", metavar="URL", default=SERVER, show_default=True, help="The archive that is asked.")
@common
def wayback(
    setup: Setup,
    what: str,
    page: str | None,
    kind: str | None,
    since: str | None,
    until: str | None,
    every: bool,
    server: str,
) -> None:
    """Import what the Wayback Machine has of a page, by its address or its name in the watchlist.

    Captures are fetched one at a time, with pauses; each is recorded as it comes, and an import that was stopped goes on where it
    was.
    """
    url, taken_for = _meant(setup, what, page, kind)
    first, last = instant(since) if since else None, end_of(until) if until else None
    if first and last and first > last:
        raise UsageError(f"--since {since} is later than --until {until}")
    watchlist = setup.watchlist_if_any() or empty(Path())
    report = Report(pages={taken_for.key})
    with (
        wiring.asking(watchlist.settings, time.sleep, now) as ask,
        setup.writing() as archive,
        progress(setup) as bar,
    ):
        source = Wayback(server, ask, lambda seconds, why: _wait(setup, seconds, why))
        intake = Intake(archive, judgement(setup), report)
        intake.begin(taken_for)  # an import that was killed may have joined nothing
        try:
            index = source.listed(url, first, last, every=every)
            if index.redirects:
                setup.say(f"{counted(index.redirects, 'redirect', 'redirects')} in the index, which are no documents")
            report.skipped += index.skipped
            _fetch(source, intake, bar, _fresh(index, archive.captured(taken_for), report), taken_for, report)
        except GivenUp as error:
            report.skipped.append(Skipped("the rest", f"{error}; the same command goes on from here"))
        finally:
            intake.finish()
    close(setup, report)


def _fresh(index: Index, held: frozenset[tuple[datetime, str | None]], report: Report) -> list[Listed]:
    """Those that the archive does not hold; nothing is asked for twice."""
    times = {at for at, _ in held}
    fresh = [each for each in index.listed if each.at not in times]
    report.fates["known"] += len(index.listed) - len(fresh)
    return fresh


def _fetch(source: Wayback, intake: Intake, bar: Progress, listed: list[Listed], page: Page, report: Report) -> None:
    task = bar.add_task("importing", total=len(listed))
    for each in listed:
        try:
            intake.take([Ahead(source.shown(each, page), None)])
        except LostCapture as error:
            report.skipped.append(Skipped(f"{page.key} at {each.timestamp}", str(error)))
        bar.advance(task)


def _wait(setup: Setup, seconds: float, why: str) -> None:
    setup.say(f"{why}; waiting {seconds:.0f} s")
    time.sleep(seconds)


def _meant(setup: Setup, what: str, key: str | None, kind: str | None) -> tuple[str, Page]:
    """The address that is meant, and the page that its captures are taken for."""
    if "://" not in what:
        page = named_page(setup, what, kind)
        if not page.url:
            raise UsageError(f"{what}: no page of that name is known; give its address, and its name with --page")
        return page.url, named_page(setup, key, kind, page.url) if key else page
    if not what.startswith(("http://", "https://")):
        raise UsageError(f"{what!r}: expected an address that begins with http:// or https://, or vendor/page")
    if key:
        return what, named_page(setup, key, kind, what)
    watchlist = setup.watchlist_if_any()
    watched = watchlist.listed if watchlist else ()
    known = (page for page in (*watched, *kept_pages(setup)) if page.url and address(page.url) == address(what))
    if found := next(known, None):
        return what, found
    raise UsageError(f"{what}: no page has this address; name the page that it is, or was, with --page VENDOR/PAGE")
