"""Markdown -> blocks: the text that a reader sees, whatever marks it up."""

from __future__ import annotations

import pytest

from monitor.extract import prepare, read, version
from monitor.extract.markdown import inline
from monitor.model import Block, Page

MARKDOWN = "text/markdown; charset=utf-8"
PAGE = Page("acme", "terms", "terms", "https://acme.example/terms.md")


def blocks(text: str) -> tuple[Block, ...]:
    return read(text.encode(), MARKDOWN).blocks


def texts(text: str) -> list[str]:
    return [block.text for block in blocks(text)]


@pytest.mark.parametrize(
    ("marked", "seen"),
    [
        ("See our [privacy policy](https://acme.example/p?id=4f2) for more.", "See our privacy policy for more."),
        ("See [this (here)](<https://acme.example/a_(b)>).", "See this (here)."),
        ('See [this](https://acme.example/ "A title").', "See this."),
        ("![logo](https://acme.example/x.png) We keep it.", "We keep it."),
        ("[![logo](x.png) Home](https://acme.example/)", "Home"),
        ("We **do not** _train_ on ~~your~~ `data`.", "We do not train on your data."),
        ("We ***never*** sell __it__.", "We never sell it."),
        ("The value snake_case_name stays.", "The value snake_case_name stays."),
        (r"5 \* 3 \[sic\] \_x\_ 1\. \# \| a", "5 * 3 [sic] _x_ 1. # | a"),
        ("R&amp;D &copy; 2031 &#20013;", "R&D © 2031 中"),
        ("Write to <mailto:a@acme.example> or <https://acme.example/x>.", None),
        ("a <b>bold</b> word", "a bold word"),
        ("prices < 5 and > 3", "prices < 5 and > 3"),
    ],
)
def test_a_line_is_read_without_its_marks(marked: str, seen: str | None) -> None:
    """Link targets, emphasis, escapes and entities are no text of their own."""
    assert inline(marked) == (seen or "Write to mailto:a@acme.example or https://acme.example/x.")


def test_link_targets_make_no_version() -> None:
    """Two pages that differ in the targets of their links have one key."""
    one, other = (
        version(prepare(PAGE, f"See [our policy](/p?t={token}), and ![x](/i/{token}.png) more.".encode(), MARKDOWN)).key
        for token in ("a1", "b2")
    )
    assert one == other


def test_headings_of_both_kinds() -> None:
    """Headings are marked with # or underlined; blocks stand under them."""
    found = blocks("Terms\n=====\n\nYour data\n---------\n\nWe keep it.\n\n### Chats ###\n\nWe keep them.\n")
    assert [(block.text, block.level) for block in found if block.kind == "heading"] == [
        ("Terms", 1),
        ("Your data", 2),
        ("Chats", 3),
    ]
    assert found[-1].trail == ("Terms", "Your data", "Chats")


def test_the_title_is_the_first_heading() -> None:
    """A Markdown document is called by its first heading."""
    assert read(b"Intro.\n\n# Terms of use\n\n## Data\n", MARKDOWN).title == "Terms of use"


def test_a_rule_is_no_heading() -> None:
    """A line of dashes after a blank one parts blocks and makes none."""
    assert [(block.kind, block.text) for block in blocks("One.\n\n---\n\nTwo.\n\n* * *\n\nThree.")] == [
        ("paragraph", "One."),
        ("paragraph", "Two."),
        ("paragraph", "Three."),
    ]


def test_lines_of_a_paragraph_are_one_block() -> None:
    """A paragraph that is wrapped over lines is one block; a blank line ends it."""
    assert texts("We do\nnot train\non it.\n\nWe keep it.") == ["We do not train on it.", "We keep it."]


@pytest.mark.parametrize("mark", ["*", "-", "+", "1.", "2)"])
def test_items(mark: str) -> None:
    """Each mark of a list makes items, nested and wrapped ones too."""
    found = blocks(f"{mark} one\n  goes on\n   {mark} two\n{mark} three\n\nAfter.")
    assert [(block.kind, block.text) for block in found] == [
        ("item", "one goes on"),
        ("item", "two"),
        ("item", "three"),
        ("paragraph", "After."),
    ]


def test_a_table_of_pipes() -> None:
    """A row of a table is one block under its header cells; an escaped pipe is text."""
    found = blocks("| Plan | Requests |\n|------|:--------:|\n| Free | 5 a day |\n| Pro \\| Team | 50<br>a day |\n")
    assert [block.text for block in found] == ["Plan | Requests", "Free | 5 a day", "Pro | Team | 50; a day"]
    assert found[1].columns == ("Plan", "Requests")


def test_line_breaks_part_blocks() -> None:
    """`<br>`, two spaces and a backslash at a line's end all end a block."""
    assert texts("One.<br>Two.<br />Three.  \nFour.\\\nFive.") == ["One.", "Two.", "Three.", "Four.", "Five."]


def test_a_table_in_html() -> None:
    """A table written in HTML within Markdown is read as one."""
    found = blocks(
        "Before.\n\n<table>\n<tr><th>Plan</th><th>Price</th></tr>\n<tr><td>Free</td><td>0</td></tr>\n</table>\nAfter."
    )
    assert [(block.kind, block.text) for block in found] == [
        ("paragraph", "Before."),
        ("row", "Plan | Price"),
        ("row", "Free | 0"),
        ("paragraph", "After."),
    ]


def test_quotes_are_text() -> None:
    """The mark of a quotation is no text."""
    assert texts("> We keep it\n> for 30 days.") == ["We keep it for 30 days."]


def test_a_bold_line_is_a_heading() -> None:
    """A paragraph that is one short bold line is a heading in disguise, in Markdown too."""
    found = blocks("**Your data**\n\nWe keep it.")
    assert (found[0].kind, found[1].trail) == ("heading", ("Your data",))


def test_markdown_and_html_of_one_document_say_the_same() -> None:
    """A document has one key whether it comes as HTML or as Markdown."""
    html = "<body><main><h1>Terms</h1><p>We do <b>not</b> <a href=/t>train</a> on it.</p><ul><li>One.</li><li>Two.</li></ul></main>"
    text = "# Terms\n\nWe do **not** [train](/t) on it.\n\n* One.\n* Two.\n"
    keys = {version(prepare(PAGE, body.encode(), kind)).key for body, kind in ((html, "text/html"), (text, MARKDOWN))}
    assert len(keys) == 1


MENU = "* [Blog](/b)\n* [Status](/s)\n* [Careers](/c)\n"
BODY = "\n\n".join(f"## Part {n}\n\nWe keep your chats for {n} days." for n in range(1, 6))


def test_menus_at_the_edges_are_not_text() -> None:
    """Columns of links below a document, and a menu above it, are furniture, though not each entry is a link."""
    page = f"{MENU}* Products\n\n{BODY}\n\n### Company\n\n{MENU}* Cookie settings\n\n### Help\n\n{MENU}"
    assert texts(page) == texts(BODY)


@pytest.mark.parametrize("where", ["end", "middle"])
def test_a_list_of_links_is_text(where: str) -> None:
    """A list of linked names within a document, or as its last part, is what the document says."""
    names = "## Who gets your data\n\n* [Northern Cloud](/n)\n* [Southern Mail](/s)\n* [Eastern Pay](/e)\n"
    page = f"{BODY}\n\n{names}" if where == "end" else f"{names}\n\n{BODY}"
    assert {"Northern Cloud", "Southern Mail", "Eastern Pay"} <= set(texts(page))
