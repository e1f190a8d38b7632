"""`digest`: what changed since a day, as one report."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from monitor.archive import Archive
from monitor.cli.arguments import end_of, instant
from monitor.cli.setup import Setup, as_json, common, print_json
from monitor.compare import compare
from monitor.records import ChangeRecord
from monitor.report.markdown import digest_markdown
from monitor.report.page import Entry, alerts_html
from monitor.report.payload import change_json

_TOLD = frozenset({"alert", "note"})


@click.command()
@click.option("--since", metavar="DATE", required=True, help="The first day, or a time.")
@click.option("--until", metavar="DATE", help="The last day, or a time.")
@click.option("--vendor", help="Only this vendor's.")
@click.option("--all", "all_", is_flag=True, help="Also what touches neither your data nor an offer.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file, as HTML.")
@as_json
@common
def digest(
    setup_: Setup, since: str, until: str | None, vendor: str | None, all_: bool, html: Path | None, json_: bool
) -> None:
    """What changed since a day: alerts and notes as one report, in Markdown, as HTML, or with --json one change a line.

    Muted changes are in it, too.
    """
    end = end_of(until) if until else None
    with setup_.reading() as archive:
        found = archive.changes(vendor=vendor, since=instant(since), newest_first=False)
        records = [record for record in found if _is_wanted(record, end, all_)]
        if json_:
            for record in records:
                print_json(change_json(record))
        elif html:
            entries = [_entry(archive, record) for record in records]
            html.write_text(alerts_html(entries, setup_.style()), encoding="utf-8")
            setup_.say(f"{len(records)} changes, written to {html}")
        else:
            click.echo(digest_markdown(records, setup_.style()))


def _is_wanted(record: ChangeRecord, end: datetime | None, all_: bool) -> bool:
    return (end is None or record.seen_at <= end) and (all_ or record.change.verdict in _TOLD)


def _entry(archive: Archive, record: ChangeRecord) -> Entry:
    before, after = archive.document(record.before.version), archive.document(record.after.version)
    return Entry(record, before, after, compare(before, after))


COMMANDS: tuple[click.Command, ...] = (digest,)
