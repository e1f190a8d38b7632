"""The archive in a browser, asked without a socket: what every route answers, and what none of them does."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from test_report_catalogue import entries, placeholders
from web_site import Kinds, client, site

from monitor.archive import Archive
from monitor.report.catalogue import LANGUAGES
from monitor.report.style import Style

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "monitor/web"


@pytest.fixture
def asking(shown: Path) -> FlaskClient:
    """Asks the archive with two years of invented vendors."""
    return client(shown)


def addresses(archive: Path) -> list[str]:
    return [*Kinds(archive).pages.values(), *Kinds(archive).others.values()]


# --- what is answered --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_page_is_answered_in_every_language(asking: FlaskClient, shown: Path, language: str) -> None:
    """Each page says which language it is in, has one heading of the first order, and leaves no word without its words."""
    keys = {key for key in entries("en", "monitor.web") if "-" in key}
    for kind, path in Kinds(shown).pages.items():
        answer = asking.get(path, headers={"Accept-Language": language})
        page = BeautifulSoup(answer.text, "lxml")
        assert (kind, answer.status_code, page.html and page.html["lang"]) == (kind, 200, language)
        assert (kind, len(page.find_all("h1"))) == (kind, 1)
        ids = [each["id"] for each in page.find_all(id=True)]
        assert (kind, len(ids)) == (kind, len(set(ids)))
        said = {text.strip() for text in page.find_all(string=True)}
        assert said & keys == set(), kind


def test_all_else_is_answered_too(asking: FlaskClient, shown: Path) -> None:
    """Feeds, files and JSON."""
    assert {kind: asking.get(path).status_code for kind, path in Kinds(shown).others.items()} == dict.fromkeys(
        Kinds(shown).others, 200
    )


def test_every_route_is_asked_by_these_tests(shown: Path) -> None:
    """No route is left out of the lists that the rules below go through."""
    app = site(shown)
    asked = {app.url_map.bind("localhost").match(path.partition("?")[0])[0] for path in addresses(shown)}
    assert asked == {rule.endpoint for rule in app.url_map.iter_rules()}


def test_every_link_leads_somewhere(asking: FlaskClient, shown: Path) -> None:
    """What pages link to within the site is there, and so is what its fragment names."""
    seen: dict[str, str] = {}
    for path in Kinds(shown).pages.values():
        page = BeautifulSoup(asking.get(path).text, "lxml")
        for link in page.find_all(["a", "link", "script", "iframe"]):
            target = str(link.get("href") or link.get("src") or "")
            if target.startswith("/") and target not in seen and len(seen) < 250:
                answer = asking.get(target)
                seen[target] = "" if answer.status_code == 200 else f"{path} -> {target}: {answer.status_code}"
    assert [fault for fault in seen.values() if fault] == []
    assert len(seen) > 60


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/changes/999999", 404),
        ("/changes/0", 404),
        (f"/changes/{2**63}", 404),
        (f"/changes/{10**30}", 404),
        ("/versions/999999", 404),
        ("/captures/999999", 404),
        ("/alerts/999999", 404),
        ("/vendors/nobody", 404),
        ("/pages/northwind/nothing", 404),
        ("/pages/nobody/terms/checks", 404),
        ("/pages/northwind/nothing/amounts.csv", 404),
        ("/snapshots/" + "0" * 64, 404),
        ("/snapshots/../../etc/passwd", 404),
        ("/snapshots/xyz/raw", 404),
        ("/feeds/vendors/nobody.atom", 404),
        ("/feeds/topics/nothing.json", 404),
        ("/feeds/all.rss", 404),
        ("/changes?topic=nothing", 400),
        ("/changes?limit=0", 400),
        ("/changes?limit=100000000000000000000000000000", 400),
        ("/changes?since=yesterday", 400),
        ("/changes?until=9999-12-31", 400),
        ("/changes?since=0001-01-01T00:00%2B14:00", 400),
        ("/changes?older=-1", 400),
        ("/changes?vendor=" + "x" * 501, 400),
        ("/diff/northwind/terms?old=x", 400),
        ("/diff/northwind/terms?old=2001-01-01", 400),
        ("/diff/northwind/terms?old=999999", 404),
        ("/diff/nobody/terms", 404),
        ("/changes/1?view=sideways", 400),
        ("/versions/1?part=0", 400),
        ("/api/nothing", 404),
        ("/api/changes/999999", 404),
        ("/api/changes?topic=nothing", 400),
        ("/%00", 404),
        ("/vendors/%ff%fe", 404),
    ],
)
def test_what_cannot_be_answered_is_said(asking: FlaskClient, path: str, status: int) -> None:
    """A record that is not there is 404, a question that cannot be read 400; the API says so in JSON."""
    answer = asking.get(path)
    assert answer.status_code == status
    assert answer.json["error"] if path.startswith("/api") else "<h1>" in answer.text


def test_a_version_of_another_page_is_no_side_of_a_diff(asking: FlaskClient, shown: Path) -> None:
    """Two versions of two pages are not compared."""
    with Archive(shown, mode="read") as archive:
        other = archive.entries("lumen", "privacy", limit=1)[0].id
    assert asking.get(f"/diff/northwind/terms?old={other}").status_code == 400


@pytest.mark.parametrize("named", ["2025-06-01", "2025-06-01T12:00Z", "2025-06-01T12:00%2B08:00"])
def test_a_side_of_a_diff_is_named_by_a_day(asking: FlaskClient, named: str) -> None:
    """A date means the version that stood at its end, a time the one that stood then."""
    answer = asking.get(f"/diff/northwind/terms?old={named}&new=2025-10-01")
    assert "only if you turn on sharing" in answer.text


def test_an_archive_that_cannot_be_read_is_said_without_its_place(tmp_path: Path) -> None:
    """503 and when to ask again, and nothing of where the file lies on the disk."""
    for path in ("/", "/api/pages"):
        answer = client(tmp_path / "nowhere.db").get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert str(tmp_path) not in answer.text
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no archive, but as long as one" * 200)
    assert client(broken).get("/").status_code == 503


def test_lists_go_on_to_their_end(asking: FlaskClient) -> None:
    """Following `older` shows every change once, newest first."""
    found: list[int] = []
    path = "/api/changes?limit=5"
    while path:
        answer = asking.get(path).json
        found += [each["id"] for each in answer["items"]]
        path = f"/api/changes?limit=5&older={answer['older']}" if answer["older"] else ""
    assert len(found) == len(set(found)) == 12
    assert 'rel="next"' in asking.get("/changes?limit=5").text


def test_amounts_are_a_table_for_spreadsheets(asking: FlaskClient) -> None:
    """Each amount is a row with its value, unit and words."""
    answer = asking.get("/pages/northwind/free-tokens/amounts.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["side"], row["value"], row["unit"], row["per"]) for row in rows][:2] == [
        ("before", "1000000", "token", "day"),
        ("after", "10000000", "token", "day"),
    ]
    assert "attachment" in answer.headers["Content-Disposition"]


# --- languages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "liked", "usual", "language"),
    [
        ("?lang=zh", "en", "en", "zh"),
        ("", "zh-CN,zh;q=0.9", "en", "zh"),
        ("", "fr", "zh", "zh"),
        ("", "", "zh", "zh"),
        ("?lang=tlh", "", "en", "en"),
        ("", "en-GB", "zh", "en"),
    ],
)
def test_the_language_is_the_readers(shown: Path, asked: str, liked: str, usual: str, language: str) -> None:
    """What was asked for goes before what the browser likes, and that before what the watchlist says."""
    answer = client(shown, style=Style(usual)).get(f"/{asked}", headers={"Accept-Language": liked})
    assert f'<html lang="{language}">' in answer.text


def test_a_language_asked_for_is_in_every_link(asking: FlaskClient) -> None:
    """No cookie remembers it, so every link within the site does."""
    page = BeautifulSoup(asking.get("/?lang=zh").text, "lxml")
    links = [str(each["href"]) for each in page.select("main a[href], nav:first-of-type a[href]")]
    assert links
    assert [link for link in links if "lang=" not in link] == []


def test_the_catalogues_of_the_site_say_the_same() -> None:
    """Every language has every word of the site, with the same gaps to fill, and none that the reports have, too."""
    for language in LANGUAGES:
        words = entries(language, "monitor.web")
        assert words.keys() == entries("en", "monitor.web").keys()
        for key, forms in words.items():
            expected = placeholders(entries("en", "monitor.web")[key][-1])
            assert [placeholders(form) for form in forms] == [expected] * len(forms), key
        assert not words.keys() & entries(language).keys()


def test_every_word_that_the_site_says_is_in_a_catalogue() -> None:
    """What templates and code say by a fixed key is there to be said, and nothing is kept that nobody says."""
    said = re.compile(r"\b(?:say|count)\(\s*[\"']([\w-]+)[\"']")
    texts = [file.read_text("utf-8") for file in (*WEB.glob("*.py"), *WEB.glob("templates/*"))]
    used = {key for text in texts for key in said.findall(text)}
    begun = tuple(key for key in used if key.endswith("-"))
    known = entries("en", "monitor.web").keys()
    assert {key for key in used if key not in known | entries("en").keys()} == set(begun)
    quoted = {key for key in known if any(f'"{key}"' in text for text in texts)}
    assert known - used - quoted - {key for key in known if key.startswith(("outcome-", *begun))} == set()


# --- feeds, prefix -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["atom", "json feed", "feed of a vendor", "feed of a topic"])
def test_a_feed_that_has_nothing_new_is_not_sent_again(asking: FlaskClient, shown: Path, kind: str) -> None:
    """Both ways of asking again, by the hash and by the time, are answered with 304."""
    path = Kinds(shown).others[kind]
    first = asking.get(path)
    assert first.status_code == 200
    for again in ({"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": first.headers["Last-Modified"]}):
        answer = asking.get(path, headers=again)
        assert (answer.status_code, answer.data) == (304, b"")
    assert asking.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_both_forms_of_a_feed_hold_the_same(asking: FlaskClient) -> None:
    """Atom and JSON have the same entries with the same ids, which link to the change."""
    items = asking.get("/feeds/vendors/northwind.json").json["items"]
    atom = BeautifulSoup(asking.get("/feeds/vendors/northwind.atom").text, "xml")
    assert [each["id"] for each in items] == [each.id.text for each in atom.find_all("entry")]
    assert all("/changes/" in each["url"] for each in items)
    assert {tag for each in items for tag in each["tags"]} >= {"northwind", "training"}


def test_ids_of_entries_stay_when_the_site_moves(shown: Path) -> None:
    """Wherever the archive is served, an entry is the same entry."""
    here = client(shown).get("/feeds/all.json").json
    there = client(shown, style=Style(archive_url="https://monitor.example.com/terms")).get("/feeds/all.json").json
    assert [each["id"] for each in here["items"]] == [each["id"] for each in there["items"]]
    assert there["feed_url"] == "https://monitor.example.com/terms/feeds/all.json"


def test_below_a_path_of_a_proxy_every_link_has_that_path(shown: Path) -> None:
    """With a prefix the site lives below it and nowhere else, and so do its links."""
    below = client(shown, prefix="/terms/")
    assert below.get("/").status_code == 404
    page = BeautifulSoup(below.get("/terms/").text, "lxml")
    links = [str(each.get("href") or each.get("src")) for each in page.find_all(["a", "link", "script"])]
    assert [link for link in links if not link.startswith(("/terms/", "#"))] == []
    assert below.get("/terms/feeds/all.json").json["feed_url"] == "http://localhost/terms/feeds/all.json"
