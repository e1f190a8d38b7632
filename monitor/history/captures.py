"""A capture list: JSON lines that name files, as `import captures` takes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.errors import LostCapture, UsageError
from monitor.model import OUTCOMES, PAGE_TYPES, Capture, Hop, Page, Settled

_MOST_MISTAKES = 20


class _Line(BaseModel):
    """One line of the list. What stands after the status is what `export captures` writes beside."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    vendor: str = Field(min_length=1)
    page: str = Field(min_length=1)
    type: str = "other"
    url: str = ""
    fetched_at: datetime
    file: str | None = Field(None, min_length=1)
    content_type: str = ""
    status: int | None = 200
    vendor_name: str | None = None
    outcome: str | None = None
    reason: str = ""
    held: bool = False
    final_url: str | None = None
    hops: tuple[Hop, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """One capture of the list: its page, the file that holds its bytes, if it brought any, and all else that is said of it."""

    page: Page
    file: Path | None
    told: Capture
    technical: bool = False

    @property
    def at(self) -> datetime:
        """When it was made."""
        return self.told.at

    def capture(self) -> Capture:
        """The capture, with its bytes. Raises LostCapture that names a file which cannot be read."""
        try:
            body = None if self.file is None else self.file.read_bytes()
        except OSError as error:
            raise LostCapture(f"{self.file}: {error.strerror}") from error
        told = replace(self.told, body=body)
        return told if told.url else replace(told, url=self.page.url, final_url=told.final_url or self.page.url)


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
    lines = enumerate(text.split("\n"), 1)  # not `splitlines`, which also breaks where JSON has a character of a string
    return ((number, line) for number, line in lines if line.strip())


def _recorded(line: _Line, folder: Path) -> Recorded:
    if line.type not in PAGE_TYPES:
        raise ValueError(f"type: {line.type!r} is none of {', '.join(PAGE_TYPES)}")
    if line.fetched_at.tzinfo is None:
        raise ValueError("fetched_at: a time needs its zone, as in 2026-11-23T08:00:00Z")
    vendor_name = line.vendor if line.vendor_name is None else line.vendor_name
    page = Page(line.vendor, line.page, line.type, line.url, vendor_name=vendor_name)
    return Recorded(page, _file(line, folder), _told(line))


def _file(line: _Line, folder: Path) -> Path | None:
    if line.outcome is None and None in (line.file, line.status):
        missing = "file" if line.file is None else "status"
        raise ValueError(f"{missing}: missing; only a line that names its outcome may be without")
    if line.file is None:
        return None
    file = (folder / line.file).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise ValueError(f"file: {line.file!r} lies outside the list's folder")
    return file


def _told(line: _Line) -> Capture:
    """What a line says of its capture: what came of it, if it says so, else what its status makes of it."""
    answer: dict[str, Any] = {
        "at": line.fetched_at.astimezone(UTC),
        "url": line.url,
        "final_url": line.url if line.final_url is None else line.final_url,
        "status": line.status,
        "headers": line.headers,
        "hops": line.hops,
        "content_type": line.content_type,
        "seconds": line.seconds,
        "retry_after": line.retry_after,
    }
    if line.outcome is None:
        if line.status == 200:
            return Capture(**answer, outcome="ok")
        return Capture(**answer, outcome="http_error", reason=f"the server answered with status {line.status}")
    if line.outcome not in OUTCOMES:
        raise ValueError(f"outcome: {line.outcome!r} is none of {', '.join(OUTCOMES)}")
    return Settled(**answer, outcome=line.outcome, reason=line.reason, held=line.held)


def _in_words(error: ValidationError | ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    key = ".".join(map(str, first["loc"]))
    return f"{key}: {first['msg']}" if key else "not a JSON object"
