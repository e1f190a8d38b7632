"""A PDF as a document: lines become paragraphs, what every page repeats is gone, and what cannot be read is named."""

from __future__ import annotations

import sys
from itertools import count

import pytest
from fakes import PARAGRAPHS, TRAINS
from house import House
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_samples import Printed, lines, pdf

from monitor.errors import ReadingError
from monitor.extract import pdf as reader
from monitor.extract import pdf_layout, read
from monitor.extract.pdf_layout import Line


def told(*pages: list[Printed]) -> list[tuple[str, str]]:
    """Kind and text of each block of a PDF with these pages."""
    return [(block.kind, block.text) for block in read(pdf(*pages)).blocks]


def paragraphs(*texts: str) -> list[tuple[str, str]]:
    return [("paragraph", text) for text in texts]


# --- lines -----------------------------------------------------------------------------------------------------------


def test_lines_are_joined_to_paragraphs() -> None:
    """Lines that stand close belong together; a wider gap parts two paragraphs."""
    first = lines("We keep your chats. After you", "delete them, they stay for 30 days.")
    second = lines("We do not train", "our models on them.", top=660)
    assert told([*first, *second]) == paragraphs(
        "We keep your chats. After you delete them, they stay for 30 days.", "We do not train our models on them."
    )


def test_a_sentence_goes_on_over_the_page() -> None:
    """A page's last line without the end of a sentence goes on with the next page's first; one with it does not."""
    assert told(lines("We keep your", "chats for"), lines("30 days.")) == paragraphs("We keep your chats for 30 days.")
    assert told(lines("We keep", "your chats."), lines("We share", "none.")) == paragraphs(
        "We keep your chats.", "We share none."
    )


def test_hyphens_at_the_end_of_a_line_are_undone() -> None:
    """A word parted at the end of a line is whole again, and keeps its hyphen if it has one elsewhere."""
    found = told(
        lines("Your con-", "versations are kept by third-", "party hosts, and a third-party host", "may see them.")
    )
    assert found == paragraphs("Your conversations are kept by third-party hosts, and a third-party host may see them.")


def test_chinese_lines_are_joined_without_a_space() -> None:
    """Between Chinese characters no space is put where two lines meet."""
    page = [Line("我们不会将您的对话", 10, bold=False, above=None), Line("用于训练模型。", 10, bold=False, above=1.2)]
    assert pdf_layout.markup([page]) == "<p>我们不会将您的对话用于训练模型。</p>"


def test_larger_lines_are_headings() -> None:
    """What is printed larger than most is a heading, the larger the higher, and what follows stands under it."""
    page = [Printed("Terms of Acme", 740, 20), Printed("Your data", 710, 14), *lines("We keep", "your chats.", top=690)]
    blocks = read(pdf(page)).blocks
    assert [(block.kind, block.level) for block in blocks] == [("heading", 1), ("heading", 2), ("paragraph", 0)]
    assert blocks[2].trail == ("Terms of Acme", "Your data")
    assert read(pdf(page)).title == "Terms of Acme"


def test_a_bold_line_is_a_heading() -> None:
    """A short bold line of the body's size is a heading too, though the text follows close by."""
    page = [Printed("Your data", 712, font="F2"), *lines("We keep your chats", "for 30 days.")]
    assert told(page) == [("heading", "Your data"), *paragraphs("We keep your chats for 30 days.")]


def test_bullets_and_numbers_begin_items() -> None:
    """A line that begins with a bullet, or with a number after the end of a sentence, begins an item; its lines go on."""
    page = lines(
        "We share with:", "• hosts, who store", "your chats", "• auditors", "and", "2) nobody else.", "3) That is all."
    )
    assert told(page) == [
        *paragraphs("We share with:"),
        ("item", "hosts, who store your chats"),
        ("item", "auditors and 2) nobody else."),
        ("item", "3) That is all."),
    ]


# --- what pages repeat -----------------------------------------------------------------------------------------------


def page_with(number: int, texts: list[str], title: str = "Acme Terms", foot: str = "Page {} of 4") -> list[Printed]:
    return [Printed(title, 770, 8), *lines(*texts), Printed(foot.format(number), 30, 8)]


def test_running_titles_and_page_numbers_are_gone() -> None:
    """What stands at the edge of most pages, but for the number of the page, is no part of the document."""
    texts = [[f"Sentence {word} of our terms", f"speaks of {word} things."] for word in ("one", "two", "three", "four")]
    pages = [page_with(number, text) for number, text in zip(count(7), texts, strict=False)]
    assert told(*pages) == paragraphs(*(" ".join(text) for text in texts))


def test_left_and_right_pages_may_differ() -> None:
    """A running title that stands on every other page is one too."""
    pages = [page_with(n, [f"Our rule {'abcdef'[n]} is plain."], "Left" if n % 2 else "Right", "{}") for n in range(6)]
    assert [text for _, text in told(*pages)] == [f"Our rule {letter} is plain." for letter in "abcdef"]


PLANS = (("Free", 100), ("Plus", 250), ("Team", 900))


def test_amounts_at_the_edge_of_a_page_stay() -> None:
    """Lines that agree but for a figure which does not count the pages are part of the document."""
    pages = [lines(f"{plan} holds", f"{amount} messages a day.") for plan, amount in PLANS]
    assert [text for _, text in told(*pages)] == [f"{plan} holds {amount} messages a day." for plan, amount in PLANS]


def test_a_title_that_pages_repeat_in_small_stays() -> None:
    """The title of the document is read, though a running title repeats it in small type."""
    first = [Printed("Acme Terms", 740, 20), *lines("We keep", "chats.")]
    assert told(first, page_with(2, ["We share."]), page_with(3, ["We train."]))[0] == ("heading", "Acme Terms")


# --- what cannot be read ---------------------------------------------------------------------------------------------

GOOD = pdf(lines(*PARAGRAPHS))


def refused(body: bytes) -> tuple[str, str]:
    with pytest.raises(ReadingError) as caught:
        read(body)
    return caught.value.outcome, str(caught.value)


def test_a_password_is_named() -> None:
    """A PDF behind a password is unreadable, and the reason says so; one that only restricts printing is read."""
    assert refused(pdf(lines("We train."), password="secret")) == ("unreadable", "the PDF is protected by a password")
    assert read(pdf(lines("We train."), password="")).text == "We train."


@pytest.mark.parametrize("body", [b"%PDF-1.7 ...", b"%PDF-", GOOD[:300], GOOD[:-400].replace(b"obj", b"job")])
def test_a_damaged_pdf_is_unreadable(body: bytes) -> None:
    """A PDF that is cut off or garbled is unreadable."""
    assert refused(body) == ("unreadable", "the PDF is damaged")


@pytest.mark.parametrize("pages", [[[]], [[], []], [[Printed(" ", 700)]]])
def test_a_scan_is_unreadable(pages: list[list[Printed]]) -> None:
    """A PDF without any text is unreadable, and the reason says that its pages are pictures."""
    outcome, reason = refused(pdf(*pages))
    assert outcome == "unreadable"
    assert "pictures" in reason


def test_a_pdf_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the library is not installed, the reason says how to install it."""
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    assert refused(GOOD) == (
        "wrong_type",
        'the answer is a PDF; to read it install the extra: pip install "terms-monitor[pdf]"',
    )


def test_a_book_is_too_big() -> None:
    """A PDF with more pages than terms can have is not read, rather than read in part."""
    outcome, reason = refused(pdf(*([[]] * (reader.MOST_PAGES + 1))))
    assert outcome == "too_big"
    assert "501 pages" in reason


def test_a_page_full_of_text_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF with more characters than terms can have is not read, rather than read in part."""
    monkeypatch.setattr(reader, "MOST_CHARACTERS", 20)
    assert refused(GOOD)[0] == "too_big"


@pytest.mark.parametrize("text", ["1 " * 50_000, "a" * 100_000, "a-" * 50_000, pdf_layout.HYPHEN * 50_000])
def test_endless_lines_are_joined_in_time(text: str) -> None:
    """A line without end, which no printer makes, takes no longer than its length: nothing hangs on it."""
    page = [Line(text, 10, bold=False, above=above) for above in (None, 1.2)]
    assert pdf_layout.markup([page, page]).startswith("<p>")


def test_what_stands_before_the_pdf_is_passed_over() -> None:
    """A PDF is known by its first characters after white space, whatever the server calls it."""
    assert read(b"\r\n" + GOOD, "text/html").text == read(GOOD, "application/pdf").text


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(0, len(GOOD)), st.integers(0, len(GOOD)))
def test_no_damage_is_more_than_unreadable(noise: bytes, start: int, end: int) -> None:
    """Whatever stands in the middle of a PDF, it is read, the same each time, or refused with a reason."""
    body = b"%PDF-1.4\n" + GOOD[9:start] + noise + GOOD[end:]
    seen: list[object] = []
    for _ in range(2):
        try:
            seen.append(read(body))
        except ReadingError as error:
            seen.append((error.outcome, str(error)))
    assert seen[0] == seen[1]


def test_a_pdf_runs_the_road(house: House) -> None:
    """A change in a PDF is recorded and judged as one in a page is."""
    house.checks(pdf(lines(*PARAGRAPHS)), pdf(lines(*(TRAINS if "train" in text else text for text in PARAGRAPHS))))
    assert house.verdicts() == ["alert"]
