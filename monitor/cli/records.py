"""`changes`, `history`: what the archive recorded, in lists."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import click

from monitor.archive import Archive
from monitor.cli import terminal
from monitor.cli.arguments import instant, page_key
from monitor.cli.setup import Setup, as_json, common, print_json
from monitor.errors import UsageError
from monitor.model import TOPICS
from monitor.records import CaptureRecord, ChangeRecord
from monitor.report.lines import capture_json
from monitor.report.payload import change_json


@click.command()
@click.option("--vendor", help="Only this vendor's.")
@click.option("--page", metavar="VENDOR/PAGE", help="Only this page's.")
@click.option("--topic", type=click.Choice(TOPICS), help="Only those with a finding on this topic.")
@click.option("--since", metavar="DATE", help="Only those seen on or after this date.")
@click.option("--verdict", type=click.Choice(["alert", "note", "quiet"]), help="Only those of this verdict.")
@click.option("--limit", type=click.IntRange(1), help="Only so many, the newest (default: 50 on a terminal, else all).")
@click.option("--ics", is_flag=True, help="Print when their texts take effect, as a calendar (iCalendar).")
@as_json
@common
def changes(
    setup: Setup,
    vendor: str | None,
    page: str | None,
    topic: str | None,
    since: str | None,
    verdict: str | None,
    limit: int | None,
    ics: bool,
    json_: bool,
) -> None:
    """The changes recorded, newest first; with --json one a line, oldest first."""
    if ics and json_:
        raise UsageError("say either --ics or --json")
    if page:
        vendor, page = page_key(page)
    most = terminal.most(limit, json_=json_ or ics)
    with setup.reading() as archive:
        found = archive.changes(
            vendor=vendor,
            page=page,
            topic=topic,
            since=instant(since) if since else None,
            verdict=verdict,
            newest_first=bool(most) or not (json_ or ics),
            limit=most and most + 1,
        )
        shown = list(islice(found, most)) if most else found
        if most and (json_ or ics):
            shown = reversed(list(shown))
        if ics:
            click.echo(_calendar(setup, archive, shown), nl=False)
            return
        console = terminal.console()
        for record in shown:
            print_json(change_json(record)) if json_ else console.print(terminal.headline(record))
        if most and next(found, None):
            setup.say(terminal.more(most))


def _calendar(setup: Setup, archive: Archive, records: Iterable[ChangeRecord]) -> bytes:
    """When the texts of changes take effect; bytes, since lines of a calendar end as they must."""
    from monitor.composer import dated  # noqa: PLC0415 - slow, as is the next, and asked for here alone
    from monitor.report.calendar import calendar_events, calendar_text  # noqa: PLC0415

    style, watchlist = setup.style(), setup.watchlist_if_any()
    events = calendar_events(filter(None, (dated(archive, record) for record in records)), style)
    return calendar_text(events, style, watchlist.settings.remind if watchlist else None).encode()


@click.command()
@click.argument("page", metavar="VENDOR/PAGE")
@click.option("--limit", type=click.IntRange(1), help="Only so many, the newest (default: 50 on a terminal, else all).")
@as_json
@common
def history(setup: Setup, page: str, limit: int | None, json_: bool) -> None:
    """The captures of a page, oldest first: when, what came of it, and the version and change that it began."""
    most = terminal.most(limit, json_=json_)
    with setup.reading() as archive:
        found = archive.history(*page_key(page), limit=most and most + 1)
    captures = found[-most:] if most else found
    if len(captures) < len(found):
        setup.say(terminal.more(len(captures)))
    if json_:
        for capture in captures:
            print_json(capture_json(capture))
        return
    rows = [
        [terminal.when(c.at), c.outcome, _size(c), (c.snapshot or "-")[:12], _began(c), c.reason or "-"]
        for c in captures
    ]
    terminal.console().print(terminal.table(["time (UTC)", "outcome", "bytes", "snapshot", "began", "reason"], rows))


def _size(capture: CaptureRecord) -> str:
    return f"{capture.size:,}" if capture.size is not None else "-"


def _began(capture: CaptureRecord) -> str:
    version = f"version {capture.version}" if capture.version else "-"
    return version + (f", change #{capture.change}" if capture.change else "")


COMMANDS: tuple[click.Command, ...] = (changes, history)
