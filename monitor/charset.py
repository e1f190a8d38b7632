"""Bytes -> text. The bytes stay as served; only the reading chooses an encoding."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_IN_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_META_WITHIN = 4096
"""Browsers look at the first 1,024 bytes; real pages put scripts in front of the tag."""
_LYING = 0.001
"""Share of undecodable characters from which a declared encoding is not believed."""
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "windows-1252", "ascii": "windows-1252"}
"""What browsers use for a label (WHATWG Encoding Standard, section 4.2)."""


def decode(body: bytes, content_type: str = "") -> str:
    """The text of `body`: byte-order mark, header, meta tag, UTF-8, then detection; the first that fits is believed.

    A declared encoding under which more than 0.1 % of the characters cannot be decoded is a lie, and is left for the next
    candidate. Never raises; NUL characters are dropped, because SQLite, lxml and mail all stumble over them.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _clean(body.decode(encoding, "replace"))
    candidates = (*_declared(body, content_type), "utf-8")
    return _clean(next(filter(None, (_believed(body, encoding) for encoding in candidates)), None) or _detected(body))


def is_binary(body: bytes) -> bool:
    """Whether the start holds a NUL that no UTF-16 explains, as every common archive, picture, sound and film does."""
    start = body[:1024]
    return b"\0" in start and not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _believed(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        text = body.decode(encoding, "replace")
        return text if text.count("\ufffd") <= len(text) * _LYING else None


def _declared(body: bytes, content_type: str) -> list[str]:
    """Encodings named by the header, then by the document itself, as far as Python knows them."""
    labels = [match[1] for match in (_IN_HEADER.search(content_type),) if match]
    labels += [match[1].decode("ascii") for match in (_IN_META.search(body[:_META_WITHIN]),) if match]
    return [known for label in labels if (known := _known(label))]


def _known(label: str) -> str | None:
    try:
        codec = codecs.lookup(_SUPERSETS.get(label.lower(), label))
    except LookupError:
        return None
    return codec.name if codec._is_text_encoding else None


def _detected(body: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow, and few pages name no charset

    best = from_bytes(body[:200_000]).best()
    encoding = _known(best.encoding) if best else None
    return body.decode(encoding or "windows-1252", "replace")


def _clean(text: str) -> str:
    return (text.replace("\x00", "") if "\x00" in text else text).lstrip("\ufeff")
