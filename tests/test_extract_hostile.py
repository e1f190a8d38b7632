"""Bytes made to break a reader: each ends as a document or with a reason, and never stops the other pages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import HTML, PAGE, START, captured
from house import JUDGEMENT, House
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import extract, pipeline
from monitor.errors import ReadingError
from monitor.extract.chrome import _bounded
from monitor.model import OUTCOMES, Version

PLAIN, MARKDOWN, JSON = "text/plain", "text/markdown", "application/json"
SAID = "We keep your chats for 30 days after you delete them. "


def page(inner: str) -> bytes:
    return f"<!doctype html><html><body>{inner}</body></html>".encode()


SURVIVED = {
    "100,000 tags within each other": (page("<div>" * 100_000 + SAID), HTML),
    "100,000 tags within each other, closed": (page("<span>" * 100_000 + SAID + "</span>" * 100_000), HTML),
    "tables within tables": (page("<table><tr><td>" * 30_000 + SAID), HTML),
    "furniture within furniture": (page("<nav>" * 50_000 + SAID), HTML),
    "wrongly nested tags": (page("<b><p>" * 30_000 + SAID), HTML),
    "50,000 tags beside each other": (page("<i></i>" * 50_000 + SAID), HTML),
    "closing tags alone": (page("</div>" * 500_000 + SAID), HTML),
    "one line of HTML": (page("<p>" + SAID * 40_000), HTML),
    "one line of text": ((SAID * 40_000).encode(), PLAIN),
    "a script of 10 MB": (page(SAID + f"<script>{'x' * 10_000_000}</script>"), HTML),
    "a style of 10 MB": (page(SAID + f"<style>{'p{}' * 3_300_000}</style>"), HTML),
    "an attribute of 5 MB": (page(f'<p class="{"x " * 2_500_000}">{SAID}'), HTML),
    "a style attribute of 5 MB": (page(f'<p style="{"display:" * 600_000}">{SAID}'), HTML),
    "500,000 attributes": (page(f"<p {'a=b ' * 500_000}>{SAID}"), HTML),
    "an unclosed comment": (page(f"{SAID}<!--{'x' * 10_000_000}"), HTML),
    "comments opened within comments": (page(SAID + "<!--" * 500_000), HTML),
    "1,000,000 entities": (page(f"<p>{SAID}{'&amp; ' * 1_000_000}"), HTML),
    "NULs": (page("\0" * 1_000_000 + SAID.replace(" ", "\0 ")), HTML),
    "a text of NULs": (SAID.replace(" ", "\0 ").encode() * 1000, PLAIN),
    "invalid UTF-8": (page(SAID * 9) + b"\xff\xfe\xfd\xc3\x28" * 20, "text/html; charset=utf-8"),
    "Markdown quoted 10,000 times": ((">" * 10_000 + SAID).encode(), MARKDOWN),
    "10,000 brackets": (("[" * 10_000 + SAID).encode(), MARKDOWN),
    "a table of 10,000 rows in Markdown": (("| a | b |\n|---|---|\n" + f"| {SAID}| y |\n" * 10_000).encode(), MARKDOWN),
}
"""What hides a sentence and must not swallow it; what the server calls it."""
NAMED = {
    "JSON nested 100,000 deep": (b"[" * 100_000 + b"]" * 100_000, JSON),
    "JSON of 1,000,000 values": (b"[" + b"1," * 1_000_000 + b"1]", JSON),
    "a PDF of noise": (b"%PDF-1.7\n" + bytes(range(256)) * 4000, "application/pdf"),
    "nothing but NULs": (b"\0" * 1_000_000, HTML),
    "angle brackets": (b"<" * 500_000, HTML),
    "an attribute without an end": (page('<p class="' + "x" * 1_000_000), HTML),
    "nothing": (b"", HTML),
}
"""What holds no sentence at all."""


def read(body: bytes, content_type: str) -> Version:
    return extract.version(extract.prepare(PAGE, body, content_type))


@pytest.mark.parametrize("name", SURVIVED)
def test_the_sentence_is_read(name: str) -> None:
    """However deep or broad or broken what surrounds it, a sentence that a reader sees is read."""
    assert "30 days" in read(*SURVIVED[name]).document.text


@pytest.mark.parametrize("name", NAMED)
def test_what_holds_nothing_is_named(house: House, name: str) -> None:
    """What holds no document is an outcome with a reason in words, and no version."""
    body, content_type = NAMED[name]
    checked = pipeline.take(PAGE, replace(captured(body, START), content_type=content_type), house.archive, JUDGEMENT)
    capture = checked.outcome.capture
    assert capture.outcome in OUTCOMES.keys() - {"ok", "not_modified"}
    assert capture.reason
    assert house.counts() == (0, 0, 0, 0)


def test_hostile_bytes_are_archived(house: House) -> None:
    """Whatever hostile bytes come one after the other, each check ends with a named outcome, and the bytes are kept."""
    bodies = [body for body, _ in (*SURVIVED.values(), *NAMED.values()) if len(body) < 200_000]
    for body in bodies:
        assert house.check(body).outcome.capture.outcome in OUTCOMES
    assert house.count("snapshots") == len(set(bodies))


@pytest.mark.parametrize("error", [RecursionError("too deep"), MemoryError(), ValueError("what?")])
def test_an_unforeseen_end_is_an_outcome(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """Where a parser breaks off in an unforeseen way, the page is unreadable, and the log says where it broke."""

    def break_off(*_: object) -> Version:
        raise error

    monkeypatch.setattr(extract, "version", break_off)
    capture = house.check(page(SAID)).outcome.capture
    assert (capture.outcome, capture.reason) == (
        "unreadable",
        f"the document could not be read: {type(error).__name__}",
    )
    assert caplog.records[0].exc_info


# --- properties --------------------------------------------------------------------------------------------------------


def settled(body: bytes, content_type: str) -> object:
    """The version that bytes make, or the outcome and reason for which they make none."""
    try:
        return read(body, content_type)
    except ReadingError as error:
        assert error.outcome in OUTCOMES
        return error.outcome, str(error)


TYPES = st.sampled_from(
    [HTML, PLAIN, MARKDOWN, JSON, "application/pdf", "", "text/html; charset=utf-16", "a/b; charset=x"]
)
SCRAPS = (
    "<p>", "</p>", "<div hidden>", "<ul><li>", "<table><tr><td>", "<th>", "<a href='#x'>", "</a>", "<b>", "<!--", "-->", "<script>",
    "<svg>", "<select>", "<template>", "<math>", "<![CDATA[", "&", "&#0;", "&#xd800;", "&amp", "\0", "\ud7ff", "<html lang=de>",
    "<body>", "</body>", "<frameset>", "<plaintext>", "<title>", "<base>", "<", ">", "\"", "'", "=", " ", "\n", "We train.", "# ",
    "| a | b |\n", "[a](b)", "* ", "> ", "1. ", "```", "<h1 role=heading aria-level=9>", "<td colspan=99999999>", "<nav>",
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300), TYPES)
def test_any_bytes_are_read_or_refused(body: bytes, content_type: str) -> None:
    """Arbitrary bytes make a version, the same each time, or are refused with a named outcome."""
    assert settled(body, content_type) == settled(body, content_type)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(SCRAPS) | st.text(max_size=5), max_size=40), TYPES)
def test_any_markup_is_read_or_refused(scraps: list[str], content_type: str) -> None:
    """Scraps of markup in any order make a version, the same each time, or are refused with a named outcome."""
    body = "".join(scraps).encode("utf-8", "surrogatepass")
    assert settled(body, content_type) == settled(body, content_type)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 25_000))
def test_a_huge_tag_is_cut_to_its_name_wherever_it_stands(before: int) -> None:
    """Parts of the markup are looked at for brackets; no huge tag slips through between two of them."""
    huge = "<p " + "x=" * 10_001 + ">"
    assert _bounded("y" * before + "<b>" + huge + SAID).endswith("<b><p>" + SAID)
