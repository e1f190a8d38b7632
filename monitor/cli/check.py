"""`check`, `run`, `status`: looking at the pages, now or on their schedule, and saying where they stand."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from datetime import datetime

import click
from rich.text import Text

from monitor import crew, daemon, pipeline, reading, wiring
from monitor.apart import Processes
from monitor.archive import Archive
from monitor.cli import setup
from monitor.cli.serve import serving
from monitor.cli.setup import Setup, as_json, common
from monitor.cli.show import console, table, when
from monitor.errors import UsageError
from monitor.model import HEALTHY, OUTCOMES, Page
from monitor.outbox import Delivered
from monitor.pipeline import Checked
from monitor.records import PageState
from monitor.report import Style, line_of
from monitor.status_server import address
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
    round_ = wiring.rounds(watchlist, os.environ)
    with (
        wiring.archive(setup_.archive_path()) as archive,
        Processes(reading.ready) as apart,
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


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and stop, rather than go on.")
@click.option(
    "--listen",
    metavar="ADDRESS",
    help="Serve /healthz and /metrics there, as in 127.0.0.1:9464; a port alone is loopback's.",
)
@click.option(
    "--serve", "served", metavar="ADDRESS", help="Show the archive in a browser there, as `monitor serve` does."
)
@common
def run(setup_: Setup, once: bool, listen: str | None, served: str | None) -> None:
    """Check the pages on their schedule and deliver alerts, until stopped (SIGTERM or Ctrl-C).

    An edited watchlist is taken up, at once with SIGHUP; a broken one is reported, and the last good one stays in force.
    """
    where = address(listen) if listen else None
    with serving(setup_, served) as shown:
        if shown:
            setup_.say(f"the archive is at {shown}")
        daemon.run(
            setup_.watchlist_file, setup_.archive_file, os.environ, setup.now, setup_.say, once=once, listen=where
        )


@click.command()
@as_json
@common
def status(setup_: Setup, json_: bool) -> None:
    """Where each page stands: last check and its outcome, last change, next check, health."""
    with setup_.reading() as archive:
        states, troubles = archive.pages(), archive.troubles()
        owed, refused = archive.owed()
        lost = len(archive.deliveries(state="failed"))
    if json_:
        for state in states:
            setup.print_json(_state_json(state))
        return
    shown = table(["page", "last check", "last change", "next check", "health"], _rows(states, setup.now()))
    console().print(shown)
    for trouble in troubles:
        console().print(Text(one_line(f"{line_of(trouble, Style())}: {trouble.reason}", 300), "bold red"))
    owing = f"{owed} deliveries owed" + (f" ({refused} refused so far)" if refused else "")
    setup_.say(f"{len(states)} pages; {owing}" + (f", {lost} given up: `monitor alerts list`" if lost else ""))


def _rows(states: tuple[PageState, ...], now: datetime) -> Iterator[list[str | Text]]:
    for state in states:
        change = f"{when(state.last_change_at)} (#{state.last_change_id})" if state.last_change_id else "-"
        yield [f"{state.vendor}/{state.page}", when(state.last_check_at), change, _next(state, now), _health(state)]


def _health(state: PageState) -> Text:
    if state.failing_since is None:
        return Text("ok", "green")
    reason = one_line(state.reason or OUTCOMES.get(state.outcome or "", ""), 160)
    return Text(
        f"failing since {when(state.failing_since)} ({state.failures} check{'s' * (state.failures != 1)}): {reason}",
        "red",
    )


def _next(state: PageState, now: datetime) -> str:
    return "now" if state.next_check_at and state.next_check_at <= now else when(state.next_check_at)


def _state_json(state: PageState) -> dict[str, object]:
    return {
        "vendor": state.vendor,
        "page": state.page,
        "type": state.type,
        "url": state.url,
        "healthy": state.failing_since is None,
        "outcome": state.outcome,
        "reason": state.reason,
        "last_check_at": setup.stamp(state.last_check_at),
        "last_good_at": setup.stamp(state.last_good_at),
        "failing_since": setup.stamp(state.failing_since),
        "failures": state.failures,
        "last_change_at": setup.stamp(state.last_change_at),
        "last_change": state.last_change_id,
        "next_check_at": setup.stamp(state.next_check_at),
        "captures": state.captures,
        "versions": state.versions,
        "changes": state.changes,
    }


COMMANDS: tuple[click.Command, ...] = (check, run, status)
