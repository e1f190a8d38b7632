"""Captures as a WARC 1.1 file (ISO 28500:2017), written by warcio (the extra `warc`)."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from io import BytesIO
from typing import Any, BinaryIO

from monitor import __version__
from monitor.archive import Archive
from monitor.errors import UsageError
from monitor.export.kinds import Damaged, captures_of
from monitor.export.warc_records import Record, Retelling, about, opening
from monitor.records import Wanted
from monitor.report.payload import stamp

PROGRAM = "terms-monitor"
MISSING = f'to write WARC files install the extra: pip install "{PROGRAM}[warc]"'


class WarcFile:
    """A WARC file being written. `packed` compresses each record by itself, as tools expect it of a `.warc.gz`."""

    def __init__(self, out: BinaryIO, *, packed: bool) -> None:
        """Raises UsageError where the extra is not installed."""
        try:
            self._headers = import_module("warcio.statusandheaders").StatusAndHeaders
            self._writer: Any = import_module("warcio.warcwriter").WARCWriter(out, gzip=packed, warc_version="WARC/1.1")
        except ImportError as error:
            raise UsageError(MISSING) from error

    def write(self, record: Record) -> None:
        """Write a record, with the digest of its block."""
        http = self._headers(record.status, list(record.answer), protocol="HTTP/1.1") if record.status else None
        own = {"WARC-Record-ID": record.id, "WARC-Date": record.date, **dict(record.headers)}
        made = self._writer.create_warc_record(
            record.url,
            record.type,
            payload=BytesIO(record.body),
            length=len(record.body),
            warc_content_type=record.media,
            warc_headers_dict=own,
            http_headers=http,
        )
        self._writer.write_record(made)


def write_warc(
    out: BinaryIO, archive: Archive, wanted: Wanted, damaged: Damaged, *, now: datetime, filename: str, packed: bool
) -> int:
    """Write the captures wanted, page by page in the order of time; how many there were."""
    file, date = WarcFile(out, packed=packed), stamp(now)
    file.write(opening(f"{PROGRAM}/{__version__}", date, filename))
    count = 0
    for page in archive.listing.pages(wanted):
        file.write(about(page, date))
        retelling = Retelling(page)
        for number, capture in captures_of(archive, page, wanted, damaged):
            count += 1
            for record in retelling.records(number, capture):
                file.write(record)
    return count
