"""`watchlist add`: look at a page, say what it is and how it would be watched, and add it to the watchlist."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import Any

import click

from monitor import wiring
from monitor.cli.arguments import checked
from monitor.cli.selecting import selector
from monitor.cli.setup import Setup, as_json, common, now, print_json
from monitor.errors import UsageError, WatchlistError
from monitor.model import PAGE_TYPES, Validators
from monitor.proposal import Proposal, Sight, Wishes, propose
from monitor.schedule import parse_every
from monitor.watchlist import Watchlist
from monitor.watchlist.editing import with_page
from monitor.watchlist.kinds import language, page_url, slug
from monitor.watchlist.loading import empty, parse
from monitor.watchlist.saving import content, save
from monitor.words import one_line, printable

_SOME_PAGES_FAILED = 3


def _wishes(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what is not to be guessed."""
    options = (
        click.option("--vendor", callback=checked(slug), metavar="NAME", help="The vendor's short name."),
        click.option("--name", help="The vendor's name as people write it, if the vendor is new."),
        click.option("--page", callback=checked(slug), metavar="NAME", help="The page's short name."),
        click.option("--type", type=click.Choice(PAGE_TYPES), metavar="TYPE", help="What the page is."),
        click.option("--language", callback=checked(language), metavar="CODE", help="The language to ask for."),
        click.option("--every", callback=checked(parse_every), metavar="TIME", help="How often it is checked."),
        click.option("--select", callback=selector, metavar="CSS", help="This alone is the document."),
        click.option("--fetch", type=click.Choice(["auto", "http", "browser"]), help="How it is fetched."),
        click.option("--note", help="A reminder to yourself."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("url")
@_wishes
@click.option("--yes", is_flag=True, help="Add it without asking.")
@click.option("--dry-run", is_flag=True, help="Only show what would be added.")
@as_json
@common
def add(setup_: Setup, url: str, yes: bool, dry_run: bool, json_: bool, **wishes: str | None) -> None:
    """Look at the page at URL, say what it is and how it would be watched, and add it to the watchlist.

    The page is fetched once. What is not said by an option is guessed from its address, its title and its text. Every line of
    the watchlist stays as it is; where there is no watchlist yet, one is made.
    """
    wished = Wishes(**{key: text or "" for key, text in wishes.items()})
    path = setup_.watchlist_file
    before = content(path)
    watchlist = parse(before, path, os.environ) if before else empty(path)
    proposal = _proposal(watchlist, url, wished)
    print_json(_json(proposal)) if json_ else _print(proposal)
    is_sure = yes and (not proposal.trouble or bool(wished.type))
    _say_trouble(proposal, is_added=is_sure)
    if not dry_run and (is_sure or not yes):
        after = _edited(before or b"", watchlist, proposal)
        if is_sure or _is_wanted():
            save(path, before, after)
            setup_.say(f"{proposal.entry.key} added to {path}")
    if proposal.trouble:
        sys.exit(_SOME_PAGES_FAILED)


def _proposal(watchlist: Watchlist, url: str, wishes: Wishes) -> Proposal:
    try:
        page_url(url)
    except ValueError as error:
        raise UsageError(f"{url!r}: {error}") from error
    _must_be_new(watchlist, url)
    with closing(wiring.fetcher(watchlist.settings)) as fetcher:
        capture = fetcher.fetch(url, Validators(), now(), wishes.language or None)
    if capture.outcome == "blocked_target":
        raise UsageError(f"{url} may not be fetched: {capture.reason}")
    proposal = propose(capture, watchlist, wishes)
    _must_be_new(watchlist, proposal.url)
    return proposal


def _must_be_new(watchlist: Watchlist, url: str) -> None:
    if page := watchlist.watching(url):
        raise UsageError(f"{url} is already watched, as {page.key}")


def _edited(before: bytes, watchlist: Watchlist, proposal: Proposal) -> bytes:
    """The file with the page: a sound watchlist of the old pages and the new one. Raises UsageError where it would be none."""
    after = with_page(before, proposal.entry, str(watchlist.path))
    try:
        edited = parse(after, watchlist.path, os.environ)
    except WatchlistError as error:
        raise UsageError(f"the watchlist would not be sound with it, so nothing is written: {error}") from error
    old, new = ({page.key: page for page in each.listed} for each in (watchlist, edited))
    added = new.pop(proposal.entry.key, None)
    if added is None or new != old:
        raise UsageError("the watchlist would say something else with it, so nothing is written: add it by hand")
    return after


def _is_wanted() -> bool:
    if not sys.stdin.isatty():
        raise UsageError("nothing is added: say --yes to add it, or --dry-run to look only")
    return click.confirm("Add it?", err=True)


def _say_trouble(proposal: Proposal, *, is_added: bool) -> None:
    """That the document could not be read, and what can be done all the same."""
    if trouble := proposal.trouble:
        entry = dict(proposal.entry.keys)
        how = "not enabled" if entry.get("enabled") is False else f"fetch: {entry.get('fetch', 'auto')}"
        said = f"monitor: {proposal.url} could not be read: {one_line(trouble.reason, 300)}"
        hint = f"; to add it all the same ({how}), say what it is with --type, and --yes"
        click.echo(printable(said + hint * (not is_added)), err=True)


# --- how it is shown ------------------------------------------------------------------------------------------------------


def _print(proposal: Proposal) -> None:
    rows = {"address": proposal.url, **({} if proposal.trouble else _found(proposal.sight))}
    for name, value in rows.items():
        click.echo(printable(f"{name + ':':10} {one_line(value, 300)}"))
    click.echo("\n" + printable("\n".join(proposal.entry.lines())))


def _found(sight: Sight) -> dict[str, str]:
    offers = ", ".join(f"{count} {kind}" for kind, count in Counter(sight.offers).items())
    return {
        "title": sight.document.title or "-",
        "language": sight.document.language or "unknown",
        "text": f"{len(sight.document.text):,} characters, {sight.clauses:,} clauses",
        "topics": ", ".join(sight.topics) or "-",
        "offers": offers or "-",
        "effective": sight.effective.isoformat() if sight.effective else "-",
    }


def _json(proposal: Proposal) -> dict[str, object]:
    entry, sight, trouble = proposal.entry, proposal.sight, proposal.trouble
    return {
        "vendor": entry.vendor,
        "vendor_name": entry.vendor_name or None,
        "is_new_vendor": proposal.is_new_vendor,
        "page": entry.page,
        "entry": dict(entry.keys),
        "title": sight.document.title,
        "language": sight.document.language or None,
        "characters": len(sight.document.text),
        "clauses": sight.clauses,
        "topics": list(sight.topics),
        "offers": dict(Counter(sight.offers)),
        "effective": sight.effective.isoformat() if sight.effective else None,
        "outcome": trouble.outcome if trouble else "ok",
        "reason": trouble.reason if trouble else "",
    }
