"""`import captures`, `import ota`, `import warc`: history recorded elsewhere that lies on this machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from monitor.cli.arguments import instant
from monitor.cli.importing import as_watched, bring_in, named_page
from monitor.cli.setup import Setup, common
from monitor.cli.wayback import wayback
from monitor.errors import UsageError
from monitor.history import captures as capture_list
from monitor.history import git, ota, warc
from monitor.model import PAGE_TYPES, Page


@click.group("import")
def import_() -> None:
    """Bring in history recorded elsewhere. Alerts are decided, but not sent."""


@import_.command("captures")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@common
def captures(setup: Setup, file: Path) -> None:
    """Import a capture list: JSON lines with vendor, page, type, url, fetched_at, file, content_type, status.

    Each capture runs through the pipeline of a live check but the fetch, page by page in the order of time. The same list twice
    changes nothing; an import that was stopped goes on where it was.
    """
    pages = capture_list.load(file)
    watchlist = setup.watchlist_if_any()
    bring_in(
        setup, ([replace(each, page=as_watched(watchlist, each.page)) for each in some] for some in pages.values())
    )


@import_.command("ota")
@click.argument("repository", type=click.Path(path_type=Path))
@click.option("--service", default="", metavar="NAME", help="Only this service's terms.")
@click.option("--type", "kind", default="", metavar="TYPE", help="Only terms of this type, in their words or in ours.")
@click.option("--since", metavar="DATE", help="Only what was recorded on or after this date.")
@click.option(
    "--page", metavar="VENDOR/PAGE", help="Take the terms of one document for this page, such as one that is watched."
)
@common
def open_terms_archive(
    setup: Setup, repository: Path, service: str, kind: str, since: str | None, page: str | None
) -> None:
    """Import an Open Terms Archive repository of versions or snapshots: each commit is a capture.

    A service becomes a vendor, its terms become pages. What differs because the terms are extracted in another way is no change.
    """
    taken_for = named_page(setup, page, None) if page else None
    wanted = ota.Wanted(service, kind, instant(since) if since else None, taken_for)
    watchlist = setup.watchlist_if_any()
    try:
        pages, skipped = ota.load(repository, wanted)
        git.close()
        bring_in(
            setup,
            ([replace(each, page=as_watched(watchlist, each.page)) for each in some] for some in pages.values()),
            skipped,
        )
    finally:
        git.close()


@import_.command("warc")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--page", metavar="VENDOR/PAGE", help="Only this page; with --url, one that the watchlist need not have.")
@click.option(
    "--url", metavar="URL", help="The address of that page in the files, if the watchlist has none or another."
)
@click.option("--type", "kind", type=click.Choice(PAGE_TYPES), help="What that page is, if the watchlist lacks it.")
@common
def web_archive(setup: Setup, files: tuple[Path, ...], page: str | None, url: str | None, kind: str | None) -> None:
    """Import the captures of pages from WARC and WACZ files: of those in the watchlist, by their addresses.

    http or https, a slash at the end and a fragment make no other address. Digests are proved; redirects are followed within the
    files.
    """
    pages, skipped = warc.load(files, _by_address(setup, page, url, kind))
    bring_in(setup, pages.values(), skipped)


def _by_address(setup: Setup, key: str | None, url: str | None, kind: str | None) -> dict[str, Page]:
    if url and not key:
        raise UsageError("--url needs --page VENDOR/PAGE, the page that is there")
    if key:
        page = named_page(setup, key, kind, url or "")
        if not (there := url or page.url):
            raise UsageError(f"{key}: no page of that name is known, so its address is not either; give it with --url")
        return {warc.address(there): page}
    watchlist = setup.watchlist_if_any()
    if watchlist is None:
        raise UsageError("there is no watchlist that says which pages to look for; name one with --page and --url")
    return {warc.address(page.url): page for page in reversed(watchlist.listed)}


import_.add_command(wayback)
COMMANDS: tuple[click.Command, ...] = (import_,)
