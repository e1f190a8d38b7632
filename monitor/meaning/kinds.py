"""Whether an amount is an offer, and of which kind: the words around it decide, the nearest first.

Prices, caps of liability, thresholds, sizes and offers that have ended are none; see the heads in `data/offers_*.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from monitor.meaning.drafts import Draft, Row
from monitor.meaning.units import Token

Kind = Literal["free-amount", "limits", "price"]

_CLAUSE_ENDS = frozenset({",", "、", ")", "then"})
_NEAR = 6
_WANT_GIFT = frozenset({"point", "minute", "hour"})
_WEAK = _WANT_GIFT | {"page", "model", "input", "upload", "question"}
"""Units that say nothing of an offer by themselves, even by the day: they want a word for free or for a limit."""
_COINS = frozenset({"credit", "point"})
_WHO = frozenset(
    "user seat member person account key project workspace team organization organisation device customer".split()
)
"""Who is given something each, where a thing after "per" makes a price."""
_SIZES = frozenset({"token", "character"})
"""Units that a limit without a period bounds one request in, more often than what is given."""


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds a cell or sentence: its column or label, all that these and the headings say, the row's first cell."""

    header: Row
    senses: frozenset[str]
    first: str


@dataclass(frozen=True, slots=True)
class Sight:
    """An amount in its row, between the ends of the amount before and the start of the one behind."""

    row: Row
    draft: Draft
    left: int
    right: int
    around: Around
    given: Draft | None
    """The last amount of money in the row that turned out to be a gift."""

    @property
    def before(self) -> Row:
        """The words in front, the nearest first."""
        return self.row[min(self.left, self.draft.at) : self.draft.at][::-1]

    @property
    def behind(self) -> Row:
        """The words behind the number."""
        return self.row[self.draft.at + 1 : self.right]

    @property
    def clause(self) -> Row:
        """The amount with all around it up to the next commas."""
        at = self.draft.at
        start = next((place + 1 for place in range(at - 1, -1, -1) if self.row[place].word in _CLAUSE_ENDS), 0)
        end = next(
            (place for place in range(at + 1, len(self.row)) if self.row[place].word in _CLAUSE_ENDS), len(self.row)
        )
        return self.row[start:end]


def senses(row: Iterable[Token]) -> frozenset[str]:
    """All heads under which words of a row stand."""
    return frozenset(sense for token in row for sense in token.senses)


def kind(sight: Sight, said: frozenset[str]) -> Kind | None:
    """What an amount offers, or None if it offers nothing. `said` are the senses of its sentence."""
    if "legal" in said or _is_over(sight):
        return None
    if sight.draft.unit == "percent":
        return "free-amount" if _is_discount(sight) else None
    if sight.draft.money:
        return "free-amount" if sight.draft.value and _is_gift(sight) else None
    return _kind_of_count(sight, said)


def taken_off(sight: Sight) -> float:
    """The value of an amount; of "降至原价的 80%" what is taken off the price, 20."""
    draft = sight.draft
    remainder = (
        draft.unit == "percent"
        and "fold" not in sight.row[draft.end - 1].senses
        and "reduced to" in senses(sight.clause)
    )
    return 100 - draft.value if remainder else draft.value


def _is_over(sight: Sight) -> bool:
    """Whether the clause says that the offer has ended; in Chinese the word often stands in the next one."""
    return "ended" in senses(sight.clause) or "ended" in senses(
        token for token in sight.row if not token.word.isascii()
    )


def _is_discount(sight: Sight) -> bool:
    draft = sight.draft
    near = sight.row[max(sight.left, draft.at - _NEAR) : min(sight.right, draft.end + _NEAR)]
    return draft.per is None and bool({"fold", "discount", "reduced to"} & senses(near))


def _nearest(row: Sequence[Token], wanted: tuple[str, ...]) -> str | None:
    """The first of the wanted senses on the way along a row, up to the end of the clause."""
    for token in row:
        for sense in wanted:
            if sense in token.senses:
                return sense
        if token.number or token.word in _CLAUSE_ENDS:
            return None
    return None


# --- money -----------------------------------------------------------------------------------------------------------


def _is_gift(sight: Sight) -> bool:
    """Whether money is given rather than asked for."""
    nearest = _nearest(sight.before, ("threshold", "buying", "gives", "grants", "price"))
    if nearest in ("threshold", "buying") or _is_paid_in(sight.behind) or _has_denominator(sight):
        return False
    if nearest in ("gives", "grants") or _nearest(sight.behind, ("grants",)):
        return True
    if nearest == "price" or "price of" in senses(sight.before[:2]):
        return False
    return _goes_on(sight) or _is_labelled(sight)


def _is_paid_in(behind: Row) -> bool:
    """$10 credit balance, $10 lifetime topup: what the user has to have or to pay in."""
    for token in behind:
        if "after money" in token.senses:
            return True
        if token.number or token.word in _CLAUSE_ENDS or "conditions" in token.senses:
            return False
        if "stop" in token.senses and token.word not in ("in", "of"):
            return False
    return False


def _has_denominator(sight: Sight) -> bool:
    """$2 / 1M tokens, 6 元/百万, $0.04 per request: a price; "per user" is none."""
    following = sight.row[sight.draft.end : sight.right + 1]
    for token, after in pairwise(following):
        if token.word in _CLAUSE_ENDS:
            return False
        if "lead" in token.senses and token.word in ("/", "per", "每", "each"):
            return after.number is not None or "units" in after.senses or not after.word.isascii()
    return False


def _goes_on(sight: Sight) -> bool:
    """A list of gifts: "$25 a month for builds and $1 a month for the gateway"."""
    given, draft = sight.given, sight.draft
    if given is None or given.per != draft.per or given.end != sight.left:
        return False
    return any(token.word == "," or "join" in token.senses for token in sight.before)


def _is_labelled(sight: Sight) -> bool:
    """Whether the words before a colon, the column or the cell in front say that money is given; or signing up brings it."""
    label = next((place for place, token in enumerate(sight.row) if token.word == ":"), 0)
    said = sight.around.senses | (senses(sight.row[:label]) if label < sight.draft.at else frozenset())
    given = "grants" in said or (sight.draft.per is not None and "once" in senses(sight.clause))
    return given and not said & {"threshold", "price", "buying"}


# --- counts ----------------------------------------------------------------------------------------------------------


def _kind_of_count(sight: Sight, said: frozenset[str]) -> Kind | None:
    """A count is offered by the period, or if a word gives it for free, sets a quota or lets so many run at once."""
    draft = sight.draft
    if _is_denominator(sight) or _is_size(sight) or (draft.unit, draft.per) == ("request", "year"):
        return None  # requests a year are those that a law grants: access, deletion, an audit
    if _nearest(sight.before, ("buying", "gift")) == "buying" or _is_paid_in_units(sight):
        return None
    everything = said | sight.around.senses
    free = "gift" in said or "grants" in sight.around.senses
    if draft.per is None:
        return _kind_without_period(sight, everything, free)
    if draft.unit in _WEAK and not (free or ("limit" in everything and draft.unit not in _WANT_GIFT)):
        return None
    return "free-amount" if free and draft.per not in ("second", "minute") else "limits"


def _kind_without_period(sight: Sight, everything: frozenset[str], free: bool) -> Kind | None:
    if "concurrent" in senses(sight.row) | sight.around.senses:
        return "limits"
    draft = sight.draft
    if sight.row[draft.at].word == "one":  # "several questions in one message" counts nothing
        return None
    phrase = senses(sight.row[max(sight.left, draft.at - 2) : min(sight.right, draft.end + 4)])
    quota = "quota" in (phrase | sight.around.senses if draft.unit in _SIZES else everything)
    return "free-amount" if quota or (free and (draft.unit not in _WEAK or "gift" in phrase)) else None


def _is_paid_in_units(sight: Sight) -> bool:
    """What one thing costs in the vendor's own coin: "200 credits per clip"; a credit per user is a gift."""
    behind = sight.row[sight.draft.end : sight.draft.end + 2]
    if sight.draft.unit not in _COINS or sight.draft.per is not None or len(behind) < 2:
        return False
    return behind[0].word in ("per", "/") and behind[1].word.rstrip("s") not in _WHO


def _is_denominator(sight: Sight) -> bool:
    """per 1M tokens; $2 / 1M tokens."""
    leads = [token for token in sight.before[:1] if "lead" in token.senses]
    if not leads:
        return False
    return leads[0].word != "/" or "money" in senses(sight.row[: sight.draft.at])


def _is_size(sight: Sight) -> bool:
    """A context window, what one request may hold, or what a unit is worth ("1 credit = 1 minute")."""
    after = sight.row[sight.draft.end : sight.draft.end + 2]
    if "context" in senses(sight.clause) or (after and after[0].word == "="):
        return True
    if sight.draft.unit in _SIZES and sight.draft.per is None and "context" in sight.around.senses:
        return True
    return len(after) == 2 and "lead" in after[0].senses and after[1].senses.get("units", "model") != "model"
