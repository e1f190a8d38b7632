"""Facts as Markdown, HTML, CSV and JSON; and the article that compares what vendors give for users' data, and what they take.

Pure, as all reports are: the day as of which they are told comes with them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.model import Answer, Evidence, Fact, Question, Statement
from monitor.report.answers import COLUMNS, Row, answer_words, matrix, question_words, statement_words
from monitor.report.catalogue import Words, words_of
from monitor.report.forms import render
from monitor.report.markdown import link, plain
from monitor.report.payload import amount_json
from monitor.report.style import Style
from monitor.words import one_line, printable, web_link

_TAKEN: tuple[Question, ...] = ("training", "opt-out", "retention", "review")
_GIVEN: tuple[Question, ...] = ("free", "condition")
_LONGEST_QUOTE = 1_000
_MOST_QUOTES = 3
"""Sources of one answer that are quoted: past that they say the same again."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula."""
_COLUMNS = (
    "vendor", "question", "scope", "item", "state", "answer", "words", "value", "unit", "per", "days", "until", "quote", "page",
    "url", "version", "since", "from_start", "before", "before_quote",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """A fact as it is told: the question, the answer, its quotes with their sources, since when, and what it was before."""

    asked: str
    said: str
    quotes: tuple[Quote, ...]
    notes: tuple[str, ...]
    general: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a page: where they stand, what they answer if several answers contradict one another, and the page's address."""

    text: str
    trail: str
    source: str
    url: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A vendor's facts as claims: what it takes, what it gives, and what its pages do not say."""

    row: Row
    takes: tuple[Claim, ...]
    gives: tuple[Claim, ...]
    unknown: str


def facts_markdown(facts: Iterable[Fact], at: datetime, style: Style, *, article: bool = False) -> str:
    """The matrix as a CommonMark table, then each vendor's facts with their quotes; as an `article`, with a title and a lead."""
    words = words_of(style)
    rows = matrix(facts, words, at.date())
    title = words.say("article" if article else "facts")
    lead = [words.say("article-lead", day=words.day(at))] if article else []
    parts = [f"# {plain(title)}", *map(plain, lead), _table(rows, words) if rows else plain(words.say("no-facts"))]
    for row in rows:
        parts += _markdown_section(_section(row, at, words), words)
    return "\n\n".join(parts) + "\n"


def facts_html(facts: Iterable[Fact], at: datetime, style: Style) -> str:
    """The same as a page that stands alone: nothing in it is loaded, and no text of a page is taken for markup."""
    words = words_of(style)
    rows = matrix(facts, words, at.date())
    sections = tuple(_section(row, at, words) for row in rows)
    return render("facts.html", words, subject=words.say("facts"), columns=COLUMNS, sections=sections)


def facts_csv(facts: Iterable[Fact], at: datetime, style: Style) -> str:
    """One fact a line; a text that a spreadsheet would take for a formula is preceded by an apostrophe."""
    words = words_of(style)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for fact in facts:
        line = _flat(fact, words, at)
        writer.writerow([_safe(line.get(column)) for column in _COLUMNS])
    return out.getvalue()


def fact_json(fact: Fact, at: datetime) -> dict[str, object]:
    """A fact as a plain object; `says` holds each side of a conflict, `sources` every page that says the same."""
    now, first = fact.now, fact.now.evidence[0] if fact.now.evidence else None
    return {
        "vendor": fact.vendor,
        "question": now.question,
        "scope": now.scope or None,
        "item": now.item or None,
        "state": now.state,
        "answer": now.answer or None,
        "value": _value(now.best, at) if now.state == "known" else None,
        **_place(first),
        "since": _time(fact.since),
        "from_start": fact.from_start,
        "before": _answer_json(fact.before, at) if fact.before else None,
        "says": [_side(each, at) for each in now.evidence] if now.state == "conflict" else [],
        "sources": [_place(each) for each in now.evidence[1:]] if now.state == "known" else [],
    }


def claims(facts: Iterable[Fact], at: datetime, words: Words) -> tuple[Claim, ...]:
    """The facts that are told: those that are known or contradict one another, and what was said before and is no more."""
    return tuple(
        _claim(fact, at, words) for fact in facts if fact.now.state != "unknown" or fact.now.evidence or fact.before
    )


# --- sections --------------------------------------------------------------------------------------------------------


def _section(row: Row, at: datetime, words: Words) -> Section:
    silent = [question_words(fact.now, words) for fact in row.facts if fact.now.state == "unknown"]
    said = words.say("unknown-facts", questions=words.say("comma").join(silent)) if silent else ""
    takes, gives = (
        claims((fact for fact in row.facts if fact.now.question in questions), at, words)
        for questions in (_TAKEN, _GIVEN)
    )
    return Section(row, takes, gives, said)


def _claim(fact: Fact, at: datetime, words: Words) -> Claim:
    now = fact.now
    disagree = now.state == "conflict"
    quotes = tuple(
        _quote(each, at, words, disagree=disagree) for each in now.evidence[: None if disagree else _MOST_QUOTES]
    )
    return Claim(
        question_words(now, words),
        answer_words(now, words, at.date()),
        quotes,
        tuple(_notes(fact, at, words)),
        general=now.state == "unknown" and bool(now.evidence),
    )


def _quote(evidence: Evidence, at: datetime, words: Words, *, disagree: bool) -> Quote:
    statement, source = evidence.statement, evidence.source
    return Quote(
        one_line(statement.quote, _LONGEST_QUOTE),
        " > ".join(one_line(heading, 80) for heading in statement.trail[-2:]),
        words.say("source", page=source.page, as_of=words.day(source.as_of), version=source.version),
        web_link(statement.url) or web_link(source.url),
        statement_words(statement, words, at.date()) if disagree else "",
    )


def _notes(fact: Fact, at: datetime, words: Words) -> Iterator[str]:
    if fact.since:
        yield words.say("since-start" if fact.from_start else "since", since=words.day(fact.since))
    if fact.before:
        best = fact.before.best
        said = answer_words(fact.before, words, at.date())
        quoted = words.say("quoted", said=said, quote=one_line(best.quote, _LONGEST_QUOTE)) if best else said
        yield words.say("before-said", said=quoted)


# --- Markdown --------------------------------------------------------------------------------------------------------


def _table(rows: Sequence[Row], words: Words) -> str:
    head = [words.say("vendor"), *(words.say(column.name) for column in COLUMNS)]
    lines = [head, ["---"] * len(head)]
    body = [[plain(row.name), *("<br>".join(map(plain, cell)) for cell in row.cells)] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in (*lines, *body))


def _markdown_section(section: Section, words: Words) -> Iterator[str]:
    yield f"## {plain(section.row.name)}"
    for heading, told in (("takes", section.takes), ("gives", section.gives)):
        if told:
            yield f"### {plain(words.say(heading))}"
            yield from (part for claim in told for part in _markdown_claim(claim, words))
    if section.unknown:
        yield plain(section.unknown)


def _markdown_claim(claim: Claim, words: Words) -> Iterator[str]:
    yield f"**{plain(words.label(claim.asked, claim.said))}**"
    if claim.general:
        yield plain(words.say("general"))
    for quote in claim.quotes:
        says = f"{plain(words.label(quote.says, ''))} " if quote.says else ""
        yield f"> {says}{plain(quote.text)}\n>\n> {link(quote.source, quote.url)}"
    if claim.notes:
        yield plain(" ".join(claim.notes))


# --- CSV and JSON ----------------------------------------------------------------------------------------------------


def _flat(fact: Fact, words: Words, at: datetime) -> dict[str, object]:
    now, best = fact.now, fact.now.best if fact.now.state == "known" else None
    amount = best.amount if best else None
    return fact_json(fact, at) | {
        "words": answer_words(now, words, at.date()),
        "value": amount.value if amount else "",
        "unit": amount.unit if amount else "",
        "per": amount.per if amount else "",
        "days": best.days if best else "",
        "until": best.until if best else "",
        "before": answer_words(fact.before, words, at.date()) if fact.before else "",
        "before_quote": fact.before.best.quote if fact.before and fact.before.best else "",
    }


def _safe(value: object) -> str:
    text = "" if value is None else printable(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _answer_json(answer: Answer, at: datetime) -> dict[str, object]:
    known = answer.state == "known"
    return {
        "state": answer.state,
        "answer": answer.answer or None,
        "value": _value(answer.best, at) if known else None,
        **_place(answer.evidence[0] if answer.evidence else None),
    }


def _side(evidence: Evidence, at: datetime) -> dict[str, object]:
    return {"answer": evidence.statement.answer, "value": _value(evidence.statement, at), **_place(evidence)}


def _value(statement: Statement | None, at: datetime) -> dict[str, object] | None:
    """The figure of an answer: an amount with its end, days, or an address."""
    if statement is None:
        return None
    if statement.amount is not None:
        until = statement.until
        ends = {"until": until.isoformat() if until else None, "ended": bool(until and until < at.date())}
        return (amount_json(statement.amount) or {}) | ends
    if statement.days is not None:
        return {"days": statement.days if statement.days != float("inf") else None}
    return {"url": statement.url} if statement.url else None


def _place(evidence: Evidence | None) -> dict[str, object]:
    if evidence is None:
        return dict.fromkeys(("quote", "page", "url", "version", "as_of"))
    source = evidence.source
    return {
        "quote": evidence.statement.quote,
        "page": source.page,
        "url": source.url,
        "version": source.version,
        "as_of": _time(source.as_of),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
