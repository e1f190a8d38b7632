"""When a text takes effect that says how long after its posting, and that no day is made up. All sentences are invented."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.meaning.effective import effective
from monitor.model import Block, Document

POSTED, JULY = "Posted: June 1, 2026", date(2026, 7, 1)
CHINESE = "发布日期：2026年6月1日"


def day(*texts: str) -> date | None:
    said = effective(page(*texts))
    return said.day if said else None


def page(*texts: str) -> Document:
    return Document(tuple(Block("paragraph", text) for text in texts))


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Changes to these terms take effect 30 days after posting.", JULY),
        ("These changes take effect thirty (30) days after they are posted.", JULY),
        ("The updated policy will become effective 30 days after we publish it.", JULY),
        ("This agreement comes into force 30 calendar days after the date of its publication.", JULY),
        ("Our revised terms will apply 30 days from the date on which they were posted here.", JULY),
        ("Thirty days after posting, these terms take effect for everybody.", JULY),
        ("Effective: 30 days after publication", JULY),
        ("The new prices are effective two weeks after the announcement.", date(2026, 6, 15)),
        ("These changes take effect one month after posting.", JULY),
        ("We may revise these terms. Such changes become effective 14 days after posting the revised terms.", date(2026, 6, 15)),
    ],
)  # fmt: skip
def test_a_notice_counts_from_the_posting(sentence: str, said: date) -> None:
    """Days, weeks and months after its posting, however the sentence is turned."""
    assert day(POSTED, sentence) == said
    assert day(sentence) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "本协议自公布之日起30日后生效。",
        "本政策将在公布三十日后生效。",
        "修订后的条款自发布之日起满30天正式生效。",
        "更新后的协议在公告后第三十日起施行。",
        "变更将于发布后30个自然日生效。",
    ],
)
def test_a_chinese_notice_counts_from_the_posting(sentence: str) -> None:
    """公布之日起三十日后生效, where the page says on which day it was posted."""
    assert day(CHINESE, sentence) == JULY
    assert day(sentence) is None


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("Published on 1 June 2026", "These terms take effect 30 days after posting."),
        ("Date of publication: 2026-06-01", "These terms take effect 30 days after posting."),
        ("Northwind AI | Posted: June 1, 2026 | Download", "These terms take effect 30 days after posting."),
        ("Release date: June 1, 2026", "These terms take effect 30 days after release."),
        ("Last updated: June 1, 2026", "These terms take effect 30 days after they were last updated."),
        ("更新日期：2026-06-01", "本政策自更新之日起30日后生效。"),
    ],
)
def test_the_day_of_posting_has_many_names(label: str, sentence: str) -> None:
    """Posted, published, released, or updated where the notice counts from the update."""
    assert day("Terms", label, sentence) == JULY


def test_the_last_edit_is_no_posting() -> None:
    """A page that was edited on a day has not said that its terms were posted then."""
    assert day("Last updated: June 1, 2026", "These terms take effect 30 days after posting.") is None
    assert day("Posted: June 1, 2026", "These terms take effect 30 days after they were last updated.") is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Changes take effect at least 30 days after posting.",
        "Changes take effect no sooner than 30 days after posting.",
        "Changes take effect within 30 days after posting.",
        "Changes take effect up to 30 days after posting.",
        "These changes take effect 30 business days after posting.",
        "These changes take effect 10 working days after posting.",
        "These changes take effect 30 days after we tell you.",
        "These changes take effect 30 days after you receive the posted notice.",
        "You may cancel 30 days after posting.",
        "Your order takes effect 30 days after posting.",
        "We delete these changes 30 days after posting.",
        "These terms take effect 30 hours after posting.",
        "These terms take effect {NOTICE_DAYS} days after posting.",
        "These terms take effect 2.5 weeks after posting.",
        "These terms take effect 4000 days after posting.",
        "These terms take effect 0 days after posting.",
        "本协议自公布之日起30日内生效。",
        "本协议自公布之日起30个工作日后生效。",
        "本协议至少在公布30日后生效，具体以通知为准。",
        "优惠自公布之日起30日后生效。",
        "本协议自您同意之日起30日后生效。",
        "本协议自公布之日起生效。",
    ],
)
def test_what_is_not_said_exactly_is_not_made_up(sentence: str) -> None:
    """A lower bound, business days, another beginning, another thing, a gap nobody filled in: no day."""
    assert day(POSTED, CHINESE, sentence) is None


def test_both_words_are_quoted() -> None:
    """Whoever reads the day sees what it follows from."""
    said = effective(
        page("Posted: June 1, 2026 | Northwind", "Hello. These terms take effect 30 days after posting. Bye.")
    )
    assert said is not None
    assert said.text == "These terms take effect 30 days after posting (Posted: June 1, 2026)"


def test_a_day_that_is_named_goes_first() -> None:
    """A notice says in general what "Effective: ..." says of this edition."""
    texts = (POSTED, "Changes take effect 30 days after posting.", "Effective: July 8, 2026")
    assert day(*texts) == date(2026, 7, 8)


def test_only_a_new_posting_is_news() -> None:
    """The notice of a text that was posted before says nothing of the new one."""
    texts = ("These terms take effect 30 days after posting.", "We train on chats.")
    after = page("Posted: June 1, 2026", *texts)
    assert effective(after, page("Posted: May 1, 2026", *texts)) == effective(after)
    assert effective(after, page("Posted: June 1, 2026", "We do not.")) is None


def test_a_month_later_is_the_last_day_of_a_short_one() -> None:
    """Of a month that lacks the day, its last; past the last year there is no day."""
    assert day("Posted: January 31, 2027", "These terms take effect 1 month after posting.") == date(2027, 2, 28)
    assert day("Posted: 2026-11-30", "These terms take effect 3 months after posting.") == date(2027, 2, 28)
    assert day("Posted: 9999-12-31", "These terms take effect 3 months after posting.") is None
    assert day("Posted: 9999-12-31", "These terms take effect 3 days after posting.") is None


@given(st.integers(1, 366), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_days_are_counted(count: int, posted: date) -> None:
    """So many days after a day is the day that the calendar says."""
    said = effective(page(f"Posted: {posted.isoformat()}", f"These terms take effect {count} days after posting."))
    assert said is not None and (said.day - posted).days == count


@pytest.mark.parametrize(
    "text", ["These " * 20_000 + "30 days after posting", "30 days after the " * 5_000, "公布" * 20_000 + "30日"]
)
def test_long_texts_are_read_in_time(text: str) -> None:
    """No sentence, however long, takes more than a moment."""
    began = time.process_time()
    effective(page(POSTED, text))
    assert time.process_time() - began < 2
