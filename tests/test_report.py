"""Alerts and reports: they say it all, in every form, and nothing from outside gets out of its place."""

import json
import math
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from report_samples import AFTER, BEFORE, FINDING, HOSTILE, NEW, OLD, RECORD, SUMMARY, document, hostile_record

from monitor.model import Amount, Block, Document, Edit
from monitor.records import ChangeRecord, Message
from monitor.report import Entry, Style, alert_json, alerts_html, change_json, message, report_html

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


def test_an_unknown_topic_does_not_stop_an_alert() -> None:
    """A topic that the catalogue lacks is shown by its name."""
    change = replace(RECORD.change, findings=(replace(FINDING, topic="weather"),))
    assert "weather · changed" in alert(replace(RECORD, change=change)).text


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
