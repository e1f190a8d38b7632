"""HTML -> blocks: what is text, what kind it is, what it stands under, and what is only furniture."""

from __future__ import annotations

import pytest
from fakes import HTML, PARAGRAPHS, page_of, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ReadingError
from monitor.extract import chrome, prepare, read, version
from monitor.model import Block, Page

LONG = " ".join(PARAGRAPHS)


def blocks(html: str) -> tuple[Block, ...]:
    return read(html.encode(), HTML).blocks


def body(inner: str) -> str:
    return f"<!doctype html><html><body><main>{inner}</main></body></html>"


# --- blocks ----------------------------------------------------------------------------------------------------------


def test_blocks_stand_under_their_headings() -> None:
    """A block's trail names its headings, the outermost first; a heading ends those of its level and below."""
    found = blocks(body("<h1>A</h1><p>One.</p><h2>B</h2><p>Two.</p><h3>C</h3><p>Three.</p><h2>D</h2><p>Four.</p>"))
    trails = {block.text: block.trail for block in found if block.kind == "paragraph"}
    assert trails == {"One.": ("A",), "Two.": ("A", "B"), "Three.": ("A", "B", "C"), "Four.": ("A", "D")}


def test_a_heading_knows_its_level() -> None:
    """Headings carry their level, those made with ARIA too."""
    found = blocks(body("<h2>A</h2><p>x</p><div role=heading aria-level=4>B</div><p>y</p>"))
    assert [(block.text, block.level) for block in found if block.kind == "heading"] == [("A", 2), ("B", 4)]


def test_a_short_bold_line_is_a_heading() -> None:
    """A short bold paragraph without a full stop is a heading in disguise; a bold sentence is a paragraph."""
    found = blocks(body("<p><b>Your data</b></p><p>We keep it.</p><p><strong>We never sell it.</strong></p>"))
    assert [(block.kind, block.text) for block in found] == [
        ("heading", "Your data"),
        ("paragraph", "We keep it."),
        ("paragraph", "We never sell it."),
    ]
    assert found[1].trail == ("Your data",)


def test_words_of_one_line_stay_together() -> None:
    """Inline tags do not break words or lines apart."""
    assert texts(body("<p>We do <b>n</b>ot <a href='/x'>train</a> on\n   <em>your</em> data.</p>")) == [
        "We do not train on your data."
    ]


def test_line_breaks_part_blocks() -> None:
    """A line break ends a block."""
    assert texts(body("<p>One.<br>Two.<br/>Three.</p>")) == ["One.", "Two.", "Three."]


def test_text_outside_of_paragraphs_is_read() -> None:
    """Text that stands directly in a div, before and after other blocks, is not lost."""
    assert texts(body("<div>before<p>inside</p>after</div>")) == ["before", "inside", "after"]


@pytest.mark.parametrize("tag", ["ul", "ol"])
def test_items_of_a_list(tag: str) -> None:
    """Items of a list are items, nested ones too, each with its own text alone."""
    found = blocks(body(f"<{tag}><li>one<{tag}><li>one and a half</li></{tag}></li><li><p>two</p></li></{tag}>"))
    assert [(block.kind, block.text) for block in found] == [
        ("item", "one"),
        ("item", "one and a half"),
        ("item", "two"),
    ]


def test_rows_stand_under_their_header_cells() -> None:
    """A row of a table is one block, its cells in order, under the cells of the header."""
    table = (
        "<table><thead><tr><th>Plan</th><th>Requests</th></tr></thead><tr><td>Free</td><td>5 a day</td></tr></table>"
    )
    header, row = blocks(body(table))
    assert (header.kind, header.text) == ("row", "Plan | Requests")
    assert (row.kind, row.text, row.columns) == ("row", "Free | 5 a day", ("Plan", "Requests"))


def test_a_break_within_a_cell_stays_within_its_row() -> None:
    """Lines of one cell are one row's text."""
    assert texts(body("<table><tr><td>Free</td><td>5 a day<br>100 a month</td></tr></table>")) == [
        "Free | 5 a day; 100 a month"
    ]


def test_a_table_for_layout_is_no_table() -> None:
    """A page that is laid out with a table is read as paragraphs, not as one row."""
    found = blocks(body(f"<table><tr><td><p>{LONG}</p><p>{LONG}</p><p>{LONG}</p></td><td>x</td></tr></table>"))
    assert [block.kind for block in found].count("paragraph") >= 3
    assert all(block.kind != "row" for block in found)


def test_definition_lists() -> None:
    """A term of a definition list is what its definitions stand under."""
    found = blocks(body("<dl><dt>Retention</dt><dd>30 days.</dd></dl>"))
    assert (found[-1].text, found[-1].trail) == ("30 days.", ("Retention",))


# --- what a reader can open ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", ["", " open"])
def test_details_are_read_open_or_closed(opened: str) -> None:
    """What stands in a details element is read whether it is open, under its summary."""
    found = blocks(body(f"<details{opened}><summary>Do you train?</summary><p>We do not.</p></details>"))
    assert [(block.kind, block.text) for block in found] == [("heading", "Do you train?"), ("paragraph", "We do not.")]
    assert found[1].trail == ("Do you train?",)


@pytest.mark.parametrize("hidden", ["hidden", "aria-hidden=true", "style='display:none'"])
def test_an_accordions_panel_is_read(hidden: str) -> None:
    """A hidden panel that a button opens is read, and the button's text is its title."""
    html = (
        f"<h3><button aria-expanded=false aria-controls=p1>Do you train?</button></h3><div id=p1 {hidden}>Never.</div>"
    )
    assert texts(body(f"<p>{LONG}</p>{html}"))[1:] == ["Do you train?", "Never."]


@pytest.mark.parametrize("hidden", ["hidden", "aria-hidden=true", "style='display: none'", "style='visibility:hidden'"])
def test_a_hidden_duplicate_is_not_read(hidden: str) -> None:
    """A hidden second copy of a passage, for small screens, is not text."""
    assert texts(body(f"<p>{LONG}</p><div {hidden}><p>We keep it.</p></div><p>We keep it.</p>")) == [
        LONG,
        "We keep it.",
    ]


def test_a_hidden_page_is_the_page() -> None:
    """Where most of the text is hidden behind an open dialog, it is the document all the same."""
    assert LONG in texts(f"<body><div aria-hidden=true><p>{LONG}</p></div><div role=dialog>Cookies?</div></body>")


# --- furniture -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "furniture",
    [
        "<nav><a href=/a>Products</a> <a href=/b>Prices</a></nav>",
        "<header><a href=/>Acme</a></header>",
        "<footer><p>All rights reserved.</p></footer>",
        "<aside><p>Read about our new model.</p></aside>",
        "<div role=dialog><p>Take our survey.</p></div>",
        "<div class='cookie-banner'><p>We use cookies on this site.</p></div>",
        "<div id=onetrust-consent-sdk><p>Choose what we may store.</p></div>",
        "<form><label>Subscribe</label><input value=x></form>",
        "<ul><li><a href=/en>English</a><li><a href=/de>Deutsch</a><li><a href=/fr>Français</a><li><a href=/zh>中文</a></ul>",
        "<script>var x = 'We train';</script><style>p { color: red }</style><noscript>Enable scripts.</noscript>",
        "<template><p>not shown</p></template><svg><text>logo</text></svg>",
        "<button>Copy link</button>",
        "<a href='#main'>Skip to content</a>",
        "<!-- <p>not text</p> -->",
        "<select><option>English</option></select>",
    ],
)
def test_furniture_is_not_text(furniture: str) -> None:
    """What surrounds the document is cut: menus, banners, footers, forms, scripts."""
    assert texts(page_of(LONG, around=furniture).decode()) == ["Terms", LONG]


def test_a_table_of_contents_is_not_text() -> None:
    """Links to places on the same page are not read; the headings that they name are."""
    contents = "<ul><li><a href='#use'>Use of data</a></li><li><a href='#law'>The law</a></li></ul>"
    assert texts(body(f"{contents}<h2 id=use>Use of data</h2><p>{LONG}</p>")) == ["Use of data", LONG]


def test_links_within_sentences_are_text() -> None:
    """A list whose items say something around their links is no menu."""
    items = "".join(f"<li>We share chats with <a href='/{name}'>{name}</a>, which hosts us.</li>" for name in "ABCDE")
    assert len(texts(body(f"<ul>{items}</ul>"))) == 5


def test_a_header_within_the_document_is_text() -> None:
    """A header inside an article holds the document's title."""
    assert texts(f"<body><article><header><h1>Terms</h1></header><p>{LONG}</p></article></body>") == ["Terms", LONG]


# --- markup as it comes ----------------------------------------------------------------------------------------------


def test_deep_nesting_loses_nothing() -> None:
    """Text under 20,000 open tags is read: no parser gives up, and nothing recurses."""
    assert texts("<html><body>" + "<div>" * 20_000 + f"<p>{LONG}</p>") == [LONG]


def test_an_unclosed_comment_hides_what_a_browser_hides() -> None:
    """Text before a comment that never ends is read; what stands in it is not."""
    assert texts(f"<html><body><main><p>{LONG}</p><!-- <p>never</p>") == [LONG]


def test_a_second_body_is_read() -> None:
    """The text of a second body is part of the page, as in a browser."""
    assert texts(f"<html><body><p>{LONG}</p></body></html><body><p>And more.</p></body>") == [LONG, "And more."]


def test_unclosed_tags_lose_nothing() -> None:
    """Paragraphs and items that are never closed are read as a browser shows them."""
    assert texts(f"<body><p>{LONG}<p>Two<ul><li>three<li>four</ul>") == [LONG, "Two", "three", "four"]


def test_entities_are_characters() -> None:
    """Entities are read as what they stand for, and a written-out tag stays text."""
    assert texts(body("<p>R&amp;D&nbsp;costs &lt;b&gt; &euro;5 &#20013;</p>")) == ["R&D costs <b> €5 中"]


def test_an_empty_page_has_no_blocks() -> None:
    """A page without text is a document without blocks."""
    assert texts("<html><head><title>Acme</title></head><body><div id=root></div></body></html>") == []


def test_title_and_language() -> None:
    """A document's title is the page's, its language the one its text is in."""
    html = f"<html lang=de><head><title>  Terms \n of use </title></head><body><p>{LONG}</p></body></html>"
    found = read(html.encode(), HTML)
    assert (found.title, found.language) == ("Terms of use", "en")


# --- selectors -------------------------------------------------------------------------------------------------------


def reading(html: str, select: str | None = None, *remove: str) -> list[str]:
    page = Page("acme", "terms", "terms", "https://acme.example/", select=select, remove=remove)
    return [block.text for block in version(prepare(page, html.encode(), HTML)).document.blocks]


def test_a_selector_keeps_what_it_names() -> None:
    """With `select`, what it names is the document, furniture or not."""
    html = f"<body><p>{LONG}</p><footer class=legal><p>We keep it.</p></footer></body>"
    assert reading(html, ".legal") == ["We keep it."]


def test_remove_drops_what_it_names() -> None:
    """What `remove` names is not read, with `select` and without."""
    html = f"<body><main><p>{LONG}</p><p class=related>Related: prices</p></main></body>"
    assert reading(html, None, ".related") == [LONG]
    assert reading(html, "main", ".related") == [LONG]


def test_a_selector_that_names_nothing_is_said() -> None:
    """A selector that matches nothing makes the page unreadable, and the reason names the selector."""
    with pytest.raises(ReadingError, match=r"#gone") as caught:
        reading(f"<body><p>{LONG}</p></body>", "#gone")
    assert caught.value.outcome == "unreadable"


@pytest.mark.parametrize("select", [None, "main"])
def test_a_run_of_links_is_no_text(select: str | None) -> None:
    """Three links in a row with nothing said between them are a menu, amid the document too, with a selector or without."""
    links = "".join(f"<div><a href='/{name}'>More on {name}</a></div>" for name in ("safety", "prices", "research"))
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    assert reading(f"<body><main>{text}{links}{text}</main></body>", select) == [*PARAGRAPHS, *PARAGRAPHS]


@pytest.mark.parametrize("data", [b"PK\x03\x04...", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"GIF89a"])
def test_bytes_that_are_no_text(data: bytes) -> None:
    """An image, an archive is of the wrong type, whatever the server calls it."""
    with pytest.raises(ReadingError) as caught:
        read(data, HTML)
    assert caught.value.outcome == "wrong_type"


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["div", "p", "span"]),
            st.sampled_from(["class", "id", "title", "class=x id"]),
            st.sampled_from(
                ["", "Cookie-bar", "skip", "skip-to", "a SR-only b", "news letter", "newsletterX", "consent'"]
            ),
        )
    )
)
def test_banners_are_those_whose_class_or_id_holds_a_name(elements: list[tuple[str, str, str]]) -> None:
    """Whatever the case, and wherever in the attribute the name stands."""
    tree = chrome.parse("".join(f'<{tag} {name}="{value}">' for tag, name, value in elements))
    plain = ", ".join(f"[{name}*='{each}' i]" for each in chrome._BANNER_NAMES for name in ("class", "id"))
    assert {node.mem_id for node in tree.css(chrome._BANNER)} == {node.mem_id for node in tree.css(plain)}
