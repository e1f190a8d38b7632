"""The links of a document: their words, made absolute addresses of the web, in order and within bounds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ReadingError
from monitor.extract import links
from monitor.model import Link

HTML, MARKDOWN = "text/html; charset=utf-8", "text/markdown"
BASE = "https://northwind.example/legal/terms.html"


def html(inner: str, head: str = "") -> tuple[Link, ...]:
    page = f"<!doctype html><html><head>{head}</head><body><main><p>We keep your chats.</p>{inner}</main></body></html>"
    return links(page.encode(), HTML, BASE)


def markdown(text: str) -> tuple[Link, ...]:
    return links(text.encode(), MARKDOWN, BASE)


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("https://northwind.example/opt-out", "https://northwind.example/opt-out"),
        ("http://northwind.example", "http://northwind.example"),
        ("/opt-out?a=1&amp;b=2", "https://northwind.example/opt-out?a=1&b=2"),
        ("form.html", "https://northwind.example/legal/form.html"),
        ("../form", "https://northwind.example/form"),
        ("//other.example/form", "https://other.example/form"),
        ("form.html#second", "https://northwind.example/legal/form.html#second"),
        (" /a form ", "https://northwind.example/a%20form"),
    ],
)
def test_addresses_are_made_absolute(target: str, url: str) -> None:
    """As a browser does it, against the address of the page."""
    assert html(f'<p>Use <a href="{target}">this <b>form</b></a>.</p>') == (Link("this form", url),)


@pytest.mark.parametrize(
    "target",
    [
        "#section-2",
        "",
        "mailto:privacy@northwind.example",
        "javascript:void(0)",
        "data:text/html,hello",
        "ftp://northwind.example/file",
        "http://[half",
        "https://",
        "https://northwind.example@other.example/",
        "https://northwind.example/" + "a" * 3_000,
        "https://northwind.example/\u202egnp",
    ],
)
def test_other_targets_are_no_links(target: str) -> None:
    """Jumps within the page, other schemes, half addresses, and hosts dressed as others."""
    assert html(f'<p>Use <a href="{target}">this form</a>.</p>') == ()
    assert markdown(f"Use [this form]({target}).") == ()


def test_a_page_may_name_its_base() -> None:
    """Relative addresses hang from it; one that is none of the web counts for nothing."""
    link = '<p>Use <a href="form">this form</a>.</p>'
    assert html(link, '<base href="/help/">') == (Link("this form", "https://northwind.example/help/form"),)
    assert html(link, '<base href="data:x">') == (Link("this form", "https://northwind.example/legal/form"),)


def test_furniture_and_what_nobody_sees_has_no_links() -> None:
    """Menus, footers, hidden text and scripts are not the document; links without words carry nothing."""
    hidden = '<nav><a href="/a">A</a></nav><footer><a href="/b">B</a></footer><p hidden><a href="/c">C</a></p>'
    script = '<script>document.write("<a href=/d>D</a>")</script><a href="/e"><img src="e.png"></a>'
    assert html(f'{hidden}{script}<p>Use <a href="/f">the form</a>.</p>') == (
        Link("the form", "https://northwind.example/f"),
    )


def test_links_stand_in_the_order_of_the_document() -> None:
    """Every one of them, a second time too."""
    found = html('<p><a href="/b">two</a> or <a href="/a">one</a>, and <a href="/b">two</a> again</p>')
    assert [link.text for link in found] == ["two", "one", "two"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Use [this form](/form).", [("this form", "https://northwind.example/form")]),
        ("Use [this **form**](/form 'a title').", [("this form", "https://northwind.example/form")]),
        ("Use [this form](</form>).", [("this form", "https://northwind.example/form")]),
        ("See <https://northwind.example/form>.", [("https://northwind.example/form",) * 2]),
        ("[a](/a) and [b](/b_(c))", [("a", "https://northwind.example/a"), ("b", "https://northwind.example/b_(c)")]),
        ("![a picture](/a.png) only", []),
        ("[![a picture](/a.png)](/a) only", []),
        ("\\[no link](/a)", []),
        ("[no link] (/a)", []),
        ("您可以[选择退出](/out)。", [("选择退出", "https://northwind.example/out")]),
    ],
)
def test_markdown_has_links_too(text: str, found: list[tuple[str, str]]) -> None:
    """Inline links and bare addresses in angle brackets; pictures are none."""
    assert markdown(text) == tuple(Link(*each) for each in found)


def test_other_kinds_have_no_links() -> None:
    """Plain text and JSON name addresses at most."""
    assert links(b"See https://northwind.example/form.", "text/plain", BASE) == ()
    assert links(b'{"text": "<a href=/form>form</a>"}', "application/json", BASE) == ()


def test_what_is_no_text_is_refused_as_it_is_when_read() -> None:
    """The reason is the same."""
    with pytest.raises(ReadingError):
        links(b"\x89PNG\r\n", HTML, BASE)


def test_there_is_an_end_to_them() -> None:
    """Two thousand are enough, and words of a link are few."""
    assert len(html('<p><a href="/a">one more</a></p>' * 5_000)) == 2_000
    assert html(f'<p><a href="/a">{"word " * 200}</a></p>') == ()
    assert len(markdown("[one more](/a)\n\n" * 5_000)) == 2_000


@pytest.mark.parametrize(
    "body",
    [
        "<a href='/a'>" * 50_000,
        "<p><a href='http://[" * 50_000,
        "<base href='" + "a" * 1_000_000 + "'><a href=b>c</a>",
        "<html><a href=/a>" + "<div>" * 100_000,
    ],
)
def test_hostile_pages_end(body: str) -> None:
    """Deep, broken and huge markup takes seconds at most."""
    started = time.process_time()
    links(f"<!doctype html><body>{body}".encode(), HTML, BASE)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "text", ["[" * 200_000, "[a](" * 100_000, "[a](b" * 100_000, "![](" * 100_000, "[a" * 200_000, "](" * 200_000]
)
def test_hostile_markdown_ends(text: str) -> None:
    """Brackets that nobody closes."""
    started = time.process_time()
    markdown(text)
    assert time.process_time() - started < 10


@given(st.binary(max_size=200), st.sampled_from([HTML, MARKDOWN, "text/plain", ""]), st.text(max_size=40))
def test_only_reading_errors_are_raised(body: bytes, content_type: str, base: str) -> None:
    """Whatever the bytes and the address are."""
    try:
        found = links(body, content_type, base)
    except ReadingError:
        return
    assert all(link.text and link.url.startswith(("http://", "https://")) for link in found)


@given(st.text(max_size=60), st.text(alphabet="ht:/s.[]@?#%\\ aé\u202e\n", max_size=40))
def test_no_target_is_too_odd(words: str, target: str) -> None:
    """Odd words and odd targets, in HTML and in Markdown."""
    markdown(f"[{words}]({target})")
    html(f'<a href="{target}">{words}</a>')
