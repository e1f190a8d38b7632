"""Facts in words: what a question is called, what an answer comes to, and the matrix that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from monitor.meaning.amounts import amount_words
from monitor.meaning.durations import period_words
from monitor.model import Answer, Fact, Question, Scope, Statement
from monitor.report.catalogue import Words
from monitor.words import one_line

_LONGEST_NAME = 60
_TOLD = frozenset({"known", "conflict"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the matrix: the questions and scopes that it holds; with `scoped` its cells name the scope."""

    name: str
    holds: Callable[[Question, Scope], bool]
    scoped: bool = True


COLUMNS = (
    Column("column-consumer", lambda question, scope: (question, scope) == ("training", "consumer"), scoped=False),
    Column("column-api", lambda question, scope: (question, scope) == ("training", "api"), scoped=False),
    Column("column-others", lambda question, scope: question == "training" and scope not in ("consumer", "api")),
    Column("column-opt-out", lambda question, _: question == "opt-out"),
    Column("column-retention", lambda question, _: question == "retention"),
    Column("column-review", lambda question, _: question == "review"),
    Column("column-free", lambda question, _: question in ("free", "condition")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A vendor's row of the matrix, and all its facts."""

    vendor: str
    name: str
    cells: tuple[tuple[str, ...], ...]
    facts: tuple[Fact, ...]


def matrix(facts: Iterable[Fact], words: Words, on: date) -> tuple[Row, ...]:
    """Vendors as rows, with a cell of lines for each of `COLUMNS`; an offer that was over by the day `on` is said to have ended."""
    return tuple(_row(list(same), words, on) for _, same in groupby(facts, key=lambda fact: fact.vendor))


def _row(facts: Sequence[Fact], words: Words, on: date) -> Row:
    cells = tuple(_cell(column, facts, words, on) for column in COLUMNS)
    name = one_line(facts[0].vendor_name or facts[0].vendor, _LONGEST_NAME)
    return Row(facts[0].vendor, name, cells, tuple(facts))


def _cell(column: Column, facts: Sequence[Fact], words: Words, on: date) -> tuple[str, ...]:
    """The lines of a cell: the answers that there are, or that there is none."""
    held = [fact.now for fact in facts if column.holds(fact.now.question, fact.now.scope)]
    told = [answer for answer in held if answer.state in _TOLD]
    if not told:
        return (words.say("unknown"),) if held else ("–",)
    return tuple(dict.fromkeys(_line(answer, column, words, on) for answer in told))


def _line(answer: Answer, column: Column, words: Words, on: date) -> str:
    said = answer_words(answer, words, on)
    if answer.question == "condition":
        return words.say("on-condition", said=said)
    scope = scope_words(answer, words) if column.scoped else ""
    return words.label(scope, said) if scope else said


def question_words(answer: Answer, words: Words) -> str:
    """What is asked, and of whose content: "Trains on content (API)"."""
    scope = scope_words(answer, words)
    asked = words.say(f"question-{answer.question}")
    return words.say("of-scope", said=asked, scope=scope) if scope else asked


def scope_words(answer: Answer, words: Words) -> str:
    """Whose content an answer is about, with the product's name where the text names one."""
    if not answer.scope:
        return ""
    product = one_line(answer.item, _LONGEST_NAME) if answer.question == "training" else ""
    scope = words.say(f"scope-{answer.scope}")
    return f"{scope}, {product}" if product else scope


def answer_words(answer: Answer, words: Words, on: date) -> str:
    """An answer in a few words, as of a day: "unless you opt out", "30 days", "up to 10,000,000 tokens a day (ended)"."""
    if answer.state == "unknown":
        return words.say("unknown")
    if answer.state == "conflict":
        said = dict.fromkeys(statement_words(each.statement, words, on) for each in answer.evidence)
        return words.label("conflict", " / ".join(said))
    best = answer.best
    if answer.question == "training" or best is None:
        return words.say(f"answer-{answer.answer}")
    return statement_words(best, words, on)


def statement_words(statement: Statement, words: Words, on: date) -> str:
    """What one clause answers, in a few words."""
    if statement.amount is not None:
        amount = amount_words(statement.amount, words.language)
        scope = one_line(statement.amount.scope, _LONGEST_NAME)
        return _until(words.say("of-scope", said=amount, scope=scope) if scope else amount, statement.until, words, on)
    if statement.days is not None:
        period = words.say(f"answer-{statement.answer}", period=period_words(statement.days, words.language))
        case = statement.item.removeprefix(statement.answer).strip()
        return words.say(f"case-{case}", said=period) if case else period
    return words.say(f"answer-{statement.answer}")


def _until(said: str, until: date | None, words: Words, on: date) -> str:
    if until is None:
        return said
    return words.say("ended" if until < on else "until", said=said, day=words.day(until))
