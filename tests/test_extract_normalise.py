"""The form in which texts are compared: what it folds, and what it never folds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Block
from monitor.normalise import comparable, key, visible


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Don’t share “chats” — ever", 'Don\'t share "chats" - ever'),
        ("30–90 days", "30-90 days"),
        ("We do not\u00a0train", "We do not train"),
        ("Con\u00adversa\u200btions", "Conversations"),
        ("\ufeffTerms\u200e", "Terms"),
        ("We keep it …", "We keep it ..."),
        ("ＡＰＩ：５０ 次，每天", "API:50 次,每天"),
        ("每天 50 万 tokens", "每天50万tokens"),
        ("「您的数据」", "“你的数据”"),
        ("ﬁnal oﬀer", "final offer"),
        ("TERMS OF USE", "Terms of use"),
        ("2.1 We keep it", "3. We keep it"),
        ("(a) We keep it", "• We keep it"),
        ("Section 4. We keep it", "We keep it"),
        ("一、我们收集的信息", "二、我们收集的信息"),
        ("See here (opens in a new window)", "See here"),
        ("Updated 3 days ago", "Updated 2 weeks ago"),
        ("更新于 3 天前", "更新于 12 小时前"),
        ("© 2030 Acme", "© 2031 Acme"),
        ("Write to [email protected]", "Write to legal@acme.example"),
        ("Cafe\u0301", "Caf\u00e9"),
    ],
)
def test_what_is_folded(one: str, other: str) -> None:
    """The look of a text, its numbering and its counters are no part of what is compared."""
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We keep it for 30 days", "We keep it for 90 days"),
        ("30 days of retention", "90 days of retention"),
        ("10,000,000 tokens a day", "1,000,000 tokens a day"),
        ("$5.00 a month", "$50.0 a month"),
        ("0.5 tokens", "5 tokens"),
        ("1.5 million", "15 million"),
        ("1.5 hours of audio", "2.5 hours of audio"),
        ("5 USD", "5 EUR"),
        ("$5", "€5"),
        ("We do not train", "We do train"),
        ("We will share it", "We may share it"),
        ("We train only if you agree", "We train unless you object"),
        ("我们不会训练", "我们会训练"),
        ("每天 50 万 tokens", "每天 5 万 tokens"),
        ("You are at least 13", "You are at least 16"),
        ("We keep it for 3 days", "We keep it for 3 weeks"),
        ("We delete it 30 days after you ask", "We delete it 90 days after you ask"),
        ("We may share A and B", "We may share A or B"),
        ("-5 °C", "5 °C?"),
        ("3 days", "5 days"),
        ("100", "200"),
        ("5x more requests", "50x more requests"),
        ("I agree", "You agree"),
        ("Free until 30 June 2031", "Free until 31 March 2031"),
        ("2.5 million free tokens a day", "1.5 million free tokens a day"),
        ("0.5 USD per call", "0.7 USD per call"),
        ("10.5 GB | Free", "20.5 GB | Free"),
        ("3.5万次调用", "5.5万次调用"),
    ],
)
def test_what_is_never_folded(one: str, other: str) -> None:
    """Amounts, times, currencies and each little word that turns a clause round make a difference."""
    assert comparable(one) != comparable(other)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    """What a reader sees is the same text when it is folded again, and compares as the text does."""
    assert visible(visible(text)) == visible(text)
    assert comparable(visible(text)) == comparable(text)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_two_numbers_in_a_clause_never_compare_as_one(one: int, other: int) -> None:
    """Clauses that differ in a number are equal only where the numbers are."""
    assert (comparable(f"We keep it for {one} days.") == comparable(f"We keep it for {other} days.")) == (one == other)


def test_the_key_is_that_of_the_words() -> None:
    """Where one block ends and the next begins, and what kind each is, is layout; the words and their order are the key."""
    whole, parted = (Block("paragraph", "One. Two."),), (Block("item", "One."), Block("heading", "Two."))
    assert key(whole) == key(parted)
    assert key(parted) != key(parted[::-1])
    assert key(()) != key(whole)
