"""Manners: a pause between two requests to a host, what robots.txt says, and peace for who asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from monitor.fetch.manners import LONGEST_PAUSE, PAUSE, Etiquette
from monitor.model import Capture, Validators

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AGENT = "terms-monitor"
SITE = "https://acme.example"
NOTHING = (404, "")


@dataclass
class Site:
    """Sites that answer each address as they are told, on a clock that moves only while somebody sleeps."""

    answers: dict[str, tuple[int, str]]
    retry_after: float | None = None
    asked: list[tuple[str, float]] = field(default_factory=list)
    time: float = 0.0

    def fetch(self, url: str, validators: Validators, now: datetime, language: str | None = None) -> Capture:
        self.asked.append((url, self.time))
        status, text = self.answers.get(url, NOTHING if url.endswith("robots.txt") else (200, "<p>terms</p>"))
        outcome = {0: "connect_error", 200: "ok", 429: "rate_limited"}.get(status, "http_error")
        body = text.encode() if status == 200 else None
        asked = self.retry_after if status in (429, 503) else None
        return Capture(now, url, outcome, f"answered {status}", status=status or None, body=body, retry_after=asked)

    def close(self) -> None:
        """Nothing is open."""

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    @property
    def urls(self) -> list[str]:
        return [url for url, _ in self.asked]


@dataclass
class Guest:
    """Somebody who asks sites for pages, with manners."""

    site: Site
    etiquette: Etiquette

    def ask(self, url: str, now: datetime = NOW, *, obeys: bool = True) -> Capture:
        return self.etiquette.fetch(self.site, url, Validators(), now, None, obeys=obeys)


def guest(robots: str = "", *, pause: float | None = None, **answers: tuple[int, str]) -> Guest:
    told = {f"{SITE}/{path}": answer for path, answer in answers.items()}
    told |= {f"{SITE}/robots.txt": (200, robots)} if robots else {}
    site = Site(told)
    return Guest(site, Etiquette(site, AGENT, pause=pause, sleep=site.sleep, clock=lambda: site.time))


def test_a_host_is_asked_with_pauses() -> None:
    """Between two requests to a host, of which robots.txt is one, lie five seconds; another host is not made to wait."""
    visitor = guest()
    for path in ("terms", "privacy"):
        visitor.ask(f"{SITE}/{path}")
    visitor.ask("https://other.example/terms")
    times = [time for _, time in visitor.site.asked]
    assert times == [0, PAUSE, 2 * PAUSE, 2 * PAUSE, 3 * PAUSE]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "http://localhost/", "http://[::1]:8000/"])
def test_our_own_machine_needs_no_pause(url: str) -> None:
    """Pages on this very machine are asked without a pause."""
    visitor = guest()
    visitor.ask(url)
    visitor.ask(url)
    assert visitor.site.time == 0


def test_the_pause_can_be_set() -> None:
    """A pause from the watchlist holds for every host, this machine included; none is none."""
    for pause in (2.0, 0.0):
        visitor = guest(pause=pause)
        for url in ("http://127.0.0.1/", f"{SITE}/terms"):
            visitor.ask(url, obeys=False)
            visitor.ask(url, obeys=False)
        assert visitor.site.time == 2 * pause


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "terms", False),
        ("User-agent: *\nDisallow: /private", "terms", True),
        ("User-agent: *\nDisallow: /*.pdf$", "terms.pdf", False),
        ("User-agent: *\nDisallow: /\nAllow: /terms", "terms", True),
        ("User-agent: terms-monitor\nDisallow: /terms\n\nUser-agent: *\nAllow: /", "terms", False),
        ("User-agent: other\nDisallow: /", "terms", True),
        ("<html><body>Not found</body></html>", "terms", True),
        ("\x00\xff" * 100, "terms", True),
    ],
)
def test_robots_txt_is_obeyed(robots: str, path: str, allowed: bool) -> None:
    """What robots.txt asks robots to stay away from is not asked for, and the outcome says so."""
    visitor = guest(robots)
    capture = visitor.ask(f"{SITE}/{path}")
    assert (capture.outcome == "ok", f"{SITE}/{path}" in visitor.site.urls) == (allowed, allowed)
    assert allowed or (capture.outcome == "robots" and "robots.txt" in capture.reason)


def test_robots_txt_can_be_left_unasked() -> None:
    """A page for which the watchlist says so is asked for without a look at robots.txt."""
    visitor = guest("User-agent: *\nDisallow: /")
    assert visitor.ask(f"{SITE}/terms", obeys=False).outcome == "ok"
    assert visitor.site.urls == [f"{SITE}/terms"]


def test_robots_txt_is_asked_once_a_day() -> None:
    """A site's robots.txt is kept for a day, and asked again then."""
    visitor = guest()
    for hours in (0, 1, 23, 24, 25):
        visitor.ask(f"{SITE}/terms", NOW + timedelta(hours=hours))
    assert visitor.site.urls.count(f"{SITE}/robots.txt") == 2


@pytest.mark.parametrize(("delay", "pause"), [("20", 20.0), ("1", PAUSE), ("9999", LONGEST_PAUSE), ("soon", PAUSE)])
def test_a_crawl_delay_lengthens_the_pause(delay: str, pause: float) -> None:
    """A Crawl-delay is kept up to a minute, and never shortens the pause."""
    visitor = guest(f"User-agent: *\nCrawl-delay: {delay}")
    visitor.ask(f"{SITE}/terms")
    before = visitor.site.time
    visitor.ask(f"{SITE}/privacy")
    assert visitor.site.time - before == pause


def test_a_site_whose_robots_txt_fails_is_not_asked() -> None:
    """While robots.txt is answered with a server's error the page is not asked for, and that error is what is told."""
    visitor = guest(**{"robots.txt": (500, "")})
    capture = visitor.ask(f"{SITE}/terms")
    assert (capture.outcome, capture.url) == ("http_error", f"{SITE}/terms")
    assert capture.reason == "not asked: robots.txt: answered 500"
    visitor.site.answers[f"{SITE}/robots.txt"] = NOTHING
    assert visitor.ask(f"{SITE}/terms", NOW + timedelta(minutes=15)).outcome == "ok"


def test_what_robots_txt_said_holds_while_it_fails() -> None:
    """A robots.txt that was read once holds while it cannot be had."""
    visitor = guest("User-agent: *\nDisallow: /private")
    visitor.ask(f"{SITE}/terms")
    visitor.site.answers[f"{SITE}/robots.txt"] = (500, "")
    tomorrow = NOW + timedelta(days=2)
    assert visitor.ask(f"{SITE}/terms", tomorrow).outcome == "ok"
    assert visitor.ask(f"{SITE}/private", tomorrow).outcome == "robots"


def busy(site: Site, seconds: float | None) -> None:
    site.answers[f"{SITE}/terms"], site.retry_after = (429, ""), seconds


@pytest.mark.parametrize(
    ("asked", "peace"),
    [(600.0, timedelta(seconds=600)), (None, timedelta(seconds=60)), (1e9, timedelta(hours=24))],
)
def test_who_asks_for_peace_gets_it(asked: float | None, peace: timedelta) -> None:
    """A host that answers 429 is not asked for anything until its time is over, a day at most; then it is asked as ever."""
    visitor = guest()
    busy(visitor.site, asked)
    visitor.ask(f"{SITE}/terms")
    number = len(visitor.site.asked)
    capture = visitor.ask(f"{SITE}/privacy", NOW + peace - timedelta(seconds=1))
    assert (capture.outcome, capture.retry_after, len(visitor.site.asked)) == ("rate_limited", 1.0, number)
    assert visitor.ask(f"{SITE}/privacy", NOW + peace).outcome == "ok"


def test_peace_doubles() -> None:
    """A host that goes on refusing without saying for how long is left alone for twice as long each time."""
    visitor = guest()
    busy(visitor.site, None)
    now = NOW
    for minutes in (1, 2, 4, 8):
        assert visitor.ask(f"{SITE}/terms", now).reason == "answered 429"
        almost = now + timedelta(minutes=minutes, seconds=-1)
        assert visitor.ask(f"{SITE}/terms", almost).reason.startswith("not asked")
        now += timedelta(minutes=minutes)


def test_one_page_that_is_unavailable_keeps_back_no_other() -> None:
    """A 503 without a time is one page's trouble: others are asked; when a second has it, the host is left alone."""
    visitor = guest(terms=(503, ""))
    visitor.ask(f"{SITE}/terms")
    assert visitor.ask(f"{SITE}/privacy").outcome == "ok"
    visitor.site.answers[f"{SITE}/privacy"] = (503, "")
    visitor.ask(f"{SITE}/terms")
    visitor.ask(f"{SITE}/privacy")
    assert visitor.ask(f"{SITE}/prices").reason.startswith("not asked")


def test_the_peace_of_one_host_is_not_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other hosts are asked while one is left alone."""
    visitor = guest()
    busy(visitor.site, 600.0)
    visitor.ask(f"{SITE}/terms")
    assert visitor.ask("https://other.example/terms").outcome == "ok"


def test_a_peace_of_a_wrong_clock_is_none() -> None:
    """What a host was promised while the clock was ten years ahead does not keep it from being asked."""
    visitor = guest()
    busy(visitor.site, 600.0)
    visitor.ask(f"{SITE}/terms", NOW + timedelta(days=3653))
    assert visitor.ask(f"{SITE}/privacy").outcome == "ok"


def test_a_robots_txt_that_was_not_answered_is_asked_again() -> None:
    """A connection that broke says nothing on robots: the file is asked for again with the next page."""
    visitor = guest("User-agent: *\nDisallow: /private")
    answers, visitor.site.answers = visitor.site.answers, {f"{SITE}/robots.txt": (0, "")}
    visitor.ask(f"{SITE}/terms")
    visitor.site.answers = answers
    assert visitor.ask(f"{SITE}/private").outcome == "robots"
