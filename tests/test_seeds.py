"""The seeds: what a vendor's pages answer together, and the alert's sentence when one changes (see tests/seeds/README.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.extract import prepare, version
from monitor.meaning.facts import answers
from monitor.meaning.statements import statements
from monitor.model import Answer, Document, Evidence, Page, Source
from monitor.verdict import judge

SEEDS = sorted(folder for folder in Path(__file__).with_name("seeds").iterdir() if folder.is_dir())
NOW = datetime(2031, 5, 4, tzinfo=UTC)


def page_of(seed: dict[str, Any], entry: dict[str, Any]) -> Page:
    return Page("vendor", entry["name"], entry["type"], f"https://vendor.example/{entry['name']}", seed["vendor"])


def document(folder: Path, file: str, page: Page) -> Document:
    return version(prepare(page, (folder / file).read_bytes(), "text/html; charset=utf-8")).document


@cache
def expected(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "expect.yaml").read_text("utf-8")))


@cache
def answered(folder: Path) -> tuple[Answer, ...]:
    """What the pages of a seed come to."""
    evidence = []
    for entry in expected(folder)["pages"]:
        page = page_of(expected(folder), entry)
        source = Source(page.name, page.type, page.url, 1, NOW, NOW)
        evidence += [Evidence(each, source) for each in statements(document(folder, entry["file"], page), page.type)]
    return answers(evidence)


def fits(answer: Answer, wanted: dict[str, Any]) -> bool:
    """Whether an answer is the one that is wanted; what a wish does not name may be anything."""
    best = answer.best
    has = {
        "question": answer.question,
        "scope": answer.scope,
        "state": answer.state,
        "answer": answer.answer,
        "days": best and best.days,
        "amount": best and best.amount and [best.amount.value, best.amount.unit, best.amount.per],
        "until": best and best.until,
        "page": answer.evidence[0].source.page if answer.evidence else None,
    }
    quoted = any(wanted["words"] in each.statement.quote for each in answer.evidence) if "words" in wanted else True
    return quoted and all(has[key] == value for key, value in wanted.items() if key != "words")


@pytest.mark.parametrize("folder", SEEDS, ids=lambda folder: folder.name)
def test_the_pages_of_a_seed_answer_as_expected(folder: Path) -> None:
    """Every fact of a seed is read, nothing is read that it excludes, and what it calls unknown is."""
    found = answered(folder)
    for wanted in expected(folder)["facts"]:
        assert any(fits(answer, wanted) for answer in found), (wanted, found)
    for excluded in expected(folder).get("never", ()):
        assert not any(fits(answer, excluded) for answer in found), (excluded, found)
    for name in expected(folder)["unknown"]:
        question, _, scope = name.partition(" ")
        assert [answer.state for answer in found if (answer.question, answer.scope) == (question, scope)] == [
            "unknown"
        ], name


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("folder", SEEDS, ids=lambda folder: folder.name)
def test_an_alert_leads_with_the_fact_that_changed(folder: Path, language: str) -> None:
    """When a page of a seed changes, the alert's sentence begins with the fact, now and before."""
    seed = expected(folder)
    changed = seed["change"]
    entry = next(entry for entry in seed["pages"] if entry["name"] == changed["page"])
    page = page_of(seed, entry)
    before, after = document(folder, entry["file"], page), document(folder, changed["file"], page)
    change = judge(before, after, page, language)
    assert change.verdict == "alert"
    assert change.summary.startswith(changed[language]), change.summary
