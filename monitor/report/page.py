"""Changes as HTML reports that stand alone: one file, no script, nothing loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Document, Edit
from monitor.records import ChangeRecord
from monitor.report.catalogue import words_of
from monitor.report.html import render
from monitor.report.message import subject_of
from monitor.report.passages import Passage, edit_passage, finding_passages


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
    findings: tuple[Passage, ...]
    edits: tuple[Passage, ...]


def report_html(record: ChangeRecord, before: Document, after: Document, edits: tuple[Edit, ...], language: str) -> str:
    """The report of one change: its findings, then every edit, changed words marked."""
    return _report([Entry(record, before, after, edits)], language, subject_of(record, language))


def alerts_html(entries: Sequence[Entry], language: str) -> str:
    """The report of several changes: an index, then each change."""
    return _report(entries, language, words_of(language)["report"])


def _report(entries: Sequence[Entry], language: str, title: str) -> str:
    sections = tuple(_section(entry, language) for entry in entries)
    return render("report.html", say=words_of(language), language=language, title=title, sections=sections)


def _section(entry: Entry, language: str) -> Section:
    return Section(
        subject_of(entry.record, language),
        entry,
        finding_passages(entry.record.change.findings),
        tuple(map(edit_passage, entry.edits)),
    )
