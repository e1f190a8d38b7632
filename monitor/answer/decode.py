"""Undoing one Content-Encoding within bounds: a few bytes may claim to be gigabytes, or end in the middle of a page."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import zstandard

from monitor.answer.limits import Limits
from monitor.errors import ReadingError

Member = Callable[[bytes, int], tuple[bytes, bytes]]
"""Compressed bytes and the room for output -> the first member's bytes, and what follows it.

May stop early once its output is larger than the room. Raises ReadingError where the member does not end.
"""

# A gzip body may be many members, one after the other (RFC 1952, 2.2). Each costs a copy of the rest of the body.
_MAX_MEMBERS = 400
_ZSTD_WINDOW = 8 * 1024 * 1024  # what every decoder must support (RFC 8878, 3.1.1.1.2)
# zstandard takes no output limit, but a block takes 4 bytes at least and yields 128 KiB at most.
_ZSTD_STEP = 64


def decode(body: bytes, encoding: str, limits: Limits) -> bytes:
    """`body` without its Content-Encoding: gzip, deflate, br, zstd, or none.

    Raises ReadingError with the outcome `too_big`, `truncated` or `bad_encoding`.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        _check_size(body, limits.decoded_bytes)
        return body
    if name not in _MEMBERS:
        raise ReadingError("bad_encoding", f"the encoding {encoding!r} is none of {', '.join(_MEMBERS)}")
    room = min(limits.decoded_bytes, max(limits.ratio_from, limits.ratio * len(body)))
    try:
        return _members(body, _MEMBERS[name], room)
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise ReadingError("bad_encoding", f"the answer is not valid {name}: {error}") from error


def _members(body: bytes, member: Member, room: int) -> bytes:
    """All members of a body. An empty body lacks even the first."""
    decoded = bytearray()
    for _ in range(_MAX_MEMBERS):
        piece, body = member(body, room - len(decoded))
        decoded += piece
        _check_size(decoded, room)
        if not body:
            return bytes(decoded)
    raise ReadingError("bad_encoding", f"the answer is in more than {_MAX_MEMBERS} compressed pieces")


def _check_size(decoded: bytes | bytearray, room: int) -> None:
    if len(decoded) > room:
        raise ReadingError("too_big", f"the answer unpacks to more than {room:,} bytes")


def _cut(read: int) -> ReadingError:
    return ReadingError("truncated", f"the compressed answer broke off after {read:,} bytes")


def _inflate(body: bytes, room: int, wbits: int) -> tuple[bytes, bytes]:
    decoder = zlib.decompressobj(wbits)
    piece = decoder.decompress(body, room + 1)
    if not decoder.eof and len(piece) <= room:
        raise _cut(len(body))
    return piece, decoder.unused_data


def _gzip(body: bytes, room: int) -> tuple[bytes, bytes]:
    return _inflate(body, room, 16 + zlib.MAX_WBITS)


def _deflate(body: bytes, room: int) -> tuple[bytes, bytes]:
    """`deflate` means zlib (RFC 9110, 8.4.1.2), but some servers send it without zlib's header."""
    wrapped = len(body) < 2 or (body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2], "big") % 31 == 0)
    return _inflate(body, room, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _brotli(body: bytes, room: int) -> tuple[bytes, bytes]:
    decoder = brotli.Decompressor()
    piece = decoder.process(body, output_buffer_limit=room + 1)
    if not decoder.is_finished() and len(piece) <= room:
        raise _cut(len(body))
    return piece, b""  # what follows the end of the stream is an error to brotli itself


def _zstd(body: bytes, room: int) -> tuple[bytes, bytes]:
    decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
    piece = bytearray()
    for start in range(0, len(body), _ZSTD_STEP):
        end = start + _ZSTD_STEP
        piece += decoder.decompress(body[start:end])
        if decoder.eof or len(piece) > room:
            return bytes(piece), decoder.unused_data + body[end:]
    raise _cut(len(body))


_MEMBERS: dict[str, Member] = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
