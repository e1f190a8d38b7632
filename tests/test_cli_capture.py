"""A page saved by hand is a capture of now: judged as a check would be, and told."""

from __future__ import annotations

import json
import plistlib
from collections.abc import Callable
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import Mailbox
from fakes import CHINESE, PARAGRAPHS, TRAINS, page_of, terms
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.archive import Archive
from monitor.cli import cli
from monitor.errors import ReadingError, UsageError
from monitor.extract.saved import saved

OLD, NEW = terms(), terms(p5=TRAINS)
TEXT = "\n\n".join(PARAGRAPHS)
WALL = page_of("Sign in to continue to Acme. Email, password. Forgot your password? Ask your admin for help.")
URL = "https://acme.example/terms"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a watchlist of one page."""
    monkeypatch.chdir(tmp_path)
    watch(tmp_path)
    return tmp_path


def watch(place: Path, **more: Any) -> None:
    pages = {
        "terms": {"type": "terms", "url": URL, "language": "en"},
        "off": {"type": "terms", "url": URL + "/off", "enabled": False},
    }
    watchlist = {
        "version": 1,
        "settings": {"archive": "archive.db"},
        "vendors": {"acme": {"name": "Acme AI", "pages": pages}},
    }
    (place / "watchlist.yaml").write_text(yaml.safe_dump(watchlist | more))


def capture(*arguments: str, data: bytes | str = b"", status: int = 0) -> Result:
    done = CliRunner().invoke(cli, ["capture", *arguments], input=data)
    assert done.exit_code == status, done.output or done.exception
    return done


def refused(*arguments: str, data: bytes | str = b"") -> str:
    """Why a capture was refused."""
    done = CliRunner().invoke(cli, ["capture", *arguments], input=data)
    assert isinstance(done.exception, UsageError), done.output
    return str(done.exception)


def lines(*arguments: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(cli, [*arguments, "--json"])
    return [json.loads(line) for line in done.stdout.splitlines()]


def history() -> list[dict[str, Any]]:
    return lines("history", "acme/terms")


def body(place: Path) -> bytes:
    """The bytes of the last capture."""
    with Archive(place / "archive.db", mode="read") as archive:
        return archive.snapshot(history()[-1]["snapshot"])


# --- a capture of now --------------------------------------------------------------------------------------------------


def test_a_saved_page_is_a_version_and_then_a_change(place: Path) -> None:
    """What a person saves begins a version, and what differs in the next one is a change; it is said in words."""
    (place / "old.html").write_bytes(OLD)
    (place / "new.html").write_bytes(NEW)
    assert capture("acme/terms", "old.html").stdout == "acme/terms: first version recorded\n"
    assert capture("acme/terms", "old.html").stdout == "acme/terms: unchanged; saved by hand\n"
    assert capture("acme/terms", "new.html").stdout.startswith(
        "acme/terms: changed (alert): Acme AI now says that it trains on your content"
    )
    [first, again, changed] = history()
    assert (first["version"], again["version"], changed["version"], changed["change"]) == (1, None, 2, 1)
    assert (first["url"], first["status"], first["reason"]) == (URL, None, "saved by hand")
    assert body(place) == NEW


def test_an_alert_is_sent(place: Path, mailboxes: Callable[[], Mailbox], monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that a person hands in is told to whom every other would be, at once."""
    mailbox = mailboxes()
    mailbox.start()
    monkeypatch.setenv("SMTP_URL", mailbox.url)
    mail = {"kind": "email", "to": ["ann@reader.example"], "from": "monitor@reader.example", "smtp": "${SMTP_URL}"}
    watch(place, channels={"mail": mail})
    capture("acme/terms", data=OLD)
    assert mailbox.mails == []
    assert "1 delivery made" in capture("acme/terms", data=NEW).stderr
    assert [message["Subject"][:22] for message in mailbox.mails] == ["Acme AI now says that "]
    mailbox.stop()


def test_nothing_is_taken_that_could_not_be_told(place: Path) -> None:
    """Where a channel's variable is not set, that is said before anything is recorded, as for a check."""
    watch(place, channels={"hook": {"kind": "webhook", "url": "${NO_SUCH_URL}", "secret": "s"}})
    assert "NO_SUCH_URL" in refused("acme/terms", data=OLD)
    assert not (place / "archive.db").exists()


def test_text_is_pasted_on_standard_input(place: Path) -> None:
    """Pasted text says what the saved page says; `-` in the place of a file is standard input, too."""
    (place / "old.html").write_bytes(page_of(*PARAGRAPHS).replace(b"<h1>Terms</h1>", b""))
    capture("acme/terms", "old.html")
    assert capture("acme/terms", data=TEXT).stdout == "acme/terms: unchanged; saved by hand\n"
    assert capture("acme/terms", "-", data=TEXT.replace(PARAGRAPHS[4], TRAINS)).stdout.startswith("acme/terms: changed")


def test_json_is_that_of_a_check(place: Path) -> None:
    """--json prints the object that `check --json` prints."""
    told = json.loads(capture("acme/terms", "--json", data=OLD).stdout)
    assert told == {
        "vendor": "acme", "page": "terms", "checked_at": history()[0]["at"], "outcome": "ok", "reason": "saved by hand",
        "version": 1, "change": None, "verdict": None,
    }  # fmt: skip


def test_a_page_that_is_watched_no_more_is_taken_as_it_was(place: Path) -> None:
    """A page that is not enabled is taken, and so is one that only the archive has; then nobody is told."""
    capture("acme/off", data=OLD)
    capture("acme/terms", data=OLD)
    (place / "watchlist.yaml").unlink()
    assert "changed (alert)" in capture("acme/terms", "--archive", "archive.db", data=NEW).stdout
    assert [capture["url"] for capture in lines("history", "acme/terms", "--archive", "archive.db")] == [URL, URL]


def test_the_last_text_is_read_anew_first(place: Path) -> None:
    """What differs because the selectors were edited meanwhile is no change, for a page saved by hand, too."""
    around = OLD.replace(b"<main>", b"<aside><p>We never sell what you send to us.</p></aside><main>")
    capture("acme/terms", data=around)
    pages = {"terms": {"type": "terms", "url": URL, "select": "main"}}
    watch(place, vendors={"acme": {"pages": pages}})
    assert (
        capture("acme/terms", data=around.replace(b"never", b"always")).stdout
        == "acme/terms: unchanged; saved by hand\n"
    )
    assert lines("changes") == []


# --- when ---------------------------------------------------------------------------------------------------------------


def test_a_page_may_be_handed_in_later(place: Path) -> None:
    """A page that was saved earlier has the time at which it was saved."""
    capture("acme/terms", "--at", "2026-01-02T08:00Z", data=OLD)
    capture("acme/terms", "--at", "2026-01-02T09:30+01:00", data=NEW)
    assert [each["at"] for each in history()] == ["2026-01-02T08:00:00Z", "2026-01-02T08:30:00Z"]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-01-02T08:00Z", "has a capture of 2026-01-02 08:00:00 UTC"),
        ("2026-01-01", "would be compared with its own future"),
        ("2999-01-01", "yet to come"),
        ("noon", "is no date"),
    ],
)
def test_no_page_is_handed_in_before_the_last_one(place: Path, at: str, said: str) -> None:
    """A time that does not lie between the last capture and now is wrong use, and nothing is recorded."""
    capture("acme/terms", "--at", "2026-01-02T08:00Z", data=OLD)
    assert said in refused("acme/terms", "--at", at, data=NEW)
    assert len(history()) == 1


# --- what is no page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "outcome", "said"),
    [
        (WALL, "blocked_wall", "Sign in"),
        (b"\x7fELF\x00\x01", "wrong_type", "binary"),
        (b"PK\x03\x04zip", "wrong_type", "zip archive"),
        (b"<html><body><p>Terms", "thin", "almost no text"),
        (b"bplist00\x00", "unreadable", "the web archive is damaged"),
        (
            b"MIME-Version: 1.0\nContent-Type: multipart/related\n\nnothing",
            "unreadable",
            "the MHTML file holds no page",
        ),
    ],
)
def test_what_is_not_the_document_is_named(place: Path, data: bytes, outcome: str, said: str) -> None:
    """A login page saved by mistake, a program, an empty page: named as for a check, and the last good text stands."""
    capture("acme/terms", data=OLD)
    done = capture("acme/terms", data=data, status=3)
    assert done.stdout.startswith("acme/terms: could not be checked: ") and said in done.stdout
    assert (history()[-1]["outcome"], history()[-1]["version"]) == (outcome, None)
    assert body(place) == data
    assert capture("acme/terms", data=OLD).stdout == "acme/terms: unchanged; saved by hand\n"


def test_nothing_is_no_capture(place: Path) -> None:
    """Empty input is wrong use, and nothing is recorded of it, not even an archive."""
    (place / "empty.html").write_text(" \n")
    assert refused("acme/terms") == "standard input is empty; nothing is recorded"
    assert refused("acme/terms", "empty.html") == "empty.html is empty; nothing is recorded"
    assert not (place / "archive.db").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("acme/nothing",), "no page acme/nothing; `monitor watchlist add` adds one"),
        (("acme",), "is no page: write vendor/page"),
        (("acme/terms", "missing.html"), "missing.html: No such file"),
        (("acme/terms", "empty"), "expected a saved page, or a folder with one HTML file in it (it has none)"),
    ],
)
def test_wrong_use_is_named(place: Path, arguments: tuple[str, ...], said: str) -> None:
    """A page that is not watched and a file that is not there are named; no archive is made."""
    (place / "empty").mkdir()
    assert said in refused(*arguments, data=OLD)
    assert not (place / "archive.db").exists()


def test_a_file_of_any_size_is_bounded(place: Path) -> None:
    """More than a page of terms can be is refused, from a file and from standard input."""
    (place / "large.html").write_bytes(b"x" * (20 * 2**20 + 1))
    assert "more than 20,971,520 bytes" in refused("acme/terms", "large.html")
    assert "more than 20,971,520 bytes" in refused("acme/terms", data=(place / "large.html").read_bytes())


# --- what browsers save ---------------------------------------------------------------------------------------------------


def mhtml(page: bytes, encoding: str = "utf-8") -> bytes:
    """A page as Chrome saves it, with a frame of its own in front of it."""
    whole = MIMEMultipart("related", type="text/html", start="<main@mhtml.blink>")
    whole["From"], whole["Snapshot-Content-Location"] = "<Saved by Blink>", URL
    frame = MIMEText("<html><body><p>An advertisement in a frame.</p></body></html>", "html")
    main = EmailMessage()
    main.set_content(page.decode(), "html", charset=encoding, cte="quoted-printable")
    main["Content-ID"], main["Content-Location"] = "<main@mhtml.blink>", URL
    for part in (frame, main):
        whole.attach(part)
    return whole.as_bytes()


def web_archive(page: bytes) -> bytes:
    """A page as Safari saves it."""
    main = {
        "WebResourceData": page,
        "WebResourceMIMEType": "text/html",
        "WebResourceTextEncodingName": "UTF-8",
        "WebResourceURL": URL,
    }
    return plistlib.dumps({"WebMainResource": main}, fmt=plistlib.FMT_BINARY)


@pytest.mark.parametrize("wrap", [mhtml, web_archive], ids=["MHTML", "web archive"])
def test_containers_are_opened(place: Path, wrap: Callable[[bytes], bytes]) -> None:
    """Of an MHTML file and of a web archive the page in it is taken, whatever the file is called; where it is from is kept."""
    capture("acme/terms", data=OLD)
    done = capture("acme/terms", data=wrap(OLD))
    assert done.stdout == f"acme/terms: unchanged; saved by hand from {URL}\n"
    assert body(place).split() == OLD.split()


def test_a_chinese_page_comes_in_its_encoding(place: Path) -> None:
    """The encoding is that of the container's part, or the one that is named, or what the bytes look like."""
    page = page_of(*CHINESE)
    texts = [
        saved(mhtml(page, "gb18030")).content_type,
        capture("acme/terms", data=mhtml(page, "gb18030")).stdout,
        capture("acme/terms", "--charset", "gb18030", "--type", "html", data=page.decode().encode("gb18030")).stdout,
    ]
    assert texts[0] == "text/html; charset=gb18030"
    assert "first version" in texts[1] and "unchanged" in texts[2]
    assert (
        "no such encoding"
        in CliRunner().invoke(cli, ["capture", "acme/terms", "--charset", "klingon"], input="x").output
    )


def test_a_page_saved_whole_is_its_html(place: Path) -> None:
    """Of a folder the one HTML file is taken, or the one beside the folder of pictures; with two the choice is not ours."""
    (place / "Terms_files").mkdir()
    (place / "Terms.html").write_bytes(OLD)
    assert "first version" in capture("acme/terms", "Terms_files").stdout
    (place / "whole").mkdir()
    (place / "whole/index.htm").write_bytes(OLD)
    assert "unchanged" in capture("acme/terms", "whole").stdout
    (place / "whole/frame.html").write_bytes(OLD)
    assert "(it has frame.html, index.htm)" in refused("acme/terms", "whole")


def test_a_page_says_where_it_was_saved_from() -> None:
    """Browsers leave the address of a saved page in a comment."""
    marked = b"<!-- saved from url=(0026)https://acme.example/terms -->\n" + OLD
    assert (saved(marked).url, saved(marked).body) == (URL, marked)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", "multipart/related", "application/x-webarchive"]))
def test_no_file_breaks_the_reader(data: bytes, content_type: str) -> None:
    """Whatever is handed in, it is a page, or why it is none is said."""
    for start in (b"", b"bplist00", b"Content-Type: multipart/related; boundary=x\n\n--x\n"):
        try:
            assert isinstance(saved(start + data, content_type).body, bytes)
        except ReadingError as error:
            assert error.outcome == "unreadable"
