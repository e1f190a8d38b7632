"""What a vendor's pages say on the questions that are kept track of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from monitor.model.found import Amount

Question = Literal["training", "opt-out", "retention", "review", "free", "condition"]
QUESTIONS: tuple[Question, ...] = ("training", "opt-out", "retention", "review", "free", "condition")
"""Is content trained on, how can one opt out, how long is it kept, do people read it; what is given, on what condition."""

Scope = Literal["consumer", "api", "business", "free", "paid", ""]
SCOPES: tuple[Scope, ...] = ("consumer", "api", "business", "free", "paid")
"""Whose content a statement is about: a consumer's, that of the API or of a business; of a tier where a text names one."""

State = Literal["known", "unknown", "conflict"]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one clause of a page answers to a question, for one scope.

    `answer` is a word of the question's own: a stance for `training`, `offered` for `opt-out`, from when a period of `days` runs
    for `retention` (`kept`, `after deletion`, `after the end`), how far people read for `review` (`read`, `in named cases`,
    `not read`), the kind of a `condition`; for `free` `given` with its amount, `no amount` or `placeholder`. `item` tells apart
    answers that stand side by side. A `general` clause speaks of less than the question asks, and answers nothing: it is what to
    show where no other does.
    """

    question: Question
    scope: Scope
    answer: str
    quote: str
    trail: tuple[str, ...] = ()
    item: str = ""
    amount: Amount | None = None
    days: float | None = None
    until: date | None = None
    url: str = ""
    general: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement stands: the page, and the version of it. It stood from `seen_at` and was last seen at `as_of`."""

    page: str
    type: str
    url: str
    version: int
    seen_at: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """A statement and where it stands."""

    statement: Statement
    source: Source


@dataclass(frozen=True, slots=True)
class Answer:
    """What the pages of a vendor say on one question at one time.

    `answer` is a statement's word, or one that several come to together; empty unless `known`. `known` has the evidence for it, the
    best first; `conflict` for each of those that contradict one another; `unknown` at most a general clause, which is no answer.
    """

    question: Question
    scope: Scope
    item: str
    state: State
    answer: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def best(self) -> Statement | None:
        """The statement that the answer is told by; None where nothing is said at all."""
        return self.evidence[0].statement if self.evidence else None


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer of a vendor's pages, since when it stands without a break, and what it was before.

    `since` is the time of the first version in which it stood; with `from_start` that is the oldest that the archive has of the
    page, and it may have stood longer. Of what is unknown and always was there is no `since`.
    """

    vendor: str
    vendor_name: str
    now: Answer
    since: datetime | None = None
    from_start: bool = False
    before: Answer | None = None
