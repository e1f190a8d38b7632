"""A page that a person saved, as a capture of its page."""

from __future__ import annotations

from datetime import datetime

from monitor.charset import is_binary
from monitor.errors import ReadingError
from monitor.extract import pdf
from monitor.extract.saved import saved
from monitor.model import Capture, Page

BY_HAND = "saved by hand"
_BINARY = "the file is binary, not a page of text"


def by_hand(page: Page, data: bytes, content_type: str, at: datetime) -> Capture:
    """The capture that a saved file makes. No server answered, so it has no status and no headers.

    What is in the file is judged as any other answer is; what cannot be a page at all says so.
    """

    def captured(outcome: str, reason: str, body: bytes, kind: str) -> Capture:
        return Capture(at, page.url, outcome, reason, final_url=page.url, body=body, content_type=kind)

    try:
        found = saved(data, content_type)
    except ReadingError as error:
        return captured(error.outcome, str(error), data, content_type)
    if pdf.looks_like(found.body):
        return captured("ok", BY_HAND, found.body, "application/pdf")
    if is_binary(found.body):
        return captured("wrong_type", _BINARY, found.body, found.content_type)
    return captured("ok", f"{BY_HAND} from {found.url}" if found.url else BY_HAND, found.body, found.content_type)
