"""The fingerprint that spares a page its reading: equal fingerprints mean equal texts."""

from __future__ import annotations

from itertools import combinations

from fakes import HTML, PAGE, PARAGRAPHS
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extract import Source, prepare, version
from monitor.model import Page
from monitor.recipe import recipe

WORDS = st.sampled_from(["We", "do", "not", "train", "30", "days", "90", "<b>may</b>", "share", "a&amp;b", "数据", ""])
SENTENCE = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
TOKEN = st.text("abc123", min_size=1, max_size=6)
TAGS = st.sampled_from(["p", "div", "li", "h2", "td", "span", "summary", "b", "button", "nav", "footer", "section"])
ATTRIBUTES = st.sampled_from(
    ["", "id={}", "class='c-{}'", "data-nonce={}", "href='/x?{}'", "href='#{}'", "style='display:none'", "hidden",
     "role=heading aria-level=2", "role=dialog", "class='cookie-{}'", "aria-expanded=true", "onclick='f(\"{}\")'", "title='a > b'"]
)  # fmt: skip
ELEMENT = st.tuples(TAGS, ATTRIBUTES, SENTENCE)


def source(inner: str, page: Page = PAGE) -> Source:
    return prepare(page, f"<html><body><main>{inner}</main></body></html>".encode(), HTML)


def markup(elements: list[tuple[str, str, str]], token: str) -> str:
    return "".join(f"<{tag} {attribute.replace('{}', token)}>{text}</{tag}>" for tag, attribute, text in elements)


@settings(max_examples=80, deadline=None)
@given(st.lists(ELEMENT, min_size=1, max_size=6), st.lists(ELEMENT, max_size=2), TOKEN, TOKEN)
def test_equal_fingerprints_mean_equal_texts(
    elements: list[tuple[str, str, str]], others: list[tuple[str, str, str]], one: str, two: str
) -> None:
    """Of pages that differ in rotating attributes or in a block or two, those with one fingerprint have one key."""
    pages = [markup(elements, one), markup(elements, two), markup(elements + others, one), markup(elements[1:], two)]
    sources = [source(page) for page in pages]
    for left, right in combinations(sources, 2):
        if left.fingerprint == right.fingerprint:
            assert version(left).document.blocks == version(right).document.blocks
            assert version(left).key == version(right).key


@settings(max_examples=30, deadline=None)
@given(st.lists(TOKEN, min_size=2, max_size=2, unique=True))
def test_rotating_attributes_leave_the_fingerprint(tokens: list[str]) -> None:
    """Ids, classes, nonces, link targets and comments that rotate do not make a page be read again."""
    text = " ".join(PARAGRAPHS)
    one, two = (
        source(
            f"<!-- {token} --><p id=x{token} class='a-{token}' data-v={token}>{text} <a href='/t?id={token}'>more</a></p>"
            f"<script nonce={token}>var t = '{token}';</script><img src='/i/{token}.png' alt=''>"
        )
        for token in tokens
    )
    assert one.fingerprint == two.fingerprint


def test_another_word_is_another_fingerprint() -> None:
    """A page that says something else has another fingerprint."""
    assert source("<p>We keep it for 30 days.</p>").fingerprint != source("<p>We keep it for 90 days.</p>").fingerprint


def test_the_recipe_is_edition_and_selectors() -> None:
    """Another selector is another way of reading; another address or another name is not."""
    page = Page("acme", "terms", "terms", "https://acme.example/terms")
    elsewhere = Page("acme", "privacy", "privacy", "https://acme.example/privacy", every="1d")
    selected = Page("acme", "terms", "terms", "https://acme.example/terms", select="main")
    without = Page("acme", "terms", "terms", "https://acme.example/terms", remove=("main",))
    assert recipe(page) == recipe(elsewhere)
    assert len({recipe(page), recipe(selected), recipe(without)}) == 3
