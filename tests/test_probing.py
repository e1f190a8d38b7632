"""What stands at an address that is watched: each way in which it is not what the watchlist says. All pages are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from fakes import CHINESE, HTML, PAGE, START, captured, page_of, terms

from monitor.extract import read
from monitor.model import Capture, Hop, Known, Page, Validators
from monitor.probing import Probe, languages, open_page, placeholders, probe, said_of

SHELL = b"<!doctype html><html><body><div id=root></div><script src=a.js></script></body></html>"
WALL = page_of("Please sign in to continue.", "New here? Ask whoever invited you.")
CHECK = page_of("Verify you are human", "Complete the security check to go on to this site.")
PRIVACY = terms().replace(b"<h1>Terms</h1>", b"<title>Privacy Policy</title><h1>Privacy Policy</h1>")
GAPS = terms(p4="Every account gets {FREE_LIMIT} free requests a day.")


class Stub:
    """Answers over HTTP with one capture, through the browser with another; remembers by which way it was asked."""

    def __init__(self, http: Capture | bytes | str, browser: Capture | bytes | str = "browser_missing") -> None:
        self._answers = {False: http, True: browser}
        self.asked: list[bool] = []

    def __call__(self, page: Page, known: Known) -> Stub:
        self.asked.append(known.needs_browser)
        return self

    def fetch(self, url: str, validators: Validators, now: datetime, language: str | None = None) -> Capture:
        answer = self._answers[self.asked[-1]]
        if isinstance(answer, Capture):
            return answer
        made = captured(answer, now) if isinstance(answer, bytes) else captured(None, now, answer)
        return replace(made, url=url, final_url=url)


def probed(
    http: Capture | bytes | str, browser: Capture | bytes | str = "browser_missing", page: Page = PAGE, **more: object
) -> Probe:
    return probe(open_page(page, Stub(http, browser), lambda: START), **more)  # type: ignore[arg-type]


def kinds(found: Probe) -> list[str]:
    return [remark.kind for remark in found.remarks]


def led(*statuses: int, to: str = "https://acme.example/legal/terms", body: bytes | None = None) -> Capture:
    """A page that redirects, each step with its status."""
    hops = tuple(Hop(f"{PAGE.url}?{number}", status) for number, status in enumerate(statuses))
    return replace(captured(body or terms(), START), final_url=to, hops=hops)


# --- what is opened -----------------------------------------------------------------------------------------------------


def test_a_page_that_is_as_it_should_be_has_no_remark() -> None:
    """It is said how much was read in it, and its address is no longer one that nobody has opened."""
    found = probed(terms(), unverified=True)
    assert (kinds(found), found.corrections) == ([], (("unverified", None),))
    assert said_of(found).startswith("opened: ") and "clauses in en" in said_of(found)
    assert probed(terms()).corrections == ()


@pytest.mark.parametrize(
    ("page", "body", "asked"),
    [
        (PAGE, terms(), [False]),
        (PAGE, SHELL, [False, True]),
        (PAGE, CHECK, [False, True]),
        (PAGE, GAPS, [False, True]),
        (replace(PAGE, fetch="http"), SHELL, [False]),
        (replace(PAGE, fetch="browser"), SHELL, [True]),
    ],
)
def test_the_browser_is_asked_where_a_check_would_ask_it(page: Page, body: bytes, asked: list[bool]) -> None:
    """For pages that come without their text, or with gaps in it; as the watchlist says where it says so."""
    stub = Stub(body, terms())
    open_page(page, stub, lambda: START)
    assert stub.asked == asked


@pytest.mark.parametrize("body", [SHELL, CHECK, GAPS])
def test_a_page_that_needs_a_browser_is_corrected(body: bytes) -> None:
    """Where it shows in a browser what HTTP did not bring."""
    found = probed(body, terms())
    assert (kinds(found), dict(found.corrections)) == (["needs-browser"], {"fetch": "browser"})
    assert said_of(found).startswith("opened by the browser: ")


def test_without_a_browser_it_is_said() -> None:
    """Nothing is corrected on a guess."""
    found = probed(SHELL)
    assert (kinds(found), found.corrections, found.is_open) == (["lacks-browser", "empty"], (), False)
    assert kinds(probed(GAPS)) == ["lacks-browser", "placeholders"]


def test_a_browser_that_shows_no_more_changes_nothing() -> None:
    """The wall stands there, too."""
    assert kinds(probed(CHECK, CHECK)) == ["bot-check"]


# --- what could not be opened -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (replace(captured(b"<p>No such page</p>", START, "http_error"), status=404), "not-found"),
        (replace(captured(None, START, "http_error"), status=410), "not-found"),
        (replace(captured(None, START, "http_error"), status=401), "needs-login"),
        (replace(captured(WALL, START, "http_error"), status=403), "needs-login"),
        (replace(captured(CHECK, START, "http_error"), status=403), "bot-check"),
        (WALL, "needs-login"),
        ("timeout", "timeout"),
        ("robots", "robots"),
        ("moved_to_root", "moved-to-root"),
        (b"%PDF-1.4 not a PDF", "unreadable"),
    ],
)
def test_what_could_not_be_opened_says_why(answer: Capture | bytes | str, kind: str) -> None:
    """Not found, a login, a bot check, the network, robots.txt, the front page: nothing of the entry is corrected."""
    found = probed(answer, page=replace(PAGE, fetch="http"), unverified=True)
    assert (kinds(found), found.is_open, found.corrections) == ([kind], False, ())
    assert said_of(found).startswith("not opened; ")


def test_a_page_that_breaks_the_reading_stops_no_other() -> None:
    """Whatever goes wrong with one is said of it, and nothing of its entry is corrected."""
    broken = replace(captured(terms(), START), content_type=None)  # type: ignore[arg-type]
    found = probed(broken, unverified=True)
    assert (kinds(found), found.is_open, found.corrections) == (["unreadable"], False, ())


# --- where it leads -----------------------------------------------------------------------------------------------------


def test_a_page_that_moved_for_good_is_corrected() -> None:
    """If every step says so."""
    found = probed(led(301, 308))
    assert (kinds(found), dict(found.corrections)) == (["moved"], {"url": "https://acme.example/legal/terms"})


@pytest.mark.parametrize(
    "capture",
    [
        led(302),
        led(301, 302),
        led(),
        led(301, to="http://acme.example/legal"),
        led(301, to="https://me:secret@acme.example/legal"),
        led(301, to="https://acme.example/zh", body=page_of(*CHINESE * 4)),
    ],
)
def test_another_redirect_is_said_alone(capture: Capture) -> None:
    """For the time being, without a status, away from TLS, with a password, to another language: it is not written."""
    found = probed(capture)
    assert "redirect" in kinds(found) and "url" not in dict(found.corrections)


def test_an_address_that_is_watched_already_is_said() -> None:
    """Two entries for one page would tell each change twice."""
    found = probed(led(301), watched=["https://acme.example/legal/terms#top"], unverified=True)
    assert (kinds(found), found.corrections) == (["double"], ())


def test_a_way_to_a_login_is_no_move() -> None:
    """The page is where it was, behind a wall."""
    found = probed(led(301, to="https://acme.example/login?next=terms", body=page_of("Welcome back to your work.")))
    assert kinds(found) == ["redirect", "needs-login"]


# --- what it is ---------------------------------------------------------------------------------------------------------


def test_another_language_is_corrected() -> None:
    """The one that was served to who asked for the listed one."""
    found = probed(page_of(*CHINESE * 4))
    assert (kinds(found), dict(found.corrections)) == (["language"], {"language": "zh"})
    assert kinds(probed(page_of(*CHINESE * 4), page=replace(PAGE, language=None))) == []
    assert kinds(probed(terms(), page=replace(PAGE, language="en-GB"))) == []


def test_a_page_in_two_languages_is_said() -> None:
    """It is neither one nor the other, and nothing is corrected."""
    found = probed(
        terms(times=1).replace(b"</main>", b"".join(f"<p>{text}</p>".encode() for text in CHINESE * 6) + b"</main>")
    )
    assert kinds(found) == ["languages"] and found.corrections == ()
    assert said_of(found).endswith("it is in en and zh")


def test_a_wrong_type_is_said_and_stays_unverified() -> None:
    """A privacy policy listed as terms may be at the wrong address; kinds of terms are told apart by people alone."""
    page = replace(PAGE, url="https://acme.example/legal")
    found = probed(PRIVACY, page=page, unverified=True)
    assert (kinds(found), found.corrections) == (["type"], ())
    assert "reads like privacy, and is listed as terms" in said_of(found)
    assert kinds(probed(terms(), page=replace(PAGE, type="developer-terms"))) == []
    assert kinds(probed(PRIVACY, page=replace(page, type="data-controls"))) == []


def test_a_page_without_anything_of_its_type_is_said() -> None:
    """Terms that say nothing on data, an offer without an amount or a condition: perhaps another page stands there."""
    empty = page_of(*["The assistant makes mistakes, so check its answers before you rely on them."] * 9)
    assert kinds(probed(empty)) == ["nothing"]
    assert "no clause on an offer or a price" in said_of(probed(empty, page=replace(PAGE, type="free-offer")))
    assert kinds(probed(empty, page=replace(PAGE, type="other"))) == []


def test_a_selector_that_matches_nothing_is_said() -> None:
    """What is there is read without it."""
    found = probed(terms(), page=replace(PAGE, select=".gone"))
    assert kinds(found) == ["selector"] and found.is_open and found.look.sight.clauses


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("You get {LIMIT} requests, less than {FREE_MODEL_LIMIT} a day, {LIMIT} again.", ("{LIMIT}", "{FREE_MODEL_LIMIT}")),
        ("Costs {{ price.usd }} a month.", ("{{ price.usd }}",)),
        ("Ask /v1/models/{model}/keys, or {id}; sets are written {a, B} and {}.", ()),
        ("JSON: {\"A\": 1} and {X}.", ()),
    ],
)  # fmt: skip
def test_gaps_are_what_a_script_was_to_fill_in(text: str, gaps: tuple[str, ...]) -> None:
    """Names in capitals or double braces; not parts of addresses, sets or code."""
    assert placeholders(read(page_of(text), HTML)) == gaps


def test_many_gaps_are_counted() -> None:
    """Three are named."""
    found = probed(terms(p4=" ".join(f"{{LIMIT_{letter}}}" for letter in "ABCDE")))
    assert said_of(found).endswith("nobody filled in {LIMIT_A}, {LIMIT_B}, {LIMIT_C} and 2 more")


def test_the_language_of_short_blocks_counts_nothing() -> None:
    """A menu of languages makes no page of two."""
    assert languages(read(page_of(*PAGE_TEXT, "中文", "日本語"), HTML)) == ("en",)


PAGE_TEXT = ("We keep your chats for thirty days after you delete them, and then they are gone.",) * 3
