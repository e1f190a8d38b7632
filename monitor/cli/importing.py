"""What the import commands share: the page they are for, recordings taken in with a bar, what came of it in a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from monitor import wiring
from monitor.cli.arguments import page_key
from monitor.cli.setup import Setup, complain
from monitor.history.ahead import readers
from monitor.history.recorded import Recording, Skipped
from monitor.intake import Intake, Report
from monitor.model import Page
from monitor.pipeline import Judgement
from monitor.watchlist import Watchlist
from monitor.words import counted, one_line

SOME_LEFT_OUT = 3
_NAMED = 20


def bring_in(setup: Setup, pages: Iterable[Sequence[Recording]], skipped: Iterable[Skipped] = ()) -> None:
    """Take in recordings, page after page, read ahead by other processes; say what came of it. Leaves with status 3 if something
    was left out."""
    recorded = tuple(tuple(each) for each in pages)
    judged, report = judgement(setup), Report(skipped=list(skipped))
    ahead = readers(judged.language, overrides=judged.overrides)
    with ahead as reading, setup.writing() as archive, progress(setup) as bar:
        intake = Intake(archive, judged, report, reading.run)
        task = bar.add_task("importing", total=sum(map(len, recorded)))

        def fresh() -> Iterator[tuple[Recording, ...]]:
            for each in recorded:
                some = intake.fresh(each)
                bar.advance(task, len(each) - len(some))
                yield some

        for some in reading.ahead(fresh()):
            intake.take(some)
            bar.advance(task, len(some))
        intake.finish()
    close(setup, report)


def judgement(setup: Setup) -> Judgement:
    """How changes are judged. Nobody is told."""
    watchlist = setup.watchlist_if_any()
    return Judgement((), setup.language(), watchlist.verdicts if watchlist else ())


def close(setup: Setup, report: Report) -> None:
    """Say what an import came to, and what was left out. Leaves with status 3 if something was."""
    for each in report.skipped[:_NAMED]:
        complain(f"left out: {one_line(str(each), 300)}")
    if (more := len(report.skipped) - _NAMED) > 0:
        complain(f"left out: and {more:,} more")
    setup.say(_closing(report))
    if report.skipped:
        raise SystemExit(SOME_LEFT_OUT)


def _closing(report: Report) -> str:
    fates, pages = report.fates, counted(len(report.pages), "page", "pages")
    new = fates["taken"] + fates["apart"]
    said = f"{counted(new, 'capture', 'captures')} of {pages} imported; {fates['known']:,} were there already"
    if fates["apart"]:
        said += f"; {fates['apart']:,} show another text than the captures around them, and are kept without a version"
    return said + (f"; {len(report.skipped):,} left out" if report.skipped else "")


class _Rate(ProgressColumn):
    """How many captures a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.1f}/s" if task.speed else "-/s", "progress.data.speed")


@contextmanager
def progress(setup: Setup) -> Iterator[Progress]:
    """A progress bar with the rate, on a terminal; nothing elsewhere."""
    console = Console(stderr=True)
    shown = console.is_terminal and not setup.quiet
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not shown) as bar:
        yield bar


def as_watched(watchlist: Watchlist | None, page: Page) -> Page:
    """The page as the watchlist has it, if it does: with its selectors."""
    return (watchlist and wiring.page(watchlist, page.key)) or page


def named_page(setup: Setup, key: str, kind: str | None, url: str = "") -> Page:
    """The page of that name: as the watchlist has it, or the archive, or a new one of a type and an address."""
    vendor, name = page_key(key)
    watchlist = setup.watchlist_if_any()
    if watchlist and (watched := wiring.page(watchlist, key)):
        return watched
    if kept := next((page for page in kept_pages(setup) if page.key == key), None):
        return replace(kept, type=kind or kept.type)
    return Page(vendor, name, kind or "other", url, vendor_name=vendor)


def kept_pages(setup: Setup) -> tuple[Page, ...]:
    """The pages of the archive, if there is one."""
    if not setup.archive_path().exists():
        return ()
    with setup.reading() as archive:
        return tuple(Page(each.vendor, each.page, each.type, each.url, each.vendor_name) for each in archive.pages())
