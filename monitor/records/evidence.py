"""The ledger, and what it proves."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import Capture
from monitor.records.changes import ChangeRecord
from monitor.records.versions import VersionRecord


@dataclass(frozen=True, slots=True)
class Removable:
    """A snapshot whose bytes nothing needs any more; `page` is vendor/page, `size` in bytes as served."""

    snapshot: int
    page: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger: the record that was written, its SHA-256 as it then stood, and the entry's own.

    `kind` and `record` are the record's table and row. `hash` is that of `entry_text` with the hashes of the two it names.
    """

    id: int
    kind: str
    record: int
    digest: bytes
    hash: bytes

    def __str__(self) -> str:
        return f"{self.id}:{self.hash.hex()}"


@dataclass(frozen=True, slots=True)
class Step:
    """An entry of the ledger on the way to its head, with the hashes of the two that it names."""

    entry: Entry
    before: bytes
    skipped: bytes


@dataclass(frozen=True, slots=True)
class Proved:
    """A record as its entry in the ledger has it: the JSON whose SHA-256 is the entry's digest."""

    kind: str
    record: int
    text: str
    entry: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Records, and every step of the ledger from their entries to its head; later steps first, the head's before all."""

    records: tuple[Proved, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that shows a change: its record, both documents, the captures at the ends of both versions, and the proof.

    `contents` are the bytes of every snapshot that the proof names, by SHA-256, with their content type.
    """

    change: ChangeRecord
    before: VersionRecord
    after: VersionRecord
    captures: tuple[Capture, ...]
    contents: dict[str, tuple[bytes, str]]
    documents: dict[str, bytes]
    proof: Proof
