"""`import`: history recorded elsewhere, through the pipeline that live checks go through."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from monitor import pipeline, wiring
from monitor.cli.setup import Setup, common
from monitor.history import captures as capture_list
from monitor.history.ahead import readers
from monitor.pipeline import Intake, Judgement
from monitor.watchlist import Watchlist


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
    judgement = Judgement((), setup.language(), watchlist.verdicts if watchlist else ())
    counts: Counter[Intake] = Counter()
    reading_ahead = readers(judgement.language, overrides=judgement.overrides)
    with reading_ahead as reading, setup.writing() as archive, _progress(setup) as progress:
        task = progress.add_task("importing", total=sum(map(len, pages.values())))
        for some in reading.ahead(_as_watched(watchlist, recorded) for recorded in pages.values()):
            counts.update(pipeline.take_recorded(some, archive, judgement, reading.run))
            progress.advance(task, len(some))
    setup.say(_closing(counts, len(pages)))


def _closing(counts: Counter[Intake], pages: int) -> str:
    said = f"{counts['taken']} captures of {pages} pages imported; {counts['known']} were there already"
    late = f"; {counts['late']} are older than what the archive holds of their pages, and were left out"
    return said + (late if counts["late"] else "")


def _as_watched(
    watchlist: Watchlist | None, recorded: tuple[capture_list.Recorded, ...]
) -> tuple[capture_list.Recorded, ...]:
    """The captures, read as the watchlist says where it has the page; pages that it lacks are as the list describes them."""
    known = wiring.page(watchlist, recorded[0].page.key) if watchlist else None
    return recorded if known is None else tuple(replace(each, page=known) for each in recorded)


def _progress(setup: Setup) -> Progress:
    """A progress bar on a terminal; nothing elsewhere."""
    console = Console(stderr=True)
    return Progress(console=console, disable=setup.quiet or not console.is_terminal)


COMMANDS: tuple[click.Command, ...] = (import_,)
