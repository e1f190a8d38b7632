"""A browser window in which a person signs in to a vendor's site; what the site keeps of it is the login."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from monitor.answer import Limits
from monitor.errors import UsageError
from monitor.fetch import chromium
from monitor.fetch.chromium import MISSING, Chromium
from monitor.fetch.dial import GuardedBackend
from monitor.fetch.guard import Resolver, check_url, system_resolver
from monitor.fetch.loop import Loop
from monitor.fetch.profiles import ProfileError, State
from monitor.fetch.proxy import GuardProxy

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

HOURS = 2
"""How long a window may stay open."""
_LOOK = 0.5
_NO_DISPLAY = "there is no display to open a window on; sign in elsewhere, and bring the login with --state FILE"


def check_display(environ: Mapping[str, str]) -> None:
    """Raises UsageError where no window can be opened, with what to do instead."""
    if not environ.get("DISPLAY") and not environ.get("WAYLAND_DISPLAY"):
        raise UsageError(_NO_DISPLAY)


def sign_in(
    url: str,
    done: Callable[[], bool],
    *,
    user_agent: str,
    allow_private: bool = False,
    resolver: Resolver = system_resolver,
    executable: str | None = None,
    headless: bool = False,
) -> State:
    """Open `url` in a window, wait until it is closed or `done()` is true, and give what the sites stored meanwhile.

    Raises UsageError where there is no browser, and ProfileError where it fails before anything was stored.
    """
    target = str(check_url(url))
    found = executable or chromium.find(os.environ)
    if found is None or not chromium.installed():
        raise UsageError(MISSING)
    backend = GuardedBackend(Limits(), resolver, allow_private=allow_private)
    loop, seconds = Loop(), HOURS * 3600.0
    try:
        with GuardProxy(backend) as proxy, proxy.passage(seconds, float("inf")) as passage:
            browser = Chromium(found, proxy.address, headless=headless)
            return loop.run(_window(browser, user_agent, passage.token, target, done), seconds)
    finally:
        loop.close()


async def _window(browser: Chromium, user_agent: str, token: str, url: str, done: Callable[[], bool]) -> State:
    try:
        context = await browser.context(user_agent, token, no_viewport=True)
        page = await context.new_page()
        with suppress(Exception):  # a page that does not load shows so in the window
            await page.goto(url, wait_until="commit")
        return await _stored_at_the_end(context, page, done)
    except ProfileError:
        raise
    except Exception as error:
        raise ProfileError(f"the browser failed: {str(error).partition(chr(10))[0]}") from error
    finally:
        await browser.close()


async def _stored_at_the_end(context: BrowserContext, page: Page, done: Callable[[], bool]) -> State:
    """What the sites have stored when the window closes. Looked at all the time: a browser that is gone tells nothing."""
    state: State | None = None
    with suppress(Exception):
        while True:
            over = done() or page.is_closed()
            state = dict(await context.storage_state())
            if over:
                break
            await asyncio.sleep(_LOOK)
    if state is None:
        raise ProfileError("the window was closed before anything was stored")
    return state
