"""`check`: looking at the pages once, now."""

from __future__ import annotations

import os
import threading
import time

import click

from monitor import crew, pipeline, reading, wiring
from monitor.apart import Processes
from monitor.archive import Archive
from monitor.cli import setup
from monitor.cli.setup import Setup, as_json, common
from monitor.errors import UsageError
from monitor.model import HEALTHY, OUTCOMES, Page
from monitor.outbox import Delivered
from monitor.pipeline import Checked
from monitor.watchlist import Watchlist
from monitor.words import counted, one_line, printable

SOME_FAILED = 3


@click.command()
@click.argument("pages", nargs=-1, metavar="[VENDOR/PAGE]...")
@click.option("--due", is_flag=True, help="Only the pages whose turn it is.")
@as_json
@common
def check(setup_: Setup, pages: tuple[str, ...], due: bool, json_: bool) -> None:
    """Check the pages once, now, and deliver what is owed. Without a PAGE, all of them.

    Exit status 3 says that some pages could not be checked; `monitor status` says why.
    """
    watchlist = setup_.watchlist()
    apart = Processes(reading.ready)
    round_ = wiring.rounds(watchlist, os.environ, apart.call)
    with (
        apart,
        setup_.writing() as archive,
        wiring.ways(watchlist.settings, archive.path, time.sleep, run=apart.call) as ways,
    ):
        wanted = _wanted(watchlist, pages, archive if due else None)
        second_look = wiring.second_look(watchlist.settings, time.sleep)
        failed = 0
        look = wiring.look(watchlist, archive, ways, setup.now, second_look, apart.call)
        for checked in crew.check(wanted, archive, look, threading.Event()):
            failed += checked.outcome.capture.outcome not in HEALTHY
            with setup.unheard():
                tell(setup_, checked, json_)
        delivered = round_.finish(archive, setup.now())
    sign = "" if pages else round_.give_sign()  # a round is all that is due, not a page asked for
    for fault in filter(None, (*delivered.faults, sign)):
        setup.complain(fault)
    setup_.say(_closing(len(wanted), failed, delivered))
    if failed:
        raise SystemExit(SOME_FAILED)


def _wanted(watchlist: Watchlist, keys: tuple[str, ...], archive: Archive | None) -> tuple[Page, ...]:
    """The pages named, or all; with an archive, of these only the ones whose turn it is."""
    unknown = [key for key in keys if wiring.page(watchlist, key) is None]
    if unknown:
        raise UsageError(
            f"{watchlist.path} has no page {', '.join(unknown)}; `monitor watchlist list` shows what it has"
        )
    pages = tuple(page for page in watchlist.listed if page.key in keys) if keys else watchlist.pages
    return pages if archive is None else pipeline.due(pages, archive, setup.now())


def tell(setup_: Setup, checked: Checked, json_: bool) -> None:
    """What a check came to, on a line of standard output."""
    capture, change = checked.outcome.capture, checked.outcome.change
    if json_:
        setup.print_json(
            {
                "vendor": checked.page.vendor,
                "page": checked.page.name,
                "checked_at": capture.at.isoformat().replace("+00:00", "Z"),
                "outcome": capture.outcome,
                "reason": capture.reason,
                "version": checked.recorded.version,
                "change": checked.recorded.change,
                "verdict": change.verdict if change else None,
            }
        )
    elif not setup_.quiet or capture.outcome not in HEALTHY:
        click.echo(printable(f"{checked.page.key}: {_in_words(checked)}"))


def _in_words(checked: Checked) -> str:
    capture, change = checked.outcome.capture, checked.outcome.change
    if capture.outcome not in HEALTHY:
        return f"could not be checked: {one_line(capture.reason or OUTCOMES[capture.outcome], 200)}"
    note = f"; {one_line(capture.reason, 200)}" if capture.reason else ""
    if change:
        return f"changed ({change.verdict}): {one_line(change.summary, 200)}{note}"
    return "first version recorded" if checked.outcome.version else f"unchanged{note}"


def _closing(checked: int, failed: int, delivered: Delivered) -> str:
    said = f"{checked - failed} of {checked} pages checked" + (f"; {failed} could not be" if failed else "")
    return "; ".join(filter(None, (said, sending(delivered))))


def sending(delivered: Delivered) -> str:
    """What became of what was owed; empty where nothing was."""
    said = (
        (delivered.sent, f"{counted(delivered.sent, 'delivery', 'deliveries')} made"),
        (delivered.refused, f"{delivered.refused} refused, to be tried again"),
        (delivered.owed > delivered.refused, f"{delivered.owed - delivered.refused} to be sent later"),
        (delivered.failed, f"{delivered.failed} given up: their channels refuse them for good"),
    )
    return "; ".join(words for happened, words in said if happened)


COMMANDS: tuple[click.Command, ...] = (check,)
