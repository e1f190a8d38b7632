"""What the archive in a browser lets nobody do, whatever a page, a server or a visitor says."""

from __future__ import annotations

import hashlib
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
from web_site import Kinds, client

from monitor.archive import Archive
from monitor.model import Block, Change, Document, Finding, Page
from monitor.web import Keys, hash_password

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "monitor/web"


@pytest.fixture
def asking(shown: Path) -> FlaskClient:
    """Asks the archive with two years of invented vendors."""
    return client(shown)


def addresses(archive: Path) -> list[str]:
    return [*Kinds(archive).pages.values(), *Kinds(archive).others.values()]


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
        } - allowed <= {"form ['action', 'class', 'method']", "form ['action', 'class', 'method', 'role']"}, kind
        page = BeautifulSoup(answer.text, "lxml")
        addresses = [
            str(each.get(name)) for each in page.find_all() for name in ("href", "src", "action") if each.get(name)
        ]
        assert [
            address for address in addresses if address.lower().lstrip().startswith(("javascript", "data", "vbscript"))
        ] == []
        assert "{{ 7 }}" in answer.text or kind not in ("change", "version", "check", "since when"), kind


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
