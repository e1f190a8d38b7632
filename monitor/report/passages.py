"""Passages with their changed words: of findings, of edits and of whole documents; cut to what a mail can carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.compare import compare
from monitor.meaning.direction import leaning
from monitor.model import Document, Edit, Finding, Span
from monitor.words import one_line, spans

KEPT_EDGE = 160
MOST_CHANGED = 1000
MOST_SPANS = 24
"""What a mail shows of one passage: characters on each edge of a kept run, characters of a changed run, runs."""

LONGEST_HEADING = 80
MARKS = {"kept": ("", ""), "deleted": ("[-", "-]"), "inserted": ("{+", "+}")}


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that changed, with what a reader needs to place it. `reading` is empty for a mere edit."""

    spans: tuple[Span, ...]
    change: str = ""
    topics: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    reading: str = ""
    direction: str = ""


def finding_passages(findings: Sequence[Finding]) -> tuple[Passage, ...]:
    """The clauses of findings, before and after; one that several are about stands once, with what the first says."""
    clauses: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        clauses.setdefault((finding.before, finding.after), []).append(finding)
    return tuple(_finding_passage(about) for about in clauses.values())


def _finding_passage(about: Sequence[Finding]) -> Passage:
    first = about[0]
    return Passage(
        spans(first.before, first.after),
        first.change,
        tuple(dict.fromkeys(finding.topic for finding in about)),
        first.trail,
        first.reading,
        leaning(first),
    )


def edit_passage(edit: Edit) -> Passage:
    """The block of an edit, before and after."""
    words = spans(edit.before.text if edit.before else "", edit.after.text if edit.after else "")
    block = edit.after or edit.before
    return Passage(words, edit.kind, trail=block.trail if block else ())


def differences(before: Document, after: Document) -> tuple[tuple[str, str], ...]:
    """The blocks that differ between two documents, as the text before and the text after; moved ones left out."""
    edits = (edit for edit in compare(before, after) if edit.kind != "moved")
    return tuple((edit.before.text if edit.before else "", edit.after.text if edit.after else "") for edit in edits)


def place(passage: Passage, say: Mapping[str, str]) -> str:
    """Where a passage stands and what happened to it: `Limits · changed · worse for you · Plans > Free`."""
    topics = ", ".join(say.get(topic, topic) for topic in passage.topics)
    known = [say[word] for word in (passage.change, passage.direction) if word in say]
    return " · ".join(
        filter(None, [topics, *known, " > ".join(one_line(heading, LONGEST_HEADING) for heading in passage.trail)])
    )


def when(moment: datetime) -> str:
    """A time as alerts show it, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def abridged(words: tuple[Span, ...]) -> tuple[Span, ...]:
    """The passage cut to a bounded length: the middle of long runs left out, so that both texts stay to be seen."""
    shown = [Span(span.kind, _cut(span)) for span in words[:MOST_SPANS]]
    return (*shown, Span("kept", " …")) if len(words) > MOST_SPANS else tuple(shown)


def marked(words: tuple[Span, ...]) -> str:
    """The passage as one text with its changed words marked: `[-old-]{+new+}`."""
    return "".join(MARKS[span.kind][0] + span.text + MARKS[span.kind][1] for span in words)


def _cut(span: Span) -> str:
    head, tail = (KEPT_EDGE, KEPT_EDGE) if span.kind == "kept" else (MOST_CHANGED - KEPT_EDGE, KEPT_EDGE)
    if len(span.text) <= head + tail:
        return span.text
    return f"{span.text[:head]} … {span.text[-tail:]}"
