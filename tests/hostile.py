"""What a page may do to whoever reads it, done on purpose. Light to import: other processes do."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from monitor.errors import ReadingError
from monitor.model import Known, Page
from monitor.reading import Read, read


class Odd(Exception):
    """An error that does not come out of its package as it went in."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} {other}")


def nothing() -> None:
    """Do nothing: what a process needs to do nothing much."""


def loop() -> None:
    """Compute for ever, in C, and let no other thread run."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def abort() -> None:
    """Crash as a parser in C does."""
    os.abort()


def leave() -> None:
    """End without a word."""
    os._exit(3)


def eat() -> int:
    """Take a gigabyte."""
    return len(bytearray(2**30))


def wait() -> None:
    """Wait for what never comes."""
    time.sleep(60)


def wait_after(marker: Path, *_: object) -> None:
    """Say that it begins to wait for what never comes."""
    marker.touch()
    wait()


def break_off() -> None:
    """Raise what nobody foresaw."""
    raise KeyError("nobody foresaw it")


def refuse() -> None:
    """Raise what every reader may."""
    raise ReadingError("thin", "no text")


def odd() -> None:
    """Raise what cannot be sent."""
    raise Odd("one", "other")


def numbers(last: int) -> Iterator[int]:
    """Count, and crash."""
    yield from range(last)
    os.abort()


def abort_once(marker: Path) -> str:
    """Crash the first time only."""
    if marker.exists():
        return "well"
    marker.touch()
    os.abort()


DEEDS = {"loops": loop, "aborts": abort, "eats": eat}


def read_as_named(page: Page, body: bytes, content_type: str, known: Known) -> Read:
    """Read a page, or do what its name says."""
    DEEDS.get(page.name, nothing)()
    return read(page, body, content_type, known)
