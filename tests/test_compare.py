"""What differs between two documents, by block for people to see, and by clause to be understood."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fakes import CHINESE, PARAGRAPHS, document
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.clauses import alike, clauses
from monitor.compare import compare, compare_clauses, pair_up, states
from monitor.model import Block, Document, Edit
from monitor.normalise import comparable
from monitor.words import spans

OLD = document(*PARAGRAPHS)
SENTENCE = st.lists(
    st.sampled_from("We may not keep share train your chats data 30 90 days 我们 不会 训练".split()),
    min_size=1,
    max_size=7,
).map(lambda words: " ".join(words) + ".")
BLOCK = st.builds(
    Block,
    kind=st.sampled_from(["heading", "paragraph", "item", "row"]),
    text=st.lists(SENTENCE, min_size=1, max_size=3).map(" ".join),
    trail=st.sampled_from([(), ("Data",), ("Data", "Chats")]),
)
DOCUMENT = st.lists(BLOCK, max_size=8).map(lambda blocks: Document(tuple(blocks)))


def replaced(number: int, text: str) -> Document:
    """The invented document with another paragraph in the place of one."""
    return document(*PARAGRAPHS[: number - 1], text, *PARAGRAPHS[number:])


def clause_texts(before: Document, after: Document) -> list[tuple[str | None, str | None]]:
    return [
        (edit.before.text if edit.before else None, edit.after.text if edit.after else None)
        for edit in compare_clauses(before, after)
    ]


# --- properties ------------------------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(DOCUMENT)
def test_a_document_compared_with_itself_gives_nothing(one: Document) -> None:
    """A document does not differ from itself, by block or by clause."""
    assert compare(one, one) == ()
    assert compare_clauses(one, one) == ()


@settings(max_examples=80, deadline=None)
@given(DOCUMENT, DOCUMENT)
def test_the_edits_lead_from_the_old_text_to_the_new(before: Document, after: Document) -> None:
    """What the edits remove taken out of the old text, and what they add put in, the new text is there."""
    edits = compare(before, after)
    text = {comparable(block.text) for block in before.blocks}
    text -= {comparable(edit.before.text) for edit in edits if edit.before}
    text |= {comparable(edit.after.text) for edit in edits if edit.after}
    assert text - {""} == {comparable(block.text) for block in after.blocks} - {""}


@settings(max_examples=80, deadline=None)
@given(DOCUMENT, DOCUMENT)
def test_what_stands_on_one_side_only_is_shown(before: Document, after: Document) -> None:
    """Every block that only one document has stands in an edit, and every edit is about a block of each side it names."""
    edits = compare(before, after)
    for here, there, shown in (
        (before, after, [edit.before for edit in edits]),
        (after, before, [edit.after for edit in edits]),
    ):
        elsewhere = {comparable(block.text) for block in there.blocks}
        missing = {comparable(block.text) for block in here.blocks} - elsewhere - {""}
        assert missing <= {comparable(block.text) for block in shown if block}
    assert all(edit.before in before.blocks for edit in edits if edit.before and edit.kind != "moved")
    assert all(edit.after in after.blocks for edit in edits if edit.after)


@settings(max_examples=80, deadline=None)
@given(DOCUMENT, DOCUMENT)
def test_a_clause_edit_names_clauses_of_its_sides(before: Document, after: Document) -> None:
    """A clause edit is verbatim text of the two documents, none of it in both, and no clause is told twice."""
    edits = compare_clauses(before, after)
    old, new = {clause.text for clause in clauses(before)}, {clause.text for clause in clauses(after)}
    told = [edit.before.text for edit in edits if edit.before], [edit.after.text for edit in edits if edit.after]
    assert set(told[0]) <= old and set(told[1]) <= new
    assert {comparable(text) for text in told[0]}.isdisjoint(comparable(text) for text in new)
    assert {comparable(text) for text in told[1]}.isdisjoint(comparable(text) for text in old)
    assert all(len(set(side)) == len(side) for side in told)


# --- what is no news -------------------------------------------------------------------------------------------------

SAME: dict[str, Callable[[tuple[str, ...]], tuple[str, ...]]] = {
    "a paragraph moved": lambda texts: (*texts[3:], *texts[:3]),
    "paragraphs renumbered": lambda texts: tuple(f"{number}. {text}" for number, text in enumerate(texts, 4)),
    "a paragraph said twice": lambda texts: (*texts, texts[3]),
    "two paragraphs joined": lambda texts: (*texts[:4], f"{texts[4]} {texts[5]}", *texts[6:]),
    "a paragraph split": lambda texts: (
        *texts[:3],
        *texts[3].replace(", and then", ",|and then").split("|"),
        *texts[4:],
    ),
    "quotes and case": lambda texts: tuple(text.upper().replace("'", "’") for text in texts),
}


@pytest.mark.parametrize("how", SAME)
@pytest.mark.parametrize("texts", [PARAGRAPHS, CHINESE], ids=["en", "zh"])
def test_the_same_words_in_another_place_are_no_clause_edit(how: str, texts: tuple[str, ...]) -> None:
    """Clauses that are moved, renumbered, split off, joined or said again are no news."""
    if how == "two paragraphs joined" and texts is CHINESE:
        texts = (*CHINESE, CHINESE[0].replace("助手", "工具"))
    assert clause_texts(document(*texts), document(*SAME[how](texts))) == []


def test_a_moved_block_is_shown_as_moved() -> None:
    """A block that stands elsewhere with the same words is shown as moved, and as nothing else."""
    kinds = {edit.kind for edit in compare(OLD, document(*PARAGRAPHS[1:], PARAGRAPHS[0]))}
    assert kinds == {"moved"}


# --- what is news ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "old", "new"),
    [(5, "not ", ""), (4, "30", "90"), (3, "need", "like"), (6, "nobody else", "advertisers too"), (7, "may", "will")],
)
def test_one_word_is_one_changed_clause(number: int, old: str, new: str) -> None:
    """One other word is one changed block and one changed clause, and just that word differs in it."""
    text = PARAGRAPHS[number - 1].replace(old, new)
    [edit] = compare(OLD, replaced(number, text))
    assert edit.kind == "changed"
    assert clause_texts(OLD, replaced(number, text)) == [(PARAGRAPHS[number - 1], text)]
    found = [(span.kind, span.text.strip()) for span in spans(PARAGRAPHS[number - 1], text) if span.kind != "kept"]
    assert found == [(kind, word.strip()) for kind, word in (("deleted", old), ("inserted", new)) if word.strip()]


def test_a_new_clause_within_a_paragraph() -> None:
    """A sentence added to a paragraph is one added clause; the rest of the paragraph is no news."""
    text = PARAGRAPHS[4] + " Our partners may."
    assert clause_texts(OLD, replaced(5, text)) == [(None, "Our partners may.")]
    assert clause_texts(replaced(5, text), OLD) == [("Our partners may.", None)]


def test_a_negation_in_chinese() -> None:
    """Two characters that turn a Chinese clause round are one changed clause."""
    after = CHINESE[3].replace("不会", "会")
    assert clause_texts(document(*CHINESE), document(*CHINESE[:3], after, *CHINESE[4:])) == [(CHINESE[3], after)]


def test_a_heading_that_changes_is_shown() -> None:
    """A heading in other words is an edit like any other."""
    titles = "How we use your chats", "How we use and sell your chats"
    old, new = (Document((Block("heading", text, level=1), Block("paragraph", PARAGRAPHS[0]))) for text in titles)
    assert clause_texts(old, new) == [titles]


def test_a_short_clause_that_is_part_of_another_is_news() -> None:
    """A short clause that goes is news though its words stand within another clause."""
    before = document("We train.", "If you agree, we train.", PARAGRAPHS[0])
    assert clause_texts(before, document("If you agree, we train.", PARAGRAPHS[0])) == [("We train.", None)]


def test_a_long_promise_that_becomes_conditional_is_news() -> None:
    """A clause that is put under a condition is news, though its words still stand."""
    promise = "We delete your chats from all of our systems within 30 days."
    bound = "Unless the law or our business needs them, we delete your chats from all of our systems within 30 days."
    found = clause_texts(document(PARAGRAPHS[0], promise), document(PARAGRAPHS[0], bound))
    assert found in ([(promise, bound)], [(None, bound)])


def test_the_most_alike_are_paired() -> None:
    """What was edited is paired with what it was, whatever the order; strangers are removed and added."""
    gone = ["We keep chats for 30 days.", "We share chats with hosts alone.", "The law of Ruritania applies."]
    come = ["We share chats with hosts and partners.", "You must be sixteen years old.", "We keep chats for 90 days."]
    pairs = pair_up(gone, come, str)
    assert (gone[1], come[0]) in pairs and (gone[0], come[2]) in pairs
    assert (gone[2], None) in pairs and (None, come[1]) in pairs


def test_edits_come_in_the_order_of_the_new_document() -> None:
    """Edits are in the order in which a reader of the new document meets them; removed ones stand where they stood."""
    after = document("A new beginning of the document.", *PARAGRAPHS[:5], *PARAGRAPHS[6:], "A new end for all of it.")
    assert [(edit.kind, (edit.after or edit.before).text[:10]) for edit in compare(OLD, after)] == [  # type: ignore[union-attr]
        ("added", "A new begi"),
        ("removed", "We share y"),
        ("added", "A new end "),
    ]


def test_a_document_rewritten_whole_is_compared() -> None:
    """Two thousand clauses that all differ are paired in bounded time, each with its own other edition."""
    before = document(*(f"Rule {number} says that we keep record {number} for 30 days." for number in range(2000)))
    after = document(*(f"Rule {number} says that we keep record {number} for 90 days." for number in range(2000)))
    found = clause_texts(before, after)
    assert len(found) == 2000
    assert all(old and new and new == old.replace("30 days", "90 days") for old, new in found)


def test_equal_rows_by_the_thousand_are_no_burden() -> None:
    """A list whose rows are mostly equal is compared like any other: each row once, what is new as added."""
    before = document(*["the same row"] * 1000)
    after = document(*(f"row {number}" if number % 2 else "the same row" for number in range(2000)))
    edits = compare(before, after)
    assert len(edits) == 1000
    assert {edit.kind for edit in edits} == {"added"}


# --- what an edit amounts to -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("heading", "Your choices", False),
        ("paragraph", "Contact sales", False),
        ("paragraph", "产品与服务", False),
        ("heading", "Up to 20 messages a day", True),
        ("paragraph", "We never sell it.", True),
        ("paragraph", "A line of words that goes on for so long that nobody would take it for a menu entry", True),
        ("item", "Northern Cloud Ltd", True),
        ("row", "Northern Cloud | hosting", True),
    ],
)
def test_captions_state_nothing(kind: str, text: str, says: bool) -> None:
    """Headings and short lines without a figure are captions; items and rows may be who gets the data."""
    block = Block(kind, text)  # type: ignore[arg-type]
    assert states(Edit("added", None, block)) is says
    assert states(Edit("removed", block, None)) is says


def test_a_short_line_that_moved_states_nothing() -> None:
    """A date that stands above the title and then below it is no news; a paragraph that moved is kept."""
    date, long = Block("paragraph", "Updated 4 May 2031"), Block("paragraph", PARAGRAPHS[0])
    assert not states(Edit("moved", date, date))
    assert states(Edit("moved", long, long))


@pytest.mark.parametrize(
    ("texts", "same"),
    [
        (PARAGRAPHS, True),
        ((*PARAGRAPHS[:4], *PARAGRAPHS[5:]), True),
        (PARAGRAPHS * 2, False),
        (PARAGRAPHS[:6], False),
        ((*PARAGRAPHS[:6], *CHINESE * 3), False),
    ],
    ids=["itself", "a clause less", "twice", "half", "half of another"],
)
def test_two_texts_are_alike(texts: tuple[str, ...], same: bool) -> None:
    """Two texts are alike where they are about as long and share most clauses."""
    assert alike(OLD, document(*texts)) is same


def listed(**lists: str) -> Document:
    """A document of lists: each name of a party under the lead that is said of it."""
    leads = {"never": "We never share your chats with:", "may": "We may share your chats with:"}
    items = [Block("item", party, (leads[lead],)) for party, lead in lists.items()]
    return Document((*(Block("paragraph", text) for text in leads.values()), *items), language="en")


def test_an_item_that_changed_its_list_is_a_clause_edit() -> None:
    """Who stood under "We never share" and now stands under "We may share" is news; one whose list was reworded is not."""
    old = listed(advertisers="never", hosts="may", auditors="never")
    new = listed(hosts="may", advertisers="may", auditors="never")
    assert clause_texts(old, new) == [("advertisers", "advertisers")]
    assert clause_texts(old, listed(auditors="never", advertisers="never", hosts="may")) == []
