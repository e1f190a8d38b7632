"""`demo`: the whole job on this machine alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import click
from rich.text import Text

from monitor import pipeline, wiring
from monitor.archive import Archive
from monitor.cli import setup, terminal
from monitor.cli.show import findings
from monitor.compare import compare
from monitor.demo.site import DemoSite, pages
from monitor.fetch import HttpFetcher
from monitor.model import HEALTHY
from monitor.pipeline import Checked, Judgement, SecondLook
from monitor.records import ChangeRecord
from monitor.report.message import message
from monitor.report.page import Entry, alerts_html
from monitor.report.style import Style

_JUDGEMENT = Judgement()
_AT_ONCE = SecondLook(0, lambda _: None)


@click.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("snapshots/demo"),
    show_default=True,
    help="Where to put the archive and the report.",
)
def demo(into: Path) -> None:
    """The whole job with no network and no settings: pages of our own, checked before and after they change.

    A small server on this machine shows the pages of three invented vendors. They are checked, they change as real ones do,
    they are checked again; what had to be told is told, and nothing else.
    """
    console = terminal.console()
    shutil.rmtree(into, ignore_errors=True)
    archive_file, report = into / "archive.db", into / "report.html"
    with DemoSite() as site, Archive(archive_file) as archive:
        with HttpFetcher(user_agent=wiring.user_agent(""), allow_private=True) as fetcher:
            console.print(Text(f"\nFirst check of {len(pages(site.url))} pages", "bold"))
            for checked in _check(site, archive, fetcher):
                console.print(f"  {checked.page.key:28} {_said(checked)}")
            site.stage = 2
            console.print(Text("\nThe pages change. Second check", "bold"))
            for checked in _check(site, archive, fetcher):
                console.print(f"  {checked.page.key:28} {_said(checked)}")
        alerts = tuple(archive.changes(verdict="alert", newest_first=False))
        console.print(Text(f"\n{len(alerts)} alerts", "bold"))
        for record in alerts:
            _print(record)
        report.write_text(alerts_html([_entry(archive, record) for record in alerts], Style()), encoding="utf-8")
    console.print(Text("\nThe report:  ", "bold").append(str(report.resolve())))
    console.print(Text("The archive: ", "bold").append(f"monitor changes --archive {archive_file}"))
    console.print(
        Text("One change:  ", "bold").append(
            f"monitor show {alerts[0].id if alerts else 1} --why --archive {archive_file}"
        )
    )


def _check(site: DemoSite, archive: Archive, fetcher: HttpFetcher) -> Iterator[Checked]:
    yield from pipeline.check(pages(site.url), archive, lambda *_: fetcher, _JUDGEMENT, setup.now, _AT_ONCE)


def _said(checked: Checked) -> Text:
    capture, change = checked.outcome.capture, checked.outcome.change
    if capture.outcome not in HEALTHY:
        return Text(f"not the document: {capture.reason}", "yellow")
    if change:
        return Text("changed, ").append(terminal.verdict(change)).append(f": {change.summary}")
    if checked.outcome.version:
        return Text("first version", "dim")
    return Text("unchanged (the server says so)" if capture.outcome == "not_modified" else "unchanged", "dim")


def _print(record: ChangeRecord) -> None:
    terminal.console().print(Text(f"\n{message(record, Style()).subject}", "bold red"))
    for line in findings(record.change):
        terminal.console().print(line)


def _entry(archive: Archive, record: ChangeRecord) -> Entry:
    before, after = archive.document(record.before.version), archive.document(record.after.version)
    return Entry(record, before, after, compare(before, after))


COMMANDS: tuple[click.Command, ...] = (demo,)
