"""Fetching a page with a browser: for pages that are empty without scripts, and those behind a login.

It is a Fetcher like the one over HTTP. The browser runs in an event loop of its own, in a thread of its own, so that it can be
used from any thread; one page is shown at a time.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from monitor import reading
from monitor.answer import Answer, Limits, judge
from monitor.apart import Run, here
from monitor.errors import MonitorError, ReadingError
from monitor.fetch import chromium
from monitor.fetch.chromium import CLOSING, MISSING, STARTING, Chromium
from monitor.fetch.dial import Dial, GuardedBackend, dial_tcp
from monitor.fetch.faults import FAULTS, outcome_of, reason_of
from monitor.fetch.guard import Resolver, check_url, system_resolver
from monitor.fetch.http import HttpFetcher
from monitor.fetch.loop import Loop
from monitor.fetch.profiles import ProfileError, Profiles, State, refuses_login
from monitor.fetch.proxy import GuardProxy, Passage
from monitor.fetch.visit import LostError, NoPageError, Seen, Visit
from monitor.model import Capture, Validators
from monitor.words import login_expired

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

_log = logging.getLogger("monitor.fetch.browser")
_ROOM = 5
"""How many times the bytes of one answer a page may load in all: scripts come on top of the document."""
_SIZE = {"width": 1280, "height": 3000}  # tall: parts further down may come only when they are in sight
_FRAMING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_HTML = "text/html; charset=utf-8"


class BrowserFetcher:
    """Shows pages in Chromium, behind a proxy of ours. May be shared between threads, which take turns.

    `profiles` is the folder of stored logins. The browser starts with the first page. Validators are of no use to it.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow_private: bool = False,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        resolver: Resolver = system_resolver,
        profiles: Path | None = None,
        executable: str | None = None,
        dial: Dial = dial_tcp,
        run: Run = here,
    ) -> None:
        """What a page shows is read where `run` does it."""
        self._user_agent, self._run = user_agent, run
        self._limits = limits
        self._profiles = Profiles(profiles) if profiles else None
        self._proxy = GuardProxy(GuardedBackend(limits, resolver, allow_private=allow_private, dial=dial))
        self._chromium = Chromium(executable or chromium.find(os.environ) or chromium.NAMES[0], self._proxy.address)
        self._plain = partial(
            HttpFetcher, user_agent=user_agent, allow_private=allow_private, resolver=resolver, dial=dial
        )
        self._turn = threading.Lock()
        self._loop = Loop()

    def fetch(
        self,
        url: str,
        validators: Validators,  # noqa: ARG002 - a Fetcher's signature
        now: datetime,
        language: str | None = None,
        profile: str = "",
    ) -> Capture:
        """One attempt to get `url`, in `language` where the server has it, with the stored login of the vendor `profile`.

        Raises nothing for what the network, the page or the browser do.
        """
        with self._turn:
            started = time.monotonic()
            try:
                capture = self._fetch(url, now, language, profile)
            except ProfileError as error:
                capture = Capture(now, url, "login_needed", str(error), final_url=url)
            except LostError as lost:
                capture = _lost(lost, url, now)
            except FAULTS as error:
                capture = Capture(now, url, outcome_of(error), reason_of(error), final_url=url)
            return replace(capture, seconds=time.monotonic() - started)

    def close(self) -> None:
        """End the browser and the proxy. The fetcher cannot be used afterwards."""
        with self._turn, suppress(TimeoutError):
            self._loop.run(self._chromium.close(), CLOSING * 3)
        self._loop.close()
        self._proxy.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _fetch(self, url: str, now: datetime, language: str | None, profile: str) -> Capture:
        target = str(check_url(url))
        login = self._login(profile)
        limits = self._limits
        with self._proxy.passage(limits.total_seconds, float(_ROOM * limits.wire_bytes)) as passage:
            try:
                seen, kept = self._loop.run(
                    self._see(target, language, login, passage), limits.total_seconds + STARTING + CLOSING * 4
                )
            except NoPageError:
                # a PDF, a text: it is fetched anew, in the time that is left
                with self._plain(limits=replace(limits, total_seconds=max(passage.left, 1.0))) as plain:
                    return plain.fetch(url, Validators(), now, language)
        capture = _judged(seen, url, now, limits, profile)
        if self._profiles and profile and capture.outcome == "ok" and not self._is_wall(capture):
            self._keep(self._profiles, profile, login, kept)
        return capture

    def _is_wall(self, capture: Capture) -> bool:
        """Whether a page shows a login in its place: what it left of the cookies is no login."""
        try:
            return self._run(reading.instead, capture.body or b"", capture.content_type) is not None
        except ReadingError:
            return True

    def _login(self, profile: str) -> State | None:
        if not profile:
            return None
        if not self._profiles:
            raise ProfileError("there is no folder of stored logins")
        return self._profiles.load(profile)

    def _keep(self, profiles: Profiles, profile: str, loaded: State | None, state: State) -> None:
        """Keep what the server renewed of a login, unless it was replaced or forgotten meanwhile.

        A disk that is full costs the renewal, not the page.
        """
        try:
            if profiles.load(profile) != loaded:
                return
            profiles.save(profile, state)
        except ProfileError as error:
            _log.warning("the renewed login of %s is not kept: %s", profile, error)

    async def _see(
        self, target: str, language: str | None, login: State | None, passage: Passage
    ) -> tuple[Seen, State]:
        """The page, and the login as the page left it. Raises errors of ours alone."""
        context = None
        try:
            async with asyncio.timeout(passage.left):
                context = await self._context(language, login, passage)
                page = await context.new_page()
                seen = await Visit(page, passage, self._limits).see(target)
                return seen, dict(await context.storage_state())
        except TimeoutError as error:
            raise ReadingError("timeout", f"the page took more than {self._limits.total_seconds:g} seconds") from error
        except (MonitorError, LostError, NoPageError):
            raise
        except Exception as error:
            await self._chromium.close()
            raise ReadingError("browser_error", f"the browser failed: {_in_short(error)}") from error
        finally:
            await self._leave(context)

    async def _context(self, language: str | None, login: State | None, passage: Passage) -> BrowserContext:
        return await self._chromium.context(
            self._user_agent,
            passage.token,
            locale={"zh": "zh-CN"}.get(language or "en", language or "en"),  # of scripts and of Accept-Language
            storage_state=login,
            viewport=_SIZE,
            reduced_motion="reduce",
        )

    async def _leave(self, context: BrowserContext | None) -> None:
        """Forget the page. A browser that cannot is ended."""
        if context is None:
            return
        try:
            await asyncio.wait_for(context.close(), CLOSING)
        except Exception:
            await self._chromium.close()


class MissingBrowser:
    """Stands where a browser would, and says of each page what to install."""

    def fetch(
        self,
        url: str,
        validators: Validators,  # noqa: ARG002 - a Fetcher's signature
        now: datetime,
        language: str | None = None,  # noqa: ARG002
        profile: str = "",  # noqa: ARG002
    ) -> Capture:
        """The capture of a page that needs what is not there."""
        return Capture(now, url, "browser_missing", MISSING, final_url=url)

    def close(self) -> None:
        """There is nothing open."""


def browser_fetcher(
    *,
    user_agent: str,
    allow_private: bool = False,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    profiles: Path | None = None,
    executable: str | None = None,
    run: Run = here,
) -> BrowserFetcher | MissingBrowser:
    """A fetcher that shows pages in a browser, or one that says what is missing. What they show is read where `run` does it."""
    found = executable or chromium.find(os.environ)
    if found is None or not chromium.installed():
        return MissingBrowser()
    return BrowserFetcher(
        user_agent=user_agent, allow_private=allow_private, limits=limits, profiles=profiles, executable=found, run=run
    )


def _judged(seen: Seen, asked: str, now: datetime, limits: Limits, profile: str) -> Capture:
    """The capture of what a browser saw, judged as an answer over HTTP is: the markup stands for the body."""
    plain = tuple(pair for pair in seen.headers if pair[0].lower() not in _FRAMING)
    answer = Answer(seen.url, seen.status, plain, wire=seen.html.encode("utf-8", "replace"))
    capture = replace(judge(answer, asked, now, limits), headers=seen.headers, hops=seen.hops, content_type=_HTML)
    if profile and refuses_login(seen.status):
        return replace(capture, outcome="login_needed", reason=login_expired(profile))
    return capture


def _lost(lost: LostError, asked: str, now: datetime) -> Capture:
    cause = lost.__cause__
    assert isinstance(cause, MonitorError)
    return Capture(now, asked, outcome_of(cause), reason_of(cause), final_url=lost.address, hops=lost.hops)


def _in_short(error: Exception) -> str:
    """An error of the browser's in a line: what follows is its log, and the page's address, which may hold a secret."""
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    return first.partition(" at http")[0][:300]
