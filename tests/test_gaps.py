"""A gap that nobody filled in is shown as one: it is no amount, and takes none away. All pages are invented."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import PAGE, document

from monitor import verdict
from monitor.meaning.gaps import gaps
from monitor.meaning.understand import understand_document
from monitor.model import Change

OFFER = replace(PAGE, type="free-offer")
FIFTY, GAP = "You get up to 50 free requests a day.", "You get up to {FREE_LIMIT} free requests a day."


def judged(before: str, after: str, language: str = "en") -> Change:
    return verdict.judge(document(before, "Ask us."), document(after, "Ask us."), OFFER, language)


@pytest.mark.parametrize(
    "text",
    [
        GAP,
        "Less than {LIMIT} free requests per minute.",
        "每天 {FREE_TOKENS} 免费 tokens。",
        "Free: {{ limit }} messages a day",
    ],
)
def test_a_gap_states_no_amount(text: str) -> None:
    """Nothing is read in it, however much stands around it."""
    assert gaps(text) and understand_document(document(text)).offers == ()


@pytest.mark.parametrize(
    ("language", "reading"),
    [
        ("en", "free usage: up to 50 requests a day → a gap that nobody filled in, {FREE_LIMIT}"),
        ("zh", "免费额度：每天最多 50 requests → 页面未填入数值（{FREE_LIMIT}）"),
    ],
)
def test_an_amount_that_becomes_a_gap_is_not_withdrawn(language: str, reading: str) -> None:
    """It is a note, and says what is there; the words of both stand in it."""
    change = judged(FIFTY, GAP, language)
    (finding,) = change.findings
    assert (change.verdict, finding.reading, finding.before, finding.after) == ("note", reading, FIFTY, GAP)
    assert finding.amount_before and finding.amount_after is None


def test_a_gap_that_is_filled_is_no_new_offer() -> None:
    """The amount may have stood there all the time."""
    change = judged(GAP, FIFTY)
    assert (change.verdict, change.findings[0].reading) == (
        "note",
        "free usage: up to 50 requests a day, where a gap stood",
    )


def test_an_amount_beside_a_gap_that_stays_is_read_as_ever() -> None:
    """A gap on both sides explains nothing."""
    before, after = (f"You get up to {number} free requests a day, {{BONUS}} of them at night." for number in (50, 5))
    change = judged(before, after)
    assert change.verdict == "alert" and "50 requests a day → up to 5 requests a day" in change.findings[0].reading


def test_an_offer_that_goes_is_withdrawn() -> None:
    """Without a gap in its place it is what it was: major."""
    assert judged(FIFTY, "You can ask as much as you pay for.").verdict == "alert"
