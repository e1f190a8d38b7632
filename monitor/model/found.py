"""What a text and its changes mean to a reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from monitor.model.vocabulary import Happened, Importance


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity as a typed value: 10,000,000 tokens a day. `per` may be "once"; `every` is 3 for "every 3 hours"."""

    value: float
    unit: str
    per: str | None = None
    every: int = 1
    qualifier: Literal["up to", "less than", "at least", "exactly"] | None = None
    scope: str = ""
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """An amount that a text offers, with the words that offer it."""

    text: str
    kind: Literal["free-amount", "limits", "price"]
    amount: Amount


@dataclass(frozen=True, slots=True)
class Reading:
    """What one clause says: its topics, and its stance on training if it takes one.

    `scopes` says for whom or what the stance holds (numbers of `meaning.scopes`); `period` is the one for which data is kept, in
    days, where the clause names exactly one.
    """

    topics: tuple[str, ...]
    stance: str | None = None
    words: tuple[str, ...] = ()
    scopes: tuple[int, ...] = ()
    period: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a change means to a reader. `before` and `after` are verbatim text of the two versions."""

    topic: str
    change: Happened
    before: str
    after: str
    reading: str
    importance: Importance = "major"
    trail: tuple[str, ...] = ()
    amount_before: Amount | None = None
    amount_after: Amount | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that two pages both state, each otherwise: their words, verbatim, and what these say.

    `topic` is one of offers, with both amounts; or `training`, with both stances.
    """

    topic: str
    here: str
    there: str
    amount_here: Amount | None = None
    amount_there: Amount | None = None
    stance_here: str = ""
    stance_there: str = ""


@dataclass(frozen=True, slots=True)
class Effective:
    """When a page says that its text takes effect: the day, and the words that say so."""

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class WayOut:
    """How a page says that a user can opt out: the clause, and the address that it links, if any."""

    text: str
    url: str = ""
