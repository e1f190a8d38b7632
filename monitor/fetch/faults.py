"""What a failure on the network means: the one place where errors of the libraries become outcomes."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpcore
import httpx

from monitor.errors import MonitorError, ReadingError
from monitor.fetch.guard import BlockedTargetError, UnresolvedNameError

# The first row that fits wins, so the most specific stand first: a TLS error arrives as the cause of a ConnectError,
# and a TimeoutError is an OSError.
_OUTCOMES: tuple[tuple[str, tuple[type[Exception], ...]], ...] = (
    ("blocked_target", (BlockedTargetError,)),
    ("dns_error", (UnresolvedNameError, socket.gaierror)),
    ("tls_error", (ssl.SSLError,)),
    ("connect_error", (httpx.ConnectTimeout, httpx.PoolTimeout, httpcore.ConnectTimeout, httpcore.PoolTimeout)),
    ("timeout", (httpx.TimeoutException, httpcore.TimeoutException, TimeoutError)),
    ("too_many_redirects", (httpx.TooManyRedirects,)),
    ("bad_encoding", (httpx.DecodingError,)),
    # a request that cannot be sent, because of how its address is spelled
    ("blocked_target", (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError)),
    ("blocked_target", (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError)),
    # an answer that is no proper HTTP
    ("http_error", (httpx.RemoteProtocolError, httpx.HTTPStatusError, httpcore.RemoteProtocolError)),
    ("connect_error", (httpx.HTTPError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, OSError)),
)
FAULTS: tuple[type[Exception], ...] = (ReadingError, *(error for _, errors in _OUTCOMES for error in errors))
"""Everything that a fetch may meet on the network. Any other exception is a fault of ours."""


def outcome_of(error: Exception) -> str:
    """The outcome, a key of `monitor.model.OUTCOMES`, that an error or one of its causes stands for."""
    if isinstance(error, ReadingError):
        return error.outcome
    chain = tuple(_causes(error))
    return next(outcome for outcome, errors in _OUTCOMES if any(isinstance(cause, errors) for cause in chain))


def reason_of(error: Exception) -> str:
    """The error in words, from what caused it first, which knows most."""
    *_, cause = _causes(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the host's certificate was not accepted: {cause.verify_message}"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(cause) or type(cause).__name__


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, down to one of our own, which needs no other words.

    httpcore's pool cuts off the cause of an error (`from None`), but leaves it among the arguments.
    """
    while error is not None:
        yield error
        wrapped = (argument for argument in error.args if isinstance(argument, BaseException))
        error = None if isinstance(error, MonitorError) else error.__cause__ or next(wrapped, None)
