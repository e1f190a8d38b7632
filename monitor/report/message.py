"""A change as an alert: a subject that says it all, a text, an HTML page and a JSON body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import indent

from monitor.meaning.phrases import without_vendor
from monitor.model import Document
from monitor.records import ChangeRecord, Message
from monitor.report.catalogue import words_of
from monitor.report.html import render
from monitor.report.passages import Passage, abridged, differences, finding_passages, marked, place, when
from monitor.report.payload import alert_json
from monitor.words import one_line, printable, spans

MOST_SUBJECT = 200
MOST_FINDINGS = 20
MOST_DIFFERENCES = 40
MOST_LINE = 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """The passages that a mail has room for, and how many were left out."""

    passages: tuple[Passage, ...]
    more: int


def message(
    record: ChangeRecord,
    language: str,
    *,
    key: str = "",
    before: Document | None = None,
    after: Document | None = None,
) -> Message:
    """The alert about a change, in the given language; with both documents it also lists what else changed on the page.

    However large the change, each form stays small enough for a mail server: what is left out is counted, and the
    command that shows it is named. `key` is the delivery's, the same for every attempt.
    """
    say = words_of(language)
    findings = record.change.findings
    told = {(finding.before, finding.after) for finding in findings}
    others = [texts for texts in (differences(before, after) if before and after else ()) if texts not in told]
    passages = finding_passages(findings)
    found = _shown([_unsaid(passage, record) for passage in passages[:MOST_FINDINGS]], len(passages))
    changed = _shown([Passage(spans(*texts)) for texts in others[:MOST_DIFFERENCES]], len(others))
    subject = subject_of(record, language)
    return Message(
        key=key,
        thread=f"{record.vendor}/{record.page}",
        subject=subject,
        text=_text(record, found, changed, say),
        html=render(
            "mail.html",
            say=say,
            language=language,
            title=subject,
            record=record,
            findings=found,
            changed=changed,
        ),
        payload=alert_json(record, key=key),
    )


def subject_of(record: ChangeRecord, language: str) -> str:
    """What changed, on one line of at most 200 characters that begins with the vendor: the summary, which names it.

    Archives hold summaries from before they did; these get the name in front.
    """
    say = words_of(language)
    summary = record.change.summary or say["page-changed"].format(page=record.page)
    named = f"{record.vendor_name or record.vendor}{say['colon']}"
    return one_line(summary if _bare(record) != record.change.summary else named + summary, MOST_SUBJECT)


def _bare(record: ChangeRecord) -> str:
    """The summary without the vendor's name, which may be the short one where the watchlist had no other then."""
    summary = record.change.summary
    bare = without_vendor(summary, record.vendor_name)
    return bare if bare != summary else without_vendor(summary, record.vendor)


def _unsaid(passage: Passage, record: ChangeRecord) -> Passage:
    """A passage without its reading where the summary has said it."""
    return replace(passage, reading="") if passage.reading == _bare(record) else passage


def _shown(passages: Sequence[Passage], total: int) -> Shown:
    kept = tuple(replace(passage, spans=abridged(passage.spans)) for passage in passages)
    return Shown(kept, total - len(kept))


def _summary(record: ChangeRecord) -> str:
    return one_line(record.change.summary, MOST_LINE)


def _text(record: ChangeRecord, findings: Shown, changed: Shown, say: Mapping[str, str]) -> str:
    """The alert as plain text: summary, findings, differences, links; sections apart by an empty line."""
    sections = [_summary(record), *_passages(findings, say)]
    if changed.passages:
        sections += [say["other"] + say["colon"].rstrip(), *_passages(changed, say)]
    facts = {
        "page": one_line(record.url, MOST_LINE),
        "seen": when(record.seen_at),
        "previous": when(record.previous_at),
        "details": f"monitor show {record.id}",
    }
    sections.append("\n".join(say[name] + say["colon"] + value for name, value in facts.items()))
    return printable("\n\n".join(filter(None, sections))) + "\n"


def _passages(shown: Shown, say: Mapping[str, str]) -> list[str]:
    more = [say["more"].format(count=shown.more)] if shown.more else []
    return [_passage(passage, say) for passage in shown.passages] + more


def _passage(passage: Passage, say: Mapping[str, str]) -> str:
    """A passage as lines: what it means, where it stands, and the clause itself, indented and marked."""
    heads = (one_line(head, MOST_LINE) for head in (passage.reading, place(passage, say)) if head)
    return "\n".join([*heads, indent(marked(passage.spans), "    ")])
