"""One page in a browser: go there, wait until it rests, open what is closed, and write down what it shows."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from monitor.answer import Limits
from monitor.errors import MonitorError, ReadingError
from monitor.fetch.faults import outcome_of, reason_of
from monitor.fetch.guard import BlockedTargetError, check_url
from monitor.fetch.proxy import Passage
from monitor.fetch.settling import Control, Sample, settled, to_open
from monitor.model import Hop

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page, Request, Response, Route

_SCRIPT = Path(__file__).with_name("reading.js").read_text("utf-8")
_NOT_READ = frozenset({"image", "media", "font"})
_TALK = frozenset({"script", "xhr", "fetch"})
_PAUSE = 0.2
_MOST_CONTROLS = 500
_WORLD = "monitor"

# Chromium's names of what went wrong on the network, by how they begin; the first that fits wins.
_NET_ERRORS: tuple[tuple[str, str], ...] = (
    ("ERR_CERT_", "tls_error"),
    ("ERR_SSL_", "tls_error"),
    ("ERR_BAD_SSL_", "tls_error"),
    ("ERR_NAME_", "dns_error"),
    ("ERR_TOO_MANY_REDIRECTS", "too_many_redirects"),
    ("ERR_CONTENT_DECODING", "bad_encoding"),
    ("ERR_CONTENT_LENGTH_MISMATCH", "truncated"),
    ("ERR_INCOMPLETE_CHUNKED", "truncated"),
    ("ERR_TIMED_OUT", "timeout"),
    ("ERR_CONNECTION_TIMED_OUT", "connect_error"),
    ("ERR_EMPTY_RESPONSE", "http_error"),
    ("ERR_INVALID_", "http_error"),
    ("ERR_RESPONSE_", "http_error"),
    ("ERR_UNEXPECTED", "http_error"),
    ("ERR_UNSAFE_", "blocked_target"),
    ("ERR_UNKNOWN_URL", "blocked_target"),
    ("ERR_DISALLOWED_URL", "blocked_target"),
    ("ERR_CONNECTION_", "connect_error"),
    ("ERR_TUNNEL_", "connect_error"),
    ("ERR_PROXY_", "connect_error"),
    ("ERR_ADDRESS_", "connect_error"),
    ("ERR_NETWORK_", "connect_error"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page showed: its markup, and what its server said with it."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    hops: tuple[Hop, ...]
    html: str


class NoPageError(Exception):
    """The address holds no page to show, but a file or a text; it is for plain HTTP."""


class LostError(Exception):
    """A page that could not be reached or read; its cause is the MonitorError that says why. It tells how far the way went."""

    def __init__(self, address: str, hops: tuple[Hop, ...]) -> None:
        self.address = address
        self.hops = hops
        super().__init__(address)


def may_load(url: str, kind: str) -> bool:
    """Whether something that a page asks for is loaded: over the web only, and nothing but what text may depend on."""
    if kind in _NOT_READ:
        return False
    try:
        check_url(url)
    except BlockedTargetError:
        return False
    return True


def check_way(way: tuple[str, ...], limits: Limits) -> None:
    """Whether a page may lead along these addresses. Raises BlockedTargetError, ReadingError.

    It may come back to one: a page that sets a cookie and loads itself again does.
    """
    if len(way) > limits.redirects + 1:
        raise ReadingError("too_many_redirects", f"the page redirects more than {limits.redirects} times")
    for before, after in pairwise(way):
        if httpx.URL(before).scheme == "https" and check_url(after).scheme == "http":
            raise BlockedTargetError(f"the page redirects from https to unprotected http: {after}")


def network_error(message: str) -> ReadingError | None:
    """What Chromium says of the network, as an outcome; None where it speaks of something else."""
    name = message.partition("net::")[2].split(" ")[0].strip()
    outcome = next((outcome for begin, outcome in _NET_ERRORS if name.startswith(begin)), None)
    return ReadingError(outcome, f"the browser says {name}") if outcome else None


class Visit:
    """A page on its way. What it meets is raised: LostError, NoPageError, or an error of playwright's."""

    def __init__(self, page: Page, passage: Passage, limits: Limits) -> None:
        self._page = page
        self._passage = passage
        self._limits = limits
        self._documents: list[Response] = []
        self._asked = ""
        self._broken: tuple[str, str] | None = None
        self._still_asking: set[Request] = set()
        self._opening = False
        self._session: CDPSession | None = None
        self._world: int | None = None

    async def see(self, url: str) -> Seen:
        """Go to an address, and see what is there once it rests."""
        seeing = asyncio.create_task(self._see(url))
        self._page.on("crash", lambda _: _cancel(seeing))  # of a page that crashed no question is ever answered
        try:
            await asyncio.wait({seeing})
        finally:
            seeing.cancel()
        if seeing.cancelled():
            raise ReadingError("browser_error", "the page crashed the browser")
        try:
            return seeing.result()
        except MonitorError as error:
            raise LostError(self._asked or url, self._hops(self._documents)) from error

    async def _see(self, url: str) -> Seen:
        await self._prepare()
        await self._go(url)
        await self._rest()
        html, address = await self._read(), str(check_url(self._page.url))
        if controls := await self._closed():
            html = await self._opened(controls) or html
        self._check()
        return await self._told(address, html)

    async def _prepare(self) -> None:
        page = self._page
        self._session = await page.context.new_cdp_session(page)
        page.on("request", self._on_request)
        page.on("response", self._on_response)
        page.on("requestfinished", self._on_finished)
        page.on("requestfailed", self._on_failed)
        await page.context.route("**/*", self._gate)
        page.context.on("page", _close)

    async def _go(self, url: str) -> None:
        from_network = None
        try:
            await self._page.goto(url, wait_until="commit", timeout=0)
        except Exception as error:
            from_network = error
        self._check_way()
        if from_network is None:
            return
        if "ERR_ABORTED" in str(from_network) or "Download is starting" in str(from_network):
            raise NoPageError(self._asked) from from_network
        raise self._fault(str(from_network)) or from_network

    def _fault(self, message: str) -> Exception | None:
        """Why the page's own address failed: what the proxy knows of it, else what the browser says."""
        if self._documents and _address(self._documents[-1].url) == self._asked:
            return ReadingError("truncated", "the answer broke off")
        refused = self._passage.why_refused(self._asked)
        return ReadingError(outcome_of(refused), reason_of(refused)) if refused else network_error(message)

    async def _rest(self) -> None:
        """Wait until the text rests. A page that goes on to another address is waited for there."""
        began = time.monotonic()
        samples: list[Sample] = []
        while not settled(samples):
            await asyncio.sleep(_PAUSE)
            looked = await self._run("monitor.sample()")
            self._check()
            if "html" not in looked["type"]:
                raise NoPageError(looked["type"])
            talk = any(request.resource_type in _TALK for request in self._still_asking)
            samples.append(Sample(time.monotonic() - began, int(looked["size"]), bool(looked["loaded"]), talk))

    def _check(self) -> None:
        """Whether the page is still one that may be read."""
        if self._passage.spent:
            raise ReadingError("too_big", "the page loads more than a page of terms can need")
        self._check_way()
        if self._broken:
            raise self._fault(self._broken[1]) or ReadingError("browser_error", self._broken[1])

    def _check_way(self) -> None:
        way = [_address(document.url) for document in self._documents]
        check_way((*way, *([self._asked] if way[-1:] != [self._asked] else [])), self._limits)

    async def _closed(self) -> tuple[int, ...]:
        """What to open on this page."""
        described = await self._run(f"monitor.look({_MOST_CONTROLS})")
        return to_open([Control(**control) for control in described])

    async def _opened(self, controls: tuple[int, ...]) -> str | None:
        """The page with these parts open; None where opening them led away from it."""
        world, self._opening = self._world, True
        try:
            await self._run(f"monitor.open({json.dumps(controls)})", again=False)
            await self._rest()
            html = await self._read(last=True)
        except Exception as error:
            if _gone(error) or isinstance(error, NoPageError | BlockedTargetError):
                return None
            raise
        return html if world == self._world else None

    async def _read(self, *, last: bool = False) -> str:
        read = await self._run(f"monitor.read({self._limits.decoded_bytes}, {json.dumps(last)})")
        if int(read["size"]) > self._limits.decoded_bytes:
            raise ReadingError("too_big", f"the page grows to more than {self._limits.decoded_bytes:,} characters")
        return str(read["html"])

    async def _told(self, address: str, html: str) -> Seen:
        document = self._documents[-1]
        headers = tuple((header["name"], header["value"]) for header in await document.headers_array())
        return Seen(address, document.status, headers, self._hops(self._documents[:-1]), html)

    def _hops(self, documents: Sequence[Response]) -> tuple[Hop, ...]:
        return tuple(Hop(_address(response.url), response.status) for response in documents)

    async def _run(self, expression: str, *, again: bool = True) -> Any:
        """The value of an expression in our own world of the page; in that of the next one, if the page has just gone."""
        try:
            if self._world is None:
                self._world = await self._new_world()
            return await self._evaluate(expression, self._world)
        except Exception as error:
            if not _gone(error):
                raise
            self._world = None
            if not again:
                raise
        await asyncio.sleep(_PAUSE)
        return await self._run(expression, again=True)

    async def _new_world(self) -> int:
        assert self._session
        tree = await self._session.send("Page.getFrameTree")
        frame = tree["frameTree"]["frame"]["id"]
        made = await self._session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": _WORLD})
        world = int(made["executionContextId"])
        await self._evaluate(_SCRIPT + "0", world)
        return world

    async def _evaluate(self, expression: str, world: int) -> Any:
        assert self._session
        asked = {"expression": expression, "contextId": world, "returnByValue": True, "awaitPromise": True}
        answer = await self._session.send("Runtime.evaluate", asked)
        if fault := answer.get("exceptionDetails"):
            raise ReadingError("browser_error", f"the page could not be read: {fault.get('text')}")
        return answer["result"].get("value")

    async def _gate(self, route: Route) -> None:
        request = route.request
        led_away = self._opening and self._is_own(request)
        with suppress(Exception):  # the page, or the window it opened, may be gone by now
            if led_away or not may_load(request.url, request.resource_type):
                await route.abort("aborted" if led_away else "blockedbyclient")
            else:
                await route.continue_()

    def _on_request(self, request: Request) -> None:
        self._still_asking.add(request)
        if self._is_own(request) and not self._opening:
            self._asked = _address(request.url)
            self._broken = None

    def _on_response(self, response: Response) -> None:
        if self._is_own(response.request) and not self._opening:
            self._documents.append(response)

    def _on_finished(self, request: Request) -> None:
        self._still_asking.discard(request)

    def _on_failed(self, request: Request) -> None:
        self._still_asking.discard(request)
        failure = f"net::{(request.failure or '').removeprefix('net::')}"
        if self._is_own(request) and not self._opening and "ERR_ABORTED" not in failure:
            self._broken = (request.url, failure)

    def _is_own(self, request: Request) -> bool:
        """Whether a request is for the page itself, not for a part of it."""
        try:
            return request.is_navigation_request() and request.frame == self._page.main_frame
        except Exception:  # of a window that the page opens, and that has no frame yet
            return False


def _address(url: str) -> str:
    """An address as servers know it, without its fragment."""
    return url.partition("#")[0]


def _cancel(task: asyncio.Task[Seen]) -> None:
    task.cancel()


async def _close(page: Page) -> None:
    with suppress(Exception):
        await page.close()


def _gone(error: Exception) -> bool:
    """Whether a page went on to another address while it was looked at."""
    words = (
        "context with specified id",
        "context was destroyed",
        "No frame for given id",
        "Inspected target navigated",
    )
    return any(word in str(error) for word in words)
