"""Changes as CommonMark, in which text of pages stands for itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from monitor.model import Span
from monitor.records import ChangeRecord
from monitor.report.catalogue import Words, words_of
from monitor.report.digest import grouped, subject_of_many
from monitor.report.passages import Passage, finding_passages, place
from monitor.report.style import Style
from monitor.report.told import Fact, bare_summary, facts_of, name_of, subject_of
from monitor.words import printable

_SIGN = re.compile(r"[\\`*_\[\]<>&#|~!$@^]|:(?=//)|(?<=www)\.", re.I)
_START = re.compile(r"^( ?\d*)([-+=.)])")
"""Signs that mean something anywhere (addresses become links in dialects), and those that do at the start of a line."""

_TAGS = {"kept": ("", ""), "deleted": ("<del>", "</del>"), "inserted": ("<ins>", "</ins>")}
_UNSAFE = re.compile(r"[\s<>\\\x00-\x1f\x7f]")


def digest_markdown(records: Sequence[ChangeRecord], style: Style) -> str:
    """The changes as one CommonMark document, by vendor: each finding with its words marked, and where to see more."""
    words = words_of(style)
    ranked = grouped(records)
    lines = [f"# {plain(subject_of_many(ranked, words))}"]
    for vendor, changes in groupby(ranked, key=name_of):
        lines.append(f"## {plain(vendor)}")
        for record in changes:
            lines += _change(record, style, words)
    return "\n\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Text that a reader of CommonMark shows as it is: on one line, and every sign that could mean something escaped."""
    line = _SIGN.sub(r"\\\g<0>", re.sub(r"\s+", " ", printable(text)))
    return _START.sub(r"\1\\\2", line)


def link(text: str, url: str) -> str:
    """Words that lead to an address; without one, the words alone."""
    address = _UNSAFE.sub(lambda sign: "".join(f"%{byte:02X}" for byte in sign[0].encode()), url)
    return f"[{plain(text)}](<{address}>)" if address else plain(text)


def _change(record: ChangeRecord, style: Style, words: Words) -> list[str]:
    passages = finding_passages(record.change.findings)
    found = [line for passage in passages for line in _passage(passage, bare_summary(record), words)]
    facts = "\n".join(f"- {_fact(fact, words)}" for fact in facts_of(record, style, words))
    return [f"### {plain(subject_of(record, words))}", *found, facts]


def _passage(passage: Passage, said: str, words: Words) -> list[str]:
    reading = "" if said.startswith(passage.reading) else plain(passage.reading.strip())
    heads = [reading, plain(place(passage, words)), f"> {_marked(passage.spans)}"]
    return [head for head in heads if head]


def _marked(spans: Sequence[Span]) -> str:
    return "".join(_TAGS[span.kind][0] + plain(span.text) + _TAGS[span.kind][1] for span in spans).strip()


def _fact(fact: Fact, words: Words) -> str:
    label = words.say(fact.label) + words.say("colon")
    if fact.kind == "link":
        return label + link(fact.text, fact.text)
    return f"{label}`{fact.text}`" if fact.kind == "command" and "`" not in fact.text else label + plain(fact.text)
