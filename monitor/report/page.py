"""Changes as HTML reports that stand alone: one file, no script, nothing loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Document, Edit
from monitor.records import ChangeRecord
from monitor.report.catalogue import Words, words_of
from monitor.report.forms import render
from monitor.report.passages import Passage, edit_passage, finding_passages
from monitor.report.style import Style
from monitor.report.told import Fact, facts_of, subject_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One change with everything that its report shows: both documents and every edit between them."""

    record: ChangeRecord
    before: Document
    after: Document
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One change's part of a report, its words compared."""

    subject: str
    entry: Entry
    facts: tuple[Fact, ...]
    findings: tuple[Passage, ...]
    edits: tuple[Passage, ...]


def report_html(record: ChangeRecord, before: Document, after: Document, edits: tuple[Edit, ...], style: Style) -> str:
    """The report of one change: its findings, then every edit, changed words marked."""
    words = words_of(style)
    return _report([Entry(record, before, after, edits)], style, words, subject_of(record, words))


def alerts_html(entries: Sequence[Entry], style: Style) -> str:
    """The report of several changes: an index, then each change."""
    words = words_of(style)
    return _report(entries, style, words, words.say("report"))


def _report(entries: Sequence[Entry], style: Style, words: Words, title: str) -> str:
    sections = tuple(_section(entry, style, words) for entry in entries)
    return render("report.html", words, subject=title, sections=sections)


def _section(entry: Entry, style: Style, words: Words) -> Section:
    return Section(
        subject_of(entry.record, words),
        entry,
        facts_of(entry.record, style, words),
        finding_passages(entry.record.change.findings),
        tuple(map(edit_passage, entry.edits)),
    )
