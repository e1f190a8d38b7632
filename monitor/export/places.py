"""Where exports are written: beside their place, and moved there when they are whole."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from monitor.errors import OutputError, UsageError

_KNOWN = 64
"""Names of files that are remembered as written: a page's captures bring the same few bytes again and again."""


@contextmanager
def written(path: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """A file to write to, which stands at `path` as soon as it is whole; what is left by an error is nothing.

    Raises UsageError where something stands there already, unless it is a file that is to be replaced, and OutputError where
    nothing can be written.
    """
    _vet(path, replace=replace)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}; nothing is written") from error
    finally:
        part.unlink(missing_ok=True)


class Folder:
    """A folder of files, each named for what it holds, so that a file that is there already is written but once."""

    def __init__(self, path: Path, beside: Path) -> None:
        """`beside` is the list that names the files. Raises UsageError if the folder is not in that list's own."""
        self._path = path
        try:
            self._called = path.resolve().relative_to(beside.parent.resolve()).as_posix()
        except ValueError as error:
            raise UsageError(
                f"{path} lies outside {beside.parent}, the folder of the list that names its files"
            ) from error
        self._there: deque[str] = deque(maxlen=_KNOWN)

    def put(self, name: str, data: bytes) -> str:
        """Have a file of that name with these bytes; how the list calls it."""
        if name not in self._there:
            self._put(self._path / name, data)
            self._there.append(name)
        return name if self._called == "." else f"{self._called}/{name}"

    def _put(self, path: Path, data: bytes) -> None:
        try:
            if path.is_file() and path.read_bytes() == data:
                return
            self._path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path}: {error.strerror or error}") from error
        with written(path, replace=True) as file:
            file.write(data)


def _vet(path: Path, *, replace: bool) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder; expected the name of a file in it")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no ordinary file; without FILE the export goes to standard output")
    if path.exists() and not replace:
        raise UsageError(f"{path} exists already; --force replaces it")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}")
