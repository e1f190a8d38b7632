"""Manners: a pause between two requests to a host, what robots.txt says, and peace for who asks for it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.fetch.hosts import Hosts
from monitor.fetch.manners import LONGEST_PAUSE, PAUSE, Etiquette, Onward, freely
from monitor.model import Capture, Validators

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AGENT = "terms-monitor"
SITE = "https://acme.example"
NOTHING = (404, "")


@dataclass
class Site:
    """Sites that answer each address as they are told, on a clock that moves only while somebody sleeps.

    An answer with status 301 leads to the address that it says.
    """

    answers: dict[str, tuple[int, str]]
    retry_after: float | None = None
    asked: list[tuple[str, float]] = field(default_factory=list)
    time: float = 0.0

    def fetch(
        self, url: str, validators: Validators, now: datetime, language: str | None = None, onward: Onward = freely
    ) -> Capture:
        self.asked.append((url, self.time))
        status, text = self.answers.get(url, NOTHING if url.endswith("robots.txt") else (200, "<p>terms</p>"))
        if status == 301:
            return onward(text) or self.fetch(text, validators, now, language, onward)
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


def guest(
    robots: str = "", *, pause: float | None = None, hosts: Hosts | None = None, **answers: tuple[int, str]
) -> Guest:
    told = {f"{SITE}/{path}": answer for path, answer in answers.items()}
    told |= {f"{SITE}/robots.txt": (200, robots)} if robots else {}
    site = Site(told)
    return Guest(site, Etiquette(site, AGENT, hosts, pause=pause, sleep=site.sleep, clock=lambda: site.time))


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


# --- redirects -------------------------------------------------------------------------------------------------------

OTHER = "https://other.example"


def led(to: str, **answers: tuple[int, str]) -> Guest:
    """Somebody who asks for a page that redirects."""
    visitor = guest(terms=(301, to))
    visitor.site.answers |= {f"{OTHER}/{path}": answer for path, answer in answers.items()}
    return visitor


def test_a_host_that_is_redirected_to_is_asked_with_its_own_pause() -> None:
    """Between two requests to a host lie five seconds, also where another host leads there, and its robots.txt is asked."""
    visitor = led(f"{OTHER}/terms")
    visitor.ask(f"{OTHER}/privacy")
    assert visitor.ask(f"{SITE}/terms").outcome == "ok"
    assert visitor.site.asked == [
        (f"{OTHER}/robots.txt", 0),
        (f"{OTHER}/privacy", PAUSE),
        (f"{SITE}/robots.txt", PAUSE),
        (f"{SITE}/terms", 2 * PAUSE),
        (f"{OTHER}/terms", 2 * PAUSE),
    ]
    visitor.ask(f"{OTHER}/privacy")
    assert visitor.site.asked[-1] == (f"{OTHER}/privacy", 3 * PAUSE)


def test_a_host_that_redirects_to_itself_is_followed_at_once() -> None:
    """The second half of one answer is not waited for."""
    visitor = led(f"{SITE}/en/terms")
    visitor.ask(f"{SITE}/terms")
    assert visitor.site.asked[-2:] == [(f"{SITE}/terms", PAUSE), (f"{SITE}/en/terms", PAUSE)]


@pytest.mark.parametrize("host", [SITE, OTHER])
def test_a_redirect_leads_nowhere_that_robots_txt_closes(host: str) -> None:
    """A redirect is not followed to an address that its site's robots.txt asks robots to stay away from."""
    visitor = led(f"{host}/private/terms")
    visitor.site.answers[f"{host}/robots.txt"] = (200, "User-agent: *\nDisallow: /private")
    capture = visitor.ask(f"{SITE}/terms")
    assert (capture.outcome, f"{host}/private/terms" in visitor.site.urls) == ("robots", False)
    assert visitor.ask(f"{SITE}/terms", obeys=False).outcome == "ok"


def test_the_peace_of_a_host_is_kept_where_another_leads_there() -> None:
    """A host that asked for peace gets it from who is redirected there, too, and keeps it; who led there is asked as ever."""
    visitor = led(f"{OTHER}/terms", busy=(429, ""))
    visitor.site.retry_after = 600.0
    visitor.ask(f"{OTHER}/busy")
    for minutes in (1, 2):
        assert visitor.ask(f"{SITE}/terms", NOW + timedelta(minutes=minutes)).reason.startswith("not asked")
    assert f"{OTHER}/terms" not in visitor.site.urls
    assert visitor.ask(f"{SITE}/privacy", NOW + timedelta(minutes=3)).outcome == "ok"


def test_who_is_too_busy_is_the_host_that_said_so() -> None:
    """Where a redirect ends at a host that is too busy, that one is left alone, and not the one that led there."""
    visitor = led(f"{OTHER}/terms", terms=(429, ""))
    assert visitor.ask(f"{SITE}/terms").outcome == "rate_limited"
    assert visitor.ask(f"{SITE}/privacy").outcome == "ok"
    assert visitor.ask(f"{OTHER}/privacy").reason.startswith("not asked")


def test_a_robots_txt_elsewhere_is_followed() -> None:
    """A robots.txt may stand at another host, which is asked with its pause; what it says holds for the site."""
    visitor = guest(**{"robots.txt": (301, f"{OTHER}/robots.txt")})
    visitor.site.answers[f"{OTHER}/robots.txt"] = (200, "User-agent: *\nDisallow: /private")
    assert visitor.ask(f"{SITE}/private").outcome == "robots"
    assert visitor.ask(f"{OTHER}/private").outcome == "robots"
    assert visitor.site.asked[-1] == (f"{OTHER}/robots.txt", PAUSE)


def test_two_hosts_that_lead_to_each_other_wait_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for one host's turn holds no other's: pages that redirect crosswise are both asked for."""
    visitor = led(f"{OTHER}/there", terms=(301, f"{SITE}/there"))
    both = threading.Barrier(2, timeout=20)
    answer = visitor.site.fetch

    def fetch(url: str, *given: Any) -> Capture:
        if url.endswith("/terms"):
            both.wait()  # each holds the turn of its own host
        return answer(url, *given)

    monkeypatch.setattr(visitor.site, "fetch", fetch)
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(visitor.ask, f"{host}/terms") for host in (SITE, OTHER)]
        assert [each.result(timeout=20).outcome for each in asked] == ["ok", "ok"]
