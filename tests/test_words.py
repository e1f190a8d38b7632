"""Word differences lose nothing, read well, and stay quick on hostile text."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Span
from monitor.words import one_line, printable, spans

texts = st.text(alphabet=st.sampled_from("ab1, .\n免费额度\ud800é_"), max_size=30)


def side(before: str, after: str, kind: str) -> str:
    return "".join(span.text for span in spans(before, after) if span.kind in ("kept", kind))


@settings(max_examples=300)
@given(texts, texts)
def test_spans_lose_no_character(before: str, after: str) -> None:
    """Kept and deleted spans make up the text before, kept and inserted ones the text after."""
    assert side(before, after, "deleted") == before
    assert side(before, after, "inserted") == after


@settings(max_examples=100)
@given(texts)
def test_equal_texts_have_one_kept_span(text: str) -> None:
    """A text compared with itself is kept whole."""
    assert spans(text, text) == ((Span("kept", text),) if text else ())


def test_a_number_is_one_word() -> None:
    """Digits joined by separators change as one number."""
    assert spans("You get 10,000,000 tokens a day.", "You get 1,000,000 tokens a day.") == (
        Span("kept", "You get "),
        Span("deleted", "10,000,000"),
        Span("inserted", "1,000,000"),
        Span("kept", " tokens a day."),
    )


def test_chinese_differs_by_character() -> None:
    """Each Chinese character is a word of its own."""
    assert spans("每天免费十次", "每天免费五次") == (
        Span("kept", "每天免费"),
        Span("deleted", "十"),
        Span("inserted", "五"),
        Span("kept", "次"),
    )


def test_neighbouring_changes_are_joined() -> None:
    """Two changed words side by side are one deletion and one insertion, the space between them included."""
    assert spans("we may sell your data", "we will never sell your data")[1:3] == (
        Span("deleted", "may"),
        Span("inserted", "will never"),
    )


def test_unrelated_texts_are_replaced_whole() -> None:
    """Texts that share next to no words are one deletion and one insertion."""
    assert len(spans("Keys expire after ninety days of rest.", "Nobody here reads a prompt you send.")) == 2


def test_a_word_put_in_front_leaves_the_rest() -> None:
    """An added word marks nothing but itself, however short the text before was."""
    assert spans("Free", "Free for students of all schools")[0] == Span("kept", "Free")


def test_repetitive_text_is_quick() -> None:
    """Text that makes difflib take minutes is answered in seconds, as one replacement."""
    began = time.monotonic()
    found = spans("a " * 4000 + "x", "b a " * 4000 + "y")
    assert time.monotonic() - began < 2
    assert len(found) == 2


def test_one_line_holds_no_control_characters() -> None:
    """Line breaks, NUL, direction overrides and lone surrogates leave one clean line of bounded length."""
    hostile = "Acme\r\nBcc: a@b.example\x00\x0b\u2028\u202e\ud800" + "x" * 10_000
    line = one_line(hostile, 200)
    assert line.startswith("Acme Bcc: a@b.example xxx")
    assert len(line) == 200
    assert line.isprintable()


def test_printable_text_keeps_its_lines() -> None:
    """Only line breaks and tabs survive of the control characters."""
    assert printable("a\n\tb\r\x1b[31m\ud800") == "a\n\tb\ufffd\ufffd[31m\ufffd"
