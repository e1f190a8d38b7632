"""Undoing a Content-Encoding: whole bodies come back, anything else is named, and nothing grows past its bound."""

from __future__ import annotations

import gzip
import resource
import sys
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.answer.decode import decode
from monitor.answer.limits import MIB, Limits
from monitor.errors import ReadingError

LIMITS = Limits()
PAGE = "".join(f"<p>Clause {number} of {number * 7919 % 1009}.</p>" for number in range(400)).encode()


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def zstd_stream(data: bytes) -> bytes:
    """zstd as a server streams it: without the size in its head."""
    packer = zstandard.ZstdCompressor().compressobj()
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip ", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstandard.ZstdCompressor().compress),
    "zstd stream": ("zstd", zstd_stream),
}
packers = pytest.mark.parametrize("packer", PACKERS)


def outcome(body: bytes, encoding: str, limits: Limits = LIMITS) -> str:
    with pytest.raises(ReadingError) as caught:
        decode(body, encoding, limits)
    assert str(caught.value)
    return caught.value.outcome


@packers
@given(data=st.binary(max_size=2000))
@settings(max_examples=25)
def test_round_trip(packer: str, data: bytes) -> None:
    """What a server packs comes out as it was."""
    encoding, pack = PACKERS[packer]
    assert decode(pack(data), encoding, LIMITS) == data


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_no_encoding(encoding: str) -> None:
    """A body that is not packed is left alone."""
    assert decode(PAGE, encoding, LIMITS) is PAGE


@packers
def test_cut_anywhere(packer: str) -> None:
    """A packed body that was cut, at whatever offset, is truncated and never shorter text."""
    encoding, pack = PACKERS[packer]
    packed = pack(PAGE)
    offsets = {*range(20), *range(0, len(packed), max(1, len(packed) // 100)), *range(len(packed) - 20, len(packed))}
    assert {outcome(packed[:offset], encoding) for offset in offsets} == {"truncated"}


@pytest.mark.parametrize("packer", ["gzip", "zstd", "zstd stream"])
def test_several_members(packer: str) -> None:
    """A body of several members is read to the end of the last, and is truncated if that one is cut."""
    encoding, pack = PACKERS[packer]
    assert decode(pack(b"first ") + pack(b"") + pack(b"second"), encoding, LIMITS) == b"first second"
    assert outcome(pack(b"first ") + pack(PAGE)[:-9], encoding) == "truncated"


def test_too_many_members() -> None:
    """A body of thousands of empty members is refused before it costs much time."""
    assert outcome(gzip.compress(b"") * 5000, "gzip") == "bad_encoding"


@packers
def test_trailing_junk(packer: str) -> None:
    """Bytes after the end are an error."""
    encoding, pack = PACKERS[packer]
    assert outcome(pack(PAGE) + b"<p>junk that is no member</p>", encoding) == "bad_encoding"


@pytest.mark.parametrize("packer", ["gzip", "deflate"])
def test_bad_checksum(packer: str) -> None:
    """A body that does not match its checksum is an error."""
    encoding, pack = PACKERS[packer]
    packed = bytearray(pack(PAGE))
    packed[-6 if encoding == "gzip" else -1] ^= 1
    assert outcome(bytes(packed), encoding) == "bad_encoding"


@packers
def test_plain_text_called_packed(packer: str) -> None:
    """Text that only claims to be packed is an error."""
    assert outcome(PAGE, PACKERS[packer][0]) == "bad_encoding"


@pytest.mark.parametrize("encoding", ["compress", "gzip, gzip", "br, gzip", "utf-8", "none"])
def test_unknown_encoding(encoding: str) -> None:
    """Only one encoding that we know is undone: a chain of them is how small bombs are made."""
    assert outcome(gzip.compress(gzip.compress(PAGE)), encoding) == "bad_encoding"


def bomb(packer: str, megabytes: int) -> bytes:
    """Zeros, packed piece by piece so that making the bomb takes no memory either."""
    if packer == "br":
        press = brotli.Compressor(quality=1)
        return b"".join([*(press.process(bytes(MIB)) for _ in range(megabytes)), press.finish()])
    if packer == "zstd":
        frame = zstandard.ZstdCompressor(level=1).compressobj()
        return b"".join([*(frame.compress(bytes(MIB)) for _ in range(megabytes)), frame.flush()])
    wbits = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS, "raw deflate": -zlib.MAX_WBITS}[packer]
    stream = zlib.compressobj(1, wbits=wbits)
    return b"".join([*(stream.compress(bytes(MIB)) for _ in range(megabytes)), stream.flush()])


@pytest.mark.parametrize("packer", ["gzip", "deflate", "raw deflate", "br", "zstd"])
def test_bomb(packer: str) -> None:
    """A body that unpacks to a quarter of a gigabyte is too big, and little of it is ever in memory."""
    packed = bomb(packer, 256)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert outcome(packed, "deflate" if "deflate" in packer else packer) == "too_big"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * (1 if sys.platform == "darwin" else 1024) < 64 * MIB


def test_bomb_of_many_members() -> None:
    """Members that are small one by one are too big together."""
    assert outcome(gzip.compress(bytes(MIB // 2)) * 300, "gzip", Limits(ratio=10_000)) == "too_big"


def test_ratio_counts_only_past_its_floor() -> None:
    """A small page may be as repetitive as it likes; a large one is bounded by what was sent."""
    limits = Limits(ratio=10, ratio_from=50_000)
    assert decode(gzip.compress(bytes(50_000)), "gzip", limits) == bytes(50_000)
    assert outcome(gzip.compress(bytes(50_001)), "gzip", limits) == "too_big"


@packers
def test_size_bound_is_exact(packer: str) -> None:
    """A body of the largest size passes, and one of a byte more does not, packed or not."""
    encoding, pack = PACKERS[packer]
    limits = Limits(decoded_bytes=len(PAGE))
    assert decode(pack(PAGE), encoding, limits) == PAGE
    assert outcome(pack(PAGE + b"."), encoding, limits) == "too_big"
    assert outcome(PAGE + b".", "", limits) == "too_big"


def test_zstd_window() -> None:
    """A zstd frame that asks for a window of gigabytes is refused."""
    settings_ = zstandard.ZstdCompressionParameters.from_level(1, window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=settings_).compressobj()
    assert outcome(packer.compress(PAGE) + packer.flush(), "zstd") == "bad_encoding"
