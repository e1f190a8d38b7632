"""What a clause answers on users' data: whether it is trained on, how long it is kept, whether people read it. Pure.

Precision comes first: a clause is an answer where it names the users' content, the act, and nobody but the vendor as who acts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monitor.meaning.answering import Said, has
from monitor.meaning.durations import durations
from monitor.meaning.stance import STANCES, stance_rule
from monitor.model import Question, Scope, Statement

_TRAINS, _UNLESS, _ONLY_IF, _NEVER = "trains", "trains unless opted out", "trains only if opted in", "does not train"
_LONGEST_ROW = 700
"""Characters past which a clause names its one period beside too much else."""
_LONGEST_KEPT = 3_650
"""Days from which a period is that of a law, and not of what is done with content."""


def on_training(said: Said) -> Iterator[Statement]:
    """Whether content is trained on: one statement for each scope, or a general one where training is not named."""
    text = said.folded
    if not (has("acts", text) and _names_content(said)):  # most clauses end here, before their topics are read
        return
    if "training" not in said.reading.topics or _is_aside(said) or _is_case_of_keeping(said):
        return
    stance = _stance(said)
    if stance not in STANCES:
        return
    named = has("train", text) or (stance != _TRAINS and has("barred", text))
    if named and stance == _TRAINS and has("feedback", text):
        return
    if not named and (stance != _TRAINS or not has("better", text)):
        return
    for scope in said.scopes:
        product = said.product if scope in ("free", "paid") else ""
        yield _statement(said, "training", scope, stance, item=product, general=not named)


def _names_content(said: Said) -> bool:
    """Whether users' content is what is used: the clause names it, or its heading does for a list of purposes."""
    listed = said.clause.block.kind in ("item", "row")
    return has("content", said.folded) or (listed and has("used_here", said.headings))


def _stance(said: Said) -> str | None:
    """The stance that a clause takes; where it says that one can refuse, one is in, and where one is asked first, one is out."""
    stance = stance_rule(said.full, said.language).stance
    if stance in STANCES and has("asks_not", said.folded):
        return _UNLESS
    if stance == _NEVER and has("unless_allowed", said.folded):
        return _ONLY_IF
    if stance != _TRAINS:
        return stance
    return _ONLY_IF if has("on_consent", said.folded) else _UNLESS if has("refusable", said.folded) else stance


def _is_aside(said: Said) -> bool:
    """Whether a clause speaks of other data, other people's models, a special mode, or hangs on the sentence before it."""
    text = said.folded
    kinds = ("elsewhere", "aside", "theirs", "left_out", "regional")
    of_readers = has("people", text) and has("reads", text)
    return (
        any(has(kind, text) for kind in kinds) or has("others", said.headings) or of_readers or _is_of_some_plans(said)
    )


def _is_case_of_keeping(said: Said) -> bool:
    """Whether a clause names a choice only as the case in which content is kept for a period."""
    chosen = has("allowed", said.folded) or has("refused", said.folded)
    return chosen and "retention" in said.reading.topics and _period(said.clause.text) is not None


def _is_of_some_plans(said: Said) -> bool:
    """Whether a clause makes an exception of plans: what it says of all others is not what it says of these."""
    return has("excepted", said.folded) and not (has("plans", said.folded) and "consumer" in said.scopes)


def on_retention(said: Said) -> Iterator[Statement]:
    """How long content is kept: the one period that a clause names, and from when it runs."""
    text = said.folded
    if not (has("kept", text) and has("kept_content", text)):
        return
    if not (has("kept_for", text) or "retention" in said.reading.topics):
        return
    days = _period(said.clause.text)
    if not days or days >= _LONGEST_KEPT or len(text) > _LONGEST_ROW or _is_kept_elsewhere(said):
        return
    runs = ("after deletion", "after_deletion"), ("after the end", "after_end")
    answer = next((name for name, words in runs if has(words, text)), "kept")
    case = "refused" if has("refused", text) else "allowed" if has("allowed", text) else ""
    for scope in said.scopes:
        yield _statement(said, "retention", scope, answer, item=f"{answer} {case}".strip(), days=days)


def _is_kept_elsewhere(said: Said) -> bool:
    """Whether the period is that of something else than content, of one case of it, or of others who keep it."""
    kinds = ("kept_apart", "elsewhere_kept", "excepted")
    under = has("others", said.headings) or has("kept_under", said.headings)
    return under or any(has(kind, said.folded) for kind in kinds)


def _period(text: str) -> float | None:
    """The one period that a text names, in days."""
    found = set(durations(text))
    return found.pop() if len(found) == 1 else None


def on_review(said: Said) -> Iterator[Statement]:
    """Whether people of the vendor read content: they may, they do in named cases only, they do not."""
    text = said.folded
    named = has("content", text) or has("kept_content", text)
    if not has("read_by_hand", text) and not (has("people", text) and has("reads", text) and named):
        return
    if "review" not in said.reading.topics or has("not_people", text) or has("others", said.headings):
        return
    limited, unread = has("only_if", text), has("unread", text)
    answer = "in named cases" if limited else "not read" if unread else "read"
    for scope in said.scopes:
        yield _statement(said, "review", scope, answer)


def _statement(said: Said, question: Question, scope: Scope, answer: str, **more: Any) -> Statement:
    return Statement(question, scope, answer, said.clause.text, said.clause.block.trail, **more)
