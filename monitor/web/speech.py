"""What every page can say: words, dates and numbers in the reader's language, and signs that stand for more than a colour."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from flask import g, request, url_for

from monitor.meaning.phrases import amount_words
from monitor.model import OUTCOMES, TOPICS, Amount
from monitor.report.catalogue import LANGUAGES, Words
from monitor.report.passages import place

SIGNS = {"major": "◆", "minor": "◇", "none": "·"}
NAMES = {"en": "English", "zh": "中文"}


def vocabulary(words: Words, now: datetime) -> dict[str, Any]:
    """What templates can say."""
    return {
        "language": words.language,
        "languages": [(code, NAMES.get(code, code), in_language(code)) for code in LANGUAGES],
        "chosen": g.get("chosen", ""),
        "now": now,
        "say": words.say,
        "count": words.count,
        "number": words.number,
        "day": words.day,
        "when": words.when,
        "amount": partial(amount, words),
        "place": partial(place, words=words),
        "outcome": partial(outcome, words),
        "signs": SIGNS,
        "all_topics": TOPICS,
    }


def in_language(code: str) -> str:
    """The address of this page in another language."""
    if request.endpoint is None:
        return url_for("home.home", lang=code)
    given = request.args.to_dict() | (request.view_args or {}) | {"lang": code}
    return url_for(request.endpoint, **given)


def amount(words: Words, value: Amount | None) -> str:
    """An amount in words; empty for none."""
    return amount_words(value, words.language) if value else ""


def outcome(words: Words, name: str | None) -> str:
    """What an outcome means, in words."""
    key = f"outcome-{name}"
    said = words.say(key)
    return said if said != key else OUTCOMES.get(name or "", name or "")
