"""Digests: many changes in one message, none of them lost on the way."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import get_args
from unicodedata import category

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report_samples import FINDING, HOSTILE, NOW, RECORD, hostile_record

from monitor.model import Importance
from monitor.records import ChangeRecord
from monitor.report.digest import MOST_DETAILED, MOST_LISTED, digest_message, grouped
from monitor.report.markdown import digest_markdown, plain
from monitor.report.payload import change_json
from monitor.report.style import Style
from monitor.words import printable

ANYTHING = st.text(st.characters() | st.sampled_from("*_`#<>&[]()!|~-+=.:1\\\"'\n\t\x00\u2028\u202e免费"), max_size=60)


def change(number: int, vendor: str = "acme", importance: Importance = "major", **parts: object) -> ChangeRecord:
    """A change of its own number, vendor, importance and summary."""
    told = replace(RECORD.change, importance=importance, summary=f"change {number}.", **parts)  # type: ignore[arg-type]
    seen_at = NOW + timedelta(minutes=number)
    return replace(RECORD, id=number, vendor=vendor, vendor_name=vendor.title(), seen_at=seen_at, change=told)


def order(text: str, *parts: str) -> bool:
    """Whether these parts stand in a text, in this order."""
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def text_of(markdown: str) -> str:
    """What a reader of CommonMark shows."""
    return BeautifulSoup(MarkdownIt("commonmark").render(markdown), "lxml").get_text()


# --- the message --------------------------------------------------------------------------------------------------------


def test_the_subject_counts_and_names_the_vendors() -> None:
    """The subject says how many changes there are and whose, each vendor once."""
    records = [change(1), change(2), change(3, "xai"), change(4, "volcengine")]
    assert digest_message(records, Style()).subject == "4 changes of terms: Acme, Volcengine, Xai"
    assert digest_message(records[:1], Style()).subject == "1 change of terms: Acme"
    assert digest_message(records, Style("zh")).subject == "4 处条款改动：Acme、Volcengine、Xai"


def test_the_subject_says_how_many_vendors_it_does_not_name() -> None:
    """Of many vendors the subject names the first five and counts the others."""
    records = [change(number, f"v{number}") for number in range(1, 9)]
    assert digest_message(records, Style()).subject == "8 changes of terms: V1, V2, V3, V4, V5 and 3 more"


def test_the_weightiest_come_first_vendor_by_vendor() -> None:
    """Vendors with a major change come first, and of each vendor the major changes, then the newest."""
    records = [
        change(1, "acme", "minor"),
        change(2, "xai", "minor"),
        change(3, "xai", "major"),
        change(4, "xai", "major"),
        change(5, "baidu", "none"),
    ]
    assert [record.id for record in grouped(records)] == [4, 3, 2, 1, 5]
    text = digest_message(records, Style()).text
    assert order(text, "== Xai ==", "change 4.", "change 3.", "change 2.", "== Acme ==", "change 1.", "== Baidu ==")
    assert text.count("== Xai ==") == 1


def test_a_digest_tells_its_time() -> None:
    """A digest says what kind it is and from when to when; what came at once says that."""
    digest = digest_message([RECORD], Style(), period="daily", since=NOW - timedelta(days=1), until=NOW)
    assert order(digest.text, "Daily digest", "1 Mar 2026, 10:00 UTC to 2 Mar 2026, 10:00 UTC")
    assert digest.at == NOW
    assert "many came at once" in digest_message([RECORD], Style()).text


def test_a_change_in_detail_has_its_findings_marked() -> None:
    """A digest shows a finding's reading, place and words, in text and side by side in HTML."""
    digest = digest_message([RECORD], Style())
    assert order(
        digest.text, FINDING.reading, "worse for you · Plans > Free", "[-10,000,000-]{+1,000,000+}", "monitor show 42"
    )
    assert len(BeautifulSoup(digest.html, "lxml").find_all("td")) == 2


def test_five_findings_of_a_change_are_shown_and_the_others_counted() -> None:
    """A change with many findings does not fill a digest."""
    findings = tuple(replace(FINDING, after=f"clause {number}") for number in range(9))
    digest = digest_message([change(1, findings=findings)], Style())
    assert digest.text.count("{+clause") == 5
    assert "4 more" in digest.text
    assert "4 more" in digest.html


@pytest.mark.parametrize(("number", "listed"), [(25, 25), (1003, 1000)])
def test_no_change_is_left_out_without_notice(number: int, listed: int) -> None:
    """The first 20 are told in detail, the others in a line up to 1,000; how many are not listed is said, and how to see them."""
    digest = digest_message([change(each) for each in range(1, number + 1)], Style(), since=NOW)
    assert digest.text.count("* free-plan: change ") == listed
    assert digest.text.count(FINDING.reading) == MOST_DETAILED
    assert len(BeautifulSoup(digest.html, "lxml").select("table")) == MOST_DETAILED
    for form in (digest.text, digest.html):
        assert ("3 more changes, not listed here" in form) == (number > MOST_LISTED)
        assert "monitor changes --since 2026-03-02" in form


def test_the_payload_holds_every_change() -> None:
    """A webhook gets each change as `changes --json` has it, and whose it is, however many there are."""
    records = [change(number) for number in range(MOST_LISTED + 5)]
    payload = digest_message(records, Style(), key="k").payload
    assert (payload["schema"], payload["key"]) == ("terms-monitor/digest/1", "k")
    changes = payload["changes"]
    assert isinstance(changes, list)
    assert {each["id"] for each in changes} == {record.id for record in records}
    (told,) = (each for each in changes if each["id"] == 7)
    assert told == change_json(records[7]) | {"vendor_name": "Acme", "url": "https://acme.example/free"}


def test_a_digest_is_of_all_its_vendors_and_topics() -> None:
    """For feeds, a digest names each vendor and topic once."""
    digest = digest_message([change(1), change(2, "xai", topics=("price",)), change(3)], Style())
    assert set(digest.vendors) == {"acme", "xai"}
    assert set(digest.topics) == {"free-amount", "price"}
    assert len(digest.vendors) == len(digest.topics) == 2


def test_a_served_archive_is_linked() -> None:
    """Where the archive is served, each change links to its page there, and the whole to the list."""
    digest = digest_message([RECORD, change(7, findings=())], Style(archive_url="https://terms.example/"))
    links = {link["href"] for link in BeautifulSoup(digest.html, "lxml").find_all("a")}
    base = "https://terms.example/changes"
    assert links == {base, f"{base}/42", f"{base}/7"}
    assert {f"{base}/42", f"{base}/7", base} <= set(digest.text.replace(")", " ").split())


def test_a_digest_of_nothing_says_so() -> None:
    """An empty digest is a message all the same."""
    assert digest_message([], Style(), until=NOW).subject == "No change."


# --- bounds and hostility -------------------------------------------------------------------------------------------------


def test_a_huge_digest_stays_small_enough_to_be_sent() -> None:
    """Twenty changes of megabytes each make a mail of less than one."""
    clause = " ".join(f"word{number} kept" for number in range(20_000))
    findings = tuple(
        replace(FINDING, before=f"{each} " + "kept words " * 20, after=f"{each} {clause}") for each in range(6)
    )
    digest = digest_message([change(number, findings=findings) for number in range(21)], Style())
    assert len(digest.text) < 500_000
    assert len(digest.html) < 1_000_000


def shape(html: str) -> set[tuple[str, tuple[str, ...]]]:
    """Every element of a page with the names of its attributes."""
    return {(element.name, tuple(element.attrs)) for element in BeautifulSoup(html, "lxml").select("*")}


def test_hostile_text_keeps_its_place_in_a_digest() -> None:
    """A page made of markup adds no element, no line to the subject and no control character to a digest."""
    hostile = replace(hostile_record(), vendor=HOSTILE, page=HOSTILE)
    digest = digest_message([hostile, replace(hostile, change=replace(hostile.change, findings=()))], Style())
    plain_ones = digest_message([RECORD, replace(RECORD, change=replace(RECORD.change, findings=()))], Style())
    assert shape(digest.html) <= shape(plain_ones.html)
    assert digest.subject.isprintable()
    assert len(digest.subject) <= 200
    for form in (digest.text, digest.html):
        form.encode()
        assert all(character.isprintable() or character == "\n" for character in form)


def steering(text: str) -> set[str]:
    """The characters of a text that steer a terminal, a mail or the direction of reading."""
    return {sign for sign in text if category(sign) in {"Cc", "Cs", "Zl", "Zp"} or sign in "\u202a\u202d\u202e\u2066"}


def filled(text: str) -> ChangeRecord:
    """The change with this text wherever a page or a watchlist could have put it."""
    finding = replace(FINDING, before=text, after=text + "!", reading=text, trail=(text,), topic=text)
    told = replace(RECORD.change, summary=f"so {text}", findings=(finding,), topics=(text,))
    return replace(RECORD, vendor_name=text, url=f"https://{text}", change=told)


@given(st.lists(ANYTHING, min_size=1, max_size=3), st.sampled_from(["en", "zh"]))
@settings(max_examples=60, deadline=None)
def test_whatever_a_page_says_a_digest_can_be_sent(texts: Sequence[str], language: str) -> None:
    """Any text makes a digest that is printable, is encoded, adds no element and is JSON."""
    digest = digest_message([filled(text) for text in texts], Style(language))
    assert steering(digest.subject) == set()
    assert steering(digest.text) | steering(digest.html) <= {"\n", "\t"}
    assert shape(digest.html) <= shape(digest_message([RECORD], Style()).html) | {("a", ("href", "rel"))}
    json.dumps(digest.payload, allow_nan=False)
    digest.text.encode()
    digest.html.encode()


# --- Markdown -----------------------------------------------------------------------------------------------------------


def test_markdown_tells_what_a_digest_tells() -> None:
    """The Markdown names the vendors, the findings with their words marked, and where to see more."""
    markdown = digest_markdown([RECORD, change(7, "xai", "minor")], Style())
    page = BeautifulSoup(MarkdownIt("commonmark").render(markdown), "lxml")
    assert [heading.get_text() for heading in page.find_all("h2")] == ["Acme", "Xai"]
    assert page.find("h1").get_text() == "2 changes of terms: Acme, Xai"
    assert (page.find("del").get_text(), page.find("ins").get_text()) == ("10,000,000", "1,000,000")
    assert page.find("a")["href"] == "https://acme.example/free"
    assert "Details: monitor show 42" in page.get_text()


MARKUP = [
    "# heading", "- item", "+ item", "1. item", "12) item", "> quote", "***", "- - -", "===", "```", "~~~", "| a | b |",
    "<script>alert(1)</script>", "&lt;b&gt; &copy;", "**bold** __bold__ *it* _it_ `code`", "[a](javascript:alert(1))",
    "![a](https://x.example/a.png)", "<https://x.example>", "https://x.example www.x.example a@x.example", "a\\", "\\*",
    "$x$ ~~gone~~ :smile: @someone", "[^1]", "[a]: https://x.example", "<!-- a -->", "免费**额度**，[链接](x)", "    code",
]  # fmt: skip


@pytest.mark.parametrize("text", MARKUP)
def test_text_of_a_page_renders_as_itself(text: str) -> None:
    """What means something to Markdown is shown as the page has it, wherever it stands."""
    markdown = digest_markdown([filled(text)], Style())
    page = BeautifulSoup(MarkdownIt("commonmark").render(markdown), "lxml")
    names = {element.name for element in page.select("*")}
    assert names <= {"html", "body", "h1", "h2", "h3", "p", "blockquote", "ul", "li", "del", "ins", "a", "code"}
    shown = " ".join(text.split())
    assert page.find("h2").get_text() == shown
    assert shown in [paragraph.get_text() for paragraph in page.find_all("p")]
    assert shown in page.find("blockquote").get_text()


@given(ANYTHING)
@settings(max_examples=300, deadline=None)
def test_any_text_is_plain_in_markdown(text: str) -> None:
    """A paragraph, an item and a heading of any text hold that text and nothing else."""
    shown = " ".join(printable(text).split())
    for start in ("", "- ", "> ", "## "):
        tokens = MarkdownIt("commonmark").parse(start + plain(text).strip())
        inline = [token for token in tokens if token.type == "inline"]
        children = [child for token in inline for child in token.children or ()]
        assert {child.type for child in children} <= {"text", "text_special"}
        assert len(inline) <= 1
        assert "".join(child.content for child in children) == shown


def test_every_importance_has_its_rank() -> None:
    """A digest can rank whatever importance a change has."""
    assert len(grouped([change(each, importance=one) for each, one in enumerate(get_args(Importance))])) == 3
