"""Captures as a list that `import captures` takes back, whole: their bytes as files, their headers and outcomes in the lines.

Nothing in it depends on the archive that it comes from: what is imported elsewhere is exported from there byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from monitor.archive import Archive
from monitor.export.kinds import Damaged, Row, captures_of
from monitor.model import Page, Settled
from monitor.records import Wanted
from monitor.report.payload import stamp

_ENDINGS = {
    "text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt", "text/markdown": ".md",
    "application/pdf": ".pdf", "application/json": ".json",
}  # fmt: skip


def capture_list(archive: Archive, wanted: Wanted, damaged: Damaged, put: Callable[[str, bytes], str]) -> Iterator[Row]:
    """The captures as lines of a list, page by page in the order of time.

    `put` keeps bytes as a file of that name, and says how the list is to call it.
    """
    for page in archive.listing.pages(wanted):
        for _, capture in captures_of(archive, page, wanted, damaged):
            yield line_of(page, capture, None if capture.body is None else put(_name(capture), capture.body))


def line_of(page: Page, capture: Settled, file: str | None) -> Row:
    """A capture as a line of the list; what `import captures` would think of itself is left out."""
    held: Row = {"held": True} if capture.held else {}
    return {
        "vendor": page.vendor,
        "vendor_name": page.vendor_name,
        "page": page.name,
        "type": page.type,
        "url": capture.url,
        "fetched_at": stamp(capture.at),
        "file": file,
        "content_type": capture.content_type,
        "status": capture.status,
        "outcome": capture.outcome,
        "reason": capture.reason,
        **held,
        "final_url": capture.final_url,
        "hops": [{"url": hop.url, "status": hop.status} for hop in capture.hops],
        "headers": [list(header) for header in capture.headers],
        "seconds": capture.seconds,
        "retry_after": capture.retry_after,
    }


def _name(capture: Settled) -> str:
    """A file's name by its bytes' SHA-256, with an ending by which people and browsers know what it is."""
    media = capture.content_type.split(";")[0].strip().lower()
    return capture.sha256 + _ENDINGS.get(media, ".bin")
