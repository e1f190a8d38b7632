"""Offers of two versions side by side, and amounts in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.meaning.amounts import align, amount_words, shift
from monitor.model import Amount, Offer


def offer(value: float, scope: str = "", unit: str = "token", per: str | None = "day") -> Offer:
    return Offer(f"{value} {unit} {scope}", "limits", Amount(value, unit, per, scope=scope))


def test_an_amount_that_moved_is_one_pair() -> None:
    """The same unit, period and scope make two amounts one that changed."""
    before, after = offer(1_000_000, "large group"), offer(250_000, "large group")
    assert align((offer(10, "small group"), before), (after, offer(10, "small group"))) == ((before, after),)


def test_a_withdrawn_offer_has_no_partner() -> None:
    """What nothing takes the place of is paired with None."""
    gone = offer(5, unit="USD", per="once")
    assert align((gone, offer(10)), (offer(10),)) == ((gone, None),)


def test_a_new_offer_comes_after_none() -> None:
    """What was not there before is paired with None, behind all that was."""
    moved, new = offer(20), offer(5, unit="request", per="minute")
    assert align((offer(10),), (new, moved)) == ((offer(10), moved), (None, new))


def test_the_same_scope_goes_before_the_same_place() -> None:
    """Rows that swap their places are not changes of one another."""
    before = (offer(100, "Alpha"), offer(50, "Beta"))
    after = (offer(60, "Beta"), offer(90, "Alpha"))
    assert align(before, after) == ((before[0], after[1]), (before[1], after[0]))


def test_equal_amounts_in_other_words_are_left_out() -> None:
    """A scope that is named only now, or an "up to", does not change what is offered."""
    before = Offer("1,000 calls a day", "limits", Amount(1000, "request", "day"))
    after = Offer("Up to 1,000 calls a day", "limits", Amount(1000, "request", "day", qualifier="up to", scope="Alpha"))
    assert align((before,), (after,)) == ()


def test_a_bound_that_falls_is_a_change() -> None:
    """ "Less than $0.10" does not offer what "$0.10" offers."""
    before = Offer("less than $0.10", "free-amount", Amount(0.1, "USD", qualifier="less than"))
    after = Offer("$0.10", "free-amount", Amount(0.1, "USD"))
    assert align((before,), (after,)) == ((before, after),)


def test_a_period_that_changed_is_one_pair() -> None:
    """Credits by the month that become credits by the day are one offer, not two."""
    before, after = offer(5, unit="credit", per="month"), offer(5, unit="credit", per="day")
    assert align((before,), (after,)) == ((before, after),)


offers_ = st.lists(
    st.builds(offer, st.integers(1, 4), st.sampled_from(["", "A", "B"]), st.sampled_from(["token", "USD"])), max_size=6
)


@settings(max_examples=80)
@given(offers_, offers_)
def test_aligning_loses_and_invents_nothing(before: list[Offer], after: list[Offer]) -> None:
    """A version beside itself shows nothing, and every pair is made of offers that were there, each once."""
    assert align(tuple(before), tuple(before)) == ()
    pairs = align(tuple(before), tuple(after))
    assert all(one or other for one, other in pairs)
    for place, side in enumerate((before, after)):
        used = [pair[place] for pair in pairs if pair[place]]
        assert all(used.count(one) <= side.count(one) for one in used if one)
    assert len(before) - sum(pair[0] is not None for pair in pairs) == len(after) - sum(
        pair[1] is not None for pair in pairs
    )


@pytest.mark.parametrize(
    ("amount", "english", "chinese"),
    [
        (Amount(10_000_000, "token", "day"), "10,000,000 tokens a day", "每天 10,000,000 tokens"),
        (Amount(150, "USD", "month", qualifier="up to"), "up to $150 a month", "每月最多 $150"),
        (Amount(160, "message", "hour", 3), "160 messages every 3 hours", "每 3 小时 160 messages"),
        (Amount(1, "request", "hour"), "1 request an hour", "每小时 1 request"),
        (Amount(20, "CNY", "once"), "¥20 once", "一次性 ¥20"),
        (Amount(0.1, "USD", qualifier="less than"), "less than $0.10", "少于 $0.10"),
        (Amount(2.5, "credit"), "2.5 credits", "2.5 credits"),
        (Amount(300, "HKD"), "300 HKD", "300 HKD"),
        (Amount(30, "percent"), "30% off", "优惠 30%"),
        (Amount(5, "search", "day"), "5 searches a day", "每天 5 searches"),
        (Amount(5, "query", "month", 3), "5 queries every 3 months", "每 3 个月 5 queries"),
    ],
)
def test_an_amount_is_said_in_words(amount: Amount, english: str, chinese: str) -> None:
    """An amount reads as a person would say it, in the number its unit needs."""
    assert (amount_words(amount, "en"), amount_words(amount, "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (Amount(1_000_000, "token", "day"), Amount(250_000, "token", "day"), "-75%"),
        (Amount(5, "USD", "month"), Amount(10, "USD", "month"), "+100%"),
        (Amount(5, "USD", "month"), Amount(5, "USD", "month"), ""),
        (Amount(1000, "request", "day"), Amount(1000, "request", "month"), ""),
        (Amount(50, "message", "hour", 3), Amount(50, "message", "hour", 5), ""),
        (Amount(0, "request", "day"), Amount(100, "request", "day"), ""),
    ],
)
def test_a_shift_is_said_only_of_what_can_be_compared(before: Amount, after: Amount, words: str) -> None:
    """Percent are said where unit and period are the same, and there was something before."""
    assert shift(before, after) == words
