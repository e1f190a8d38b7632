"""Text for people's eyes: which words differ between two texts, and text from outside made safe to show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from monitor.model import Span

MOST_PAIRS = 150_000
"""Pairs of equal tokens that are aligned word by word. difflib is cubic where one token repeats (2,000 times: 160 s);
this many pairs take it about a second at worst, and two ordinary texts of 3,000 words each stay below."""

LEAST_IN_COMMON = 0.25
"""Share of the shorter text's words. Texts that share less were replaced; marking their chance hits would confuse."""

MARKS = {"kept": ("", ""), "deleted": ("[-", "-]"), "inserted": ("{+", "+}")}
"""What stands around the words of a kind where there are no colours."""

KINDS: tuple[Literal["kept", "deleted", "inserted"], ...] = ("kept", "deleted", "inserted")

_CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"(^|\d+(?:[.,]\d+)*|[{_CJK}]|[^\W\d{_CJK}][^\W{_CJK}]*|\S)(\s*)")

_CONTROLS = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]
_DIRECTIONS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_UNPRINTABLE = dict.fromkeys([*_CONTROLS, *_DIRECTIONS, *range(0xD800, 0xE000)], "\ufffd") | {9: "\t", 10: "\n"}


@dataclass(frozen=True, slots=True)
class Run:
    """Items `old[before]` that became `new[after]`; `same` where they are equal."""

    same: bool
    before: slice
    after: slice


def spans(before: str, after: str) -> tuple[Span, ...]:
    """The words kept, deleted and inserted, in reading order, each change's deletion before its insertion.

    Kept and deleted spans make up `before`, kept and inserted ones `after`. A number is one word, and so is each
    Chinese or Japanese character. Texts with next to nothing in common come back as one deletion and one insertion.
    """
    replaced = _joined([Span("deleted", before), Span("inserted", after)])
    if len(replaced) < 2:
        return replaced
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    found = runs([word for word, _ in old], [word for word, _ in new])
    kept = sum(run.before.stop - run.before.start for run in found if run.same)
    if kept - 1 < LEAST_IN_COMMON * (min(len(old), len(new)) - 1):
        return replaced
    return _joined(span for run in found for span in _run_spans(run, old[run.before], new[run.after]))


def runs(old: Sequence[str], new: Sequence[str]) -> tuple[Run, ...]:
    """How one sequence became the other, as alternating runs of equal and of differing items."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    found = [Run(same=True, before=slice(0, head), after=slice(0, head))]
    found += [
        Run(same=tag == "equal", before=slice(head + i, head + j), after=slice(head + k, head + m))
        for tag, i, j, k, m in _opcodes(middle_old, middle_new)
    ]
    found.append(Run(same=True, before=slice(len(old) - tail, len(old)), after=slice(len(new) - tail, len(new))))
    return tuple(run for run in found if run.before.start < run.before.stop or run.after.start < run.after.stop)


def printable(text: str) -> str:
    """The text with U+FFFD for control characters (not line breaks), direction overrides and lone surrogates."""
    return text if text.isprintable() else text.translate(_UNPRINTABLE)


def one_line(text: str, most: int) -> str:
    """The text as one printable line of at most `most` characters, fit for a header or a row of a table."""
    line = " ".join(printable(text).replace("\ufffd", " ").split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def web_link(url: str) -> str:
    """The address if a reader may safely follow it, else nothing: `javascript:` and its like are never linked."""
    return url if url.lower().startswith(("http://", "https://")) and url.isprintable() else ""


def counted(number: int, one: str, many: str = "") -> str:
    """So many of something: `1 page`, `2 pages`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def login_expired(vendor: str) -> str:
    """What to do about a vendor's login that is no longer good."""
    return f"the stored login has expired; run `monitor login {vendor}`"


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many items the two sequences begin with together."""
    pairs = zip(old, new, strict=False)
    return next((number for number, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new)))


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """difflib's opcodes, or one replacement where computing them would take too long."""
    seen = Counter(new)
    if sum(seen[item] for item in old) > MOST_PAIRS:
        return [("replace", 0, len(old), 0, len(new))]
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _run_spans(run: Run, old: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[Span]:
    """One run as spans. White space that both sides share after a replaced run is kept, so that marks end at words."""
    if run.same:
        for (word, space), (_, new_space) in zip(old, new, strict=True):
            yield Span("kept", word)
            yield from _space_spans(space, new_space)
        return
    end = old[-1][1] if old and new and old[-1][1] == new[-1][1] else ""
    yield Span("deleted", "".join(map("".join, old)).removesuffix(end))
    yield Span("inserted", "".join(map("".join, new)).removesuffix(end))
    yield Span("kept", end)


def _space_spans(old: str, new: str) -> tuple[Span, ...]:
    return (Span("kept", old),) if old == new else (Span("deleted", old), Span("inserted", new))


def _joined(parts: Iterable[Span]) -> tuple[Span, ...]:
    """Neighbours made one span; what changed between two kept spans is one deletion, then one insertion."""
    joined: list[Span] = []
    for _, group in groupby((part for part in parts if part.text), key=lambda part: part.kind == "kept"):
        members = tuple(group)
        for kind in KINDS:
            text = "".join(part.text for part in members if part.kind == kind)
            joined += [Span(kind, text)] if text else []
    return tuple(joined)
