"""A page that goes to and fro between texts is told once; what is new in one of them is told all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fakes import DAY, PAGE, TRAINS, captured, terms
from house import JUDGEMENT, House

from monitor import pipeline
from monitor.decide import FLAP

OLD, NEW = terms(), terms(p5=TRAINS)
KEEPS = "We keep your chats for 400 days after you delete them."
OLD_TOO, NEW_TOO = terms(p4=KEEPS), terms(p4=KEEPS, p5=TRAINS)


def test_two_hundred_turns_are_told_once(house: House) -> None:
    """A, B, A, B over a hundred days is archived as it was, 199 changes, and told once, for the first B."""
    for turn in range(200):
        pipeline.take(PAGE, captured((OLD, NEW)[turn % 2], house.now + turn * DAY / 2), house.archive, JUDGEMENT)
    assert house.verdicts() == ["alert"] + ["quiet"] * 198
    assert house.counts() == (200, 199, 1, 2)


@pytest.mark.parametrize("changed", [OLD_TOO, NEW_TOO])
def test_what_is_new_in_one_of_two_texts_is_told(house: House, changed: bytes) -> None:
    """A third text, whichever side of a flapping page it is an edition of, is told, and its own turns are not."""
    house.checks(OLD, NEW, OLD, NEW, changed, NEW, changed, OLD, changed)
    assert house.verdicts() == ["alert", "quiet", "quiet", "alert"] + ["quiet"] * 4
    assert "retention" in house.changes()[3].topics


def test_a_third_text_is_judged_against_the_last_version(house: House) -> None:
    """What a third text is compared with is the text before it, whatever stood earlier."""
    house.checks(OLD, NEW, OLD_TOO)
    assert {finding.before for finding in house.changes()[1].findings} >= {TRAINS}


@pytest.mark.parametrize(("away", "told"), [(FLAP, ["alert", "quiet"]), (FLAP + DAY, ["alert", "alert"])])
def test_a_text_is_news_again_after_the_window(house: House, away: timedelta, told: list[str]) -> None:
    """A text that was last seen 30 days ago is back; one that was away for longer is told again."""
    house.checks(OLD, NEW)
    house.check(OLD, away - DAY / 2)
    assert house.verdicts() == told
