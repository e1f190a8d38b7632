"""`show`: one change, what it means and the words before and after. Text of pages is escaped, as everywhere on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.text import Text

from monitor.archive import Archive
from monitor.cli import terminal
from monitor.cli.setup import Setup, as_json, common, print_json
from monitor.compare import compare
from monitor.meaning.direction import BETTER, WORSE, leaning
from monitor.model import Change, Edit, Finding
from monitor.records import ChangeRecord
from monitor.report.page import report_html
from monitor.report.passages import by_clause
from monitor.report.payload import change_json
from monitor.report.style import Style
from monitor.words import one_line, printable

_LEANINGS = {WORSE: "red", BETTER: "green"}


@click.command()
@click.argument("change", type=int)
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the change as a report to this file."
)
@click.option("--why", is_flag=True, help="Name the rules and words behind the verdict.")
@click.option("--all", "all_", is_flag=True, help="Show every block that differs, not the findings alone.")
@as_json
@common
def show(setup: Setup, change: int, html: Path | None, why: bool, all_: bool, json_: bool) -> None:
    """One change: what it means, and the words before and after."""
    with setup.reading() as archive:
        record = archive.change(change)
        if html:
            html.write_text(_report(archive, record, setup.style()), encoding="utf-8")
            setup.say(f"written to {html}")
        elif json_:
            print_json(change_json(record) | {"why": record.change.why, "url": record.url})
        else:
            _print(archive, record, why, all_ or not record.change.findings)


def _print(archive: Archive, record: ChangeRecord, why: bool, all_: bool) -> None:
    console = terminal.console()
    console.print(terminal.headline(record))
    console.print(
        f"{record.url}\nbefore: {terminal.when(record.previous_at)} UTC   after: {terminal.when(record.seen_at)} UTC"
    )
    for line in findings(record.change):
        console.print(line)
    if all_:
        before, after = archive.document(record.before.version), archive.document(record.after.version)
        for line in edits(compare(before, after)):
            console.print(line)
    if why:
        for line in reasons(record.change):
            console.print(line)


def _report(archive: Archive, record: ChangeRecord, style: Style) -> str:
    before, after = archive.document(record.before.version), archive.document(record.after.version)
    return report_html(record, before, after, compare(before, after), style)


def findings(change: Change) -> Iterable[Text]:
    """The findings of a change: each reading, where it stands, and the clause with its words marked."""
    for about in by_clause(change.findings):
        yield Text("\n").join([Text(), *map(_finding, about), terminal.words(about[0].before, about[0].after)])


def _finding(finding: Finding) -> Text:
    text = Text("• ").append(printable(finding.reading), "bold")
    text.append(f"  ({finding.topic}, {finding.importance})", "dim")
    side = leaning(finding)
    if side in _LEANINGS:
        text.append(f"  {side}", _LEANINGS[side])
    trail = terminal.headings(finding.trail)
    return text.append(f"\n  {trail}", "dim") if trail else text


def edits(all_edits: Sequence[Edit]) -> Iterable[Text]:
    """The blocks that differ, each with its words marked; moved ones in a line."""
    for edit in all_edits:
        before, after = edit.before.text if edit.before else "", edit.after.text if edit.after else ""
        if edit.kind == "moved":
            yield Text(f"\n↕ moved: {one_line(after, 100)}", "dim")
        else:
            yield Text(f"\n{edit.kind}: ", "dim").append(terminal.words(before, after))


def reasons(change: Change) -> Iterable[Text]:
    """The rules and words behind a verdict."""
    yield Text("\nWhy: ", "bold").append(printable(change.why))
    for finding in change.findings:
        yield Text(f"  {finding.topic} ({finding.importance}): {printable(finding.rule)}", "dim")


COMMANDS: tuple[click.Command, ...] = (show,)
