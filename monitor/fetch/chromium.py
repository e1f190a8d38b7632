"""The system's Chromium: where it is, how it is started, and how it is begun anew before it grows old."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

VARIABLE = "MONITOR_CHROMIUM"
"""The environment variable that names the browser to use."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "the page needs a browser: pip install 'terms-monitor[browser]' and apt install chromium "
    f"(or name a Chromium in {VARIABLE})"
)
PAGES = 50
"""Pages after which the browser is begun anew: what it leaks ends with it."""
CLOSING = 5.0
STARTING = 30.0
_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # The proxy resolves names; the browser itself knows none but the proxy's own number.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--js-flags=--max-old-space-size=512",
    "--no-first-run",
    "--proxy-bypass-list=<-loopback>",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)
# WebRTC sends packets past any proxy, and the flag against that has had two names: no page gets to see it at all.
_NO_WEBRTC = "for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) delete globalThis[name];"
# Variables of ours may hold passwords (of channels), and pages run in the browser's processes.
_PASSED_ON = ("DISPLAY", "HOME", "LANG", "PATH", "TMPDIR", "TZ", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR")


def find(environ: Mapping[str, str], which: Callable[[str], str | None] = shutil.which) -> str | None:
    """The path of a Chromium: the one that the environment names, else the first of the usual names."""
    named = environ.get(VARIABLE)
    return which(named) if named else next(filter(None, map(which, NAMES)), None)


def installed() -> bool:
    """Whether the library that drives a browser is there."""
    try:
        import_module("playwright.async_api")
    except ImportError:
        return False
    return True


def agent(ours: str, version: str) -> str:
    """What the browser calls itself: its engine, which pages ask for, and our name with whom to ask about it."""
    engine = f"AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version.partition('.')[0]}.0.0.0 Safari/537.36"
    return f"Mozilla/5.0 (X11; Linux x86_64) {engine} {ours}"


class Chromium:
    """One browser for many pages. It starts when a page needs it. All of it runs in one event loop."""

    def __init__(self, executable: str, proxy: str, *, headless: bool = True, pages: int = PAGES) -> None:
        self._executable = executable
        self._proxy = proxy
        self._headless = headless
        self._pages = pages
        self._shown = 0
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    async def context(self, user_agent: str, token: str, **options: Any) -> BrowserContext:
        """A context of its own for one page, which reaches the network with this token of the proxy, and not without."""
        if self._shown >= self._pages or not (self._browser and self._browser.is_connected()):
            await self.close()
        browser = self._browser or await self._start()
        self._shown += 1
        context = await browser.new_context(
            user_agent=agent(user_agent, browser.version),
            proxy={"server": self._proxy, "username": token, "password": "-"},
            accept_downloads=False,
            service_workers="block",
            permissions=[],
            **options,
        )
        await context.add_init_script(_NO_WEBRTC)
        return context

    async def close(self) -> None:
        """End the browser and what drives it, also where it hangs. The next page starts another."""
        browser, playwright = self._browser, self._playwright
        self._browser = self._playwright = None
        self._shown = 0
        with suppress(Exception):  # a browser that crashed has nothing to close; it ends with its driver
            if browser:
                await asyncio.wait_for(browser.close(), CLOSING)
        with suppress(Exception):
            if playwright:
                await asyncio.wait_for(playwright.stop(), CLOSING)

    async def _start(self) -> Browser:
        self._playwright = await import_module("playwright.async_api").async_playwright().start()
        assert self._playwright
        self._browser = await self._playwright.chromium.launch(
            executable_path=self._executable,
            headless=self._headless,
            args=list(_FLAGS),
            ignore_default_args=["--disable-popup-blocking"],
            proxy={"server": self._proxy},  # without a token: what is not a page's gets nowhere
            chromium_sandbox=os.geteuid() != 0,  # as root it would not start
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            timeout=STARTING * 1000,
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        return self._browser
