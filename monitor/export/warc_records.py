"""A capture as the records of a web archive: what it met on its way, what came, and what came of it. Pure.

What is kept of an answer is its body as it was read, transfer compression undone, and its headers. So the headers that tell of
the way of the body stand under the names that Browsertrix gives them (`X-Orig-Content-Encoding`), and the length is the body's.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from string import punctuation
from typing import Literal
from urllib.parse import quote

from monitor.model import HEALTHY, Page, Settled
from monitor.report.payload import stamp

Headers = tuple[tuple[str, str], ...]
_SAME_BYTES = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_SAME_WORD = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_FRAMING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAKS = re.compile(r"[\r\n\0]+")
_CUT = {"too_big": "length", "timeout": "time", "truncated": "disconnect"}
"""Outcome -> why the body of an answer is not there, as WARC-Truncated says it."""
FIELDS = "application/warc-fields"


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `headers` are its own; `answer` are those of an HTTP answer whose status line is `status`, if it is one.

    `media` is the type of a body that stands alone.
    """

    type: Literal["warcinfo", "response", "resource", "revisit", "metadata"]
    url: str
    date: str
    id: str
    body: bytes = b""
    media: str = ""
    headers: Headers = ()
    status: str = ""
    answer: Headers = ()


class Retelling:
    """The captures of one page, in the order of their time, as records; bytes that came before are referred to."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._seen: dict[str, Record] = {}
        self._last: Record | None = None

    def records(self, number: int, capture: Settled) -> Iterator[Record]:
        """The records of a capture; `number` is its own in the archive, by which their ids are the same at each export."""
        named = f"{self._page.key} {stamp(capture.at)} {number} {capture.sha256}"
        came = self._came(capture)
        parts = [*_hops(capture), *([came] if came else [])]
        made = [replace(part, id=_id(f"{named} {place}")) for place, part in enumerate(parts)]
        yield from made
        if came:
            self._remember(capture, made[-1])
        if capture.outcome not in HEALTHY:
            beside = (("WARC-Concurrent-To", made[-1].id),) if came else ()
            yield replace(_told(self._page, capture), id=_id(f"{named} told"), headers=beside)

    def _came(self, capture: Settled) -> Record | None:
        """What came in the end; None where nothing did."""
        record = Record("response", _uri(capture.final_url or capture.url), stamp(capture.at), "")
        digest = ("WARC-Payload-Digest", f"sha256:{capture.sha256}")
        if capture.status is None:
            if capture.body is None:
                return None
            media = capture.content_type or "application/octet-stream"
            return replace(record, type="resource", body=capture.body, media=media, headers=(digest,))
        answer = replace(record, status=_status(capture.status), answer=_answer(capture))
        if capture.body is None:
            if capture.outcome == "not_modified" and self._last:
                return _revisit(answer, self._last, ("WARC-Profile", _SAME_WORD))
            cut = _CUT.get(capture.outcome)
            return replace(answer, headers=(("WARC-Truncated", cut),) if cut else ())
        if first := self._seen.get(capture.sha256):
            return _revisit(answer, first, ("WARC-Profile", _SAME_BYTES), digest)
        return replace(answer, body=capture.body, headers=(digest,))

    def _remember(self, capture: Settled, record: Record) -> None:
        """Where bytes stand that a later capture may bring again; not the bytes themselves."""
        if capture.body is None:
            return
        first = self._seen.setdefault(capture.sha256, replace(record, body=b"", answer=()))
        if capture.outcome in HEALTHY:
            self._last = first


def about(page: Page, date: str) -> Record:
    """What stands before the records of a page: whose they are."""
    said = f"{page.vendor_name or page.vendor}: {page.type}, {page.url}"
    body = _fields(isPartOf=page.key, description=said)
    return Record("warcinfo", "", date, _id(f"{page.key} {date}"), body, FIELDS)


def opening(software: str, date: str, filename: str) -> Record:
    """What the file begins with: who wrote it, and in which form."""
    conforms = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
    body = _fields(software=software, format="WARC File Format 1.1", conformsTo=conforms)
    headers = (("WARC-Filename", filename),) if filename else ()
    return Record("warcinfo", "", date, _id(f"{software} {date} {filename}"), body, FIELDS, headers)


def _hops(capture: Settled) -> Iterator[Record]:
    """The redirects on the way. Of each only its address and status are kept, and so where it led: the records say so."""
    addresses = [*(hop.url for hop in capture.hops), capture.final_url or capture.url]
    for hop, to in zip(capture.hops, addresses[1:], strict=True):
        answer = (("Location", _uri(to)), ("Content-Length", "0"))
        cut = (("WARC-Truncated", "unspecified"),)
        yield Record("response", _uri(hop.url), stamp(capture.at), "", b"", "", cut, _status(hop.status), answer)


def _told(page: Page, capture: Settled) -> Record:
    """Why a capture brought no document."""
    body = _fields(outcome=capture.outcome, reason=capture.reason, isPartOf=page.key)
    return Record("metadata", _uri(capture.url), stamp(capture.at), "", body, FIELDS)


def _revisit(answer: Record, first: Record, *headers: tuple[str, str]) -> Record:
    refers = (
        ("WARC-Refers-To", first.id),
        ("WARC-Refers-To-Target-URI", first.url),
        ("WARC-Refers-To-Date", first.date),
    )
    return replace(answer, type="revisit", headers=(*headers, *refers))


def _answer(capture: Settled) -> Headers:
    """The headers of an answer, as they hold of the body that is kept."""
    length = ("content-length", str(len(capture.body or b"")))
    kept = [(name, _BREAKS.sub(" ", value)) for name, value in capture.headers if _NAME.fullmatch(name)]
    told = [
        (f"X-Orig-{name}" if name.lower() in _FRAMING else name, value)
        for name, value in kept
        if (name.lower(), value) != length
    ]
    if capture.content_type and not any(name.lower() == "content-type" for name, _ in kept):
        told.append(("Content-Type", _BREAKS.sub(" ", capture.content_type)))
    return (*told, ("Content-Length", length[1]))


def _status(status: int) -> str:
    known = status in HTTPStatus.__members__.values()
    return f"{status} {HTTPStatus(status).phrase}" if known else f"{status} "


def _uri(url: str) -> str:
    """An address as records have it: without its fragment, and in ASCII."""
    return quote(url.partition("#")[0], safe=punctuation)


def _fields(**values: str) -> bytes:
    return "".join(f"{key}: {_BREAKS.sub(' ', value)}\r\n" for key, value in values.items() if value).encode()


def _id(named: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, named)}>"
