"""Pages shown by a real Chromium, all on loopback: what is read of them, and what they cannot do."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpcore
import pytest
from fault_server import VALID, FaultServer, Step, head, redirect, reply, tls_server

from monitor.fetch import BrowserFetcher, Fetcher, Limits, chromium
from monitor.fetch.dial import dial_tcp
from monitor.fetch.profiles import Profiles
from monitor.fetch.window import sign_in
from monitor.model import Capture, Hop, Validators

pytestmark = pytest.mark.skipif(
    chromium.find(os.environ) is None or not chromium.installed(),
    reason="no Chromium is installed (apt install chromium)",
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NONE = Validators()
PUBLIC = "93.184.216.34"
TEXT = "<p>We keep your prompts for thirty days and do not use them for training.</p>" * 10


def page(body: str, **headers: str) -> bytes:
    return reply(f"<!doctype html><html lang=en><body><main>{body}</main></body></html>".encode(), **headers)


class Internet:
    """Stands for it: every name is public but `inside.example`, which is loopback, and `lost.example`.

    What is public is one server of ours.
    """

    def __init__(self, server: FaultServer) -> None:
        self.server = server
        self.dialled: list[tuple[str, int]] = []

    def resolve(self, host: str, port: int) -> tuple[str, ...]:
        if host == "lost.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        inside = host == "inside.example" or host.startswith("127.")
        return ("127.0.0.1",) if inside else (PUBLIC,)

    def dial(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        self.dialled.append((address, port))
        return dial_tcp("127.0.0.1", self.server.port, timeout)


@dataclass
class Desk:
    """A browser, the server that it reaches, one that it must not reach, and the folder of its logins."""

    fetcher: BrowserFetcher
    server: FaultServer
    canary: FaultServer
    internet: Internet
    profiles: Path

    def get(self, path: str, *script: Step, profile: str = "", language: str | None = None) -> Capture:
        self.server.routes[path] = script
        return self.fetcher.fetch(f"http://terms.example{path}", NONE, NOW, language, profile=profile)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    profiles = tmp_path_factory.mktemp("logins") / "profiles"
    limits = Limits(total_seconds=20, decoded_bytes=200_000)
    with FaultServer() as server, FaultServer({"/": [reply(b"must not be read")]}) as canary:
        internet = Internet(server)
        with BrowserFetcher(
            user_agent="terms-monitor/1 (+you@example.com)",
            limits=limits,
            resolver=internet.resolve,
            dial=internet.dial,
            profiles=profiles,
        ) as fetcher:
            yield Desk(fetcher, server, canary, internet, profiles)


def text(capture: Capture) -> str:
    assert (capture.outcome, capture.reason) == ("ok", "")
    assert capture.body is not None
    return capture.body.decode()


# --- one page with everything on it ------------------------------------------------------------------------------------

WIDGET = """
customElements.define('terms-note', class extends HTMLElement {
  connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML = '<p>in the shadow</p><slot></slot>'; }
});
"""
ACCORDION = """
for (const [name, words] of [['one', 'first panel'], ['two', 'second panel']]) {
  const button = document.getElementById(name);
  button.addEventListener('click', () => {
    document.getElementById('panel-one')?.remove(); document.getElementById('panel-two')?.remove();
    button.closest('h3').insertAdjacentHTML('afterend', `<div id="panel-${name}">${words}</div>`);
  });
}
document.getElementById('away').addEventListener('click', () => { location = '/led-away'; });
"""
EVERYTHING = f"""
<nav><button aria-expanded=false onclick="fetch('/clicked-menu')">Menu</button></nav>
<main><h1>Terms</h1>{TEXT}
<details><summary>More</summary><p>in the details</p></details>
<h3><button id=one aria-expanded=false aria-controls=panel-one>One</button></h3>
<h3><button id=two aria-expanded=false aria-controls=panel-two>Two</button></h3>
<h3><button id=away aria-expanded=false>Away</button></h3>
<form action=/submitted><button aria-expanded=false>Send</button></form>
<a href=/followed role=button aria-expanded=false>Follow</a>
<div role=tablist><span role=tab aria-selected=true>Free</span>
<a href="#paid" role=tab aria-selected=false aria-controls=paid
 onclick="document.getElementById('paid').hidden = false">Paid</a></div>
<div role=tabpanel id=paid hidden>in the tab</div>
<terms-note><b>in its slot</b></terms-note>
<img src=/picture><div id=made></div><p id=said></p></main>
<script>{WIDGET}{ACCORDION}
document.getElementById('made').textContent = 'made by a script';
setTimeout(() => document.getElementById('made').insertAdjacentHTML('afterend', '<p>after a while</p>'), 700);
window.open('/popup');
fetch('/data').then(answer => answer.text()).then(text => document.getElementById('said').textContent = text);
fetch('http://inside.example:PORT/').catch(() => 0);
fetch('http://127.0.0.1:PORT/', {{mode: 'no-cors'}}).catch(() => 0);
new WebSocket('ws://127.0.0.1:PORT/'); new WebSocket('ws://inside.example:PORT/');
navigator.serviceWorker?.register('/worker.js').catch(() => 0);
Array.prototype.map = () => []; String.prototype.slice = () => 'spoilt';
</script>
<iframe src="http://127.0.0.1:PORT/"></iframe><iframe src="file:///etc/hostname"></iframe>
"""


@pytest.fixture(scope="module")
def everything(desk: Desk) -> Capture:
    """A page with everything on it, seen once."""
    desk.server.routes["/data"] = [reply(b"asked of the server", Content_Type="text/plain")]
    body = EVERYTHING.replace("PORT", str(desk.canary.port))
    script = reply(f"<!doctype html><html lang=en><body>{body}</body></html>".encode(), Set_Cookie="visit=1")
    return desk.get("/everything", script, language="de")


@pytest.mark.parametrize(
    "words",
    [
        "made by a script",
        "after a while",
        "asked of the server",
        "in the details",
        "first panel",
        "second panel",
        "in the tab",
    ],
)
def test_what_a_reader_can_get_to_is_read(everything: Capture, words: str) -> None:
    """What scripts write, at once or later, and what a click opens is in the capture's markup."""
    assert words in text(everything)


def test_a_shadow_tree_is_read_in_its_place(everything: Capture) -> None:
    """What a component shows is plain markup, with what its page put into it."""
    assert re.search(r"<terms-note><p>in the shadow</p><b>in its slot</b></terms-note>", text(everything))


def test_an_open_tab_is_not_hidden(everything: Capture) -> None:
    """The panel of a tab that was opened is not marked as hidden."""
    assert "<div role=\"tabpanel\" id=\"paid\">in the tab</div>" in text(everything)  # fmt: skip


@pytest.mark.parametrize("path", ["/clicked-menu", "/led-away", "/submitted", "/followed", "/popup", "/picture"])
def test_what_is_not_text_is_left_alone(desk: Desk, everything: Capture, path: str) -> None:
    """Menus, links and forms are not touched, a click leads nowhere, and neither pictures nor other windows are loaded."""
    assert path not in {request.path for request in desk.server.requests}
    assert everything.final_url == "http://terms.example/everything"


def test_no_connection_to_a_private_address(desk: Desk, everything: Capture) -> None:
    """Neither a frame, a script's request nor a web socket of a page reaches this machine, by name or by number."""
    assert everything.outcome == "ok"
    assert desk.canary.connections == 0
    assert {address for address, _ in desk.internet.dialled} == {PUBLIC}


def test_a_capture_of_a_browser_is_like_one_over_http(desk: Desk, everything: Capture) -> None:
    """It tells the status and the headers of the page's own answer; its body is a whole document in UTF-8."""
    assert (everything.at, everything.url, everything.status) == (NOW, "http://terms.example/everything", 200)
    assert everything.header("content-type") == "text/html"
    assert everything.content_type == "text/html; charset=utf-8"
    assert text(everything).startswith("<!doctype html>\n<html")
    assert text(everything).endswith("</html>")
    assert 1 < everything.seconds < 20


def test_the_browser_says_who_it_is(desk: Desk, everything: Capture) -> None:
    """A request carries our name, the address of whom to ask, and the language of the page."""
    asked = next(request for request in desk.server.requests if request.path == "/everything").headers
    assert asked["user-agent"].endswith(" terms-monitor/1 (+you@example.com)")
    assert "Headless" not in asked["user-agent"]
    assert asked["accept-language"] == "de"
    assert not {"cookie", "proxy-authorization", "proxy-connection"} & asked.keys()


def test_no_cookie_goes_from_one_page_to_the_next(desk: Desk, everything: Capture) -> None:
    """Each page is a visitor who was never here."""
    desk.get("/next", page(TEXT))
    assert "cookie" not in desk.server.requests[-1].headers


# --- answers ---------------------------------------------------------------------------------------------------------


def test_redirects_are_hops(desk: Desk) -> None:
    """A redirect by the server and one by a script are both followed, and told."""
    desk.server.routes["/second"] = [page("<script>location = '/third#part'</script>")]
    desk.server.routes["/third"] = [page(TEXT)]
    capture = desk.get("/first", redirect("/second"))
    assert "thirty days" in text(capture)
    assert capture.hops == (Hop("http://terms.example/first", 302), Hop("http://terms.example/second", 200))
    assert capture.final_url == "http://terms.example/third"


def test_an_error_page_is_one(desk: Desk) -> None:
    """An answer with an error's status is an error, whatever it shows."""
    capture = desk.get("/gone", reply(f"<html><body>{TEXT}</body></html>".encode(), "404 Not Found"))
    assert (capture.outcome, capture.status) == ("http_error", 404)


@pytest.mark.parametrize(
    ("kind", "body", "outcome"),
    [
        ("application/pdf", b"%PDF-1.7\n", "ok"),
        ("text/plain", b"Terms", "ok"),
        ("application/zip", b"PK\x03\x04\x00\x00", "wrong_type"),
    ],
)
def test_what_is_no_page_is_fetched_as_it_is(desk: Desk, kind: str, body: bytes, outcome: str) -> None:
    """A PDF, a text or a download is judged, and kept, as over HTTP; nothing is saved by the browser."""
    capture = desk.get("/file", reply(body, Content_Type=kind, Content_Disposition="attachment"))
    assert (capture.outcome, capture.body if outcome == "ok" else body) == (outcome, body)
    assert capture.content_type == kind


def test_half_a_page_is_none(desk: Desk) -> None:
    """An answer that ends before its announced length is truncated."""
    capture = desk.get("/half", head(Content_Type="text/html", Content_Length="9000") + TEXT.encode())
    assert (capture.outcome, capture.body) == ("truncated", None)


@pytest.mark.parametrize("target", ["http://inside.example:{port}/", "http://127.0.0.1:{port}/"])
@pytest.mark.parametrize("way", ["server", "script"])
def test_a_page_that_leads_inside_is_refused(desk: Desk, target: str, way: str) -> None:
    """A redirect to a private address, by the server or by a script, is refused before anything is dialled."""
    inside = target.format(port=desk.canary.port)
    script = redirect(inside) if way == "server" else page(f"{TEXT}<script>location = '{inside}'</script>")
    capture = desk.get("/inside", script)
    assert (capture.outcome, capture.body) == ("blocked_target", None)
    assert "127.0.0.1, which is not a public address" in capture.reason
    assert capture.hops == (Hop("http://terms.example/inside", 302 if way == "server" else 200),)
    assert capture.final_url == inside
    assert desk.canary.connections == 0


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "view-source:http://terms.example/", "chrome://version", "data:,x"]
)
def test_only_web_addresses_are_shown(desk: Desk, url: str) -> None:
    """What is no address of the web is refused before the browser hears of it."""
    assert desk.fetcher.fetch(url, NONE, NOW).outcome == "blocked_target"


def test_a_name_without_an_address(desk: Desk) -> None:
    """A host that nobody knows is what it is over HTTP."""
    capture = desk.fetcher.fetch("https://lost.example/", NONE, NOW)
    assert (capture.outcome, "Name or service not known" in capture.reason) == ("dns_error", True)


def test_a_strange_certificate_is_refused(desk: Desk, tmp_path: Path) -> None:
    """The browser checks the certificate behind the proxy: one that nobody vouches for is refused."""
    with FaultServer({"/": [page(TEXT)]}, tls=tls_server(VALID, tmp_path)) as server:
        plain, desk.internet.server = desk.internet.server, server
        capture = desk.fetcher.fetch("https://terms.example/", NONE, NOW)
        desk.internet.server = plain
    assert (capture.outcome, "ERR_CERT" in capture.reason) == ("tls_error", True)


# --- pages that do not behave -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", ["for (;;);", "for (;;) alert('terms')"])
def test_an_endless_script_ends_at_the_deadline(desk: Desk, script: str) -> None:
    """A page that never lets go is a timeout, and the next page is shown all the same."""
    limits = Limits(total_seconds=3)
    with BrowserFetcher(
        user_agent="t", limits=limits, resolver=desk.internet.resolve, dial=desk.internet.dial
    ) as fetcher:
        desk.server.routes["/endless"] = [page(f"{TEXT}<script>{script}</script>")]
        capture = fetcher.fetch("http://terms.example/endless", NONE, NOW)
    assert capture.outcome == "timeout"
    assert capture.seconds < 9


def test_a_page_that_grows_without_end_is_too_big(desk: Desk) -> None:
    """A document larger than any page of terms is refused, without bringing it over."""
    grow = "document.querySelector('main').append('terms '.repeat(60000))"
    capture = desk.get("/huge", page(f"{TEXT}<script>{grow}</script>"))
    assert (capture.outcome, capture.body) == ("too_big", None)


def test_a_page_that_leads_in_circles(desk: Desk) -> None:
    """A page that goes on and on by script is given up."""
    for number in range(12):
        desk.server.routes[f"/on/{number}"] = [page(f"<script>location.replace('/on/{number + 1}')</script>")]
    capture = desk.fetcher.fetch("http://terms.example/on/0", NONE, NOW)
    assert capture.outcome == "too_many_redirects"


def test_a_page_that_breaks_the_browser(desk: Desk) -> None:
    """A page that eats the browser's memory is an error of the browser, and the next page gets another."""
    eat = "for (const held = [];;) { held.push('terms'.repeat(1e7) + held.length); held.at(-1).charCodeAt(7); }"
    assert desk.get("/eats", page(f"{TEXT}<script>{eat}</script>")).outcome == "browser_error"
    assert "thirty days" in text(desk.get("/after", page(TEXT)))


# --- logins ----------------------------------------------------------------------------------------------------------

LOGIN = {
    "cookies": [{"name": "session", "value": "s3cret", "domain": "terms.example", "path": "/", "expires": -1}],
    "origins": [],
}


def test_a_login_is_sent_and_renewed(desk: Desk) -> None:
    """A page gets its vendor's cookies, and those that the server renews are kept for the next time."""
    Profiles(desk.profiles).save("northwind", LOGIN)
    capture = desk.get("/usage", page(TEXT, Set_Cookie="session=renewed; Path=/"), profile="northwind")
    assert "thirty days" in text(capture)
    assert next(each for each in desk.server.requests if each.path == "/usage").headers["cookie"] == "session=s3cret"
    assert [cookie["value"] for cookie in Profiles(desk.profiles).load("northwind")["cookies"]] == ["renewed"]


def test_a_login_that_is_refused_is_needed_anew(desk: Desk) -> None:
    """Where the server does not take the login, the outcome says what to do; the stored one is left as it is."""
    Profiles(desk.profiles).save("lumen", LOGIN)
    refused = reply(f"<html><body>{TEXT}</body></html>".encode(), "401 Unauthorized", Set_Cookie="session=; Max-Age=0")
    capture = desk.get("/account", refused, profile="lumen")
    assert (capture.outcome, "monitor login lumen" in capture.reason) == ("login_needed", True)
    assert Profiles(desk.profiles).load("lumen")["cookies"][0]["value"] == "s3cret"


def test_a_login_that_is_not_there(desk: Desk) -> None:
    """A page whose login was never stored is not fetched without it."""
    before = len(desk.server.requests)
    capture = desk.fetcher.fetch("http://terms.example/x", NONE, NOW, profile="nobody")
    assert (capture.outcome, "monitor login nobody" in capture.reason) == ("login_needed", True)
    assert len(desk.server.requests) == before


def test_a_window_gives_what_was_stored(desk: Desk) -> None:
    """What a site stores while its window is open is the login."""
    with FaultServer({"/": [page(TEXT, Set_Cookie="session=new; Path=/")]}) as site:
        state = sign_in(site.url("/"), lambda: True, user_agent="t", allow_private=True, headless=True)
    assert [cookie["value"] for cookie in state["cookies"]] == ["new"]


# --- the browser itself --------------------------------------------------------------------------------------------------


PROGRAM = """
import datetime, sys, time
from monitor.fetch import BrowserFetcher
from monitor.model import Validators
fetcher = BrowserFetcher(user_agent='t', allow_private=True)
print(fetcher.fetch(sys.argv[1], Validators(), datetime.datetime.now(datetime.UTC)).outcome, flush=True)
time.sleep(60)
"""


@pytest.fixture
def marked() -> Iterator[str]:
    """A folder for what a browser writes, by whose name its processes are known. Its path is short: Chromium's socket is in it."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield folder


def test_a_program_that_is_killed_leaves_nothing_running(desk: Desk, marked: str) -> None:
    """A browser ends with the program that it belongs to, however that ends."""
    desk.server.routes["/kill"] = [page(TEXT)]
    command = [sys.executable, "-c", PROGRAM, desk.server.url("/kill")]
    environment = {**os.environ, "TMPDIR": marked}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        assert program.stdout.readline() == "ok\n"
        assert _running(marked)
        program.kill()
    deadline = time.monotonic() + 10
    while _running(marked) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert _running(marked) == []


def _running(mark: str) -> list[str]:
    """The command lines that name a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode("utf-8", "replace")
        except OSError:  # it has just ended
            continue
        if mark in line:
            found.append(line)
    return found


def test_a_page_from_any_thread(desk: Desk) -> None:
    """Threads take turns with one browser."""
    desk.server.routes["/shared"] = [page(TEXT)]
    captures: list[Capture] = []
    fetch = lambda: captures.append(desk.fetcher.fetch("http://terms.example/shared", NONE, NOW))  # noqa: E731
    threads = [threading.Thread(target=fetch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [capture.outcome for capture in captures] == ["ok", "ok"]


def test_webrtc_goes_nowhere(desk: Desk) -> None:
    """A page that asks for a direct connection to this machine sends it no packet."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as canary:
        canary.bind(("127.0.0.1", 0))
        canary.settimeout(0.2)
        ask = (
            f"const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{canary.getsockname()[1]}'}}]}});"
            "peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer));"
        )
        assert desk.get("/peer", page(f"{TEXT}<script>{ask}</script>")).outcome == "ok"
        with pytest.raises(TimeoutError):
            canary.recv(100)


def test_it_is_a_fetcher(desk: Desk) -> None:
    """It stands wherever a fetcher does."""
    fetcher: Fetcher = desk.fetcher
    assert isinstance(fetcher, BrowserFetcher)
