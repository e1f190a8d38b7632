"""A list of news keeps the newest: what comes is news, what leaves it is old. All entries are invented."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import PAGE, document

from monitor import verdict
from monitor.model import Change

NEWS = replace(PAGE, type="changelog")
ENTRIES = (
    "June: every account gets 10 free requests a day.",
    "May: we do not train on your chats.",
    "April: a new look for the console.",
)


def judged(before: tuple[str, ...], after: tuple[str, ...], type_: str = "changelog") -> Change:
    return verdict.judge(document(*before), document(*after), replace(NEWS, type=type_), "en")


def test_what_leaves_a_list_of_news_is_no_news() -> None:
    """An offer and a promise that fall off the end say nothing by that; of another page they would be told."""
    assert judged(ENTRIES, ENTRIES[2:]).verdict == "quiet"
    assert judged(ENTRIES, ENTRIES[2:], "terms").verdict == "alert"


def test_what_comes_is_told_though_something_leaves() -> None:
    """The new entry alone is what the change is about."""
    change = judged(ENTRIES, ("July: we train on your chats by default.", *ENTRIES[:2]))
    assert change.verdict == "alert" and {finding.change for finding in change.findings} == {"added"}


@pytest.mark.parametrize(
    "after", ["June: every account gets 5 free requests a day.", "June: every account got 5 free requests a day."]
)
def test_an_entry_that_is_edited_is_told(after: str) -> None:
    """Its words before and after are news as anywhere."""
    assert judged(ENTRIES, (after, *ENTRIES[1:])).verdict == "alert"
