"""Alerts as feeds: files in a folder, which any web server or reader takes from there."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from monitor.errors import DeliveryError
from monitor.feeds import FeedEntry, atom_feed, entries_of, entry_of, json_feed, merged
from monitor.records import Message

MOST_ENTRIES = 100
MOST_BYTES = 64 << 20
"""More than a feed of the longest entries takes."""
TITLE = "Terms monitor"

_SLUG = re.compile(r"[a-z0-9-]{1,100}")


@dataclass(frozen=True, slots=True)
class FeedChannel:
    """Keeps feeds of all alerts, of each vendor and of each topic in `folder`; `url` is where that folder is served."""

    name: str
    folder: Path
    url: str = ""
    folds: ClassVar[bool] = False

    def send(self, message: Message, now: datetime) -> str:  # noqa: ARG002 - an entry has the time of its change
        """Write the alert into its feeds, in place of itself where it stands there already."""
        entry = entry_of(message)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with held(self.folder):
                notes = [self._add(place, entry) for place in _places(message)]
        except BlockingIOError:
            raise DeliveryError(f"{self.name}: another process is writing the feeds") from None
        except OSError as error:
            raise DeliveryError(f"{self.name}: the feeds cannot be written ({error.strerror})") from None
        return "; ".join(note for note in notes if note)

    def _add(self, place: str, entry: FeedEntry) -> str:
        """Add the entry to one feed, in both forms. The JSON is the store, so it comes first."""
        store = self.folder / f"{place}.json"
        store.parent.mkdir(exist_ok=True)
        standing, note = _standing(store)
        entries = merged(entry, standing, MOST_ENTRIES)
        title = TITLE if place == "all" else f"{TITLE}: {place.partition('/')[2]}"
        for kind, build in (("json", json_feed), ("atom", atom_feed)):
            address = f"{self.url.rstrip('/')}/{place}.{kind}" if self.url else ""
            write_whole(store.with_suffix(f".{kind}"), build(entries, title, self.url, address).encode())
        return note


def _places(message: Message) -> Iterator[str]:
    """The feeds that an alert belongs to. Only slugs make names of files: nothing leads out of the folder."""
    yield "all"
    for room, names in (("vendors", message.vendors), ("topics", message.topics)):
        yield from (f"{room}/{name}" for name in dict.fromkeys(names) if _SLUG.fullmatch(name))


def _standing(store: Path) -> tuple[tuple[FeedEntry, ...], str]:
    """The entries of a feed, and a note if it was damaged: it is then set aside, and begun anew."""
    try:
        with store.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise ValueError("too large to be one of ours")
        return entries_of(data), ""
    except FileNotFoundError:
        return (), ""
    except ValueError:
        store.replace(store.with_name(f"{store.name}.broken"))
        return (), f"{store.name} was damaged: it is set aside as {store.name}.broken, and begun anew"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder for ourselves: two that read, add and write at once would lose an entry."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes) -> None:
    """Put the file in place whole: a reader sees the old one or the new one, even after a power cut."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)  # of a run that was killed
    with part.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
