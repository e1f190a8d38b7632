"""The words, dates and numbers of alerts: every language says all of it."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import pytest
from hatchling.builders.wheel import WheelBuilder
from report_samples import RECORD

from monitor.model import DATA_TOPICS, OFFER_TOPICS
from monitor.report.catalogue import LANGUAGES, catalogue, words_of
from monitor.report.message import message
from monitor.report.style import About, Style

ROOT = Path(__file__).resolve().parents[1]
MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def entries(language: str, room: str = "monitor.report") -> dict[str, tuple[str, ...]]:
    """Every key of a catalogue with its words, one for each plural form."""
    found = {}
    for entry in catalogue(language, room):
        if entry.id:
            key = entry.id if isinstance(entry.id, str) else entry.id[0]
            found[key] = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)
    return found


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word(language: str) -> None:
    """A catalogue has the keys of the English one, and words under each of them."""
    assert entries(language).keys() == entries("en").keys()
    assert all(words for forms in entries(language).values() for words in forms)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_in_the_same_values(language: str) -> None:
    """The words of a key hold the same placeholders in every language and every plural form."""
    for key, forms in entries(language).items():
        expected = placeholders(entries("en")[key][-1])
        assert [placeholders(words) for words in forms] == [expected] * len(forms), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_form_is_there(language: str) -> None:
    """A key that counts has as many forms as its language counts with."""
    plurals = [entry for entry in catalogue(language) if isinstance(entry.id, tuple)]
    assert plurals
    assert all(len(entry.string) == catalogue(language).num_plurals for entry in plurals)


def test_every_topic_has_a_name() -> None:
    """No topic is shown by its symbol."""
    assert entries("en").keys() >= {*DATA_TOPICS, *OFFER_TOPICS}


def test_every_word_that_is_said_is_in_the_catalogue() -> None:
    """What code and templates say by a fixed key is there to be said."""
    files = [*ROOT.glob("monitor/report/*.py"), *ROOT.glob("monitor/report/templates/*")]
    said = re.compile(r"\b(?:say|count|label)\(\s*\"([\w-]+)\"")
    assert {key for file in files for key in said.findall(file.read_text("utf-8"))} <= entries("en").keys()


def test_the_catalogues_and_templates_are_in_the_wheel() -> None:
    """Whoever installs the program has its words and its forms."""
    shipped = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    data = [*ROOT.glob("monitor/report/locale/**/*.po"), *ROOT.glob("monitor/report/templates/*")]
    assert {file.relative_to(ROOT).as_posix() for file in data} <= shipped


def test_an_unknown_language_is_english() -> None:
    """A language without a catalogue is answered in English, whatever it is called; a region changes nothing."""
    assert words_of(Style("tlh")).say("before") == words_of(Style("../en")).say("before") == "Before"
    assert words_of(Style("zh-CN")).say("before") == "之前"


@pytest.mark.parametrize(
    ("language", "zone", "told"),
    [
        ("en", "UTC", "2 Mar 2026, 10:00 UTC"),
        ("en", "Asia/Shanghai", "2 Mar 2026, 18:00 UTC+08:00"),
        ("en", "Pacific/Kiritimati", "3 Mar 2026, 00:00 UTC+14:00"),
        ("zh", "UTC", "2026年3月2日 10:00 UTC"),
        ("en", "Nowhere/Land", "2 Mar 2026, 10:00 UTC"),
        ("en", "../../etc/passwd", "2 Mar 2026, 10:00 UTC"),
    ],
)
def test_times_are_told_in_the_readers_zone(language: str, zone: str, told: str) -> None:
    """A time names its zone and its month; where the zone is unknown, it is told in UTC."""
    assert words_of(Style(language, zone)).when(MORNING) == told


def test_days_and_numbers_are_written_as_the_language_does() -> None:
    """A day has its month in letters or signs, and numbers have their digits grouped."""
    assert words_of(Style("en")).day(date(2026, 7, 8)) == "8 July 2026"
    assert words_of(Style("zh")).day(date(2026, 7, 8)) == "2026年7月8日"
    assert words_of(Style("en")).count("more", 1234) == "1,234 more"


@pytest.mark.parametrize(("count", "told"), [(1, "1 trouble"), (2, "2 troubles"), (0, "0 troubles")])
def test_one_is_not_told_as_many(count: int, told: str) -> None:
    """Words that count have the form that the number asks for."""
    assert words_of(Style("en")).count("troubles", count) == told


@pytest.mark.parametrize(
    ("language", "region", "line"),
    [
        ("en", "EU", "Edition for: European Union"),
        ("zh", "EU", "适用地区：欧盟"),
        ("zh", "CN", "适用地区：中国"),
        ("en", "ZZ", "Edition for: Unknown Region"),
        ("en", "QZ", "Edition for: QZ"),
    ],
)
def test_an_alert_says_for_whom_an_edition_is(language: str, region: str, line: str) -> None:
    """The region that the watchlist names stands below the page, in the reader's language; a code that is none as it is."""
    told = message(RECORD, Style(language, pages={"acme/free-plan": About(region)}))
    assert line in told.text and line.split(":")[-1].strip() in told.html
    assert line not in message(RECORD, Style(language, pages={"acme/other": About(region)})).text
