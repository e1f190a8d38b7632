"""A capture list: JSON lines that name files, as `import captures` takes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.errors import LostCapture, UsageError
from monitor.model import PAGE_TYPES, Capture, Page

_MOST_MISTAKES = 20


class _Line(BaseModel):
    """One line of the list, as the contract describes it."""

    model_config = ConfigDict(extra="ignore")

    vendor: str = Field(min_length=1)
    page: str = Field(min_length=1)
    type: str = "other"
    url: str = ""
    fetched_at: datetime
    file: str = Field(min_length=1)
    content_type: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Recorded:
    """One capture of the list: its page, and the file that holds its bytes."""

    page: Page
    at: datetime
    file: Path
    content_type: str
    status: int
    technical: bool = False

    def capture(self) -> Capture:
        """The capture, with its bytes. Raises LostCapture that names a file which cannot be read."""
        try:
            body = self.file.read_bytes()
        except OSError as error:
            raise LostCapture(f"{self.file}: {error.strerror}") from error
        ok = self.status == 200
        return Capture(
            at=self.at,
            url=self.page.url,
            outcome="ok" if ok else "http_error",
            reason="" if ok else f"the server answered with status {self.status}",
            status=self.status,
            final_url=self.page.url,
            body=body,
            content_type=self.content_type,
        )


def load(path: Path) -> dict[str, tuple[Recorded, ...]]:
    """The captures of a list by page (`vendor/page`), each page's in the order of their time.

    Raises UsageError that names every line which is not as it should be; nothing is taken from such a list.
    """
    pages: defaultdict[str, list[Recorded]] = defaultdict(list)
    mistakes: list[str] = []
    for number, line in _lines(path):
        try:
            recorded = _recorded(_Line.model_validate_json(line), path.parent)
        except (ValidationError, ValueError) as error:
            mistakes.append(f"{path}:{number}: {_in_words(error)}")
        else:
            pages[recorded.page.key].append(recorded)
    if mistakes:
        more = f"\n... and {len(mistakes) - _MOST_MISTAKES} more" if len(mistakes) > _MOST_MISTAKES else ""
        raise UsageError("\n".join(mistakes[:_MOST_MISTAKES]) + more)
    return {key: tuple(sorted(pages[key], key=lambda recorded: recorded.at)) for key in sorted(pages)}


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 at byte {error.start}; a capture list is JSON lines in UTF-8") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    return ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())


def _recorded(line: _Line, folder: Path) -> Recorded:
    if line.type not in PAGE_TYPES:
        raise ValueError(f"type: {line.type!r} is none of {', '.join(PAGE_TYPES)}")
    if line.fetched_at.tzinfo is None:
        raise ValueError("fetched_at: a time needs its zone, as in 2026-11-23T08:00:00Z")
    file = (folder / line.file).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise ValueError(f"file: {line.file!r} lies outside the list's folder")
    page = Page(line.vendor, line.page, line.type, line.url, vendor_name=line.vendor)
    return Recorded(page, line.fetched_at.astimezone(UTC), file, line.content_type, line.status)


def _in_words(error: ValidationError | ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    key = ".".join(map(str, first["loc"]))
    return f"{key}: {first['msg']}" if key else "not a JSON object"
