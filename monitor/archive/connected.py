"""What every part of an archive rests on: the one connection, a turn at a time."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager


class Connected(ABC):
    """Something that reads and writes an archive's file."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """The connection, for one reader at a time."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """The connection within a transaction, all or nothing."""
