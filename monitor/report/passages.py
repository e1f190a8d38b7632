"""Passages with their changed words: of findings, of edits and of whole documents; cut to what a mail can carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Document, Edit, Finding, Span
from monitor.words import runs, spans

KEPT_EDGE = 160
MOST_CHANGED = 1000
MOST_SPANS = 24
"""What a mail shows of one passage: characters on each edge of a kept run, characters of a changed run, runs."""

MARKS = {"kept": ("", ""), "deleted": ("[-", "-]"), "inserted": ("{+", "+}")}


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that changed, with what a reader needs to place it. `reading` is empty for a mere edit."""

    spans: tuple[Span, ...]
    change: str = ""
    topic: str = ""
    trail: tuple[str, ...] = ()
    reading: str = ""


def finding_passage(finding: Finding) -> Passage:
    """The clause of a finding, before and after."""
    words = spans(finding.before, finding.after)
    return Passage(words, finding.change, finding.topic, finding.trail, finding.reading)


def edit_passage(edit: Edit) -> Passage:
    """The block of an edit, before and after."""
    words = spans(edit.before.text if edit.before else "", edit.after.text if edit.after else "")
    block = edit.after or edit.before
    return Passage(words, edit.kind, trail=block.trail if block else ())


def differences(before: Document, after: Document) -> tuple[tuple[str, str], ...]:
    """Every run of blocks that differs between two documents, as the text before and the text after."""
    old, new = [block.text for block in before.blocks], [block.text for block in after.blocks]
    changed = (run for run in runs(old, new) if not run.same)
    return tuple(("\n".join(old[run.before]), "\n".join(new[run.after])) for run in changed)


def place(passage: Passage, say: Mapping[str, str]) -> str:
    """Where a passage stands and what happened to it: `Limits · changed · Plans > Free`."""
    names = (say.get(name, name) for name in (passage.topic, passage.change))
    return " · ".join(filter(None, [*names, " > ".join(passage.trail)]))


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
