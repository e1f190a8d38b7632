"""Files that people name on the command line, read: their bytes, within bounds, and what they are by their names."""

from __future__ import annotations

import mimetypes
import sys
from pathlib import Path

from monitor.errors import UsageError

_TYPES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".htm": "text/html",
    ".html": "text/html",
    ".txt": "text/plain",
    ".mht": "multipart/related",
    ".mhtml": "multipart/related",
    ".webarchive": "application/x-webarchive",
}
_BESIDE = "_files"
"""What browsers call the folder of pictures beside a page that is saved whole."""
LARGEST = 20 * 1024 * 1024


def content(path: Path) -> bytes:
    """What a file holds. Raises UsageError that names it where it cannot be read, or is larger than a page of terms can be."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    return _bounded(body, str(path))


def piped() -> bytes:
    """What standard input holds."""
    return _bounded(sys.stdin.buffer.read(LARGEST + 1), "standard input")


def type_of(path: Path) -> str:
    """The content type that a file's name tells; empty where it tells none."""
    return _TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or ""


def saved_page(path: Path) -> Path:
    """The file of a saved page. Of a folder it is the one HTML file in it, or the one that the folder's pictures belong to."""
    if not path.is_dir():
        return path
    beside = path.name.removesuffix(_BESIDE)
    owners = [path.with_name(beside + ending) for ending in (".html", ".htm")] if beside != path.name else []
    found = [file for file in owners if file.is_file()] or sorted(path.glob("*.htm*"))
    if len(found) != 1:
        has = ", ".join(file.name for file in found) or "none"
        raise UsageError(
            f"{path} is a folder; expected a saved page, or a folder with one HTML file in it (it has {has})"
        )
    return found[0]


def _bounded(body: bytes, name: str) -> bytes:
    if len(body) > LARGEST:
        raise UsageError(f"{name}: more than {LARGEST:,} bytes, the most that a page of terms has")
    return body
