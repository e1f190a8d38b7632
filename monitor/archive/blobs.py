"""Bytes stored once by their SHA-256, each compressed against the bytes that the same page held before.

A page's next body is nearly its last one, so most blobs are a few hundred bytes: a zstd frame whose dictionary is the
earlier body. Reading goes back through these bases, at most `MOST_FRAMES` frames; where a chain would grow longer, the
blob is based on the chain's first one, which stands alone. Bytes too different from their base begin a new chain.
"""

from __future__ import annotations

import hashlib
import sqlite3

import zstandard

from monitor.archive.codec import row
from monitor.errors import DamagedRecord, RemovedBytes

LEVEL = 1
MOST_FRAMES = 8
GONE = b""
"""What stands where bytes were let go; what is stored of any bytes, none at all included, is longer."""
SURELY_SMALL = 20
"""A delta under this fraction of the body is taken without trying how small the body alone would be."""
CACHED = 8
"""Bodies kept in memory: an import goes page by page, and each page's last body and document are the next base."""


class Blobs:
    """The table `blobs`. Threads must take turns."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._cache: dict[str, bytes] = {}

    def put(self, body: bytes, like: str | None = None, sha256: str = "") -> str:
        """Store bytes within the caller's transaction; their SHA-256 in hex, which the caller may know. `like` is that of similar
        stored ones."""
        sha256 = sha256 or hashlib.sha256(body).hexdigest()
        found = self._row(sha256)
        if found is None or found["data"] == GONE:
            data, base, depth = self._compressed(body, like)
            self._db.execute(
                """INSERT INTO blobs (sha256, size, base, depth, data) VALUES (:sha256, :size, :base, :depth, :data)
                ON CONFLICT (sha256) DO UPDATE SET base = excluded.base, depth = excluded.depth, data = excluded.data""",
                row(sha256=sha256, size=len(body), base=base, depth=depth, data=data),
            )
        self._remember(sha256, body)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes of that SHA-256. DamagedRecord if they are not, or are no longer, what was stored."""
        return self._read(sha256, MOST_FRAMES)

    def forget(self, unneeded: set[str]) -> None:
        """Let go of bytes, within the caller's transaction; what was compressed against them gets another base."""
        found = self._db.execute("SELECT sha256, base FROM blobs WHERE base IS NOT NULL ORDER BY depth, id").fetchall()
        bases = {each["sha256"]: each["base"] for each in found}
        for sha256 in [each for each, base in bases.items() if base in unneeded and each not in unneeded]:
            bases[sha256] = self._rebased(sha256, _first_kept(sha256, bases, unneeded))
        for sha256 in unneeded:
            self._db.execute("UPDATE blobs SET base = NULL, depth = 0, data = ? WHERE sha256 = ?", (GONE, sha256))
            self._cache.pop(sha256, None)
        kept = {sha256: base for sha256, base in bases.items() if base and sha256 not in unneeded}
        self._db.executemany(
            "UPDATE blobs SET depth = ? WHERE sha256 = ?", [(_depth(each, kept), each) for each in kept]
        )

    def _rebased(self, sha256: str, base: str | None) -> str | None:
        """Compress stored bytes anew, against that base if it helps; the base they have then."""
        body = self.get(sha256)
        alone, delta = _compress(body), self._delta(body, base)
        data, base = (alone, None) if delta is None or len(delta) >= len(alone) else (delta, base)
        self._db.execute(
            "UPDATE blobs SET base = ?, depth = ?, data = ? WHERE sha256 = ?",
            (base, int(base is not None), data, sha256),
        )
        return base

    def _compressed(self, body: bytes, like: str | None) -> tuple[bytes, str | None, int]:
        """The form to store, the base that it needs, and the number of frames below it."""
        base, depth = self._base(like)
        delta = self._delta(body, base)
        if delta is not None and len(delta) * SURELY_SMALL < len(body):
            return delta, base, depth + 1
        alone = _compress(body)
        if delta is not None and len(delta) * 2 < len(alone):
            return delta, base, depth + 1
        return alone, None, 0

    def _base(self, like: str | None) -> tuple[str | None, int]:
        """What to compress against, and its depth: `like`, or its chain's first blob where the chain is full."""
        found = self._row(like)
        if found is None or found["data"] == GONE:
            return None, 0
        if found["depth"] + 1 < MOST_FRAMES:
            return like, found["depth"]
        while found is not None and found["base"] is not None:
            like, found = found["base"], self._row(found["base"])
        return like, 0

    def _delta(self, body: bytes, base: str | None) -> bytes | None:
        if base is None:
            return None
        try:
            return _compress(body, self.get(base))
        except DamagedRecord:
            return None  # a damaged past is no reason to lose the present

    def _read(self, sha256: str, frames_left: int) -> bytes:
        if (cached := self._cache.get(sha256)) is not None:
            return cached
        found = self._row(sha256)
        if found is None or not frames_left:
            raise DamagedRecord(f"the bytes {sha256} are not in the archive")
        if found["data"] == GONE:
            raise RemovedBytes(f"the bytes {sha256} were let go; `monitor vacuum` says by which rule")
        base = b"" if found["base"] is None else self._read(found["base"], frames_left - 1)
        body = _decompress(found["data"], base, found["size"], sha256)
        self._remember(sha256, body)
        return body

    def _row(self, sha256: str | None) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._db.execute(
            "SELECT size, base, depth, data FROM blobs WHERE sha256 = ?", (sha256,)
        ).fetchone()
        return found

    def _remember(self, sha256: str, body: bytes) -> None:
        self._cache.pop(sha256, None)
        self._cache[sha256] = body
        if len(self._cache) > CACHED:
            del self._cache[next(iter(self._cache))]


def _first_kept(sha256: str, bases: dict[str, str | None], unneeded: set[str]) -> str | None:
    """The nearest of the bytes below some that stays."""
    base = bases.get(sha256)
    while base in unneeded:
        base = bases.get(base)
    return base


def _depth(sha256: str, bases: dict[str, str]) -> int:
    depth = 0
    while sha256 in bases:
        sha256, depth = bases[sha256], depth + 1
    return depth


def _compress(body: bytes, base: bytes = b"") -> bytes:
    reach = len(base) + len(body)
    bits = max(10, reach.bit_length())
    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL,
        source_size=reach,
        window_log=bits,  # spans both, or the start of the base is out of sight
        hash_log=min(
            bits, max(17, (len(base) or reach).bit_length() - 3)
        ),  # zstd forgets what of a dictionary exceeds eight times this table
    )
    return zstandard.ZstdCompressor(dict_data=_dictionary(base), compression_params=parameters).compress(body)


def _decompress(data: bytes, base: bytes, size: int, sha256: str) -> bytes:
    try:
        if zstandard.frame_content_size(data) != size:  # a damaged frame may claim more than memory holds
            raise zstandard.ZstdError("their size is not the one recorded")
        body = zstandard.ZstdDecompressor(dict_data=_dictionary(base)).decompress(data)
    except zstandard.ZstdError as error:
        raise DamagedRecord(f"the bytes {sha256} cannot be decompressed: {error}") from error
    if hashlib.sha256(body).hexdigest() != sha256:
        raise DamagedRecord(f"the bytes {sha256} no longer have that SHA-256")
    return body


def _dictionary(base: bytes) -> zstandard.ZstdCompressionDict | None:
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if base else None
