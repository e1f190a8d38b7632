"""What the pages of a vendor say together: one answer to each question, or that they say nothing, or that they disagree. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from monitor.meaning.amounts import align
from monitor.meaning.answering import has
from monitor.meaning.lexicon import fold
from monitor.model import SCOPES, Amount, Answer, Evidence, Offer, Question, Scope, Statement

ALWAYS: tuple[tuple[Question, Scope], ...] = (
    ("training", "consumer"), ("training", "api"), ("opt-out", "consumer"), ("opt-out", "api"), ("retention", "consumer"),
    ("retention", "api"), ("review", "consumer"), ("review", "api"), ("free", ""),
)  # fmt: skip
"""What is asked of every vendor, so that it can be said to be unknown; other scopes are told where a text names them."""
_TYPES = (
    "data-controls", "terms", "commercial-terms", "developer-terms", "free-offer", "privacy", "dpa", "pricing", "other",
)  # fmt: skip
"""Which page is quoted first, of several that say the same."""
_TOGETHER = {
    "training": (("trains", "trains unless opted out"), ("does not train", "trains only if opted in")),
    "review": (("read", "in named cases"), ("not read", "in named cases")),
}
"""Answers that do not contradict one another, the last the most exact: who says it all says that."""
_NO_CHOICE = frozenset({"does not train", "trains only if opted in"})
"""Answers on training with which there is nothing to opt out of."""
_NOUNS = re.compile(
    r"\b(?:inputs?|outputs?|prompts?|conversations?|chats?|files?|messages?|logs?|images?|content)\b"
    r"|对话|输入|输出|文件|日志|内容"
)
"""What is kept: two periods of one page are told apart by it."""

Key = tuple[Question, Scope, str]


def answers(evidence: Iterable[Evidence]) -> tuple[Answer, ...]:
    """What statements of a vendor's pages come to, in the order of the questions."""
    ranked = sorted(
        evidence, key=lambda each: _TYPES.index(each.source.type) if each.source.type in _TYPES else len(_TYPES)
    )
    by_question: defaultdict[tuple[Question, Scope], list[Evidence]] = defaultdict(list)
    for each in ranked:
        by_question[each.statement.question, each.statement.scope].append(each)
    found = [answer for key, said in by_question.items() for answer in _answered(*key, said, by_question)]
    silent = [Answer(*key, "", "unknown") for key in ALWAYS if key not in by_question]
    told = [answer for answer in (*found, *silent) if not _is_idle(answer, found)]
    order = {key: place for place, key in enumerate(ALWAYS)}
    return tuple(
        sorted(told, key=lambda answer: (_place(answer), order.get((answer.question, answer.scope), len(order))))
    )


def _place(answer: Answer) -> tuple[int, int]:
    questions = ("training", "opt-out", "retention", "review", "free", "condition")
    return questions.index(answer.question), (SCOPES.index(answer.scope) if answer.scope else 0)


def _is_idle(answer: Answer, found: Sequence[Answer]) -> bool:
    """Whether nobody asks: there is nothing to opt out of where content is not trained on without a yes."""
    trains = next((each for each in found if (each.question, each.scope) == ("training", answer.scope)), None)
    return answer.question == "opt-out" and trains is not None and trains.answer in _NO_CHOICE


def _answered(
    question: Question, scope: Scope, said: list[Evidence], everything: Mapping[tuple[Question, Scope], list[Evidence]]
) -> Iterator[Answer]:
    plain = [each for each in said if not each.statement.general]
    if not plain:
        yield Answer(question, scope, "", "unknown", evidence=tuple(said[:1]))
    elif question == "retention":
        yield from _kept(scope, plain)
    elif question in ("free", "condition"):
        yield from _offered(question, plain)
    else:
        for item, same in _grouped(plain, lambda each: each.statement.item).items():
            yield _agreed(question, scope, item, same, everything.get(("opt-out", scope), []))


def _agreed(
    question: Question, scope: Scope, item: str, said: list[Evidence], ways_out: Sequence[Evidence] = ()
) -> Answer:
    """The one answer that statements come to, or the contradiction between them."""
    given = list(dict.fromkeys(each.statement.answer for each in said))
    refusable = [way for way in ways_out if any(way.source.page == each.source.page for each in said)]
    if question == "training" and given == ["trains"] and refusable:
        return Answer(question, scope, item, "known", "trains unless opted out", (said[0], *refusable[:1], *said[1:]))
    answer = given[0] if len(given) == 1 else _exact(question, set(given), said)
    if answer:
        return Answer(
            question, scope, item, "known", answer, tuple(each for each in said if each.statement.answer == answer)
        )
    firsts = (next(each for each in said if each.statement.answer == word) for word in given)
    return Answer(question, scope, item, "conflict", evidence=tuple(firsts))


def _exact(question: Question, given: set[str], said: Sequence[Evidence]) -> str:
    """The answer of which others say less; "" where they contradict one another."""
    if given == {"trains unless opted out", "trains only if opted in"}:
        leaving = (each.statement for each in said if each.statement.answer == "trains unless opted out")
        return "" if any(has("in_at_first", fold(each.quote)) for each in leaving) else "trains only if opted in"
    groups = (group for group in _TOGETHER.get(question, ()) if given <= set(group))
    return next((group[-1] for group in groups if group[-1] in given), "")


def _kept(scope: Scope, said: list[Evidence]) -> Iterator[Answer]:
    """How long content is kept: for each case one period, or one for each kind of content that a text tells apart."""
    for item, same in _grouped(said, lambda each: each.statement.item).items():
        if len({each.statement.days for each in same}) == 1:
            yield Answer("retention", scope, item, "known", same[0].statement.answer, tuple(same))
            continue
        for noun, alike in _grouped(same, lambda each: _noun(each.statement.quote)).items():
            by_days = _grouped(alike, lambda each: str(each.statement.days))
            if len(by_days) == 1:
                yield Answer("retention", scope, f"{item} {noun}", "known", alike[0].statement.answer, tuple(alike))
            else:
                yield Answer(
                    "retention",
                    scope,
                    f"{item} {noun}",
                    "conflict",
                    evidence=tuple(each[0] for each in by_days.values()),
                )


def _offered(question: Question, said: list[Evidence]) -> Iterator[Answer]:
    """Each offer by itself; amounts of one thing, on one condition, that differ from page to page contradict one another."""
    for item, same in _grouped(said, _thing).items():
        states = _grouped(same, lambda each: _figure(each.statement.amount))
        pages = {each.source.page for each in same}
        if len(states) == 1 or question == "condition":
            yield Answer(question, "", item, "known", same[0].statement.answer, tuple(same))
        elif len(pages) == 1:  # one page gives several, to several
            for figure, alike in states.items():
                yield Answer(question, "", f"{item} / {figure}", "known", alike[0].statement.answer, tuple(alike))
        else:
            yield Answer(question, "", item, "conflict", evidence=tuple(each[0] for each in states.values()))


def _thing(evidence: Evidence) -> str:
    """What an offer is of, for whom and on what condition: amounts that share it are of one thing. Without a name each is alone."""
    statement, amount = evidence.statement, evidence.statement.amount
    if amount is None:
        return statement.item or statement.answer
    parts = [
        amount.unit,
        amount.per or "",
        str(amount.every),
        fold(amount.scope),
        *sorted(map(fold, amount.conditions)),
    ]
    return " / ".join([*parts, "" if amount.scope else _figure(amount)])


def _figure(amount: Amount | None) -> str:
    return f"{amount.value:g}" if amount else ""


def _noun(quote: str) -> str:
    found = _NOUNS.search(fold(quote))
    return found[0].removesuffix("s") if found else ""


def _grouped(said: Iterable[Evidence], key: Callable[[Evidence], str]) -> dict[str, list[Evidence]]:
    groups: defaultdict[str, list[Evidence]] = defaultdict(list)
    for each in said:
        groups[key(each)].append(each)
    return groups


# --- one time beside another -----------------------------------------------------------------------------------------


def says_same(one: Answer | None, other: Answer | None) -> bool:
    """Whether two answers to a question say the same, in whatever words."""
    return _meaning(one) == _meaning(other)


def _meaning(answer: Answer | None) -> object:
    if answer is None or answer.state == "unknown":
        return None
    said = frozenset(_value(each.statement) for each in answer.evidence) if answer.state == "conflict" else None
    best = answer.best
    return answer.state, answer.answer, said or (best and (best.days, _amount_key(best.amount), best.until))


def _value(statement: Statement) -> object:
    return statement.answer, statement.days, _amount_key(statement.amount)


def _amount_key(amount: Amount | None) -> object:
    return amount and (amount.value, amount.unit, amount.per, amount.every)


def counterparts(then: Sequence[Answer], now: Sequence[Answer]) -> tuple[Answer | None, ...]:
    """For each answer of now what answered the same question then; offers are paired as those of two versions are."""
    by_key = {_key(answer): answer for answer in then}
    offers_then = [answer for answer in then if answer.best and answer.best.amount]
    became = _paired(offers_then, [answer for answer in now if answer.best and answer.best.amount])
    return tuple(
        became.get(_key(answer)) if answer.best and answer.best.amount else by_key.get(_key(answer)) for answer in now
    )


def _key(answer: Answer) -> Key:
    return answer.question, answer.scope, answer.item


def _paired(then: Sequence[Answer], now: Sequence[Answer]) -> dict[Key, Answer]:
    """Offers of now, each with what it was then: the same, or the one that it became of."""
    pairs: dict[Key, Answer] = {}
    left = list(then)
    for answer in now:
        same = next((old for old in left if _key(old) == _key(answer)), None) or next(
            (old for old in left if says_same(old, answer)), None
        )
        if same:
            left.remove(same)
            pairs[_key(answer)] = same
    waiting = [answer for answer in now if _key(answer) not in pairs]
    for old, new in align(tuple(map(_offer, left)), tuple(map(_offer, waiting))):
        if old and new:
            pairs[_key(waiting[[_offer(each) for each in waiting].index(new)])] = left[
                [_offer(each) for each in left].index(old)
            ]
    return pairs


def _offer(answer: Answer) -> Offer:
    best = answer.best
    assert best is not None and best.amount is not None
    return Offer(best.quote, "free-amount", best.amount)
