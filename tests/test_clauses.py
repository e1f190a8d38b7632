"""Sentences: where a clause ends and the next one begins, in English and in Chinese."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.clauses import _END, clauses, of_block, split
from monitor.model import Block, Document


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("We keep it. We share it.", ("We keep it.", "We share it.")),
        ("Do we train? No! We do not.", ("Do we train?", "No!", "We do not.")),
        ("We share it, e.g. with hosts, i.e. those who run servers.", None),
        ("Acme Inc. and Acme Ltd. share it.", None),
        ("Acme Inc. Shares it with No. 5 of the list.", None),
        ("See Art. 6 and Sec. 2.1 of the U.S. Code.", None),
        ("Version 2.5 costs $0.50 a call. It is fast.", ("Version 2.5 costs $0.50 a call.", "It is fast.")),
        ("Ask J. Doe. He knows.", ("Ask J. Doe.", "He knows.")),
        ('He said "no." We did not.', ('He said "no."', "We did not.")),
        ("We keep it (for 30 days.) Then it goes.", ("We keep it (for 30 days.)", "Then it goes.")),
        ("4.2. We keep it.", None),
        ("a sentence without an end", None),
        ("Wait... And see.", ("Wait...", "And see.")),
        ("We may use it to: (a) answer you; (b) train models; and (c) improve.",
         ("We may use it to:", "(a) answer you;", "(b) train models;", "and (c) improve.")),
        ("我们会保留三十天。我们不会训练！您可以退出吗？", ("我们会保留三十天。", "我们不会训练！", "您可以退出吗？")),
        ("他说“不会。”然后离开。", ("他说“不会。”", "然后离开。")),
        ("我们收集：姓名；电话；地址。", ("我们收集：姓名；", "电话；", "地址。")),
        ("每天 2.5 万 tokens，永久有效。", None),
        ("我们使用 GPT v2.0 模型。It is fast.", ("我们使用 GPT v2.0 模型。", "It is fast.")),
        ("", ()),
    ],
)  # fmt: skip
def test_sentences(text: str, pieces: tuple[str, ...] | None) -> None:
    """A sentence ends where it ends, and not at an abbreviation, an initial, a decimal point or a section's number."""
    assert split(text) == ((text,) if pieces is None else pieces)


SENTENCES = st.text("We keep. 30 e.g! ?。；我们(a)“”\"'", max_size=80)


@settings(max_examples=200, deadline=None)
@given(SENTENCES | st.text(max_size=60))
def test_nothing_is_lost(text: str) -> None:
    """The pieces are the text, but for the white space between them; none is empty."""
    assert "".join("".join(split(text)).split()) == "".join(text.split())
    assert all(split(text))


@pytest.mark.parametrize("kind", ["heading", "row"])
def test_rows_and_headings_are_one_clause(kind: str) -> None:
    """A row of a table, or a heading, is one clause, whatever stops stand in it."""
    block = Block(kind, "Free. | 5 a day. Resets daily.", ("Plans",))  # type: ignore[arg-type]
    assert [clause.text for clause in of_block(block)] == [block.text]


def test_a_clause_knows_its_block() -> None:
    """Clauses come in the document's order, each with the block that it stands in."""
    blocks = (
        Block("heading", "Data", level=1),
        Block("paragraph", "One. Two.", ("Data",)),
        Block("item", "Three.", ("Data",)),
    )
    found = list(clauses(Document(blocks)))
    assert [clause.text for clause in found] == ["Data", "One.", "Two.", "Three."]
    assert found[2].block is blocks[1]


_ENDS = re.compile(
    r"[。！？；]+[”’」』）)\"']*"
    r"|(?<=[^\s.])[.!?]+[”’\"')\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9À-Þ\u4e00-\u9fff•*–—-])"
    r"|[.;:](?=[ivx]{1,4}\.\s)"
    r"|[;:](?=\s*(?:and|or)?\s*(?:\((?:[a-z]|[ivx]{1,4}|\d{1,2})\)|(?:[a-z]|[ivx]{1,4})\.)\s)"
)
"""What ends a clause, each kind by itself."""


@settings(max_examples=500)
@given(
    st.lists(st.sampled_from([*"aZ .;:!?。；”)\"'(1", ". A", "; (a) ", ": i. ", ";and b. ", "?!", "...", "中"])).map(
        "".join
    )
)
def test_ends_are_found_whatever_stands_around_them(text: str) -> None:
    """Looking for the signs first finds what looking for each kind of end finds."""
    assert [found.span() for found in _END.finditer(text)] == [found.span() for found in _ENDS.finditer(text)]
