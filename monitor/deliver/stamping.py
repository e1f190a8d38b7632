"""Time stamps of others: an authority signs that it saw a hash at a time (RFC 3161)."""

from __future__ import annotations

import hashlib
from importlib import import_module
from typing import Any

import httpx

from monitor.deliver.channel import TIMEOUT
from monitor.deliver.deadline import Line, cut_after
from monitor.errors import DeliveryError, UsageError

LONGEST = 30.0
"""Seconds for the whole exchange."""
MOST = 1 << 20
"""Bytes of an answer; a token with its certificates has a few thousand."""


def stamp(url: str, data: bytes, *, longest: float = LONGEST) -> bytes:
    """The authority's answer about `data`, as `openssl ts -verify -in` takes it; only the SHA-512 of the data is sent.

    UsageError without the extra `timestamp`; DeliveryError if no token about this data came.
    """
    library = _library()
    request = library.TimestampRequestBuilder().data(data).build()
    answer = _answer(url, request.as_bytes(), longest)
    try:
        token = library.decode_timestamp_response(answer).tst_info
        good = token.nonce == request.nonce and token.message_imprint.message == hashlib.sha512(data).digest()
    except ValueError as error:
        raise DeliveryError(f"{url}: the answer is no time stamp ({error})", permanent=True) from error
    if not good:
        raise DeliveryError(f"{url}: the time stamp is about something else", permanent=True)
    return answer


def _library() -> Any:
    try:
        return import_module("rfc3161_client")  # not at the top: it may be missing, and takes a tenth of a second
    except ImportError as error:
        raise UsageError("time stamps need the extra: pip install 'terms-monitor[timestamp]'") from error


def _answer(url: str, request: bytes, longest: float) -> bytes:
    line, body = Line(), b""
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        with (
            cut_after(longest, line.socket),
            httpx.Client(timeout=min(TIMEOUT, longest), follow_redirects=False) as client,
            client.stream("POST", url, content=request, headers=headers, extensions={"trace": line.note}) as answer,
        ):
            for part in answer.iter_raw(1 << 16):
                body += part
                if len(body) > MOST:
                    raise DeliveryError(f"{url}: the answer is too long for a time stamp", permanent=True)
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryError(f"{url}: no answer ({type(error).__name__})") from error
    if status != 200:
        raise DeliveryError(f"{url}: the authority answered {status}")
    return body
