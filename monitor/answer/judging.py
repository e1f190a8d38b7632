"""What an answer amounts to. Everything here is decided from values: no network, no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from monitor.answer.decode import decode
from monitor.answer.limits import Limits
from monitor.charset import is_binary
from monitor.errors import ReadingError
from monitor.model import Capture

_PAGE = frozenset({HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION})
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_READABLE_TYPE = re.compile(r"text/|$|.*(html|xml|json|markdown|pdf)")
_HTML_END = re.compile(rb"</(html|body)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request brought. `wire` is the body as it was sent, still compressed; `fault` says why it is not whole.

    `conditional` tells whether the request asked for news only. Header values are the bytes sent, read as Latin-1.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    conditional: bool = False
    wire: bytes = b""
    fault: ReadingError | None = None

    def header(self, name: str) -> str:
        """All values of a header, joined as HTTP joins them; "" where there is none."""
        return ", ".join(value for key, value in self.headers if key.lower() == name)

    @property
    def location(self) -> str | None:
        """Where the answer redirects to, as it spells it; servers that send bare UTF-8 are understood."""
        location = self.header("location") if self.status in _REDIRECT else ""
        return location.encode("latin-1").decode("utf-8", "replace") or None


def judge(answer: Answer, asked: str, now: datetime, limits: Limits) -> Capture:
    """The capture that the last answer to a fetch of `asked` makes. The body is kept if it came whole."""
    body = _whole_body(answer, limits)
    outcome, reason = _verdict(answer, asked, body)
    content = body if isinstance(body, bytes) and (body or outcome == "ok") else None
    return Capture(
        at=now,
        url=asked,
        outcome=outcome,
        reason=reason,
        final_url=answer.url,
        status=answer.status,
        headers=answer.headers,
        body=content,
        content_type="application/pdf" if _is_pdf(content or b"") else answer.header("content-type"),
        retry_after=retry_after(answer.header("retry-after"), now, limits.retry_after_seconds),
    )


def retry_after(value: str, now: datetime, most: float) -> float | None:
    """Seconds to wait by a Retry-After header (a number or an HTTP date), `most` at most; None for anything else."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value), most)
    try:
        then = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), most)


def _whole_body(answer: Answer, limits: Limits) -> bytes | ReadingError:
    """The decoded body, or why there is no whole one."""
    if answer.fault:
        return answer.fault
    encoding = answer.header("content-encoding")
    try:
        body = decode(answer.wire, encoding, limits)
    except ReadingError as fault:
        return fault
    framed = encoding or answer.header("content-length") or answer.header("transfer-encoding")
    if not framed and "html" in answer.header("content-type").lower() and not _HTML_END.search(body):
        return ReadingError("truncated", f"the page broke off before </html>, after {len(body):,} bytes")
    return body


def _verdict(answer: Answer, asked: str, body: bytes | ReadingError) -> tuple[str, str]:
    """The outcome and its reason. What the status says comes before what became of the body."""
    if answer.status == HTTPStatus.NOT_MODIFIED and answer.conditional:
        return "not_modified", ""
    if answer.status == 429 or (answer.status == 503 and answer.header("retry-after")):
        return "rate_limited", _status_words(answer)
    if answer.status not in _PAGE:
        return "http_error", _status_words(answer)
    if isinstance(body, ReadingError):
        return body.outcome, str(body)
    if _is_front(answer.url) and not _is_front(asked):
        return "moved_to_root", f"the page redirects to {answer.url}"
    if not _READABLE_TYPE.match(answer.header("content-type").lower()) and is_binary(body) and not _is_pdf(body):
        return "wrong_type", f"the answer is of type {answer.header('content-type')}"
    return "ok", ""


def _status_words(answer: Answer) -> str:
    known = answer.status in HTTPStatus.__members__.values()
    words = f"{answer.status} {HTTPStatus(answer.status).phrase}" if known else str(answer.status)
    unasked = " though it was asked for the whole page" if answer.status == HTTPStatus.NOT_MODIFIED else ""
    return f"the server answered {words}{unasked}"


def _is_front(url: str) -> bool:
    parsed = urlsplit(url)
    return parsed.path in ("", "/") and not parsed.query


def _is_pdf(body: bytes) -> bool:
    return body.lstrip().startswith(b"%PDF-")
