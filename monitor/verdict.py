"""Two texts of a page -> the change between them: what it means, and whether to tell."""

from __future__ import annotations

from monitor.compare import compare, compare_clauses, states
from monitor.meaning.leading import led
from monitor.meaning.summary import foreign, summary
from monitor.meaning.understand import first_of_each, is_understood, topics_of, understand
from monitor.model import Change, Document, Finding, Importance, Override, Page, Verdict

_VERDICTS: dict[Importance, Verdict] = {"major": "alert", "minor": "note", "none": "quiet"}


def news(
    before: Document, after: Document, page: Page, language: str, overrides: tuple[Override, ...] = ()
) -> Change | None:
    """What a page's new text means; None where only headings, captions and menu entries differ, and none speaks of data.

    Whether it is kept is never up to the watchlist: what it overrides is recorded all the same.
    """
    change = judge(before, after, page, language, overrides)
    if change.verdict != "quiet" or any(map(states, compare(before, after))):
        return change
    return change if overrides and judge(before, after, page, language).verdict != "quiet" else None


def judge(before: Document, after: Document, page: Page, language: str, overrides: tuple[Override, ...] = ()) -> Change:
    """What the difference between two texts means, and whether to tell: by its strongest finding.

    What the watchlist calls of no importance is left out, and named in the reasons. A change that says nothing here, in a
    language that is not understood, is mentioned, since it may be anything.
    """
    vendor = page.vendor_name or page.vendor
    edits = compare_clauses(before, after)
    found = understand(edits, before, after, page, language, overrides)
    told = tuple(finding for finding in found if finding.importance != "none")
    left_out = first_of_each(finding for finding in found if finding.importance == "none")
    if edits and not found and not is_understood(after.language):
        said, why = (foreign(after.language, language, named) for named in (vendor, ""))
        return Change("note", "minor", (), said, why=why)
    importance, findings = _strongest(told), led(first_of_each(told), before, after, page, language)
    topics = topics_of(finding for finding in told if finding.importance == importance)
    said = summary(findings or left_out, language, vendor)
    return Change(_VERDICTS[importance], importance, topics, said, findings, _why((*findings, *left_out)))


def _strongest(findings: tuple[Finding, ...]) -> Importance:
    ranks: tuple[Importance, ...] = ("major", "minor")
    return next((rank for rank in ranks if any(finding.importance == rank for finding in findings)), "none")


def _why(findings: tuple[Finding, ...]) -> str:
    return (
        "; ".join(dict.fromkeys(f"{f.topic}: {f.rule.removeprefix(f'{f.topic}: ')}" for f in findings))
        or "no clause on users' data or on an offer differs"
    )
