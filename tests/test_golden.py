"""The golden pages: one pair of pages a rule, read, compared and judged as a check would (see tests/pages/README.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.compare import compare
from monitor.extract import prepare, version
from monitor.model import Document, Page, Version
from monitor.verdict import judge
from monitor.words import spans

CASES = sorted(folder for folder in Path(__file__).with_name("pages").iterdir() if folder.is_dir())
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


def read(folder: Path, side: str, page: Page) -> Version:
    [file] = folder.glob(f"{side}.*")
    return version(prepare(page, file.read_bytes(), TYPES[file.suffix]))


def shown(before: Document, after: Document) -> dict[str, list[str]]:
    """The runs of words that the diff shows as deleted and as inserted."""
    runs: dict[str, list[str]] = {"kept": [], "deleted": [], "inserted": []}
    for edit in compare(before, after):
        old, new = edit.before.text if edit.before else "", edit.after.text if edit.after else ""
        for span in spans(old, new):
            runs[span.kind].append(span.text)
    return runs


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_golden_page(folder: Path) -> None:
    """What the monitor makes of a pair of pages is what their `expect.yaml` says."""
    expect: dict[str, Any] = yaml.safe_load((folder / "expect.yaml").read_text("utf-8"))
    page = Page("vendor", folder.name, expect.get("type", "terms"), "https://vendor.example/")
    before, after = read(folder, "before", page), read(folder, "after", page)
    changed = before.key != after.key
    change = judge(before.document, after.document, page, "en")
    if "changed" in expect:
        assert changed == expect["changed"], compare(before.document, after.document)
    allowed = expect.get("verdict_any") or [expect["verdict"]]
    assert (change.verdict if changed else "none") in allowed, f"{change.why}: {change.findings}"
    assert set(expect.get("topics", ())) <= {finding.topic for finding in change.findings}, change.findings
    runs = shown(before.document, after.document)
    for kind, words in expect.get("words", {}).items():
        for word in words:
            assert any(word in run for run in runs[kind]), f"{word!r} is not shown as {kind}: {runs[kind]}"


def test_every_case_is_whole() -> None:
    """Each folder has a page before, one after, one rule, and nothing that the runner does not know."""
    keys = {"rule", "type", "changed", "verdict", "verdict_any", "topics", "words"}
    for folder in CASES:
        expect = yaml.safe_load((folder / "expect.yaml").read_text("utf-8"))
        assert set(expect) <= keys and {"rule"} < set(expect), folder.name
        assert ("verdict" in expect) != ("verdict_any" in expect), folder.name
