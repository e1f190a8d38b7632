"""The archive in a browser, asked without a socket: what every route answers, and what none of them does."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import archive_fakes
import pytest
from archive_fakes import HOUR, START
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from report_samples import HOSTILE
from test_report_catalogue import entries, placeholders
from web_site import Kinds, client, site

from monitor.archive import Archive
from monitor.model import Block, Change, Document, Finding, Page
from monitor.report import Style
from monitor.report.catalogue import LANGUAGES
from monitor.web import Keys, hash_password

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


# --- security ----------------------------------------------------------------------------------------------------------

KEYS = Keys(hash_password("correct horse"))


def test_nothing_is_answered_without_the_password(shown: Path) -> None:
    """With a password set every route, every file and every address that is no route answers 401, and says nothing."""
    shut = client(shown, keys=KEYS)
    for path in (*addresses(shown), "/nothing", "/api/nothing", "/static/nothing"):
        answer = shut.get(path)
        assert (path, answer.status_code) == (path, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert len(answer.data) < 100
    assert shut.get("/", auth=("anybody", "correct horse")).status_code == 200


def test_nothing_is_answered_under_a_foreign_name(asking: FlaskClient, shown: Path) -> None:
    """A Host that is not the server's own gets 421 from every route."""
    assert {asking.get(path, headers={"Host": "evil.example"}).status_code for path in addresses(shown)} == {421}


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_every_route_can_only_be_read(asking: FlaskClient, shown: Path, method: str) -> None:
    """Any method that could change something is refused, everywhere."""
    assert {getattr(asking, method)(path).status_code for path in addresses(shown)} == {405}


def test_reading_writes_nothing(shown: Path) -> None:
    """The file is the same, byte by byte, after every route has been asked."""
    before = hashlib.sha256(shown.read_bytes()).digest()
    asking = client(shown)
    for path in addresses(shown):
        asking.get(path)
        asking.head(path)
    assert hashlib.sha256(shown.read_bytes()).digest() == before


def test_every_answer_is_told_how_to_be_held(asking: FlaskClient, shown: Path) -> None:
    """Every answer, errors too, forbids scripts from elsewhere, frames, sniffing and referrers, and sets no cookie."""
    for path in (*addresses(shown), "/nothing", "/changes?limit=0"):
        headers = asking.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert ("default-src 'none'" in policy, "base-uri 'none'" in policy, "frame-ancestors" in policy) == (True,) * 3
        assert "unsafe-eval" not in policy
        assert ("script-src" in policy) <= ("script-src 'self'" in policy)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Set-Cookie" not in headers


def test_what_was_served_is_a_file_or_in_a_sandbox(asking: FlaskClient, shown: Path) -> None:
    """Raw bytes are never opened by a browser; shown ones have no origin, no scripts and no network."""
    raw = asking.get(Kinds(shown).others["raw"])
    assert raw.headers["Content-Type"] == "application/octet-stream"
    assert re.fullmatch(r"attachment; filename=[\w.-]+\.bin", raw.headers["Content-Disposition"])
    for answer in (raw, asking.get(Kinds(shown).others["shown"])):
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert policy[:2] == ["sandbox", "default-src 'none'"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert hashlib.sha256(raw.data).hexdigest() in Kinds(shown).others["raw"]


def test_no_page_has_script_or_style_in_it(asking: FlaskClient, shown: Path) -> None:
    """Scripts and styles are files of ours; no element carries any."""
    for kind, path in Kinds(shown).pages.items():
        page = BeautifulSoup(asking.get(path).text, "lxml")
        assert [each.get("src") for each in page.find_all("script")] == ["/static/comfort.js"], kind
        assert page.find_all("style") == []
        assert [
            each for each in page.find_all() if any(name.startswith("on") or name == "style" for name in each.attrs)
        ] == []


def test_there_is_one_door_for_text_and_no_way_past_it() -> None:
    """Templates and code have nothing that lets text through as markup, and the script builds none of text."""
    for file in (*WEB.glob("*.py"), *WEB.glob("templates/*"), *WEB.glob("static/*.js")):
        text = file.read_text("utf-8")
        assert [
            word
            for word in ("| safe", "|safe", "Markup(", "autoescape false", "innerHTML", "outerHTML", "eval(")
            if word in text
        ] == []


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Path]:
    """An archive with hostile text wherever a page, a server or a watchlist could have put it."""
    path = tmp_path / "archive.db"
    page = Page("evil", "terms", "terms", "javascript:alert(1)//" + HOSTILE, vendor_name=HOSTILE)
    with Archive(path) as archive:
        for number, at in enumerate((START, START + HOUR)):
            outcome = archive_fakes.read(f"text {number}", at)
            blocks = (
                Block("heading", HOSTILE, level=9),
                Block("paragraph", HOSTILE + str(number), (HOSTILE,)),
                Block("row", HOSTILE),
            )
            assert outcome.version
            version = replace(outcome.version, document=Document(blocks, HOSTILE, '"><script>'))
            capture = replace(
                outcome.capture,
                url=page.url,
                final_url="javascript:alert(2)",
                reason=HOSTILE,
                headers=((HOSTILE, HOSTILE),),
                content_type='text/html; charset="><script>alert(3)</script>' + HOSTILE,
            )
            finding = Finding(HOSTILE, "changed", HOSTILE, HOSTILE + "x", HOSTILE, trail=(HOSTILE,), rule=HOSTILE)
            change = Change("alert", "major", (HOSTILE,), HOSTILE, (finding,), HOSTILE) if number else None
            made = replace(outcome, capture=capture, version=version, change=change)
            archive.record(page, replace(made, owed=archive_fakes.changed("", at, "mail").owed) if number else made)
        delivery = archive.deliveries()[0].id
        archive.failed(delivery, START + 2 * HOUR, HOSTILE, None)
        archive.stop(HOSTILE, START, HOSTILE, START)
        archive.record(page, archive_fakes.failing(HOSTILE, START + 3 * HOUR))
    yield path


def shape(text: str) -> list[str]:
    """The elements of a page with the names of their attributes, by a parser that reads as browsers do."""
    return [f"{each.name} {sorted(each.attrs)}" for each in BeautifulSoup(text, "lxml").find_all()]


def test_hostile_text_makes_no_element_and_no_attribute(hostile: Path) -> None:
    """Wherever it stands, a page's text adds no element, no attribute and no address that runs."""
    asking = client(hostile)
    allowed = {"script ['defer', 'src']"}
    for kind, path in Kinds(hostile).pages.items():
        answer = asking.get(path)
        assert (kind, answer.status_code) == (kind, 200)
        found = shape(answer.text)
        assert {
            each for each in found if each.startswith(("script", "img", "base", "object", "embed", "form "))
        } - allowed <= {"form ['action', 'class', 'method']"}, kind
        page = BeautifulSoup(answer.text, "lxml")
        addresses = [
            str(each.get(name)) for each in page.find_all() for name in ("href", "src", "action") if each.get(name)
        ]
        assert [
            address for address in addresses if address.lower().lstrip().startswith(("javascript", "data", "vbscript"))
        ] == []
        assert "{{ 7 }}" in answer.text or kind in (
            "checks",
            "snapshot",
            "alerts",
            "alert",
            "feeds",
            "vendors",
            "home",
            "changes",
        ), kind


def test_a_hostile_type_makes_no_header(hostile: Path) -> None:
    """What a server called its bytes decides neither the type as which they are shown nor the name of their file."""
    asking = client(hostile)
    with Archive(hostile, mode="read") as archive:
        sha256 = next(archive.changes()).after.snapshot
    assert asking.get(f"/snapshots/{sha256}/shown").headers["Content-Type"] == "text/html; charset=utf-8"
    assert "evil-terms-" in asking.get(f"/snapshots/{sha256}/raw").headers["Content-Disposition"]


def test_no_spreadsheet_takes_a_cell_for_a_formula() -> None:
    """A text that begins like a formula is told as text."""
    from monitor.web.pages import harmless

    assert [harmless(text) for text in ("=1+1", "@x", "+1", "-1", "\tx", "plain", 5)] == [
        "'=1+1",
        "'@x",
        "'+1",
        "'-1",
        "'\tx",
        "plain",
        5,
    ]


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


# --- bounds ------------------------------------------------------------------------------------------------------------


def test_two_texts_of_five_megabytes_are_compared_in_bounded_time(tmp_path: Path) -> None:
    """The diff of two huge texts comes within seconds, in parts that a browser can hold, and the versions too."""
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        for number, at in enumerate((START, START + HOUR)):
            outcome = archive_fakes.read(f"text {number}", at)
            assert outcome.version
            blocks = tuple(
                Block("paragraph", f"clause {each} of edition {number} says word " * 25) for each in range(5_000)
            )
            version = replace(outcome.version, document=Document(blocks))
            archive.record(
                archive_fakes.PAGE, replace(outcome, version=version, change=archive_fakes.CHANGE if number else None)
            )
    asking = client(path)
    for place in ("/changes/1", "/versions/2"):
        answer = asking.get(place)
        assert answer.status_code == 200
        assert len(answer.data) < 2_000_000
        assert "part 1 of" in answer.text
        assert asking.get(f"{place}?part=2").status_code == 200


def test_a_query_without_end_is_broken_off(tmp_path: Path) -> None:
    """An archive opened with a bound on its time answers no statement beyond it."""
    from monitor.errors import ArchiveBusy

    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        archive_fakes.with_change(archive)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with (
        Archive(path, mode="read", longest=0.0) as archive,
        pytest.raises(ArchiveBusy, match="interrupted"),
        archive._reading() as db,
    ):
        db.execute(endless).fetchone()


def test_json_says_times_with_their_zone(asking: FlaskClient) -> None:
    """Times are RFC 3339 in UTC, as everywhere else."""
    assert re.fullmatch(r"[-\dT:]+Z", asking.get("/api/changes/1").json["seen_at"])
    assert json.dumps(asking.get("/api/pages/northwind/terms/outages").json["items"][0]).count('Z"') == 3
