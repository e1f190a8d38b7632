"""The archive in a real Chromium: what people do with it, how it is read aloud, and what hostile pages cannot do."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from web_site import Kinds, served, site

from monitor import pipeline
from monitor.archive import Archive
from monitor.compare import compare
from monitor.composer import compose
from monitor.fetch import chromium
from monitor.model import Capture, Page, Rule, Validators
from monitor.outbox import LEASE
from monitor.pipeline import Judgement
from monitor.records import Folding
from monitor.report.page import report_html
from monitor.report.style import Style

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.skipif(
    chromium.find(os.environ) is None or not chromium.installed(),
    reason="no Chromium is installed (apt install chromium)",
)
NOW = datetime(2031, 5, 4, 6, 0, tzinfo=UTC)
LONG = 10_000
"""Milliseconds that a step may take on a busy machine."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium.find(os.environ), chromium_sandbox=os.geteuid() != 0
        )
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh context in English; what it complains of is kept in `problems`."""
    made = browser.new_context(locale="en-GB", viewport={"width": 1180, "height": 900})
    made.set_default_timeout(LONG)
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(shown: Path) -> Iterator[str]:
    """Where the archive is served."""
    with served(site(shown)) as where:
        yield where


def tab_at(context: BrowserContext, address: str) -> Tab:
    tab = context.new_page()
    tab.goto(address)
    return tab


# --- journeys ----------------------------------------------------------------------------------------------------------


def test_when_did_it_begin_to_train_and_what_did_it_say_before(context: BrowserContext, address: str) -> None:
    """From the first page to the words before and after, with a link that leads back to that clause."""
    tab = tab_at(context, address)
    tab.get_by_role("link", name="Northwind AI now trains on your content unless").click()
    finding = tab.locator("article.finding").first
    assert "only if you turn on sharing" in finding.locator(".old").inner_text()
    assert "unless you turn it off" in finding.locator(".new").inner_text()
    assert finding.locator("ins").first.inner_text()
    link = finding.get_by_role("link", name="Link to this clause").get_attribute("href")
    tab.goto(f"{address}{link}")
    assert tab.locator("article.finding:target").count() == 1


def test_from_change_to_change_by_keys(context: BrowserContext, address: str) -> None:
    """The keys p and n lead to the change before and back."""
    tab = tab_at(context, address)
    tab.get_by_role("link", name="Northwind AI now trains on your content unless").click()
    tab.wait_for_url("**/changes/*")
    begun = tab.url
    tab.keyboard.press("p")
    tab.wait_for_url(lambda url: url != begun)
    tab.keyboard.press("n")
    tab.wait_for_url(begun)


def test_any_two_versions_are_chosen_and_compared(context: BrowserContext, address: str) -> None:
    """Two versions chosen in the form stand side by side, then in one column."""
    tab = tab_at(context, f"{address}/pages/northwind/terms")
    tab.get_by_role("link", name="Two versions side by side").click()
    tab.get_by_label("Before").select_option(index=5)
    tab.get_by_role("button", name="Compare").click()
    assert tab.locator(".diff.side .row").count() >= 3
    tab.get_by_role("link", name="in one column").click()
    assert tab.locator(".diff.unified .row del").first.inner_text()


def test_folds_open_without_a_script(browser: Browser, address: str) -> None:
    """Without JavaScript every page says the same, and what is unchanged opens."""
    with browser.new_context(java_script_enabled=False, locale="en-GB") as context:
        tab = tab_at(context, f"{address}/changes/1")
        fold = tab.locator("details.fold").first
        fold.locator("summary").click()
        assert fold.locator("p").first.is_visible()
        assert tab.get_by_role("button", name="Copy as a quotation").count() == 0


def test_the_language_asked_for_stays(context: BrowserContext, address: str) -> None:
    """Whoever chooses Chinese stays in Chinese from link to link, without a cookie."""
    tab = tab_at(context, address)
    tab.get_by_role("link", name="中文").click()
    tab.get_by_role("link", name="变更", exact=True).click()
    assert tab.locator("html").get_attribute("lang") == "zh"
    assert tab.locator("h1").inner_text() == "变更"
    assert context.cookies() == []


def test_a_snapshot_is_shown_as_it_was_served(context: BrowserContext, address: str, shown: Path) -> None:
    """The bytes stand in the frame of their page, in an origin of their own."""
    tab = tab_at(context, address + Kinds(shown).pages["snapshot"])
    frame = tab.frame_locator("iframe")
    assert frame.get_by_role("heading", name="Your content").inner_text() == "Your content"
    assert tab.frames[1].evaluate("self.origin") == "null"


def test_the_keyboard_reaches_the_content(context: BrowserContext, address: str) -> None:
    """The first stop of the tab key skips the navigation."""
    tab = tab_at(context, address)
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"


def test_no_page_is_wider_than_a_phone(browser: Browser, address: str, shown: Path) -> None:
    """At 360 pixels nothing has to be scrolled sideways but tables and pictures within their frames."""
    with browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB") as context:
        tab = context.new_page()
        for kind, path in Kinds(shown).pages.items():
            tab.goto(address + path)
            assert tab.evaluate("document.documentElement.scrollWidth") <= 360, kind


# --- accessibility -----------------------------------------------------------------------------------------------------


OPTIONS = {
    "light": {"resultTypes": ["violations"]},
    "dark": {
        "resultTypes": ["violations"],
        "runOnly": {
            "type": "rule",
            "values": ["color-contrast", "link-in-text-block", "html-lang-valid", "link-name", "label"],
        },
    },
}
"""Everything in light and English; in dark and Chinese what colours and words can spoil."""


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh")])
def test_no_page_has_a_serious_fault_for_those_who_cannot_see_it(
    browser: Browser, address: str, shown: Path, scheme: str, language: str
) -> None:
    """axe finds nothing serious or critical on any kind of page, and the browser nothing to complain of."""
    complaints: list[str] = []
    with browser.new_context(color_scheme=scheme, locale=language) as context:  # type: ignore[arg-type]
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        for kind, path in Kinds(shown).pages.items():
            tab.goto(address + path)
            found = Axe().run(tab, options=OPTIONS[scheme]).response["violations"]
            grave = [
                (each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")
            ]
            assert (kind, grave) == (kind, [])
    assert complaints == []


# --- hostile pages -----------------------------------------------------------------------------------------------------

HOSTILE = """<!doctype html><html lang=en><head><title>Terms </title><script>{run}</script></title>
<base href="{there}/base/"><meta http-equiv=refresh content="0;url={there}/refresh">
<link rel=stylesheet href="{there}/style.css"><link rel=preconnect href="{there}"><link rel=dns-prefetch href="{there}">
<link rel=prefetch href="{there}/prefetch"><link rel=preload as=image href="{there}/preload"><link rel=icon href="{there}/icon">
<link rel=modulepreload href="{there}/module.js"><link rel=manifest href="{there}/manifest">
<script type=speculationrules>{{"prefetch":[{{"source":"list","urls":["{there}/speculated"]}}]}}</script>
<style>@import url({there}/import.css); body {{ background: url({there}/background) }} @font-face {{ font-family: f; src: url({there}/font) }}
p {{ font-family: f }}</style>
<script src="{there}/script.js"></script><script>{run}</script></head>
<body onload="{run}"><main><h1>Terms of a hostile vendor</h1>
<p>{clause} &lt;script&gt;{run}&lt;/script&gt; &lt;img src=x onerror="{run}"&gt; {{{{ 7 * 7 }}}}</p>
<p>We keep your conversations for 30 days after you delete them, whatever else this page may try to do to you.</p>
<p>These terms govern your use of the assistant and of every tool that comes with it, and of nothing else.</p>
<p>You may send text, images and files to the assistant, and it will send you answers that you should check.</p>
<p><a href="javascript:{run}">javascript link</a> <a href="{there}/ping" ping="{there}/pinged">a link</a></p>
<svg xmlns="http://www.w3.org/2000/svg" onload="{run}"><script>{run}</script><image href="{there}/svg-image" /><use href="{there}/use#a" /></svg>
<img src="{there}/image" srcset="{there}/srcset 2x" onerror="{run}"><video src="{there}/video" poster="{there}/poster" autoplay></video>
<audio src="{there}/audio" autoplay></audio><iframe src="{there}/frame"></iframe><iframe srcdoc="<script>{run}</script>"></iframe>
<object data="{there}/object"></object><embed src="{there}/embed"><form action="{there}/form" method=post><input name=q autofocus onfocus="{run}"></form>
<script>document.forms[0].submit(); location = "{there}/location"; navigator.sendBeacon("{there}/beacon")</script>
</main></body></html>"""


class Canary:
    """Listens on loopback, and counts whoever comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.came: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            visitor.settimeout(0.5)
            with visitor:
                try:
                    self.came.append(visitor.recv(200))
                except OSError:
                    self.came.append(b"a connection")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()


class Fetcher:
    """Brings one body."""

    profile = ""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def fetch(self, url: str, validators: Validators, now: datetime, language: str | None = None) -> Capture:
        headers = (("Server", "<script>alert(1)</script>"), ("X-Note", '"><img src=x onerror=alert(1)>'))
        return Capture(now, url, "ok", '<script>alert("why")</script>', url, 200, headers, (), self._body, "text/html")

    def close(self) -> None:
        """Nothing is open."""


VENDOR = Page(
    "evil",
    "terms",
    "terms",
    "https://evil.example/terms?q=<script>alert(1)</script>",
    vendor_name='<script>alert("E")</script>Evil',
)


@pytest.fixture
def hostile(tmp_path: Path, canary: Canary) -> Path:
    """An archive with a hostile page that changed."""
    path = tmp_path / "archive.db"
    judgement = Judgement((Rule(("mail",)),))
    with Archive(path) as archive:
        for day, clause in enumerate(
            ("We do not use your chats to train our models.", "We use your chats to train our models.")
        ):
            run = f"top.document.title = `ran`; fetch(`{canary.url}/ran`)"
            body = HOSTILE.format(run=run, there=canary.url, clause=clause).encode()
            fetcher = Fetcher(body)
            now = NOW + timedelta(days=day)
            for _ in pipeline.check([VENDOR], archive, lambda *_, it=fetcher: it, judgement, lambda at=now: at):
                pass
        assert [change.change.verdict for change in archive.changes()] == ["alert"]
    return path


def documents(path: Path) -> dict[str, str]:
    """The mail and the report about the hostile page, as HTML that stands alone."""
    with Archive(path) as archive:
        parcel = archive.claim(NOW + timedelta(days=9), LEASE, Folding())
        assert parcel
        record = next(archive.changes())
        before, after = archive.document(record.before.version), archive.document(record.after.version)
        mail = compose(archive, parcel, Style()).html
        return {"mail": mail, "report": report_html(record, before, after, compare(before, after), Style())}


def test_nothing_of_a_hostile_page_runs_or_reaches_out(
    context: BrowserContext, hostile: Path, canary: Canary, tmp_path: Path
) -> None:
    """Shown on every page of the web site, framed and alone, in a mail and in a report: no script, no request, no dialogue."""
    dialogues: list[str] = []
    answered: list[str] = []
    context.on("requestfinished", lambda request: answered.append(request.url))
    with served(site(hostile)) as address:
        tab = context.new_page()
        tab.on("dialog", lambda dialogue: (dialogues.append(dialogue.message), dialogue.dismiss()))
        kinds = Kinds(hostile)
        places = [*kinds.pages.values(), kinds.others["shown"]]
        for place in places:
            tab.goto(address + place)
            tab.wait_for_timeout(400 if "snapshots" in place else 50)
            assert (place, tab.title() == "ran", tab.url) == (place, False, address + place)
        for name, text in documents(hostile).items():
            file = tmp_path / f"{name}.html"
            file.write_text(text, encoding="utf-8")
            tab.goto(file.as_uri())
            tab.wait_for_timeout(100)
            assert tab.title() != "ran"
    assert (canary.came, dialogues) == ([], [])
    assert [url for url in answered if url.startswith(canary.url)] == []


def test_the_canary_hears_a_page_that_is_shown_without_care(
    context: BrowserContext, canary: Canary, web: object, hostile: Path
) -> None:
    """The test above can fail: the same bytes from a careless server run, and reach out."""
    with Archive(hostile, mode="read") as archive:
        body = archive.snapshot(next(archive.changes()).after.snapshot)
    web.pages["/careless"] = (200, body)  # type: ignore[attr-defined]
    tab = context.new_page()
    tab.goto(f"{web.url}/careless", wait_until="commit")  # type: ignore[attr-defined]
    tab.wait_for_timeout(500)
    assert canary.came


def test_a_framed_page_reaches_neither_its_frame_nor_the_site(context: BrowserContext, hostile: Path) -> None:
    """The frame has an origin of its own, and its scripts are off: it can read nothing of the site."""
    with served(site(hostile)) as address:
        tab = tab_at(context, address + Kinds(hostile).pages["snapshot"])
        frame = tab.frames[1]
        assert frame.evaluate("self.origin") == "null"
        assert frame.evaluate("document.scripts.length") >= 1
        assert "ran" not in (tab.title(), frame.evaluate("document.title"))
