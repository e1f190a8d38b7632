"""Notices: what keeps the monitor from its work, that it works again, and the test of a channel."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args, get_type_hints

import pytest
from bs4 import BeautifulSoup
from report_samples import HOSTILE, NOW

from monitor.model import HEALTHY, OUTCOMES
from monitor.records import Trouble
from monitor.report import notice
from monitor.report.catalogue import LANGUAGES, words_of
from monitor.report.notice import notice_message
from monitor.report.style import Style

TROUBLE = Trouble("page", "openai/terms", NOW, "the answer took too long")
OVER = replace(TROUBLE, ended_at=NOW + timedelta(hours=3))
LATER = NOW + timedelta(hours=4)
KINDS = get_args(get_type_hints(Trouble)["kind"])


def subject(*troubles: Trouble, language: str = "en") -> str:
    return notice_message(troubles, Style(language), at=LATER).subject


def test_the_subject_says_what_and_since_when() -> None:
    """The subject of one trouble says what cannot be done and since when."""
    assert subject(TROUBLE) == "terms-monitor: openai/terms cannot be read since 2 Mar, 10:00 UTC"
    assert subject(TROUBLE, language="zh") == "terms-monitor：openai/terms 自 3月2日 10:00 UTC 起无法读取"


def test_the_subject_says_that_it_is_over() -> None:
    """The subject of a trouble that has ended says so."""
    assert subject(OVER) == "terms-monitor: openai/terms can be read again"


def test_many_troubles_are_counted() -> None:
    """One notice tells several troubles; its subject counts them, and those that are over."""
    assert subject(TROUBLE, Trouble("disk", "", NOW, "full")) == "terms-monitor: 2 troubles"
    assert subject(TROUBLE, OVER, OVER) == "terms-monitor: 3 troubles, 2 are over"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_notice_says_why_what_it_means_and_what_to_do(kind: str, language: str) -> None:
    """Whatever the trouble, begun or over, a notice has words for it in every form, and gives the reason."""
    for trouble in (replace(TROUBLE, kind=kind), replace(OVER, kind=kind)):  # type: ignore[arg-type]
        notice = notice_message([trouble], Style(language), at=LATER)
        lines = notice.text.splitlines()
        assert len(lines) == 4
        assert trouble.reason in lines[1]
        assert f"{kind}-" not in notice.text
        shown = BeautifulSoup(notice.html, "lxml").get_text()
        assert all(line in shown for line in lines)


def test_a_notice_of_the_end_says_how_long_it_lasted() -> None:
    """A trouble that is over is told with its beginning and its end."""
    assert "From 2 Mar 2026, 10:00 UTC to 2 Mar 2026, 13:00 UTC." in notice_message([OVER], Style(), at=LATER).text


def test_what_lasts_is_told_first() -> None:
    """Of several troubles those that last stand before those that are over."""
    text = notice_message([OVER, Trouble("offline", "", LATER, "no route")], Style(), at=LATER).text
    assert text.index("no page can be reached") < text.index("can be read again")


def test_the_end_stands_in_the_thread_of_the_beginning() -> None:
    """That a page can be read again is in one thread with that it could not; another page's is in another."""
    threads = [notice_message([one], Style(), at=LATER).thread for one in (TROUBLE, OVER, replace(OVER, subject="a/b"))]
    assert threads[0] == threads[1] != threads[2]


def test_the_payload_of_a_notice() -> None:
    """A webhook gets each trouble as plain data; the end of one that lasts is null."""
    notice = notice_message([replace(each, outcome="timeout") for each in (OVER, TROUBLE)], Style(), key="k", at=LATER)
    assert (notice.key, notice.at) == ("k", LATER)
    told = {
        "kind": "page",
        "subject": "openai/terms",
        "since": "2026-03-02T10:00:00Z",
        "reason": "the answer took too long",
        "outcome": "timeout",
    }
    assert notice.payload == {
        "schema": "terms-monitor/notice/1",
        "key": "k",
        "at": "2026-03-02T14:00:00Z",
        "troubles": [told | {"ended_at": None}, told | {"ended_at": "2026-03-02T13:00:00Z"}],
    }


def test_hundreds_of_troubles_are_counted() -> None:
    """A notice tells a hundred troubles, and how many it leaves out."""
    notice = notice_message([replace(TROUBLE, subject=f"v/p{number}") for number in range(103)], Style(), at=LATER)
    assert notice.text.count("cannot be read since") == 100
    assert "3 more" in notice.text
    assert "3 more" in notice.html


def test_hostile_text_keeps_its_place_in_a_notice() -> None:
    """A reason or a subject made of markup adds no element, and no line to the subject."""
    notice = notice_message([replace(TROUBLE, subject=HOSTILE, reason=HOSTILE * 100)], Style(), at=LATER)
    assert notice.subject.isprintable()
    assert len(notice.subject) <= 200
    assert len(notice.text.splitlines()) == 4
    assert not BeautifulSoup(notice.html, "lxml").find_all(["script", "img"])
    assert all(character.isprintable() or character == "\n" for character in notice.text + notice.html)


def test_a_test_says_that_it_is_one() -> None:
    """The message that tries a channel names the channel and says that nothing has changed."""
    tried = notice.test_message(Style(), at=NOW, channel="mail")
    assert tried.subject == "terms-monitor: test of the channel mail"
    assert "This is a test" in tried.text
    assert "No terms have changed" in tried.html
    assert tried.payload == {
        "schema": "terms-monitor/test/1",
        "key": tried.key,
        "at": "2026-03-02T10:00:00Z",
        "channel": "mail",
    }


def test_each_test_is_a_message_of_its_own() -> None:
    """Two tests of a channel have two keys, so that no receiver drops the second."""
    keys = {notice.test_message(Style(), at=at, channel=name).key for at in (NOW, LATER) for name in ("a", "b")}
    assert len(keys) == 4
    assert all(len(key) == 64 for key in keys)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (replace(TROUBLE, outcome="timeout"), "原因：响应超时"),
        (
            replace(TROUBLE, reason="the page holds almost no text (12 characters)", outcome="thin"),
            "原因：页面几乎没有文字（the page holds almost no text (12 characters)）",
        ),
        (
            replace(TROUBLE, reason="no check was made when it was due"),
            "原因：到期未检查（no check was made when it was due）",
        ),
        (Trouble("disk", "a.db", NOW, "9 MB are left"), "原因：磁盘空间不足（9 MB are left）"),
        (Trouble("offline", "", NOW, "no route", outcome="connect_error"), "原因：无法连接到主机（no route）"),
        (replace(OVER, reason="gone", outcome="an outcome of a later edition"), "原因：到期未检查（gone）"),
    ],
)
def test_a_chinese_notice_gives_the_reason_in_chinese(trouble: Trouble, said: str) -> None:
    """The reason stands in the reader's language, and what is known beside that as it is."""
    for written in (
        notice_message([trouble], Style("zh"), at=LATER),
        notice_message([trouble, OVER], Style("zh"), at=LATER),
    ):
        assert said in written.text.splitlines()
    assert said in BeautifulSoup(written.html, "lxml").get_text()
    assert f"Reason: {trouble.reason}" in notice_message([trouble], Style(), at=LATER).text


def test_every_outcome_and_every_trouble_has_words() -> None:
    """Whatever a check comes to that fails, and whatever the trouble, every language says why; English as everywhere else."""
    for name in (*(OUTCOMES.keys() - HEALTHY), *KINDS):
        said = {language: words_of(Style(language)).say(f"why-{name}") for language in LANGUAGES}
        assert len(set(said.values())) == len(LANGUAGES) and f"why-{name}" not in said.values()
        assert name in KINDS or said["en"] == OUTCOMES[name]
