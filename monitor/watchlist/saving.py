"""Put an edited watchlist in the place of the old one, whole, with the mode and the owner it had."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from monitor.errors import UsageError


def content(path: Path) -> bytes | None:
    """What a watchlist's file holds; None where there is none yet."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def save(path: Path, before: bytes | None, after: bytes) -> None:
    """Write `after` where `before` stands. Raises UsageError, with nothing written, where something else stands by now.

    A reader sees the old file or the new one, never a half; a link to the file stays one.
    """
    if content(path) != before:
        raise UsageError(f"{path} was changed by somebody else meanwhile; nothing is written, try again")
    target = path.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _write(part, after, None if before is None else target.stat())
        part.replace(target)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; nothing is written") from error
    finally:
        part.unlink(missing_ok=True)


def _write(part: Path, data: bytes, like: os.stat_result | None) -> None:
    with part.open("xb") as file:
        if like:
            with suppress(PermissionError):  # only an administrator writes what stays somebody else's
                os.fchown(file.fileno(), like.st_uid, like.st_gid)
            os.fchmod(file.fileno(), like.st_mode & 0o7777)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
