"""What an alert leads with: a fact that changed. Pure.

A change may say in one clause what another clause denied before it; its findings tell each of them by itself. Where the page's
answer to a question is another than before, the finding that carries the new words tells both, and stands first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.meaning.facts import answers, counterparts, says_same
from monitor.meaning.phrases import stated
from monitor.meaning.rules import STANCE
from monitor.meaning.scopes import scope_numbers
from monitor.meaning.statements import may_answer, statements_on_data
from monitor.model import Answer, Document, Evidence, Finding, Page, Reading, Source

_LED_BY = frozenset({"training", "retention", "review"})
"""Questions whose answers lead; of an offer the amounts lead by themselves."""
_TOPICS = _LED_BY | {"choice", "licence", "collection"}
"""Topics of findings that may carry such an answer."""
_NOWHERE = Source("", "", "", 0, datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Turn:
    """A fact that a change turned: what the page answers now, and what it answered before; None where it did not say."""

    now: Answer | None
    before: Answer | None


def led(
    findings: Sequence[Finding], before: Document, after: Document, page: Page, language: str
) -> tuple[Finding, ...]:
    """The findings of a change, those first that carry a fact which it turned, and telling it; the others as they stood.

    A finding of less importance than the first leads nothing: how much a change matters, the rules have said.
    """
    if not _may_carry(findings, before, after, page.type):
        return tuple(findings)
    leading: dict[int, Finding] = {}
    for turn in turns(before, after, page.type):
        place = _carrier(findings, turn)
        if place is not None and place not in leading and findings[place].importance == findings[0].importance:
            leading[place] = _telling(findings[place], turn, language)
    return (*leading.values(), *(finding for place, finding in enumerate(findings) if place not in leading))


def turns(before: Document, after: Document, page_type: str) -> Iterator[Turn]:
    """The facts on users' data that differ between two texts of a page, in the order of the questions."""
    then, now = (answers(_evidence(document, page_type)) for document in (before, after))
    for answer, was in zip(now, counterparts(then, now), strict=True):
        if answer.question in _LED_BY and not says_same(answer, was):
            yield Turn(answer if answer.state == "known" else None, was if was and was.state == "known" else None)


def _may_carry(findings: Sequence[Finding], before: Document, after: Document, page_type: str) -> bool:
    """Whether words of any finding may answer, so that the whole page has to be read: most changes are about something else."""
    about_it = [each for each in findings if each.topic in _TOPICS and each.importance == findings[0].importance]
    old, new = ({getattr(each, side) for each in about_it} for side in ("before", "after"))
    return may_answer(after, page_type, new) or may_answer(before, page_type, old)


def _evidence(document: Document, page_type: str) -> Iterator[Evidence]:
    return (Evidence(statement, _NOWHERE) for statement in statements_on_data(document, page_type))


def _carrier(findings: Sequence[Finding], turn: Turn) -> int | None:
    """The place of the finding in which the words stand that answer now, or else those that answered before."""
    for answer, side in ((turn.now, "after"), (turn.before, "before")):
        quoted = {each.statement.quote for each in answer.evidence} if answer else frozenset()
        for place, finding in enumerate(findings):
            if finding.topic in _TOPICS and getattr(finding, side) in quoted:
                return place
    return None


def _telling(finding: Finding, turn: Turn, language: str) -> Finding:
    """A finding that says what the page answers now, and what it answered before; where it did not, what the finding says."""
    now, before = turn.now, turn.before
    if now is None or before is None or now.question == "review" or STANCE.gave(finding.rule):
        return finding  # a clause whose own stance turned tells both, and for whom
    old, new = _reading(before), _reading(now)
    return replace(finding, topic=now.question, reading=stated(now.question, old, new, language))


def _reading(answer: Answer) -> Reading:
    best = answer.best
    if answer.question == "training":
        return Reading(("training",), answer.answer, scopes=scope_numbers(_named(answer)))
    return Reading(("retention",), period=best.days if best else None)


def _named(answer: Answer) -> Iterable[str]:
    """The scope by which an answer is told: a consumer's is what is meant where none is named."""
    return (answer.scope,) if answer.scope not in ("", "consumer") else ()
