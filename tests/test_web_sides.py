"""Two documents as the rows of a diff: nothing is lost, everything is in its place, and it ends in time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import PARAGRAPHS, document
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Document
from monitor.web import sides
from monitor.web.sides import Fold, Patience, Row, fingerprint, rows, screen

WORDS = st.sampled_from(PARAGRAPHS[:6])
TEXTS = st.lists(
    st.builds(lambda text, word: f"{text} {word}", WORDS, st.sampled_from("abcdef")), unique=True, max_size=9
)


def patience(now: float = 0.0) -> Patience:
    return Patience(lambda: now, 1.0)


def kinds(found: list[Row]) -> list[tuple[str, str, str]]:
    return [(row.kind, row.before.text if row.before else "", row.after.text if row.after else "") for row in found]


@given(TEXTS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_both_documents_can_be_read_out_of_the_rows(old: list[str], new: list[str]) -> None:
    """The new sides of the rows are the new document in its order, and no block of the old one is missing from the old sides."""
    found = rows(document(*old), document(*new))
    assert [row.after.text for row in found if row.after] == new
    assert {row.before.text for row in found if row.before} | set(new) >= set(old)


@given(TEXTS)
def test_a_document_beside_itself_is_unchanged(texts: list[str]) -> None:
    """Nothing differs, and nothing moved."""
    assert {row.kind for row in rows(document(*texts), document(*texts))} <= {"same"}


def test_what_was_removed_stands_where_it_stood() -> None:
    """A removed block follows the one that it followed, or stands at the head."""
    one, two, three, four = "First of all.", "Second comes this.", "Third is another.", "Fourth is the end."
    assert kinds(rows(document(one, two, three), document(one, three))) == [
        ("same", one, one), ("removed", two, ""), ("same", three, three),
    ]  # fmt: skip
    assert kinds(rows(document(one, two), document(two)))[0] == ("removed", one, "")
    assert kinds(rows(document(two, four, one), document(two, three)))[-1][0] in ("removed", "added", "changed")


def test_a_block_that_was_edited_is_one_row() -> None:
    """The two editions of a block stand side by side, with their words marked."""
    [row] = rows(document(PARAGRAPHS[3]), document(PARAGRAPHS[3].replace("30", "60")))
    assert row.kind == "changed"
    assert [span.text for span in patience().marked(row).words if span.kind != "kept"] == ["30", "60"]


def test_what_moved_and_what_stayed_is_folded() -> None:
    """A block that moved is told where it stands now, folded like its unchanged neighbours, and is no change."""
    told = screen(document("One.", "Two.", "Three."), document("Two.", "Three.", "One."), 1, patience())
    assert {(part.kind, part.count) for part in told.parts if isinstance(part, Fold)} >= {("moved", 1)}
    assert (told.changed, told.moved) == (0, 1)


def test_words_are_marked_while_there_is_time() -> None:
    """When time is up a block stands as removed and added, whole, and that is counted."""
    waiting = Patience(lambda: clock[0], 1.0) if (clock := [0.0]) else patience()
    before, after = document("Kept for 30 days after all."), document("Kept for 60 days after all.")
    assert screen(before, after, 1, waiting).unmarked == 0
    clock[0] = 5.0
    late = screen(before, after, 1, waiting)
    assert late.unmarked == 1
    [row] = [part for part in late.parts if isinstance(part, Row)]
    assert [span.kind for span in row.words] == ["deleted", "inserted"]


def test_documents_too_large_to_be_paired_are_told_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound nothing is paired, and nothing is lost."""
    monkeypatch.setattr(sides, "MOST_PAIRED", 0)
    found = rows(document(*PARAGRAPHS), document(*PARAGRAPHS[:-1], "Another end."))
    assert [row.kind for row in found][-2:] == ["removed", "added"]
    assert [row.after.text for row in found if row.after] == [*PARAGRAPHS[:-1], "Another end."]


def test_what_one_screen_cannot_hold_stands_on_the_next() -> None:
    """The changed rows of all screens together are all there are; a number beyond the last means the last."""
    long = Document(
        tuple(replace(block, text=f"{block.text} {'x' * 15_000}") for block in document(*map(str, range(30))).blocks)
    )
    first = screen(document(), long, 1, patience())
    assert first.screens > 2
    told = [
        part for number in range(1, first.screens + 1) for part in screen(document(), long, number, patience()).parts
    ]
    assert len(told) == first.changed == 30
    assert screen(document(), long, 99, patience()).number == first.screens


def test_unchanged_text_beyond_the_bound_is_counted() -> None:
    """A fold holds what can be opened, and says how much more there is."""
    texts = [f"{number} {'x' * 5_000}" for number in range(20)]
    [fold] = screen(document(*texts), document(*texts), 1, patience()).parts
    assert isinstance(fold, Fold)
    assert 0 < len(fold.rows) < fold.count == 20


def test_the_name_of_a_clause_is_that_of_its_text() -> None:
    """The same clause has the same anchor wherever it stands and however its quotes are written; another has another."""
    assert fingerprint("Don’t share “data”.") == fingerprint('Don\'t share "data".')
    assert fingerprint("We may share.") != fingerprint("We must share.")
