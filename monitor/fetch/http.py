"""Fetching a page over HTTP: ask, follow redirects, read within bounds. Whatever the network does ends as a Capture."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Literal, Self

import httpx

from monitor.answer import Answer, Limits, judge
from monitor.errors import ReadingError
from monitor.fetch.dial import Dial, GuardedBackend, GuardedTransport, TimedStream, dial_tcp
from monitor.fetch.faults import FAULTS, outcome_of, reason_of
from monitor.fetch.guard import BlockedTargetError, Resolver, check_url, system_resolver
from monitor.fetch.manners import Onward, freely
from monitor.model import Capture, Hop, Validators


def accept_language(language: str | None) -> str:
    """The Accept-Language header that asks for `language` first and English next: "zh" -> "zh-CN,zh;q=0.9,en;q=0.5"."""
    tag = {"zh": "zh-CN"}.get(language or "en", language or "en")
    base = tag.partition("-")[0]
    if base == "en":
        return "en;q=0.9,*;q=0.5"
    regional = f"{tag},{base};q=0.9" if tag != base else base
    return f"{regional},en;q=0.5"


class _RefusedError(Exception):
    """The page redirects to where nobody is to ask now; `capture` is what an attempt there comes to."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        super().__init__(f"the page redirects to {capture.url}: {capture.reason}")


class HttpFetcher:
    """Gets pages, one connection a request, with one set of TLS settings for all. May be shared between threads.

    `verify` may bring a TLS context of its own; there is no way to do without verification. It brings no login along.
    """

    profile = ""

    def __init__(
        self,
        *,
        user_agent: str,
        allow_private: bool = False,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        resolver: Resolver = system_resolver,
        verify: ssl.SSLContext | Literal[True] = True,
        dial: Dial = dial_tcp,
    ) -> None:
        context = verify if isinstance(verify, ssl.SSLContext) else httpx.create_ssl_context(trust_env=False)
        backend = GuardedBackend(limits, resolver, allow_private=allow_private, dial=dial)
        self._limits = limits
        # The transport alone: a client would read the address of a redirect before it is vetted, and collect cookies.
        self._transport = GuardedTransport(backend, context)
        self._headers = {
            "User-Agent": user_agent,
            "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip",
        }

    def fetch(
        self, url: str, validators: Validators, now: datetime, language: str | None = None, onward: Onward = freely
    ) -> Capture:
        """One attempt to get `url`, in `language` where the server has it. Raises nothing for what the network does.

        What `onward` waits for is not of the time that the fetch may take.
        """
        started = time.monotonic()
        deadline = started + self._limits.total_seconds
        address, hops = url, list[Hop]()
        try:
            target = origin = check_url(url)
            headers = {"Accept-Language": accept_language(language)}
            answer = self._ask(target, headers, validators, deadline)
            while (location := answer.location) is not None:
                hops.append(Hop(address, answer.status))
                target = _next_target(target, location, hops, self._limits)
                address, asked = str(target), time.monotonic()
                if refusal := onward(address):
                    raise _RefusedError(refusal)
                waited = time.monotonic() - asked
                started, deadline = started + waited, deadline + waited
                known = validators if _same_origin(target, origin) else Validators()
                answer = self._ask(target, headers, known, deadline)
            capture = judge(answer, url, now, self._limits)
        except _RefusedError as refused:
            capture = replace(refused.capture, url=url, final_url=address, reason=str(refused))
        except FAULTS as error:
            capture = Capture(now, url, outcome_of(error), reason_of(error), final_url=address)
        return replace(capture, hops=tuple(hops), seconds=time.monotonic() - started)

    def close(self) -> None:
        """Close what is open. The fetcher cannot be used afterwards."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, target: httpx.URL, headers: Mapping[str, str], validators: Validators, deadline: float) -> Answer:
        """One request and its answer; of a redirect, the head only."""
        conditions = _conditions(validators)
        # a guarded connection lives for as long as it may take to connect
        times = httpx.Timeout(self._limits.read_seconds, connect=deadline - time.monotonic()).as_dict()
        sent = _bytes({**self._headers, **headers, **conditions})
        request = httpx.Request("GET", target, headers=sent, extensions={"timeout": times})
        with closing(self._transport.handle_request(request)) as response:
            pairs = tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in response.headers.raw)
            answer = Answer(str(target), response.status_code, pairs, conditional=bool(conditions))
            if answer.location is not None:
                return answer
            wire, fault = _receive(response, self._limits)
            return replace(answer, wire=wire, fault=fault)


def _next_target(current: httpx.URL, location: str, hops: Sequence[Hop], limits: Limits) -> httpx.URL:
    """The address that a redirect leads to. Raises BlockedTargetError or ReadingError where it may not be followed."""
    target = check_url(location, current)
    if current.scheme == "https" and target.scheme == "http":
        raise BlockedTargetError(f"the page redirects from https to unprotected http: {target}")
    if any(str(target) == hop.url for hop in hops):
        raise ReadingError("too_many_redirects", f"the redirects lead back to {target}")
    if len(hops) > limits.redirects:
        raise ReadingError("too_many_redirects", f"the page redirects more than {limits.redirects} times")
    return target


def _receive(response: httpx.Response, limits: Limits) -> tuple[bytes, ReadingError | None]:
    """The body as sent, and why it is not whole, if it is not."""
    chunked = "transfer-encoding" in response.headers  # the chunks count, then, not the length
    announced = None if chunked else response.headers.get("content-length")
    chunks, size = [b""], 0
    try:
        for chunk in response.iter_raw():
            chunks.append(chunk)
            size += len(chunk)
            if size > limits.wire_bytes:
                return b"", ReadingError("too_big", f"the answer is larger than {limits.wire_bytes:,} bytes")
    except FAULTS as error:
        came = f"{size:,} of {int(announced):,} bytes" if announced else f"{size:,} bytes"
        if outcome_of(error) == "timeout":
            return b"", ReadingError("timeout", f"the answer took too long: {came} came in time")
        return b"", ReadingError("truncated", f"the answer broke off after {came}")
    # More than was announced: the part that counts may end in the middle of a sentence. Only what came along with
    # the last bytes can be seen.
    stream = response.extensions["network_stream"]
    if announced and isinstance(stream, TimedStream) and not stream.latest.endswith(chunks[-1]):
        return b"", ReadingError(
            "truncated", f"the answer goes on after the {int(announced):,} bytes that it announces"
        )
    return b"".join(chunks), None


def _conditions(validators: Validators) -> dict[str, str]:
    """The conditional headers: the server's own words, never our clock. Words that no header can hold are left out."""
    known = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in known.items() if value and value.isprintable()}


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def _bytes(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    """Headers as they are sent. Latin-1 gives back the very bytes of a validator that was read as Latin-1."""
    return {name.encode(): value.encode("latin-1", "replace") for name, value in headers.items()}
