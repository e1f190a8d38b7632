"""Alerts and reports: they say it all, in every form, and nothing from outside gets out of its place."""

import json
import math
from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from report_samples import AFTER, BEFORE, FINDING, HOSTILE, NEW, NOW, OLD, RECORD, SUMMARY, document, hostile_record

from monitor.model import Amount, Block, Document, Edit, Effective, Link, WayOut
from monitor.records import ChangeRecord, Message
from monitor.report.message import message
from monitor.report.page import Entry, alerts_html, report_html
from monitor.report.payload import alert_json, change_json
from monitor.report.style import Style

HOSTILE_DOCUMENT = document(HOSTILE, HOSTILE * 2)


def shape(html: str) -> set[tuple[str, tuple[str, ...]]]:
    """Every element of a page with the names of its attributes."""
    return {(element.name, tuple(element.attrs)) for element in BeautifulSoup(html, "lxml").select("*")}


def with_amount(amount: Amount | None) -> ChangeRecord:
    finding = replace(FINDING, amount_before=None, amount_after=amount)
    return replace(RECORD, change=replace(RECORD.change, findings=(finding,)))


def amount_of(record: ChangeRecord) -> object:
    findings = change_json(record)["findings"]
    assert isinstance(findings, list)
    return findings[0]["amount"]


def alert(record: ChangeRecord = RECORD, language: str = "en") -> Message:
    return message(record, Style(language), key="k", before=OLD, after=NEW)


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_change_json_is_the_line_of_the_contract() -> None:
    """A change has exactly the keys that scripts rely on, times in RFC 3339."""
    assert change_json(RECORD) == {
        "id": 42,
        "vendor": "acme",
        "page": "free-plan",
        "type": "free-offer",
        "seen_at": "2026-03-02T10:00:00Z",
        "previous_at": "2026-03-01T10:00:00Z",
        "verdict": "alert",
        "importance": "major",
        "topics": ["free-amount"],
        "summary": SUMMARY,
        "findings": [
            {
                "topic": "free-amount",
                "change": "changed",
                "before": BEFORE,
                "after": AFTER,
                "reading": FINDING.reading,
                "amount": {
                    "before": {
                        "value": 10000000,
                        "unit": "token",
                        "per": "day",
                        "every": 1,
                        "qualifier": None,
                        "scope": "account",
                        "conditions": ["signed in"],
                    },
                    "after": {
                        "value": 1000000,
                        "unit": "token",
                        "per": "day",
                        "every": 1,
                        "qualifier": "up to",
                        "scope": "",
                        "conditions": [],
                    },
                },
            }
        ],
        "before": {"snapshot": "a" * 64, "version": 1},
        "after": {"snapshot": "b" * 64, "version": 2},
    }


def test_a_finding_without_amounts_has_null() -> None:
    """Where neither side has an amount there is no amount object."""
    assert amount_of(with_amount(None)) is None


@pytest.mark.parametrize(("value", "written"), [(5.0, "5"), (2.5, "2.5"), (math.inf, "null")])
def test_a_value_is_written_as_json_can(value: float, written: str) -> None:
    """Whole values are integers, fractions stay, and what JSON cannot say is null."""
    amount = amount_of(with_amount(Amount(value, "USD")))
    assert isinstance(amount, dict)
    assert json.dumps(amount["after"]["value"], allow_nan=False) == written


def test_alert_json_carries_the_change_and_the_key() -> None:
    """A webhook's body names its schema, the vendor, the page's address, and the key of every attempt."""
    body = alert_json(RECORD, key="k")
    assert body["schema"] == "terms-monitor/alert/1"
    assert (body["vendor_name"], body["url"], body["key"]) == ("Acme", "https://acme.example/free", "k")
    assert body["change"] == change_json(RECORD)


# --- the message -----------------------------------------------------------------------------------------------------


def test_the_subject_says_it_all() -> None:
    """The subject is the vendor's name and the summary."""
    assert alert().subject == "Acme: free tokens 10,000,000 -> 1,000,000 a day"


@pytest.mark.parametrize(
    ("summary", "subject"),
    [
        ("Acme now trains on your content; before, it did not", "Acme now trains on your content; before, it did not"),
        ("Acme: free usage: 10 → 1", "Acme: free usage: 10 → 1"),
        ("Acme：免费额度：10 → 1", "Acme：免费额度：10 → 1"),
        ("acme: free usage: 10 → 1", "acme: free usage: 10 → 1"),
        ("now trains on your content; before, it did not", "Acme: now trains on your content; before, it did not"),
        ("Acme2 is another name", "Acme: Acme2 is another name"),
        ("", "Acme: free-plan changed"),
    ],
)
def test_the_subject_names_the_vendor_once(summary: str, subject: str) -> None:
    """A summary that names the vendor is the subject; one of an old archive, which does not, gets the name in front."""
    assert alert(replace(RECORD, change=replace(RECORD.change, summary=summary))).subject == subject


@pytest.mark.parametrize("name", ["Acme: ", ""])
def test_what_the_summary_says_is_not_said_twice(name: str) -> None:
    """The first line of the text is the summary, and a reading that it holds does not follow, named vendor or not."""
    text = alert(replace(RECORD, change=replace(RECORD.change, summary=name + FINDING.reading))).text
    assert text.startswith(f"{name}{FINDING.reading}\n")
    assert text.count(FINDING.reading) == 1


def test_the_text_says_what_where_and_how() -> None:
    """The text holds the reading, the place, the marked clause, the other differences, the link and the times."""
    text = alert().text
    assert FINDING.reading in text
    assert "Free amount · changed · worse for you · Plans > Free" in text
    assert "Every account gets [-10,000,000-]{+1,000,000+} free tokens a day." in text
    assert "{+Ask us anything.+}" in text
    assert "Page: https://acme.example/free" in text
    assert "Seen: 2 Mar 2026, 10:00 UTC" in text
    assert "monitor show 42" in text


def test_a_difference_told_by_a_finding_is_not_told_twice() -> None:
    """The clause of a finding stands once in an alert, though it is a difference of the documents too."""
    assert alert().text.count("{+1,000,000+}") == 1


def test_the_html_shows_before_beside_after() -> None:
    """The cells hold the clause before and the clause after, word for word."""
    cells = [cell.get_text() for cell in BeautifulSoup(alert().html, "lxml").find_all("td")]
    assert cells == [BEFORE, AFTER]


def test_an_alert_can_be_written_without_documents() -> None:
    """Without the documents an alert tells its findings alone."""
    assert "What else" not in message(RECORD, Style()).text


def test_an_alert_in_chinese_speaks_chinese() -> None:
    """The words around the quotes are those of the language asked for."""
    text = alert(language="zh-CN").text
    assert "免费额度 · 修改" in text
    assert "详情：monitor show 42" in text


def test_a_hostile_subject_is_one_clean_line() -> None:
    """Whatever a page or vendor is called, the subject is one printable line of at most 200 characters."""
    subject = alert(hostile_record()).subject
    assert subject.isprintable()
    assert len(subject) <= 200


def test_hostile_text_leaves_no_control_characters() -> None:
    """Text and HTML hold line breaks and nothing else that steers a terminal, a mail or a reader's eye."""
    hostile = message(hostile_record(), Style(), before=OLD, after=HOSTILE_DOCUMENT)
    for form in (hostile.text, hostile.html):
        form.encode()
        assert all(character.isprintable() or character == "\n" for character in form)


def test_a_huge_change_is_cut_and_counted() -> None:
    """An alert about megabytes stays under 200 kB and says how much it leaves out."""
    many = tuple(replace(FINDING, before="", after=f"clause {number} " + "word " * 100_000) for number in range(30))
    change = replace(RECORD.change, findings=many)
    huge = document(*(f"line {number}" if number % 2 else "same" for number in range(2000)))
    cut = message(replace(RECORD, change=change), Style(), before=document(*["same"] * 1000), after=huge)
    assert len(cut.text) < 100_000
    assert len(cut.html) < 200_000
    assert "10 more" in cut.text


def test_a_change_of_many_words_is_cut_and_marked_so() -> None:
    """A clause with thousands of changed words is shown up to a bound, and the cut is marked."""
    before = " ".join(f"word{number}" for number in range(2000))
    after = " ".join(f"word{number}" if number % 30 else f"new{number}" + "!" * 900 for number in range(2000))
    findings = tuple(replace(FINDING, before=f"{each} {before}", after=f"{each} {after}") for each in range(20))
    cut = message(replace(RECORD, change=replace(RECORD.change, findings=findings)), Style())
    assert len(cut.text) < 100_000
    assert len(cut.html) < 300_000
    assert cut.text.count(" …\n") == 20


def test_headings_without_end_are_cut() -> None:
    """A clause below a thousand headings is placed by a line of bounded length."""
    deep = replace(FINDING, trail=tuple("heading" * 20 for _ in range(1000)))
    told = message(replace(RECORD, change=replace(RECORD.change, findings=(deep,))), Style())
    assert max(map(len, told.text.splitlines())) < 1000


def test_an_unknown_topic_does_not_stop_an_alert() -> None:
    """A topic that the catalogue lacks is shown by its name."""
    change = replace(RECORD.change, findings=(replace(FINDING, topic="weather"),))
    assert "weather · changed" in alert(replace(RECORD, change=change)).text


def test_an_alert_has_the_facts_that_feeds_need() -> None:
    """The time, the page's address, the vendor and the topics of an alert are those of its change."""
    told = alert()
    assert (told.at, told.url, told.vendors, told.topics) == (NOW, RECORD.url, ("acme",), ("free-amount",))
    assert told.fault == ""
    assert alert(hostile_record()).url == ""


def test_times_are_told_in_the_readers_zone() -> None:
    """The times of an alert are those of the zone asked for, which they name."""
    assert "Seen: 2 Mar 2026, 18:00 UTC+08:00" in message(RECORD, Style(zone="Asia/Shanghai")).text


def test_without_a_served_archive_commands_are_named() -> None:
    """An alert names the commands that show the change and compare both texts."""
    page = BeautifulSoup(alert().html, "lxml")
    expected = [
        "monitor show 42",
        "monitor diff acme/free-plan@2026-03-01T10:00Z acme/free-plan@2026-03-02T10:00Z",
    ]
    assert [command.get_text() for command in page.find_all("code")] == expected
    assert all(command in alert().text for command in expected)


@pytest.mark.parametrize("base", ["https://terms.example/archive", "https://terms.example/archive/"])
def test_a_served_archive_is_linked(base: str) -> None:
    """Where the archive is served, an alert links to the change and to both snapshots, and names no command."""
    told = message(RECORD, Style(archive_url=base))
    places = ["changes/42", f"snapshots/{'a' * 64}", f"snapshots/{'b' * 64}"]
    links = [RECORD.url, *(f"https://terms.example/archive/{place}" for place in places)]
    assert [link["href"] for link in BeautifulSoup(told.html, "lxml").find_all("a")] == links
    assert all(link in told.text.split() for link in links)
    assert "monitor show" not in told.text


def test_an_alert_says_when_the_text_takes_effect() -> None:
    """The day stands in text, HTML and JSON, with the words that say so; without one nothing is said."""
    told = message(RECORD, Style(), effective=Effective(date(2026, 7, 8), "These terms are effective July 8."))
    for form in (told.text, told.html):
        assert "Takes effect: 8 July 2026" in form
        assert "These terms are effective July 8." in form
    assert told.payload["effective"] == {"day": "2026-07-08", "text": "These terms are effective July 8."}
    assert "Takes effect" not in alert().text + alert().html
    assert alert().payload["effective"] is None


def test_an_alert_says_how_to_opt_out() -> None:
    """The clause and its address stand in text, HTML and JSON; without a way out nothing is said."""
    told = message(RECORD, Style(), way_out=WayOut("Turn it off in Settings.", "https://acme.example/settings"))
    for form in (told.text, BeautifulSoup(told.html, "lxml").get_text()):
        assert "How to opt out: Turn it off in Settings." in form
        assert "https://acme.example/settings" in form
    assert 'href="https://acme.example/settings"' in told.html
    assert told.payload["way_out"] == {"text": "Turn it off in Settings.", "url": "https://acme.example/settings"}
    assert "opt out" not in alert().text + alert().html
    assert alert().payload["way_out"] is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "https://a.example/\r\nBcc: b", "data:text/html,x"])
def test_a_way_out_that_is_no_web_address_is_no_link(url: str) -> None:
    """An address that a reader could not safely follow is told in no form; the clause is."""
    told = message(RECORD, Style(), way_out=WayOut("Turn it off.", url))
    assert [link["href"] for link in BeautifulSoup(told.html, "lxml").find_all("a")] == [RECORD.url]
    assert "Turn it off." in told.text
    assert told.payload["way_out"] == {"text": "Turn it off.", "url": ""}
    assert not url or url not in told.text + told.html


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        (Link("free tokens", "https://acme.example/tokens"), True),
        (Link("10,000,000", "https://acme.example/old"), False),
        (Link("free token", "https://acme.example/word"), False),
        (Link("ree tokens", "https://acme.example/word"), False),
        (Link("", "https://acme.example/empty"), False),
        (Link("free tokens", "javascript:alert(1)"), False),
    ],
)
def test_links_that_the_new_words_carry_are_shown(link: Link, shown: bool) -> None:
    """A finding shows the links whose words stand in its new text, as whole words, if they are safe to follow."""
    told = message(RECORD, Style(), links=(link,))
    assert (f"{link.text}: {link.url}" in told.text) == shown
    assert (f'href="{link.url}"' in told.html) == shown


def test_links_of_words_that_are_gone_are_not_shown() -> None:
    """A link whose words stand in the old text alone leads a reader nowhere that the page still names."""
    finding = replace(FINDING, before="Use the old form or the new form.", after="Use the new form.")
    links = (Link("old form", "https://acme.example/old"), Link("new form", "https://acme.example/new"))
    told = message(replace(RECORD, change=replace(RECORD.change, findings=(finding,))), Style(), links=links)
    assert "https://acme.example/new" in told.text
    assert "https://acme.example/old" not in told.text


def test_a_repeat_says_first_that_nobody_has_acknowledged_it() -> None:
    """A repeat begins with that, in subject, text and HTML, and names the command; the first alert says nothing of it."""
    told = message(RECORD, Style(), repeat=True, alert=7)
    assert told.subject == f"Not acknowledged: Acme: {SUMMARY}"
    assert told.text.startswith(
        "Nobody has acknowledged this alert yet.\nTo acknowledge it: monitor alerts ack 7\n\n" + SUMMARY
    )
    first = BeautifulSoup(told.html, "lxml").select_one("main > *")
    assert first is not None
    assert first.get_text() == "Nobody has acknowledged this alert yet. To acknowledge it: monitor alerts ack 7"
    assert "acknowledge" not in message(RECORD, Style(), alert=7).text.lower()


@given(st.text(max_size=80), st.sampled_from(["en", "zh"]))
@settings(max_examples=60, deadline=None)
def test_whatever_a_page_says_an_alert_can_be_sent(text: str, language: str) -> None:
    """Any text, anywhere in an alert, can be encoded, adds no element, and is JSON."""
    finding = replace(FINDING, before=text, after=text + text, reading=text, trail=(text,), topic=text)
    record = replace(RECORD, vendor_name=text, change=replace(RECORD.change, summary=text, findings=(finding,)))
    extras = {"effective": Effective(date(2026, 7, 8), text), "way_out": WayOut(text, f"https://{text}")}
    links = (Link(text, f"https://{text}"),)
    told = message(record, Style(language), before=OLD, after=document(text), links=links, **extras)  # type: ignore[arg-type]
    most = message(RECORD, Style(), before=OLD, after=NEW, links=(Link("free", RECORD.url),), **extras)  # type: ignore[arg-type]
    assert shape(told.html) <= shape(most.html) | {("h3", ())}
    assert "\n" not in told.subject
    assert len(told.subject) <= 200
    for form in (told.subject, told.text, told.html):
        form.encode()
    json.dumps(told.payload, allow_nan=False)


# --- reports ---------------------------------------------------------------------------------------------------------


def test_a_report_lists_every_edit() -> None:
    """A report shows each edit with its words marked, and leaves unchanged text out."""
    edits = (
        Edit("changed", OLD.blocks[1], NEW.blocks[1]),
        Edit("added", None, NEW.blocks[3]),
        Edit("removed", Block("paragraph", "Gone."), None),
    )
    page = BeautifulSoup(report_html(RECORD, OLD, NEW, edits, Style()), "lxml")
    shown = [passage.get_text() for passage in page.select(".passage")]
    assert shown == ["Every account gets 10,000,0001,000,000 free tokens a day.", "Ask us anything.", "Gone."]
    assert "Welcome." not in page.get_text()


def test_reports_allow_no_script_and_load_nothing() -> None:
    """The page's own policy forbids everything but its style."""
    html = report_html(RECORD, OLD, NEW, (), Style())
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in html
    assert not BeautifulSoup(html, "lxml").find_all(["script", "link", "img", "iframe"])


def test_several_changes_have_an_index() -> None:
    """A report over several changes begins with links to each of them."""
    entries = [Entry(record, OLD, NEW, ()) for record in (RECORD, replace(RECORD, id=43))]
    page = BeautifulSoup(alerts_html(entries, Style()), "lxml")
    assert [link["href"] for link in page.select("ol a")] == ["#change-42", "#change-43"]
    assert {section["id"] for section in page.find_all("section")} == {"change-42", "change-43"}


def test_a_report_over_nothing_says_so() -> None:
    """Without changes there is a page all the same."""
    assert "No change." in alerts_html([], Style())


def pages(record: ChangeRecord, before: Document, after: Document) -> tuple[str, str]:
    edits = tuple(Edit("changed", old, new) for old, new in zip(before.blocks, after.blocks, strict=False))
    return message(record, Style(), before=before, after=after).html, report_html(record, before, after, edits, Style())


def test_hostile_text_adds_no_element() -> None:
    """A page made of markup, put everywhere, yields only elements and attributes that our templates have."""
    plain = pages(RECORD, OLD, document(AFTER, "Entirely other words here."))
    for html, expected in zip(pages(hostile_record(), OLD, HOSTILE_DOCUMENT), plain, strict=True):
        assert shape(html) <= shape(expected)
        assert "{{ 7 }}" in html


def test_only_web_addresses_are_links() -> None:
    """A page whose address is a script is shown, never linked."""
    assert "href=" not in message(hostile_record(), Style()).html
