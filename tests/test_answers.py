"""What pages say together, and what an alert leads with."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest
from fakes import PAGE, PARAGRAPHS, document

from monitor import verdict
from monitor.meaning.facts import answers
from monitor.meaning.statements import statements
from monitor.model import Answer, Evidence, Question, Scope, Source

NOW = datetime(2031, 5, 4, tzinfo=UTC)
TRAINS = "We use your conversations to train our models."
LEAVES = "We use your conversations to train our models unless you opt out in your settings."
NEVER = "We never use your conversations to train our models."
ASKED = "We do not use your conversations to train our models unless you opt in."


def evidence(name: str, page_type: str, *texts: str) -> list[Evidence]:
    source = Source(name, page_type, f"https://acme.example/{name}", 1, NOW, NOW)
    return [Evidence(each, source) for each in statements(document(*texts), page_type)]


def answer(found: tuple[Answer, ...], question: Question, scope: Scope = "consumer") -> Answer:
    [one] = [each for each in found if (each.question, each.scope) == (question, scope)]
    return one


@pytest.mark.parametrize(
    ("one", "other", "state", "told"),
    [
        (TRAINS, LEAVES, "known", "trains unless opted out"),
        (NEVER, ASKED, "known", "trains only if opted in"),
        (TRAINS, NEVER, "conflict", ""),
        (LEAVES, ASKED, "conflict", ""),
    ],
)
def test_pages_that_say_more_agree_and_pages_that_deny_disagree(one: str, other: str, state: str, told: str) -> None:
    """Of two answers the more exact is the answer; where one denies the other, both are quoted."""
    found = answer(answers([*evidence("terms", "terms", one), *evidence("privacy", "privacy", other)]), "training")
    assert (found.state, found.answer) == (state, told)
    assert {each.statement.quote for each in found.evidence} >= ({one, other} if state == "conflict" else set())


def test_a_page_can_contradict_itself() -> None:
    """One page that says both is quoted with both."""
    found = answer(answers(evidence("terms", "terms", TRAINS, NEVER)), "training")
    assert found.state == "conflict"
    assert [each.statement.quote for each in found.evidence] == [TRAINS, NEVER]


def test_what_is_told_to_others_is_no_contradiction() -> None:
    """Consumers and businesses may be told different things."""
    found = answers([*evidence("terms", "terms", LEAVES), *evidence("commercial", "commercial-terms", NEVER)])
    assert answer(found, "training").answer == "trains unless opted out"
    assert answer(found, "training", "api").answer == "does not train"


def test_what_no_page_says_is_unknown() -> None:
    """A vendor with one page is asked everything, and a general clause is shown as no answer."""
    found = answers(evidence("terms", "terms", "We use your content to improve our services."))
    assert {each.state for each in found} == {"unknown"}
    assert answer(found, "training").evidence


def test_nobody_asks_how_to_leave_what_one_is_not_in() -> None:
    """Where content is not trained on without a yes, opting out is no question."""
    assert not [
        each
        for each in answers(evidence("terms", "terms", NEVER))
        if (each.question, each.scope) == ("opt-out", "consumer")
    ]


def test_the_order_of_pages_decides_nothing() -> None:
    """Whichever page is read first, the answers are the same."""
    pages = [evidence("a", "terms", LEAVES), evidence("b", "privacy", TRAINS), evidence("c", "dpa", NEVER)]
    told = {answers(each for page in order for each in page) for order in permutations(pages)}
    assert len({tuple((each.question, each.scope, each.state, each.answer) for each in found) for found in told}) == 1


def test_two_pages_with_two_amounts_disagree() -> None:
    """The same offer in two amounts is a contradiction, both quoted; on one page they are two offers."""
    texts = [f"Free plan: {count} messages per day." for count in (10, 20)]
    two = answers([*evidence("help", "free-offer", texts[0]), *evidence("prices", "pricing", texts[1])])
    assert [each.state for each in two if each.question == "free"] == ["conflict"]
    one = answers(evidence("help", "free-offer", *texts))
    assert [each.state for each in one if each.question == "free"] == ["known", "known"]


def test_a_fact_that_turned_leads() -> None:
    """Where one clause goes and another comes, the summary tells the fact now and before, and not the louder clause."""
    amounts = [f"You get {count} free messages per day." for count in (10, 5)]
    before = document(*PARAGRAPHS[:3], NEVER, *PARAGRAPHS[6:], amounts[0])
    after = document(
        *PARAGRAPHS[:3],
        *PARAGRAPHS[6:],
        "You own what you send.",
        f"In our help centre we say more. {LEAVES}",
        amounts[1],
    )
    change = verdict.judge(before, after, PAGE, "en")
    assert change.summary.startswith("Acme AI now trains on your content unless you opt out; before, it did not")
    assert change.findings[0].after == LEAVES


def test_a_clause_whose_own_stance_turned_says_for_whom() -> None:
    """What the clause itself tells of both, and of whom, is not told again in fewer words."""
    before, after = (document(*PARAGRAPHS[:3], text) for text in (
        "We do not use API inputs to train our models.", "We use API inputs to train our models unless you opt out.",
    ))  # fmt: skip
    assert verdict.judge(before, after, PAGE, "en").summary.startswith(
        "Acme AI now trains on your content unless you opt out (API); before, it did not"
    )
