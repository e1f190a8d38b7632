"""PDF -> the lines of its pages, with pypdfium2 (the extra `pdf`); `pdf_layout` makes blocks of them.

PDFium gives characters in the order in which they are drawn, with a line break where the line ends. Where each stands and
how large it is asks one call more, made for the two ends of a line only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import closing
from ctypes import byref, c_double, create_string_buffer
from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING

from monitor.errors import ReadingError
from monitor.extract import html, pdf_layout
from monitor.extract.pdf_layout import Line
from monitor.model import Document

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

MOST_PAGES = 500
MOST_CHARACTERS = 2_000_000
"""What 500 closely printed pages hold; some seconds of reading."""
_LONGEST_FONT = 200
_BOLD = re.compile(r"bold|black|heavy|demi|cmbx", re.I)
_MISSING = 'the answer is a PDF; to read it install the extra: pip install "terms-monitor[pdf]"'
_SCAN = "the PDF holds no text: its pages are pictures, or empty"


def looks_like(body: bytes) -> bool:
    """Whether the bytes are a PDF, by their first characters."""
    return body[:1024].lstrip().startswith(b"%PDF-")


def markup(body: bytes) -> str:
    """The document in a PDF as plain HTML: headings, paragraphs, items; no page numbers and no running titles.

    Raises ReadingError: `wrong_type` where the extra is not installed, `too_big`, and `unreadable` for a PDF that is protected
    by a password, damaged, or a scan.
    """
    pypdfium2 = _library("pypdfium2")
    try:
        with pypdfium2.PdfDocument(body) as document:
            if len(document) > MOST_PAGES:
                raise ReadingError("too_big", f"the PDF has {len(document):,} pages; at most {MOST_PAGES} are read")
            pages = list(_pages(document, _library("pypdfium2.raw")))
    except pypdfium2.PdfiumError as error:
        raise ReadingError("unreadable", _reason(getattr(error, "err_code", None))) from error
    if not any(pages):
        raise ReadingError("unreadable", _SCAN)
    return pdf_layout.markup(pages)


def read(markup: str) -> Document:
    """The document that the markup of a PDF holds; its title is its first heading."""
    document = html.read(markup)
    return replace(document, title=next((block.text for block in document.blocks if block.kind == "heading"), ""))


def _library(name: str) -> ModuleType:
    try:
        return import_module(name)  # not at the top: it may be missing, and takes a tenth of a second
    except ImportError as error:
        raise ReadingError("wrong_type", _MISSING) from error


def _reason(code: int | None) -> str:
    """What an error means: FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY of PDFium's fpdfview.h, and all others."""
    reasons = {4: "the PDF is protected by a password", 5: "the PDF is encrypted in a way that cannot be read"}
    return reasons.get(code or 0, "the PDF is damaged")


def _pages(document: PdfDocument, raw: ModuleType) -> Iterator[list[Line]]:
    left = MOST_CHARACTERS
    for number in range(len(document)):
        with closing(document[number]) as page, closing(page.get_textpage()) as drawn:
            count = drawn.count_chars()
            left -= count
            if left < 0:
                raise ReadingError("too_big", f"the PDF holds more than {MOST_CHARACTERS:,} characters")
            characters = (raw.FPDFText_GetUnicode(drawn, at) for at in range(count))
            yield list(_lines("".join(map(chr, characters)), drawn, raw))


def _lines(text: str, drawn: PdfTextPage, raw: ModuleType) -> Iterator[Line]:
    breaks = [-1, *(at for at, character in enumerate(text) if character == "\n"), len(text)]
    ended: float | None = None
    for start, end in pairwise(breaks):
        line = text[start + 1 : end]
        if not (said := line.strip()):
            continue
        first = start + 1 + line.index(said[0])
        last = first + len(said) - 1
        size, baseline = _size(drawn, raw, last), _baseline(drawn, raw, first)
        bold = all(_BOLD.search(_font(drawn, raw, at)) for at in (first, last))
        above = (ended - baseline) / size if size and ended is not None and ended > baseline else None
        if said := _clean(said):
            yield Line(said, size, bold, above)
        ended = _baseline(drawn, raw, last)


def _clean(said: str) -> str:
    """Without what a font's table may name and no text can hold: NUL, and halves of characters."""
    return said.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _size(drawn: PdfTextPage, raw: ModuleType, at: int) -> float:
    """The size of a character on the page, in half points: its font's, scaled as the text is."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(drawn, at, byref(matrix))
    size = raw.FPDFText_GetFontSize(drawn, at) * math.hypot(matrix.c, matrix.d)
    return round(size * 2) / 2 if math.isfinite(size) else 0.0


def _font(drawn: PdfTextPage, raw: ModuleType, at: int) -> str:
    """The name of a character's font; its weight is told by some producers only."""
    name = create_string_buffer(_LONGEST_FONT)
    raw.FPDFText_GetFontInfo(drawn, at, name, _LONGEST_FONT, None)
    return name.value.decode("utf-8", "replace")


def _baseline(drawn: PdfTextPage, raw: ModuleType, at: int) -> float:
    x, y = c_double(), c_double()
    raw.FPDFText_GetCharOrigin(drawn, at, byref(x), byref(y))
    return y.value
