"""Where WARC records lie: in a file of their own, or in a WACZ, which is a ZIP. Nothing is unpacked to the disk."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from monitor.answer import Limits
from monitor.errors import LostCapture, UsageError
from monitor.history.recorded import Skipped

_DESCRIPTION = "datapackage.json"
_LARGEST_DESCRIPTION = 20 * 2**20
_MOST_MEMBERS = 10_000
_LOCAL_HEADER = struct.Struct("<26xHH")  # the lengths of name and extra field, behind which a member's bytes begin
_LIMITS = Limits()
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error)
"""What a damaged, encrypted or unknown ZIP raises."""


@dataclass(frozen=True, slots=True)
class Source:
    """WARC records in a row: those of a file, or of a member of one. A member that is not packed begins at a byte of its file."""

    file: Path
    member: str = ""
    begins: int | None = None

    @property
    def name(self) -> str:
        """The file, and the member."""
        return f"{self.file.name}: {self.member}" if self.member else self.file.name

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The records, from the first."""
        with opened(self.file, self.member) as file:
            yield file

    def place(self, offset: int) -> tuple[str, int]:
        """How a record is found again: the member that has to be unpacked on the way, if any, and the byte."""
        return (self.member, offset) if self.begins is None else ("", self.begins + offset)


@contextmanager
def opened(file: Path, member: str) -> Iterator[BinaryIO]:
    """A file, or a member of one. What breaks off while it is read becomes LostCapture."""
    try:
        if not member:
            with file.open("rb") as plain:
                yield plain
            return
        with zipfile.ZipFile(file) as whole, whole.open(member) as packed:
            yield cast(BinaryIO, packed)
    except OSError as error:
        raise LostCapture(f"{file}: {error.strerror or error}") from error
    except _BROKEN as error:
        raise LostCapture(f"{file}: {error}") from error


def sources(file: Path, skipped: list[Skipped]) -> list[Source]:
    """Where the records are that a file holds. Raises UsageError where it cannot be read, or is a ZIP but no WACZ."""
    try:
        if file.stat().st_size == 0:
            raise UsageError(f"{file}: an empty file; expected a WARC or a WACZ")
        if not zipfile.is_zipfile(file):
            return [Source(file, begins=0)]
        with zipfile.ZipFile(file) as whole, file.open("rb") as raw:
            return list(_members(file, whole, raw, skipped))
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}") from error
    except _BROKEN as error:
        raise UsageError(f"{file}: no WACZ that can be read: {error}") from error


def _members(file: Path, whole: zipfile.ZipFile, raw: BinaryIO, skipped: list[Skipped]) -> Iterator[Source]:
    """The members that hold records, each unless something is wrong with it; that is named."""
    members = whole.infolist()
    if len(members) > _MOST_MEMBERS or len({each.filename for each in members}) < len(members):
        raise UsageError(f"{file}: more than {_MOST_MEMBERS:,} members, or two of one name; it is not read")
    hashes = _hashes(file, whole)
    for each in members:
        if not each.filename.lower().endswith((".warc", ".warc.gz")):
            continue
        if fault := _fault(whole, each, hashes.get(each.filename)):
            skipped.append(Skipped(f"{file.name}: {each.filename}", fault))
        else:
            is_packed = each.compress_type != zipfile.ZIP_STORED
            yield Source(file, each.filename, None if is_packed else _begins(raw, each))


def _fault(whole: zipfile.ZipFile, member: zipfile.ZipInfo, wanted: str | None) -> str:
    """What is wrong with a member, if anything."""
    path = PurePosixPath(member.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename or path.parts[:1] != ("archive",):
        return "its name leads out of the folder archive/; it is not read"
    if member.file_size > max(_LIMITS.ratio_from, _LIMITS.ratio * member.compress_size):
        return f"it unpacks to more than {_LIMITS.ratio} times its size; it is not read"
    try:
        if wanted and wanted.startswith("sha256:") and _sha256(whole, member) != wanted.removeprefix("sha256:").lower():
            return f"it is not what {_DESCRIPTION} says by its SHA-256; it is not read"
    except _BROKEN as error:
        return f"it cannot be read: {error}"
    return ""


def _sha256(whole: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    with whole.open(member) as packed:
        return hashlib.file_digest(cast(BufferedIOBase, packed), "sha256").hexdigest()


def _hashes(file: Path, whole: zipfile.ZipFile) -> dict[str, str]:
    """The hashes of the members, as a WACZ describes itself."""
    try:
        with whole.open(_DESCRIPTION) as packed:
            said = json.loads(packed.read(_LARGEST_DESCRIPTION))
        return {str(each["path"]): str(each.get("hash", "")) for each in said["resources"]}
    except KeyError as error:
        raise UsageError(f"{file}: a ZIP, but no WACZ: it has no {_DESCRIPTION} that lists its resources") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{file}: its {_DESCRIPTION} cannot be read: {error}") from error


def _begins(raw: BinaryIO, member: zipfile.ZipInfo) -> int:
    """The byte of the file at which an unpacked member begins."""
    raw.seek(member.header_offset)
    name, extra = _LOCAL_HEADER.unpack(raw.read(_LOCAL_HEADER.size))
    return member.header_offset + _LOCAL_HEADER.size + int(name) + int(extra)
