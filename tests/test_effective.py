"""When a text says that it takes effect; and the many other days that a page names. All sentences are invented."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extract import read
from monitor.meaning.dates import dates
from monitor.meaning.effective import effective
from monitor.model import Block, Document

DAY = date(2026, 7, 8)
DECEMBER = date(2024, 12, 9)


def page(*texts: str, kind: str = "paragraph", trail: tuple[str, ...] = ()) -> Document:
    return Document(tuple(Block(kind, text, trail) for text in texts))  # type: ignore[arg-type]


def day(*texts: str) -> date | None:
    said = effective(page(*texts))
    return said.day if said else None


SAYS = [
    ("Effective July 8, 2026", DAY),
    ("Effective: July 8th, 2026", DAY),
    ("Effective date: 8 July 2026", DAY),
    ("Effective Date: the 8th day of July, 2026", DAY),
    ("EFFECTIVE AS OF JULY 8, 2026", DAY),
    ("Effective from Wednesday, 8 July 2026", DAY),
    ("Effective:2026-07-08", DAY),
    ("Effective date | 2026/07/08", DAY),
    ("Date of entry into force: 08.07.2026", DAY),
    ("In force from 8 July 2026", DAY),
    ("Valid from 8 July 2026", DAY),
    ("Version 4.1, effective July 8, 2026", DAY),
    ("Version effective date: July 8, 2026 (previous versions)", DAY),
    ("Last updated: June 1, 2026. Effective: July 8, 2026.", DAY),
    ("Last updated: June 1, 2026 | Effective: July 8, 2026 | Download", DAY),
    ("Last updated and effective: July 8, 2026", DAY),
    ("Terms of Use (effective July 8, 2026)", DAY),
    ("These terms will take effect on 2026-07-08.", DAY),
    ("These Terms take effect for people who already have an account on July 8, 2026.", DAY),
    ("This policy will become effective on July 8, 2026 and replaces all earlier versions.", DAY),
    ("The updated agreement comes into force on 8 July 2026.", DAY),
    ("The changes to this notice are effective as of July 8, 2026.", DAY),
    ("A new version of our privacy policy goes into effect July 8, 2026.", DAY),
    ("These terms are effective and were last updated on July 8, 2026.", DAY),
    ("The effective date of this policy is July 8, 2026.", DAY),
    ("These terms replace the previous version and apply from 8 July 2026.", DAY),
    ("Our revised terms, effective July 8, 2026, add a section on agents.", DAY),
    ("On July 8, 2026, these terms will replace the ones that you agreed to.", DAY),
    ("Effective July 8, 2026, we are changing our terms of use.", DAY),
    ("Effective Dec. 9, 2024", DECEMBER),
    ("Effective 31/12/2026", date(2026, 12, 31)),
    ("生效日期：2024年12月9日", DECEMBER),
    ("版本生效日期：2024-12-09", DECEMBER),
    ("生效时间：2024/12/09", DECEMBER),
    ("更新日期：2024年11月1日 生效日期：2024年12月9日", DECEMBER),
    ("更新于2024年11月1日，将于２０２４年１２月９日起正式生效。", DECEMBER),
    ("本政策于2024年12月9日生效。", DECEMBER),
    ("本协议自 2024 年 12 月 9 日起施行。", DECEMBER),
    ("修订后的条款将自二〇二四年十二月九日起生效", DECEMBER),
    ("自2024年12月9日起生效", DECEMBER),
    ("新版隐私政策将于2024年12月9日零时起生效，请您仔细阅读。", DECEMBER),
    ("根据《数据安全法》，我们更新了本政策，更新后的政策自2024年12月9日起生效。", DECEMBER),
]

SAYS_NOT = [
    "Last updated July 8, 2026",
    "Last modified: 2026-07-08",
    "Published on July 8, 2026",
    "As of July 8, 2026, prices are in euros.",
    "Effective immediately.",
    "Effective July 2026",
    "Effective 2026",
    "Effective 7/8/2026",
    "Effective February 30, 2026",
    "Effective until July 8, 2026",
    "Effective January 1, 2023 to July 8, 2026",
    "Effective January 1, 2023 – July 8, 2026",
    "Previous version, effective January 1, 2023",
    "Previous version (effective January 1, 2023)",
    "Archived: effective January 1, 2023",
    "See the terms effective January 1, 2023.",
    "The previous version of these terms took effect on January 1, 2023.",
    "These terms were in effect until July 8, 2026.",
    "Changes take effect 30 days after we tell you.",
    "This policy takes effect when you create an account.",
    "The offer ends on July 8, 2026.",
    "The promotion is effective from July 8, 2026 until stocks last.",
    "The Artificial Intelligence Act takes effect on August 2, 2026.",
    "Under privacy laws effective January 1, 2023, you may ask for a copy.",
    "These rights follow from a statute that came into force on January 1, 2023.",
    "Effective January 1, 2023, the law gives residents of some states more rights.",
    "The addendum follows the model clauses, version B1.0, in force 21 March 2022.",
    "This notice follows the revised version of the FADP, which came into force on September 1, 2023.",
    "Your subscription is valid from July 8, 2026.",
    "Your plan change takes effect on July 8, 2026.",
    "We founded the company effective January 1, 2020.",
    "Keys created after July 8, 2026 are effective for one year.",
    "We use effective safeguards. July 8, 2026",
    "最近更新：2024年12月9日",
    "发布日期：2024年12月9日",
    "历史版本：2023年1月1日生效",
    "旧版协议自2023年1月1日起生效",
    "《个人信息保护法》自2021年11月1日起施行。",
    "本办法所称的条例于2023年8月15日起施行。",
    "优惠活动自2024年12月9日起生效",
    "您的会员自2024年12月9日起生效",
    "本协议自您点击同意之日起生效。",
    "本政策将在公布三十日后生效。",
    "本政策于2024年12月起生效",
]


@pytest.mark.parametrize(("text", "said"), SAYS)
def test_a_text_says_when_it_takes_effect(text: str, said: date) -> None:
    """Labels, sentences on the document itself and notices at its top, with days as people write them."""
    assert day(text) == said


@pytest.mark.parametrize("text", SAYS_NOT)
def test_other_days_are_not_taken_for_it(text: str) -> None:
    """The last edit, older versions, laws, offers, periods, and days that there are not."""
    assert day(text) is None


def test_the_words_are_quoted_as_they_stand() -> None:
    """A label is quoted with its day, a sentence whole."""
    label = effective(page("Effective:  July 8, 2026 (older versions)"))
    assert label is not None
    assert label.text == "Effective:  July 8, 2026"
    sentence = effective(page("Hello. These terms take effect on Dec. 9, 2024, for everybody. Read them."))
    assert sentence is not None
    assert sentence.text == "These terms take effect on Dec. 9, 2024, for everybody."


@pytest.mark.parametrize(
    "label", ["Effective", "Effective date:", "Effective as of", "Version effective date", "生效日期"]
)
def test_a_label_and_its_day_may_stand_in_two_blocks(label: str) -> None:
    """Pages set them below each other; the edit's day behind another label is none."""
    assert day("Terms", label, "July 8, 2026") == DAY
    assert day("Terms", label, "Last updated July 8, 2026") is None


def test_a_list_of_days_is_of_versions() -> None:
    """Items that name several days are an archive, and so is what stands under a heading that says so."""
    assert effective(page("Effective July 8, 2026", "Effective May 1, 2025", kind="item")) is None
    assert effective(page("Effective May 1, 2025", trail=("Terms", "Previous versions"))) is None
    assert effective(page("Effective July 1, 2025", trail=("Rights", "Colorado Privacy Act"))) is None


def test_the_first_document_of_a_page_counts() -> None:
    """What stands below may be an older version of the same text."""
    assert day("Effective July 8, 2026", "We keep data.", "Effective May 1, 2025", "We keep data.") == DAY


def test_only_a_new_day_is_news() -> None:
    """A day that the text named before, in whatever words, says nothing of the new text."""
    after = page("Effective July 8, 2026", "We train on chats.")
    assert effective(after, page("Effective May 1, 2025", "We do not.")) == effective(after)
    assert effective(after, page("Effective July 8, 2026", "We do not.")) is None
    assert effective(after, page("On 8 July 2026 this page will change.")) is None
    assert effective(page("We do not."), after) is None


def test_a_notice_in_the_middle_of_a_page_is_none() -> None:
    """ "Effective <day>, we ..." among the clauses is about one of them."""
    clauses = ["We keep what you write for as long as your account exists."] * 20
    assert day(*clauses, "Effective July 8, 2026, we limit free accounts to ten projects.", *clauses) is None


def test_a_page_of_html_is_read() -> None:
    """From bytes to the day, with the label in a heading of its own."""
    body = b"<!doctype html><main><h1>Terms</h1><h4>Effective</h4><p>July 8, 2026</p><p>We keep your chats.</p></main>"
    said = effective(read(body, "text/html"))
    assert said is not None
    assert (said.day, said.text) == (DAY, "Effective July 8, 2026")


ENGLISH_MONTHS = "January February March April May June July August September October November December".split()
DAYS = st.dates(date(1995, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "form",
    [
        "{month} {day}, {year}",
        "{month} {day:02} {year}",
        "{short} {day}, {year}",
        "{short}. {day}, {year}",
        "{day} {month} {year}",
        "{day} {short}. {year}",
        "{day} of {month}, {year}",
        "{year}-{number:02}-{day:02}",
        "{year}/{number}/{day}",
        "{day:02}.{number:02}.{year}",
        "{year}年{number}月{day}日",
        "{year} 年 {number:02} 月 {day:02} 日",
    ],
)
@given(when=DAYS)
def test_a_written_day_is_read_back(form: str, when: date) -> None:
    """Each way of writing a day, for any day."""
    month = ENGLISH_MONTHS[when.month - 1]
    written = form.format(month=month, short=month[:3], number=when.month, day=when.day, year=when.year)
    assert [found.day for found in dates(f"von {written} an")] == [when]
    assert day(f"Effective date: {written}") == when


@given(when=DAYS)
def test_a_day_that_may_be_two_is_none(when: date) -> None:
    """7/8/2026 is in July or in August; 25/8/2026 is in August."""
    found = [found.day for found in dates(f"{when.month}/{when.day}/{when.year}")]
    assert found == ([] if when.day <= 12 and when.day != when.month else [when])


@given(st.lists(st.text(max_size=120), max_size=5))
def test_no_text_is_too_odd(texts: list[str]) -> None:
    """Whatever a page says, it is read without an error."""
    effective(page(*texts))


@given(st.text(alphabet="生效于自年月日一二十〇0123456789./-, EfectivJuly:", max_size=80))
def test_no_day_is_too_odd(text: str) -> None:
    """Nor whatever looks like a day."""
    effective(page(text, text), page(text))


@pytest.mark.parametrize(
    "text",
    [
        "effective " * 40_000,
        "July 8, 2026 " * 40_000,
        "These terms, effective July 8, 2026, " * 15_000,
        "2026年" * 90_000,
        "1" * 400_000,
    ],
)
def test_a_long_text_takes_no_long_time(text: str) -> None:
    """Time grows with the text, and not by its square."""
    started = time.process_time()
    effective(page(text))
    assert time.process_time() - started < 8
