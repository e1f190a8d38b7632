"""What keeps the monitor from its work, in words: what it is, why, what it means and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import OUTCOMES
from monitor.records import Trouble
from monitor.report.catalogue import Words, words_of
from monitor.report.style import Style
from monitor.words import one_line

MOST_REASON = 300


@dataclass(frozen=True, slots=True)
class News:
    """One thing to be known of the monitor: what it is, why, what it means and what to do."""

    head: str
    reason: str
    means: str
    advice: str
    over: bool = False


def line_of(trouble: Trouble, style: Style) -> str:
    """A trouble in one line: what began, or works again."""
    return news_of(trouble, words_of(style)).head


def news_of(trouble: Trouble, words: Words) -> News:
    """What there is to be known of a trouble, in the reader's language."""
    subject = one_line(trouble.subject, MOST_REASON)
    ended = trouble.ended_at
    stage = "ended" if ended else "began"
    return News(
        head=words.say(f"{trouble.kind}-{stage}", subject=subject, since=words.lately(trouble.since)),
        reason=one_line(_reason(trouble, words), MOST_REASON),
        means=words.say("lasted", since=words.when(trouble.since), until=words.when(ended))
        if ended
        else words.say(f"{trouble.kind}-means"),
        advice=words.say(f"{trouble.kind}-{'after' if ended else 'advice'}", subject=subject),
        over=ended is not None,
    )


def _reason(trouble: Trouble, words: Words) -> str:
    """Why, in the reader's language; what is known beside that is in English, and follows as it is."""
    if words.language == "en" or not trouble.reason:
        return trouble.reason
    why = words.say(f"why-{trouble.outcome if trouble.outcome in OUTCOMES else trouble.kind}")
    if trouble.reason == OUTCOMES.get(trouble.outcome):
        return why
    return words.say("because", why=why, detail=trouble.reason)
