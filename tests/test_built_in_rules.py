"""The program's own rules are data: whatever weighs a finding is one of them, and people can read them all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import PAGE, document
from test_golden import CASES, read

from monitor.compare import compare_clauses
from monitor.meaning.rules import BUILT_IN, BuiltIn, Weight
from monitor.meaning.topics import read_clause
from monitor.meaning.understand import understand
from monitor.meaning.weight import weigh
from monitor.model import TOPICS, Clause, Document, Page, Reading

PAGES = tuple(Page("acme", type_, type_, "") for type_ in ("terms", "usage-policy", "changelog"))
SENTENCES = (
    ("We share your chats with Acme Analytics.", "We share your chats with Beta Analytics."),
    ("You get 1 million free tokens a day with a phone.", "You get 1 million free tokens a day with a passport."),
    ("You get up to 50 free requests a day.", "You get up to {LIMIT} free requests a day."),
)


def reading(clause: Clause | None) -> Reading:
    return read_clause(clause.text, clause.block.trail) if clause else Reading(())


def pairs() -> Iterator[tuple[Document, Document]]:
    for folder in CASES:
        before, after = (read(folder, side, PAGE).document for side in ("before", "after"))
        yield from ((before, after), (after, before))
    yield from ((document(old), document(new)) for old, new in SENTENCES)


def rule_of(weight: Weight) -> BuiltIn | None:
    """The rule that gave a weight, if one of these did."""
    return next((rule for rule in BUILT_IN if rule.importance == weight.importance and rule.gave(weight.rule)), None)


@pytest.fixture(scope="module")
def weights() -> set[Weight]:
    """What edits of every golden page weigh, for every topic and on two types of pages."""
    given: set[Weight] = set()
    for before, after in pairs():
        edits = compare_clauses(before, after)
        for page in PAGES:
            found = understand(edits, before, after, page, "en")
            given |= {Weight(finding.importance, finding.rule) for finding in found}
            given |= {
                weigh(edit, topic, reading(edit.before), reading(edit.after), page)
                for edit in edits
                for topic in TOPICS
            }
    return given


def test_every_weight_is_given_by_a_rule(weights: set[Weight]) -> None:
    """No importance and no reason comes from anywhere but the rules that people can read."""
    assert [weight for weight in weights if rule_of(weight) is None] == []


def test_every_rule_weighs_something(weights: set[Weight]) -> None:
    """No rule is listed that nothing asks by."""
    assert {rule.name for rule in BUILT_IN} == {rule.name for weight in weights if (rule := rule_of(weight))}


def test_rules_alone_make_weights() -> None:
    """A weight is made in no other module, so none can give a reason that the list lacks."""
    folder = Path(__file__).parents[1] / "monitor"
    makers = {
        path.name
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Weight"
    }
    assert makers == {"rules.py"}


def test_rules_have_names_of_their_own() -> None:
    """Each rule is told by its name, says when it holds, and asks about topics that there are."""
    assert len({rule.name for rule in BUILT_IN}) == len(BUILT_IN)
    assert all(rule.when and set(rule.topics) <= set(TOPICS) for rule in BUILT_IN)
