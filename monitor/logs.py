"""What the program does as it goes, on standard error: as text for people, or as JSON lines for whatever collects logs."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal

from monitor.words import one_line, printable

Form = Literal["text", "json"]
FIELDS = ("page", "outcome", "reason", "change", "seconds")
"""What a line says beside its message, where it was given as `extra`."""
MOST_TEXT = 2000
"""Characters of a message as text; what servers say comes into some of them."""
_ours, _said = logging.getLogger("monitor"), logging.getLogger("monitor.said")


class _StandardError(logging.Handler):
    """Writes to standard error as it is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


class TextLines(logging.Formatter):
    """Time in UTC, level, logger and message; text from outside neither moves the cursor nor begins a line of its own."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002 - logging's name
        return _time(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return f"{_time(record)} {record.levelname} {record.name}: {one_line(record.message, MOST_TEXT)}"

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


class JsonLines(logging.Formatter):
    """One object a line: `time` (UTC), `level`, `logger`, `message`, those of `FIELDS` that were given, and `error`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return printable(json.dumps(line, ensure_ascii=False, default=str))


def configure(form: Form, *, quiet: bool = False, verbose: bool = False) -> None:
    """Write logs in this form from now on.

    Libraries are heard from warnings up only: below that, some log the addresses they call, and an address may be a secret.
    """
    level = logging.INFO if verbose else logging.ERROR if quiet else logging.WARNING
    root = logging.getLogger()
    for former in [each for each in root.handlers if isinstance(each, _StandardError)]:
        root.removeHandler(former)
    handler = _StandardError()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root.addHandler(handler)
    root.setLevel(max(level, logging.WARNING))
    _ours.setLevel(level)
    _said.setLevel(logging.INFO)


def said(text: str, level: int = logging.INFO) -> bool:
    """Log what is said to a person where logs are JSON, so that each line of standard error is; whether they are."""
    in_json = any(isinstance(each.formatter, JsonLines) for each in logging.getLogger().handlers)
    if in_json:
        _said.log(level, "%s", text)
    return in_json


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
