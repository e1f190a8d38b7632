"""Draw the pictures of the documentation: an alert of the demo as it arrives, and the archive in a browser, in light and dark.

    make pictures        (needs Chromium)

The mails are those of `monitor demo`, the archive is that of `sample.py`; each picture is what a headless Chromium shows.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import sample
from playwright.sync_api import sync_playwright

from monitor import pipeline
from monitor.archive import Archive
from monitor.composer import compose
from monitor.demo.site import DemoSite, pages
from monitor.fetch import HttpFetcher, chromium
from monitor.model import Rule
from monitor.outbox import LEASE
from monitor.pipeline import Judgement
from monitor.records import Folding, Message
from monitor.report.style import Style
from monitor.web import Gate, Keys, Site, application, serving

FOLDER = Path(__file__).parent
CHROMIUM = [
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking",
    "--no-first-run", "--force-device-scale-factor=1",
]  # fmt: skip
SCHEMES = {"light": "1", "dark": "0"}
WIDTH = 860
SITE = (
    ("home-light", "/", "light", 1100, 900),
    ("page-light", "/pages/northwind/free-tokens", "light", 1100, 1180),
    ("change-dark", "/changes/12", "dark", 1100, 1000),
    ("change-phone", "/changes/12", "light", 390, 1000),
)
"""Name, address, scheme, width and height in pixels."""
PLAIN = (
    "<!doctype html><meta charset=utf-8><style>:root {{ color-scheme: light dark }} body {{ margin: 16px }} "
    "pre {{ font: 13px/1.45 monospace; white-space: pre-wrap }}</style><pre>{text}</pre>"
)


def main() -> None:
    """Draw every picture."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        for language, scheme in (("en", "light"), ("en", "dark"), ("zh", "light")):
            mail = alert(folder / f"{language}-{scheme}.db", language)
            draw(mail.html, FOLDER / f"mail-{language}-{scheme}.png", scheme, folder)
        text = PLAIN.format(text=html.escape(alert(folder / "text.db", "en").text))
        for scheme in SCHEMES:
            draw(text, FOLDER / f"mail-text-{scheme}.png", scheme, folder)
        draw_site(folder)


def draw_site(work: Path) -> None:
    """The archive in a browser."""
    path = work / "sample.db"
    sample.fill(path)
    gate = Gate(Keys(), frozenset({"127.0.0.1"}), time.monotonic)
    served = application(Site(path, Style(), gate, lambda: sample.NOW, time.monotonic))
    with serving(served, ("127.0.0.1", 0)) as (host, port), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(os.environ), chromium_sandbox=os.geteuid() != 0
        )
        for name, address, scheme, width, height in SITE:
            context = browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": height}, locale="en-GB"
            )
            tab = context.new_page()
            tab.goto(f"http://{host}:{port}{address}")
            tab.screenshot(path=FOLDER / f"web-{name}.png")
            context.close()
        browser.close()


def alert(file: Path, language: str) -> Message:
    """The mail about the first change of the demo that has to be told, as if its vendor had an address of its own."""
    judgement = Judgement((Rule(("mail",)),), language)
    with DemoSite() as site, Archive(file) as archive, HttpFetcher(user_agent="", allow_private=True) as fetcher:
        for site.stage in (1, 2):
            now = datetime(2026, 3, site.stage, 10, tzinfo=UTC)
            for _ in pipeline.check(pages(site.url), archive, lambda *_: fetcher, judgement, lambda now=now: now):
                pass
        parcel = archive.claim(now, LEASE, Folding())
        assert parcel is not None
        mail = compose(archive, parcel, Style(language))
    address = "https://northwind.example"
    return replace(mail, text=mail.text.replace(site.url, address), html=mail.html.replace(site.url, address))


def draw(page: str, picture: Path, scheme: str, work: Path) -> None:
    """A page as Chromium shows it, cut to its height."""
    source = work / "page.html"
    source.write_text(page, encoding="utf-8")
    preferred = f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}"
    shown(source, work, preferred, f"--screenshot={picture}", f"--window-size={WIDTH},{height(source, work)}")


def height(source: Path, work: Path) -> int:
    """How many pixels a page is high at the width of the pictures."""
    probe = source.with_suffix(".probe.html")
    script = "<script>document.title = document.documentElement.scrollHeight</script>"
    probe.write_text(source.read_text(encoding="utf-8") + script, encoding="utf-8")
    titles = re.findall(r"<title>(\d+)</title>", shown(probe, work, "--dump-dom", f"--window-size={WIDTH},100"))
    return int(titles[-1])


def shown(page: Path, work: Path, *options: str) -> str:
    """What Chromium prints of a page."""
    command = [*CHROMIUM, f"--user-data-dir={work / 'profile'}", *options, page.as_uri()]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout  # noqa: S603


if __name__ == "__main__":
    main()
