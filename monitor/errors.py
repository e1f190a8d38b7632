"""Every error that the program raises on purpose.

MonitorError
├── UsageError            wrong use: an unknown page, an impossible date (exit status 2)
│   └── WatchlistError    the watchlist is broken; carries every mistake (exit status 2)
├── ArchiveError          the archive cannot be used as it is (exit status 1)
│   ├── NewerArchive      it was written by a newer edition of the program
│   ├── ArchiveBusy       another process holds its lock
│   └── DamagedRecord     a stored record does not match its hash
│       └── RemovedBytes  the bytes were let go, on purpose
├── GivenUp               what history is fetched from cannot be asked any further for now (exit status 3)
├── LostCapture           one of the captures recorded elsewhere cannot be had; the others can
├── OutputError           a file that was asked for cannot be written (exit status 1)
├── ReadingError          bytes that hold no readable document; carries the outcome's name
└── DeliveryError         a channel did not take an alert; says whether trying again can help
"""

from __future__ import annotations

from dataclasses import dataclass


class MonitorError(Exception):
    """Base of the tree; its text is fit to be shown to a person."""

    exit_status = 1


class UsageError(MonitorError):
    """The command, or what it names, makes no sense."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with the watchlist: where it stands and what was expected there."""

    file: str
    line: int
    key: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.expected}"


class WatchlistError(UsageError):
    """The watchlist is broken. Every mistake is reported at once; nothing runs."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(map(str, mistakes)))


class ArchiveError(MonitorError):
    """The archive cannot be used as it is."""


class NewerArchive(ArchiveError):
    """The archive's schema is newer than this program."""


class ArchiveBusy(ArchiveError):
    """Another process is writing to the archive."""


class DamagedRecord(ArchiveError):
    """A stored record does not match its hash."""


class RemovedBytes(DamagedRecord):
    """The bytes were let go by a rule of retention; who can do without damaged ones can do without these."""


class GivenUp(MonitorError):
    """An archive of the web cannot be asked any further for now. What came before is recorded."""

    exit_status = 3


class LostCapture(MonitorError):
    """A capture that was recorded elsewhere cannot be had. The text says why in words."""


class OutputError(MonitorError):
    """A file that was asked for cannot be written."""


class ReadingError(MonitorError):
    """The bytes hold no document that can be read.

    `outcome` is one of `monitor.model.OUTCOMES`; the text says why in words.
    """

    def __init__(self, outcome: str, reason: str) -> None:
        self.outcome = outcome
        super().__init__(reason)

    def __reduce__(self) -> tuple[type[ReadingError], tuple[str, str]]:
        """How it gets from one process to another."""
        return ReadingError, (self.outcome, str(self))


class DeliveryError(MonitorError):
    """A channel did not take an alert.

    `permanent` says that trying this alert again cannot help; `stops` that the channel will take no alert at all until somebody
    mends it. `retry_after` is the number of seconds that the other side asked for, `served` the recipients who have it already.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        stops: bool = False,
        retry_after: float | None = None,
        served: tuple[str, ...] = (),
    ) -> None:
        self.permanent = permanent
        self.stops = stops
        self.retry_after = retry_after
        self.served = served
        super().__init__(reason)
