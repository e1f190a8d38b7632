"""`read`, `diff`: what the monitor reads in one document, and what it sees between two, without an archive."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from monitor import extract, verdict, wiring
from monitor.cli import show, terminal
from monitor.cli.arguments import end_of, page_key
from monitor.cli.files import content, type_of
from monitor.cli.setup import Setup, as_json, common, print_json
from monitor.compare import compare
from monitor.meaning.understand import Understood, understand_document
from monitor.model import Document, Edit, Page
from monitor.report.payload import amount_json, finding_json


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--lines", is_flag=True, help="Take each line of standard input as a document of its own; print one JSON line each."
)
@as_json
@common
def read(_setup: Setup, file: Path | None, lines: bool, json_: bool) -> None:
    """What the monitor reads in one document: clauses with their topics, offers with their amounts.

    Without FILE, standard input is read.
    """
    if lines:
        for line in sys.stdin:
            print_json(_understood_json(understand_document(_of_text(line))))
        return
    understood = understand_document(_of_file(file) if file else _of_text(sys.stdin.read()))
    print_json(_understood_json(understood)) if json_ else _print(understood)


def _of_text(text: str) -> Document:
    return extract.read(text.encode("utf-8", "replace"), "text/plain")


def _of_file(path: Path) -> Document:
    """The document in a file. Raises UsageError that names the file, ReadingError where it holds no text."""
    return extract.read(content(path), type_of(path))


def _understood_json(understood: Understood) -> dict[str, object]:
    return {
        "language": understood.language,
        "clauses": [
            {"text": clause.text, "topics": list(reading.topics), "stance": reading.stance}
            for clause, reading in understood.clauses
        ],
        "offers": [
            {"text": offer.text, "kind": offer.kind, "amount": amount_json(offer.amount)} for offer in understood.offers
        ],
    }


def _print(understood: Understood) -> None:
    console = terminal.console()
    console.print(f"language: {understood.language or 'unknown'}   clauses: {len(understood.clauses)}")
    topical = [(clause, reading) for clause, reading in understood.clauses if reading.topics]
    rows = [[", ".join(reading.topics), reading.stance or "", clause.text] for clause, reading in topical]
    console.print(terminal.table(["topics", "stance", "clause"], rows))
    amounts = [[offer.kind, understood.words(offer), offer.text] for offer in understood.offers]
    console.print(terminal.table(["offer", "amount", "words"], amounts))


@dataclass(frozen=True, slots=True)
class _Side:
    document: Document
    page: Page


@click.command()
@click.argument("old")
@click.argument("new")
@as_json
@common
def diff(setup: Setup, old: str, new: str, json_: bool) -> None:
    """Compare OLD with NEW as the monitor would: each is a file, or a version `vendor/page@DATE`."""
    before, after = _side(setup, old), _side(setup, new)
    watchlist = setup.watchlist_if_any()
    overrides = watchlist.verdicts if watchlist else ()
    change = verdict.judge(before.document, after.document, after.page, setup.language(), overrides)
    edits = compare(before.document, after.document)
    if json_:
        print_json(
            {
                "verdict": change.verdict,
                "importance": change.importance,
                "topics": list(change.topics),
                "summary": change.summary,
                "findings": [finding_json(finding) for finding in change.findings],
                "why": change.why,
                "edits": [_edit_json(edit) for edit in edits],
            }
        )
        return
    console = terminal.console()
    if not edits:
        console.print("The two say the same.")
        return
    console.print(terminal.verdict(change).append(f"  {change.summary}"))
    for line in (*show.findings(change), *show.edits(edits)):
        console.print(line)


def _edit_json(edit: Edit) -> dict[str, object]:
    return {
        "kind": edit.kind,
        "before": edit.before.text if edit.before else "",
        "after": edit.after.text if edit.after else "",
        "trail": list(next(block.trail for block in (edit.after, edit.before) if block)),
    }


def _side(setup: Setup, name: str) -> _Side:
    """The document that `name` means: a file if there is one, else a version of the archive."""
    if Path(name).exists() or "@" not in name:
        return _Side(_of_file(Path(name)), Page("", "", "other", ""))
    key, _, date = name.rpartition("@")
    vendor, page = page_key(key)
    at = end_of(date)
    with setup.reading() as archive:
        kept = wiring.kept(archive, vendor, page)
        return _Side(archive.version_at(vendor, page, at).document, kept or Page(vendor, page, "other", ""))


COMMANDS: tuple[click.Command, ...] = (read, diff)
