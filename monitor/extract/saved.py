"""A page as a browser saved it: plain HTML as it is; MHTML and Safari's web archives by the page that is their main part."""

from __future__ import annotations

import plistlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Any

from monitor.errors import ReadingError

MHTML = frozenset({"multipart/related", "application/x-mimearchive", "message/rfc822"})
WEB_ARCHIVE = frozenset({"application/x-webarchive"})
_MHTML = re.compile(rb"\A(?:[^\r\n]+\r?\n)*?content-type:[ \t]*multipart/related\b", re.I)
_PROPERTY_LIST = b"bplist00"
_SAVED_FROM = re.compile(rb"<!-- saved from url=\(\d{4}\)(\S+) -->")
_WITHIN = 4096


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved page: the bytes of its document, their content type, and the address that it says it was saved from."""

    body: bytes
    content_type: str = ""
    url: str = ""


def saved(data: bytes, content_type: str = "") -> Saved:
    """The page in a file that a browser wrote. Raises ReadingError for a container that holds none."""
    media = content_type.split(";")[0].strip().lower()
    if media in MHTML or _MHTML.match(data[:_WITHIN]):
        return _opened(_in_mhtml, data, "MHTML file")
    if media in WEB_ARCHIVE or data.startswith(_PROPERTY_LIST):
        return _opened(_in_web_archive, data, "web archive")
    said = _SAVED_FROM.search(data[:_WITHIN])
    return Saved(data, content_type, said[1].decode("utf-8", "replace") if said else "")


def _opened(reader: Callable[[bytes], Saved | None], data: bytes, name: str) -> Saved:
    try:
        found = reader(data)
    except Exception as error:  # a damaged container breaks off in any way
        raise ReadingError("unreadable", f"the {name} is damaged: {type(error).__name__}") from error
    if found is None:
        raise ReadingError("unreadable", f"the {name} holds no page")
    return found


def _in_mhtml(data: bytes) -> Saved | None:
    """RFC 2557: the part that the container calls its start, else its first HTML."""
    message = message_from_bytes(data)
    start = message.get_param("start")
    parts = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    named = (part for part in parts if start and part["Content-ID"] == start)
    main = next(named, parts[0] if parts else None)
    if main is None:
        return None
    url = main["Content-Location"] or message["Snapshot-Content-Location"] or ""
    return Saved(_payload(main), _type(main.get_content_type(), main.get_content_charset()), str(url).strip())


def _payload(part: Message) -> bytes:
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""


def _in_web_archive(data: bytes) -> Saved | None:
    main: dict[str, Any] = plistlib.loads(data)["WebMainResource"]
    body = main["WebResourceData"]
    media = main.get("WebResourceMIMEType", "text/html")
    return Saved(bytes(body), _type(media, main.get("WebResourceTextEncodingName")), main.get("WebResourceURL", ""))


def _type(media: str, charset: str | None) -> str:
    return f"{media}; charset={charset}" if charset else media
