"""How the monitor itself fares: what keeps it from its work, that it works again, and the test of a channel."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from monitor.records import Message, Trouble
from monitor.report.catalogue import Words, words_of
from monitor.report.forms import fill
from monitor.report.payload import notice_json, trial_json
from monitor.report.style import Style
from monitor.report.troubles import MOST_REASON, News, news_of
from monitor.words import one_line

MOST_TROUBLES = 100


def notice_message(troubles: Sequence[Trouble], style: Style, *, key: str = "", at: datetime) -> Message:
    """One message about what keeps the monitor from its work, or no longer does; what lasts comes first."""
    words = words_of(style)
    ordered = sorted(troubles, key=lambda trouble: (trouble.ended_at is not None, trouble.since, trouble.subject))
    news = tuple(news_of(trouble, words) for trouble in ordered)
    subject = news[0].head if len(news) == 1 else _counted(news, words)
    payload = notice_json(ordered, key=key, at=at)
    return _message("notice", subject, news, style, payload, thread=_thread(ordered), key=key, at=at)


def test_message(style: Style, *, at: datetime, channel: str) -> Message:
    """The message that tries a channel, and says that it is no more than that."""
    words = words_of(style)
    name = one_line(channel, MOST_REASON)
    news = News(words.say("test", subject=name), "", words.say("test-means", subject=name), words.say("test-advice"))
    key = hashlib.sha256(f"test {channel} {at.isoformat()}".encode(errors="replace")).hexdigest()
    return _message(
        "test", news.head, (news,), style, trial_json(channel, key=key, at=at), thread="test", key=key, at=at
    )


def _message(
    kind: str,
    news_subject: str,
    news: tuple[News, ...],
    style: Style,
    payload: dict[str, object],
    *,
    thread: str,
    key: str,
    at: datetime,
) -> Message:
    words = words_of(style)
    forms = fill(
        "notice",
        style,
        words,
        kind=kind,
        subject=words.say("notice", news=news_subject),
        news=news[:MOST_TROUBLES],
        left=max(len(news) - MOST_TROUBLES, 0),
        at=at,
    )
    return Message(key, thread, forms.subject, forms.text, forms.html, payload, at, fault=forms.fault)


def _counted(news: Sequence[News], words: Words) -> str:
    """`3 troubles, 1 is over`."""
    over = sum(one.over for one in news)
    troubles = words.count("troubles", len(news))
    return words.count("troubles-over", over, troubles=troubles) if over else troubles


def _thread(troubles: Sequence[Trouble]) -> str:
    """That it works again stands below that it did not."""
    return f"notice/{troubles[0].kind}/{troubles[0].subject}" if len(troubles) == 1 else "notice"
