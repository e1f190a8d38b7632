"""Small PDFs, written byte by byte: pages of lines, and the same behind a password."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PASSWORD_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_ID = b"0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Printed:
    """A line printed at a height (points from the bottom of the page), in a font: F1 is regular, F2 bold."""

    text: str
    at: float
    size: float = 10
    font: str = "F1"


def lines(*texts: str, top: float = 700, leading: float = 12, size: float = 10) -> list[Printed]:
    """Lines of one paragraph, the first at `top`."""
    return [Printed(text, top - number * leading, size) for number, text in enumerate(texts)]


def pdf(*pages: Iterable[Printed], password: str | None = None) -> bytes:
    """A PDF with these pages. With a password (which may be empty) it is encrypted: RC4 with 40 bits, PDF 1.4 section 3.5."""
    key = None if password is None else _key(password)
    kids = [4 + 2 * number for number in range(len(pages))]
    objects: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids)),
        3: b"<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> "
        b"/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >> >>",
    }
    for kid, page in zip(kids, pages, strict=True):
        content = b"\n".join(map(_drawn, page))
        content = content if key is None else rc4(_object_key(key, kid + 1), content)
        objects[kid] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font 3 0 R >> /Contents %d 0 R >>"
            % (kid + 1)
        )
        objects[kid + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
    return _file(objects, b"" if key is None else _encryption(key))


def rc4(key: bytes, data: bytes) -> bytes:
    """RC4, which encrypts and decrypts."""
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    made, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        made.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(made)


def _drawn(line: Printed) -> bytes:
    said = line.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /%s %g Tf 72 %g Td (%s) Tj ET" % (line.font.encode(), line.size, line.at, said)


def _file(objects: dict[int, bytes], trailer: bytes) -> bytes:
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number in sorted(objects):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    made += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (
        size, table, size, trailer, len(made),
    )  # fmt: skip
    return bytes(made)


# --- the standard security handler, revision 2 ---------------------------------------------------------------------------

_OWNER = rc4(hashlib.md5(PASSWORD_PAD).digest()[:5], PASSWORD_PAD)
_RIGHTS = -4


def _key(password: str) -> bytes:
    padded = (password.encode("latin-1") + PASSWORD_PAD)[:32]
    return hashlib.md5(padded + _OWNER + struct.pack("<i", _RIGHTS) + _ID).digest()[:5]


def _object_key(key: bytes, number: int) -> bytes:
    return hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[:10]


def _encryption(key: bytes) -> bytes:
    owner, user = _OWNER.hex().encode(), rc4(key, PASSWORD_PAD).hex().encode()
    return b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P %d >> /ID [<%s> <%s>] " % (
        owner, user, _RIGHTS, _ID.hex().encode(), _ID.hex().encode(),
    )  # fmt: skip


def pages_of(*texts: Sequence[str]) -> bytes:
    """A PDF whose pages each hold one paragraph of these lines."""
    return pdf(*(lines(*page) for page in texts))
