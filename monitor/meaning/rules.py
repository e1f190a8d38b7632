"""The rules by which the program weighs what it finds, as data: what `weight` asks by, and what people can read.

A rule holds the topics it asks about, and the words it gives as the reason; nothing else names an importance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from monitor.model import DATA_TOPICS, TOPICS, Importance

_GAP = re.compile(r"\{[^}]*\}")
ELSE = "; else: "
"""In a reason, between what the watchlist says and what the program would have said."""


@dataclass(frozen=True, slots=True)
class Weight:
    """How much an edit matters, and the rule that says so."""

    importance: Importance
    rule: str


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A rule of the program's own. `text` is the reason it gives, `when` says to people when it is the one that decides."""

    name: str
    importance: Importance
    text: str
    when: str
    topics: tuple[str, ...] = TOPICS

    def weight(self, **words: str | None) -> Weight:
        """The weight that the rule gives, its reason filled in with words of the edit."""
        return Weight(self.importance, self.text.format(**words))

    @property
    def reason(self) -> str:
        """The reason with a gap for each of the words that an edit fills in."""
        return _GAP.sub("…", self.text)

    def gave(self, reason: str) -> bool:
        """Whether a reason is one of this rule's, though an entry of the watchlist may have had the last word."""
        return bool(_pattern(self.text).fullmatch(reason.rpartition(ELSE)[2]))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, _GAP.split(text))), re.S)


def _but(*topics: str) -> tuple[str, ...]:
    return tuple(topic for topic in TOPICS if topic not in topics)


MOST_WORDS = 3
"""Words of an edit that can be mere wording, where none of them turns a sense."""

# Topics on which one word may be the change: a purpose, a period, a reader, a recipient, a country, a right.
_BY_THE_WORD = ("training", "retention", "review", "sharing", "transfer", "licence", "free-amount")
# Topics whose statements do not name them: "You need a verified phone number", under "What you get for free".
_BY_THE_HEADING = ("free-terms", "limits")
# Topics that a page on what users may do speaks of only where it says what the vendor does.
_OF_THE_VENDOR = ("review",)

SAME_WORDS = BuiltIn(
    "same-words",
    "none",
    "the wording alone differs",
    "no word of weight differs: other spellings, figures, references, dates",
)
LEFT = BuiltIn(
    "left",
    "none",
    "it left a list of news, which keeps the newest",
    "the page is of the type changelog, and a clause went",
)
LABEL = BuiltIn(
    "label",
    "none",
    "a label, not a statement",
    "all there is of it is a heading, a caption, a menu entry or a question",
)
NAMES = BuiltIn(
    "names",
    "minor",
    "one name stands in the place of another: -{deleted} +{inserted}",
    "all that differs are names, one in the place of another",
    DATA_TOPICS,
)
STANCE = BuiltIn(
    "stance",
    "major",
    "the stance turned from {old!r} to {new!r}",
    "the clause takes another stance on training than before",
    ("training",),
)
FEW_WORDS = BuiltIn(
    "few-words",
    "minor",
    "words of the clause differ: -{deleted} +{inserted}; few, and none that turns it",
    f"the clause speaks of the topic as before, and up to {MOST_WORDS} words differ: no figure, plan, 'not', 'may' or 'unless'",
    _but(*_BY_THE_WORD),
)
REWORDED = BuiltIn(
    "reworded",
    "minor",
    "other words stand in their place: -{deleted} +{inserted}; none that the word lists know",
    "words of a clause were replaced: no figure, name, plan or 'not' among them, and none that the word lists know",
    DATA_TOPICS,
)
LENT = BuiltIn(
    "lent",
    "minor",
    "{said}; the heading above it lends the topic",
    "the heading alone speaks of the topic, as before; the clause came, went, or changed in no word that turns it",
    _but(*_BY_THE_HEADING),
)
FOR_USERS = BuiltIn(
    "for-users",
    "minor",
    "{said}; the page is about what users may do",
    "the page is of the type usage-policy",
    _but(*_OF_THE_VENDOR),
)
PAID = BuiltIn(
    "paid", "minor", "{said}; what is paid is no offer", "a clause on prices came, went or changed", ("price",)
)
ADDED = BuiltIn("added", "major", "a clause on it was added", "a clause on the topic came")
REMOVED = BuiltIn("removed", "major", "a clause on it was removed", "a clause on the topic went")
SPOKEN = BuiltIn(
    "spoken", "major", "the clause did not speak of it before", "a clause speaks of the topic for the first time"
)
UNSPOKEN = BuiltIn("unspoken", "major", "the clause no longer speaks of it", "a clause speaks of the topic no more")
WORDS = BuiltIn(
    "words",
    "major",
    "words of the clause differ: -{deleted} +{inserted}",
    "words of weight differ in a clause on the topic",
)
GAP = BuiltIn(
    "gap",
    "minor",
    "{kind}: a gap, {gap}, stands where an amount was to be filled in",
    "an amount came where a gap stood, or a gap stands where it was: {LIMIT}",
    ("free-amount", "limits", "price"),
)
AMOUNT = BuiltIn(
    "amount",
    "major",
    "{kind}: an amount differs",
    "an amount of an offer came, went or changed",
    ("free-amount", "limits"),
)
CONDITION = BuiltIn(
    "condition",
    "major",
    "the words around an offer differ: -{deleted} +{inserted}",
    "the amounts of an offer stand, and words around them differ: for whom, until when, on what condition",
    ("free-terms",),
)

BUILT_IN = (
    LEFT, GAP, AMOUNT, CONDITION, SAME_WORDS, NAMES, STANCE, LABEL, REWORDED, FEW_WORDS, LENT, FOR_USERS, PAID, ADDED, REMOVED,
    SPOKEN, UNSPOKEN, WORDS,
)  # fmt: skip
"""All of them, in the order in which they are asked: the first that fits decides."""
