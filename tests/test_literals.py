"""Patterns are tried only where a text holds their letters, and find what they would find anyway."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from itertools import chain
from threading import Barrier, BrokenBarrierError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_topics import SAID

from monitor.meaning import literals as literals_module
from monitor.meaning import sources
from monitor.meaning.letters import KEPT, derived, kept_form, needed
from monitor.meaning.lexicon import LexiconSource, RuleSource, _Speller, every_pattern, fold, topic_lexicon
from monitor.meaning.literals import Expression, Literals, Stems
from monitor.meaning.numbers import _ANY, has_number
from monitor.meaning.numerals import ROOTS
from monitor.meaning.sources import word_list

FILES = ("topics_en.yaml", "topics_zh.yaml", "stance_en.yaml", "stance_zh.yaml")


def rules_of(source: LexiconSource) -> Iterator[list[RuleSource]]:
    yield from (
        source.get("cut", []),
        source.get("nothing", []),
        source.get("quiet_under", []),
        source.get("rules", []),
    )
    for topic in source.get("topics", {}).values():
        yield from (topic.get("cut", []), topic["rules"])


@cache
def unions() -> tuple[tuple[re.Pattern[str], Expression], ...]:
    """All lists of rules: each as one regular expression, and as the lexicons read it."""
    found = []
    for source in map(word_list, FILES):
        spell = _Speller(source["blocks"], words=source["words"])
        for rules in filter(None, rules_of(source)):
            spelt = "|".join(spell.spelt(rule["like"]) for rule in rules)
            found.append((re.compile(f"{spell.edge}(?:{spelt})"), spell.union(rules)))
    return tuple(found)


WORDS = sorted(set(chain.from_iterable(fold(text).split() for text, _ in SAID)))
SENTENCES = st.one_of(st.sampled_from([fold(text) for text, _ in SAID]), st.lists(st.sampled_from(WORDS)).map(" ".join))


def spans(matches: Iterator[re.Match[str]]) -> list[tuple[int, int]]:
    return [match.span() for match in matches if match[0]]


@settings(max_examples=60, deadline=None)
@given(SENTENCES)
def test_an_expression_finds_what_its_patterns_joined_would_find(text: str) -> None:
    """Whatever the text: the same matches at the same places, and the same text once they are cut."""
    for joined, expression in unions():
        assert spans(iter(expression.finditer(text))) == spans(joined.finditer(text)), joined.pattern
        assert expression.is_in(text) == bool(joined.search(text))
        assert expression.sub(" ", text) == joined.sub(" ", text) or joined.search("")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_where_a_pattern_matches_the_text_holds_the_letters_it_asks_for(data: st.DataObject) -> None:
    """One of each set of letters stands in any text that a pattern matches."""
    pattern = data.draw(
        st.sampled_from(
            [
                r"\b(?:we|they) (?:may )?shar(?:e|ing)\b",
                r"(?:train|fine-?tun)(?:s|ed|ing)? (?:\w+ ){0,2}(?:on|with) (?:inputs?|outputs?)",
                r"opt(?:s|ed)?[- ]?out|(?<=a )choice|(?i:settings?)",
                r"(?!un)(?:organi[sz]ations?|users?){1,2}+x*",
                r"(?:可能|会)(?:使用|收集)[^。]{0,3}(?:模型|算法)?",
                r"[^.]{0,3}(?>data|logs)\1?".replace(r"\1?", ""),
            ]
        )
    )
    text = data.draw(st.from_regex(pattern))
    assert all(any(letters in text for letters in each) for each in derived(pattern))


def test_the_letters_kept_are_those_of_the_patterns() -> None:
    """`make lists` was run after the last change of the word lists: nothing is missing, and nothing is left over."""
    assert KEPT.read_text(encoding="utf-8") == kept_form(every_pattern())


def test_what_the_lists_hold_is_kept_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to parse them; a list that was edited is parsed all the same."""
    assert sources.KEPT.read_text(encoding="utf-8") == sources.kept_form()
    read = word_list("scopes.yaml")
    monkeypatch.setattr(sources, "_kept", lambda: ('"scopes.yaml":{"of": "another edition", "holds": []}',))
    assert word_list("scopes.yaml") == read != []


def test_a_pattern_whose_letters_are_not_kept_is_read_for_them() -> None:
    """As one of a watchlist, or of a word list in the making."""
    pattern = "(?:nobody|wrote) this"
    assert needed(pattern) == derived(pattern) == (frozenset({"nobody", "wrote"}), frozenset({"this"}))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("abc d", min_size=1, max_size=4), min_size=1, max_size=5), st.text("abcd ", max_size=12))
def test_stems_are_in_a_text_where_one_of_them_is(stems: list[str], text: str) -> None:
    """Stems are looked up by the words that they stand in, and are found all the same."""
    assert Stems(stems, Literals()).within(text) == any(stem in text for stem in stems)


def test_of_several_patterns_the_leftmost_match_counts_and_there_the_first_pattern() -> None:
    """As in one expression of all of them: neither the longest, nor the one that is listed first."""
    patterns = ("data set", "our data", "data", "our")
    found = Expression(patterns, Literals()).finditer("our data set, data set, our logs")
    assert [match[0] for match in found] == ["our data", "data set", "our"]


def test_an_expression_may_come_after_the_text_was_asked() -> None:
    """Expressions are compiled when they are first tried: what one asks a text for is found even if the text is known by then."""
    literals, text = Literals(), "we may share our data"
    expressions = [literals.expression([word]) for word in ("may", "share", "(?:your|our) data")]
    assert [match[0] for each in expressions if (match := each.search(text))] == ["may", "share", "our data"]


def test_what_is_worked_out_without_new_letters_is_not_remembered() -> None:
    """A text that a thread looks through while another adds letters is looked through again for these."""
    literals = Literals()
    first, text = literals.expression(["our data"]), "we share our data"
    assert first.is_in(text)
    slow = literals.within  # as a thread holds it that was interrupted
    late = literals.expression(["share"])
    assert late.any_of
    slow(text)
    assert late.is_in(text)


def test_letters_that_two_threads_meet_at_once_have_one_bit() -> None:
    """With two bits, a text would hold but the later one, and the other thread's pattern would never be tried."""
    both = Barrier(2)

    class Slow(Literals):
        def _add(self, new: Iterable[str]) -> None:
            with suppress(BrokenBarrierError):
                both.wait(timeout=0.2)
            super()._add(new)

    literals = Slow()
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(literals.bits, (["ab"], ["ab"]))
    assert first == second


def test_patterns_are_compiled_where_a_text_holds_their_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no text asks for is not compiled; before processes are forked, all is."""
    compiled: list[object] = []
    compile_ = re.compile
    monkeypatch.setattr(literals_module.re, "compile", lambda spelt: compiled.append(spelt) or compile_(spelt))
    literals = Literals()
    expressions = [literals.expression(["data", "logs"]), literals.expression(["outputs"])]
    assert [each.is_in("our data") for each in expressions] == [True, False]
    assert len(compiled) == 1
    literals.compile()
    assert len(compiled) == 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nearly_every_rule_asks_for_letters(language: str) -> None:
    """A rule that asks for none is tried on every clause: that is what makes reading slow."""
    rules = [rule for topic in topic_lexicon(language).topics for rule in topic.rules]
    idle = [rule for rule in rules if not rule.like.any_of & ~1]
    assert len(idle) <= len(rules) * 0.15


@given(st.lists(st.one_of(st.sampled_from(ROOTS), st.text(max_size=4), st.just("ſix ONE tWenty 5 ５ 三"))).map("".join))
def test_no_text_with_a_number_is_left_unread(text: str) -> None:
    """The cheap look at a text passes none over in which a number stands."""
    assert has_number(text) == bool(_ANY.search(text))
