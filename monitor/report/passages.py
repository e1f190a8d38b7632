"""Passages with their changed words: of findings, of edits and of whole documents; cut to what a mail can carry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.compare import compare_clauses
from monitor.meaning.direction import BETTER, WORSE, leaning
from monitor.model import Document, Edit, Finding, Link, Span
from monitor.report.catalogue import Words
from monitor.words import MARKS, one_line, spans

KEPT_EDGE = 160
MOST_CHANGED = 1000
MOST_SPANS = 24
MOST_PASSAGE = 2000
"""What a mail shows of one passage: characters on each edge of a kept run, characters of a changed run, runs, and the
characters after which no further run begins."""

MOST_LINE = 1000
MOST_HEADINGS = 8
LONGEST_HEADING = 80
MOST_LINKS = 3


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that changed, with what a reader needs to place it. `reading` is empty for a mere edit.

    `links` are those of the page that its new words carry.
    """

    spans: tuple[Span, ...]
    change: str = ""
    topics: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    reading: str = ""
    direction: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """The passages that a mail has room for, and how many were left out."""

    passages: tuple[Passage, ...] = ()
    more: int = 0


NOTHING = Shown()


def finding_passages(findings: Sequence[Finding]) -> tuple[Passage, ...]:
    """The clauses of findings, before and after; one that several are about stands once, with what the first says."""
    return tuple(map(_finding_passage, by_clause(findings)))


def shown_findings(findings: Sequence[Finding], most: int, *, said: str = "", links: Sequence[Link] = ()) -> Shown:
    """The first clauses of findings, cut to size; `said` is what the reader has read already, a reading and what else there is."""
    clauses = by_clause(findings)
    found = (_finding_passage(about) for about in clauses[:most])
    told = (replace(one, reading="") if said.startswith(one.reading) else one for one in found)
    return Shown(tuple(_fitting(_linked(one, links)) for one in told), max(len(clauses) - most, 0))


def shown_differences(texts: Sequence[tuple[str, str]], most: int) -> Shown:
    """The first of passages that differ and mean nothing in particular, cut to size."""
    return Shown(tuple(_fitting(Passage(spans(*each))) for each in texts[:most]), max(len(texts) - most, 0))


def by_clause(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings by the clause that they are about, one that several are about once."""
    clauses: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        clauses.setdefault((finding.before, finding.after), []).append(finding)
    return list(clauses.values())


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


def _linked(passage: Passage, links: Sequence[Link]) -> Passage:
    """A passage with the links whose words stand in its new text, each address once."""
    text = "".join(span.text for span in passage.spans if span.kind != "deleted")
    carried = {link.url: link for link in links if _carries(text, link.text)}
    return replace(passage, links=tuple(carried.values())[:MOST_LINKS])


def _carries(text: str, words: str) -> bool:
    """Whether these words stand in the text as words; Chinese has no spaces around them."""
    return (
        bool(words) and words in text and bool(re.search(rf"(?<![A-Za-z0-9]){re.escape(words)}(?![A-Za-z0-9])", text))
    )


def _fitting(passage: Passage) -> Passage:
    """A passage as a mail can carry it: each of its texts on one line, the clause cut in its middle."""
    return replace(
        passage,
        spans=abridged(passage.spans),
        topics=tuple(one_line(topic, LONGEST_HEADING) for topic in passage.topics),
        trail=tuple(one_line(heading, LONGEST_HEADING) for heading in passage.trail[:MOST_HEADINGS]),
        reading=one_line(passage.reading, MOST_LINE),
        links=tuple(
            Link(one_line(link.text, LONGEST_HEADING), one_line(link.url, MOST_LINE)) for link in passage.links
        ),
    )


def edit_passage(edit: Edit) -> Passage:
    """The block of an edit, before and after."""
    words = spans(edit.before.text if edit.before else "", edit.after.text if edit.after else "")
    block = edit.after or edit.before
    return Passage(words, edit.kind, trail=block.trail if block else ())


def differences(before: Document, after: Document) -> tuple[tuple[str, str], ...]:
    """The clauses that differ between two documents, as the text before and the text after."""
    edits = compare_clauses(before, after)
    return tuple((edit.before.text if edit.before else "", edit.after.text if edit.after else "") for edit in edits)


def place(passage: Passage, words: Words) -> str:
    """Where a passage stands and what happened to it: `Limits · changed · worse for you · Plans > Free`."""
    topics = words.say("comma").join(map(words.say, passage.topics))
    direction = words.say(passage.direction) if passage.direction in (BETTER, WORSE) else ""
    headings = " > ".join(one_line(heading, LONGEST_HEADING) for heading in passage.trail)
    return " · ".join(filter(None, [topics, words.say(passage.change) if passage.change else "", direction, headings]))


def abridged(words: tuple[Span, ...]) -> tuple[Span, ...]:
    """The passage cut to a bounded length: the middle of long runs left out, so that both texts stay to be seen."""
    shown: list[Span] = []
    for span in words[:MOST_SPANS]:
        if sum(len(each.text) for each in shown) > MOST_PASSAGE:
            break
        shown.append(Span(span.kind, _cut(span)))
    return (*shown, Span("kept", " …")) if len(words) > len(shown) else tuple(shown)


def marked(words: tuple[Span, ...]) -> str:
    """The passage as one text with its changed words marked: `[-old-]{+new+}`."""
    return "".join(MARKS[span.kind][0] + span.text + MARKS[span.kind][1] for span in words)


def _cut(span: Span) -> str:
    head, tail = (KEPT_EDGE, KEPT_EDGE) if span.kind == "kept" else (MOST_CHANGED - KEPT_EDGE, KEPT_EDGE)
    if len(span.text) <= head + tail:
        return span.text
    return f"{span.text[:head]} … {span.text[-tail:]}"
