"""The records of a WARC file, read with warcio within bounds: a few packed bytes may claim to be gigabytes, or never end."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader, DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeadersParserException

from monitor.answer import Limits
from monitor.answer.limits import MIB
from monitor.errors import LostCapture, ReadingError

Headers = tuple[tuple[str, str], ...]

_LONGEST_LINE, _MOST_LINES = MIB, 10_000
_UNPACKED_FREELY = 64 * MIB
_LIMITS = Limits()
_MALFORMED = (
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    AttributeError,
    EOFError,
    IndexError,
    TypeError,
    ValueError,
)
"""What warcio meets in a file that is not as it should be."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the head of a record says. `digest` is that of its payload; `refers_to` and `refers_at` name the capture that a
    revisit repeats; `cut` is why the crawler stopped in the middle."""

    offset: int
    kind: str
    url: str
    date: str
    status: int | None
    location: str
    digest: str
    profile: str
    refers_to: str
    refers_at: str
    cut: str


@dataclass(frozen=True, slots=True)
class Block:
    """What a record holds: status and headers where it is an answer, the body as it was sent, and why that is not whole."""

    status: int | None
    headers: Headers
    content_type: str
    wire: bytes
    fault: ReadingError | None


class _Reader(DecompressingBufferedReader):  # type: ignore[misc]
    """Unpacks within bounds, and says so where a packed file is broken."""

    decompressor: Any

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._lines = 0
        self.line_bytes = 0  # that lines were made of
        self.is_cut = False  # whether what was unpacked last has not come to its end

    def readline(self, length: int | None = None) -> bytes:
        self._lines += 1
        line: bytes = super().readline(min(length or _LONGEST_LINE, _LONGEST_LINE))
        if self._lines > _MOST_LINES or (len(line) >= _LONGEST_LINE and not line.endswith(b"\n")):
            raise LostCapture("the head of a record does not end")
        self.line_bytes += len(line)
        return line

    def read(self, length: int | None = None) -> bytes:
        self._lines = 0
        data: bytes = super().read(length)
        return data

    def _decompress(self, data: bytes) -> bytes:
        if not self.decompressor or not data:
            return data
        try:
            unpacked: bytes = self.decompressor.decompress(data)
        except zlib.error as error:
            if self.num_read:
                raise LostCapture(f"it cannot be unpacked: {error}") from error
            self.decompressor = None  # the file is not packed at all
            return data
        self.is_cut = not self.decompressor.eof
        if self.num_read > _UNPACKED_FREELY and self.num_read > _LIMITS.ratio * self.stream.tell():
            raise LostCapture(f"it unpacks to more than {_LIMITS.ratio} times its size")
        return unpacked


class _Records(ArchiveIterator):  # type: ignore[misc]
    """The records of a file from where it stands."""

    INC_RECORD = ""  # is written to standard error; what it is about is named as the next record's fault

    def __init__(self, file: BinaryIO, *, check_digests: bool = False) -> None:
        super().__init__(file, check_digests=check_digests)
        self.reader = self.bounded = _Reader(file)
        self.known_format = "warc"

    def _next_record(self, next_line: bytes | None) -> ArcWarcRecord:
        before = self.bounded.line_bytes
        try:
            return super()._next_record(next_line)
        except EOFError as error:
            if next_line or self.bounded.line_bytes > before or self.bounded.is_cut:
                raise LostCapture("the file ends in the middle of a record's head") from error
            raise


def scan(file: BinaryIO) -> Iterator[Found]:
    """What a file holds. Raises LostCapture, which says where and why, where it cannot be read further."""
    records, last = _Records(file), None
    try:
        for record in records:
            _refuse_short(last)
            last = record
            yield _found(record, records.offset)
        _refuse_short(last)
    except (*_MALFORMED, LostCapture) as error:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        raise LostCapture(f"it cannot be read from byte {records.offset:,} on: {words}") from error


def _refuse_short(record: ArcWarcRecord | None) -> None:
    """A record whose end is missing; by now it has been read to its end."""
    if record is None:
        return
    if record.length is None:
        raise LostCapture("a record does not say how long it is")
    if record.raw_stream.limit > 0:
        raise LostCapture(f"the file ends {record.raw_stream.limit:,} bytes before the record does")


def _found(record: ArcWarcRecord, offset: int) -> Found:
    def said(name: str) -> str:
        return (record.rec_headers.get_header(name) or "").strip()

    answer = record.http_headers if record.rec_type in ("response", "revisit") else None
    return Found(
        offset=offset,
        kind=record.rec_type or "",
        url=said("WARC-Target-URI"),
        date=said("WARC-Date"),
        status=_status(record),
        location=(answer.get_header("Location") or "").strip() if answer else "",
        digest=said("WARC-Payload-Digest"),
        profile=said("WARC-Profile"),
        refers_to=said("WARC-Refers-To-Target-URI"),
        refers_at=said("WARC-Refers-To-Date"),
        cut=said("WARC-Truncated"),
    )


def _status(record: ArcWarcRecord) -> int | None:
    answer = record.http_headers if record.rec_type in ("response", "revisit") else None
    code = answer.get_statuscode() if answer else ""
    return int(code) if code and code.isascii() and code.isdigit() else None


def read(file: BinaryIO) -> Block:
    """The record at which a file stands. Raises LostCapture where it is not whole, or not what its digests say."""
    try:
        record = next(iter(_Records(file, check_digests=True)))
        body = record.raw_stream.read(_LIMITS.wire_bytes + 1)
    except (*_MALFORMED, StopIteration) as error:
        raise LostCapture(f"its record cannot be read: {' '.join(str(error).split())[:200]}") from error
    if len(body) > _LIMITS.wire_bytes:
        return _block(record, b"", ReadingError("too_big", f"the answer is larger than {_LIMITS.wire_bytes:,} bytes"))
    _refuse_short(record)
    wire = _without_chunks(record, body)
    if any("block digest failed" in problem for problem in record.digest_checker.problems):
        raise LostCapture("its bytes are not those of its block digest")
    if record.rec_type != "revisit" and not _agrees(record.rec_headers.get_header("WARC-Payload-Digest"), body, wire):
        raise LostCapture("its bytes are not those of its payload digest")
    return _block(record, wire, None)


def _block(record: ArcWarcRecord, wire: bytes, fault: ReadingError | None) -> Block:
    answer = record.http_headers
    headers = tuple((str(name), str(value)) for name, value in answer.headers) if answer else ()
    if cut := record.rec_headers.get_header("WARC-Truncated"):
        fault = fault or ReadingError("truncated", f"the crawler stopped in the middle of the answer: {cut}")
    return Block(_status(record), headers, record.content_type or "", wire, fault)


def _without_chunks(record: ArcWarcRecord, body: bytes) -> bytes:
    """The body without its transfer encoding. Many crawlers have undone it, and keep the header."""
    answer = record.http_headers
    if not answer or (answer.get_header("Transfer-Encoding") or "").strip().lower() != "chunked":
        return body
    whole: bytes = ChunkedDataReader(BytesIO(body)).read()
    return whole


def _agrees(digest: str | None, *bodies: bytes) -> bool:
    """Whether a digest, `algorithm:value` in hexadecimal or base 32, is that of the body with or without its chunks.

    One of an algorithm that is not known here proves nothing, and disproves nothing.
    """
    algorithm, _, value = (digest or "").strip().lower().partition(":")
    if not value or algorithm.replace("-", "") not in hashlib.algorithms_available - {"shake_128", "shake_256"}:
        return True
    hashes = (hashlib.new(algorithm.replace("-", ""), body, usedforsecurity=False).digest() for body in bodies)
    return any(value in (each.hex(), base64.b32encode(each).decode().lower().rstrip("=")) for each in hashes)
