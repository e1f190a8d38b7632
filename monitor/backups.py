"""Backups in a folder: their names, and which of them are too many."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

_NAME = re.compile(r"archive-\d{8}T\d{6}Z\.db")


def name(now: datetime) -> str:
    """The name of a backup made now. Names sort by time."""
    return f"archive-{now:%Y%m%dT%H%M%S}Z.db"


def surplus(names: Iterable[str], keep: int, made: str) -> list[str]:
    """The oldest backups beyond those to keep, but never the one just made: a clock that was ahead has left later names.

    What is not named as a backup is nobody's to remove.
    """
    others = [each for each in names if _NAME.fullmatch(each) and each != made]
    return sorted(others, reverse=True)[keep - 1 :]
