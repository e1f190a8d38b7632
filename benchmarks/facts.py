"""Facts read on the last versions of recorded pages, beside what somebody who read the texts says of each.

    python benchmarks/facts.py SHARED [--all] [--corpus NAME ...]

SHARED holds `bench/histories.py` and `corpus/`. Of each vendor of the recorded histories and of the pages in `written/` (or of the
corpora named) the last capture of every page is read, and every fact that is known, or on which pages contradict one another, is
held against `facts_checked.jsonl` beside this file: one judgement a line, with a hash in the place of the quote. Prints the share
that is right, the wrong ones, and those that nobody has judged yet; with --all every fact. Exit status 1 if a fact is unjudged.

Where `truth.jsonl` stands beside the pages, somebody wrote down what they say before any of them was read: the share of that which
was read is printed, too.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from monitor import extract
from monitor.errors import ReadingError
from monitor.meaning.facts import answers
from monitor.meaning.statements import statements
from monitor.model import Answer, Evidence, Page, Source

HERE = Path(__file__).parent
CHECKED = HERE / "facts_checked.jsonl"
CORPORA = ("terms", "pages", "more", "zh", "plain", "hard", "vendors")
WRITTEN = ("plain", "hard", "vendors")
"""Pages written for measuring; the others are recorded ones."""
Row = dict[str, Any]


def main() -> int:
    """Print the figures; 1 if a fact has not been judged."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("shared", type=Path)
    arguments.add_argument("--all", action="store_true", dest="all_")
    arguments.add_argument("--corpus", nargs="+", default=CORPORA)
    given = arguments.parse_args()
    sys.path.insert(0, str(given.shared / "bench"))
    histories = importlib.import_module("histories")
    judged = {key(row): row for row in map(json.loads, CHECKED.read_text("utf-8").splitlines())}
    unjudged = 0
    for name in given.corpus:
        kept = HERE / "written" / name / "pairs" if name in WRITTEN else given.shared / "corpus" / f"{name}-dev"
        folder = histories.unpack(kept)
        began = time.process_time()
        rows = list(facts_of(name, histories.lines(folder / "captures.jsonl"), folder))
        print(f"{name}: pages read and asked in {time.process_time() - began:.1f} s of CPU")
        unjudged += report(name, rows, judged, all_=given.all_)
        if (kept / "truth.jsonl").exists():
            truth = histories.lines(kept / "truth.jsonl")
            print(
                f"{name}: of {len(truth)} facts written down before, {sum(is_read(fact, rows) for fact in truth)} were read"
            )
    return 1 if unjudged else 0


def report(name: str, rows: list[Row], judged: dict[str, Row], *, all_: bool) -> int:
    """Print what one corpus comes to; how many facts nobody has judged."""
    known = [row | judged[key(row)] for row in rows if key(row) in judged]
    right = sum(row["right"] for row in known)
    share = f"{right / len(known):.3f}" if known else "-"
    print(f"{name}: facts {len(rows)}  judged {len(known)}  right {right}  share {share}")
    for row in rows:
        verdict = judged.get(key(row))
        if all_ or verdict is None or not verdict["right"]:
            said = (
                "unjudged" if verdict is None else "right" if verdict["right"] else f"WRONG: {verdict.get('why', '')}"
            )
            print(f"  {said}  {key(row)}\n    {row['said'][:400]}")
    return len(rows) - len(known)


def facts_of(corpus: str, captures: list[Row], folder: Path) -> Iterator[Row]:
    """The facts of each vendor, by the last capture of each of its pages."""
    last: dict[tuple[str, str], Row] = {}
    for capture in sorted(captures, key=lambda each: each["fetched_at"]):
        last[capture["vendor"], capture["page"]] = capture
    for vendor, pages in groupby(
        sorted(last.values(), key=lambda each: each["vendor"]), key=lambda each: each["vendor"]
    ):
        evidence = [each for capture in pages for each in evidence_of(capture, folder)]
        yield from (row(corpus, vendor, answer) for answer in answers(evidence) if answer.state != "unknown")


def is_read(fact: Row, rows: list[Row]) -> bool:
    """Whether a fact that somebody wrote down is among those that were read: the same figure, or the same answer for the scope."""
    return any(
        says(row, fact) for row in rows if (row["vendor"], row["question"]) == (fact["vendor"], fact["question"])
    )


def says(row: Row, fact: Row) -> bool:
    """Whether a fact that was read is one that somebody wrote down."""
    if fact["question"] == "free":
        return f"value={figure(fact['answer'])}" in row["answer"]
    if fact["question"] == "retention" and f" {figure(fact['answer'])}" not in f" {row['answer']}":
        return False
    named = row["answer"] if fact["question"] != "retention" else fact["answer"]
    return row["scope"] == fact["scope"] and (row["answer"] == "conflict" or named == fact["answer"])


def figure(answer: str) -> float:
    """The number in an answer: "1,000 tokens / day"."""
    return float("".join(sign for sign in answer.split("/")[0] if sign.isdecimal() or sign == ".") or "nan")


def evidence_of(capture: Row, folder: Path) -> Iterator[Evidence]:
    """What one capture answers; nothing where it holds no document."""
    page = Page(capture["vendor"], capture["page"], capture["type"], capture["url"])
    at = datetime.fromisoformat(capture["fetched_at"])
    try:
        prepared = extract.prepare(page, (folder / capture["file"]).read_bytes(), capture["content_type"])
        document = extract.version(prepared).document
    except ReadingError:
        return
    source = Source(page.name, page.type, page.url, 0, at, at)
    yield from (Evidence(statement, source) for statement in statements(document, page.type))


def row(corpus: str, vendor: str, answer: Answer) -> Row:
    """A fact as it is judged: by its figure and its words."""
    shown = answer.evidence if answer.state == "conflict" else answer.evidence[:1]
    quotes = [each.statement.quote for each in shown]
    figures = [str(each.statement.days or each.statement.amount or "") for each in shown]
    told = " || ".join(f"{each.source.page}: {each.statement.answer}: {each.statement.quote}" for each in shown)
    return {
        "corpus": corpus,
        "vendor": vendor,
        "page": shown[0].source.page,
        "question": answer.question,
        "scope": answer.scope,
        "answer": f"{answer.answer or answer.state} {' '.join(filter(None, figures))}".strip(),
        "quote": hashlib.sha256("\n".join(quotes).encode()).hexdigest()[:12],
        "said": told,
    }


def key(row: Row) -> str:
    """What a judgement is known by."""
    return " / ".join(row[name] for name in ("corpus", "vendor", "page", "question", "scope", "answer", "quote"))


if __name__ == "__main__":
    sys.exit(main())
