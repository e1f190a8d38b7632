"""A page in two languages is read in both, clause by clause. All clauses are invented."""

from __future__ import annotations

import pytest
from fakes import PAGE
from hypothesis import given
from hypothesis import strategies as st

from monitor import verdict
from monitor.meaning.lexicon import language_of
from monitor.meaning.understand import understand_document
from monitor.model import Block, Document

ENGLISH, CHINESE = "We do not use your chats to train our models.", "我们不会将您的对话用于训练模型。"


def page(*texts: str, language: str) -> Document:
    return Document(tuple(Block("paragraph", text) for text in texts), language=language)


@pytest.mark.parametrize("language", ["en", "zh", ""])
def test_each_clause_is_read_in_its_own_language(language: str) -> None:
    """Whichever of the two most of the page is in."""
    read = understand_document(page(ENGLISH, CHINESE, language=language)).clauses
    assert [reading.stance for _, reading in read] == ["does not train", "does not train"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("before", "after"),
    [(ENGLISH, "We use your chats to train our models."), (CHINESE, "我们会将您的对话用于训练模型。")],
)
def test_a_change_in_either_language_is_told(language: str, before: str, after: str) -> None:
    """What changes in the smaller part is no less than what changes in the larger."""
    others = (ENGLISH, CHINESE)
    old, new = (page(*others, text, language=language) for text in (before, after))
    change = verdict.judge(old, new, PAGE, "en")
    assert change.verdict == "alert" and "training" in change.topics


@pytest.mark.parametrize(
    ("text", "said", "is_in"),
    [
        ("Volcengine (火山方舟) and Doubao offer free tokens to everybody.", "en", "en"),
        ("OpenAI 与 Anthropic 的模型均不在计划内。", "zh", "zh"),
        ("GPT-4o mini", "zh", "zh"),
        ("Terms of use apply to every plan.", "zh", "en"),
        ("豆包模型免费额度说明", "en", "zh"),
        ("豆包", "en", "en"),
    ],
)
def test_a_name_of_another_script_changes_no_language(text: str, said: str, is_in: str) -> None:
    """Only a clause that is plainly in the other language is read so."""
    assert language_of(text, said) == is_in


@given(st.text(max_size=80), st.sampled_from(["en", "zh", "", "fr"]))
def test_the_language_is_always_one_of_two(text: str, said: str) -> None:
    """Whatever a clause is made of."""
    assert language_of(text, said) in ("en", "zh")
    if text.isascii():
        assert language_of(text, "en") == "en"
