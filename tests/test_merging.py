"""Sentences that are split: what gets a subject of its own was said before; what lost its denial was not."""

from __future__ import annotations

import pytest

from monitor.meaning.merging import merged
from monitor.model import Block, Clause, ClauseEdit


def clause(text: str) -> Clause:
    return Clause(text, Block("paragraph", text))


@pytest.mark.parametrize(
    ("whole", "part", "was_said"),
    [
        ("处理完就清除，不会留存，也不会用来训练，回答保存在侧栏里。", "内容不会留存，也不会用来训练。", True),
        ("处理完就清除，也不会用来训练我们的模型，回答保存在侧栏里。", "我们也不会用来训练我们的模型。", True),
        ("我们会把您的内容用于训练模型。", "我们不会把您的内容用于训练模型。", False),
        ("处理完就清除，会留存并且会用来训练我们的模型。", "内容不会留存并且会用来训练我们的模型。", False),
    ],
)
def test_a_part_that_was_said_before_belongs_to_its_sentence(whole: str, part: str, was_said: bool) -> None:
    """A subject put before it makes it no news; a denial put there does."""
    edits = (ClauseEdit(clause(whole), clause("处理完就清除。")), ClauseEdit(None, clause(part)))
    assert (len(merged(edits)) == 1) is was_said
