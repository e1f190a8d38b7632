"""The archive of everything that was fetched, read, found and sent."""

from monitor.archive.archive import Archive
from monitor.archive.connection import Mode
from monitor.archive.recording import Recorded
from monitor.archive.restoring import restore

__all__ = ["Archive", "Mode", "Recorded", "restore"]
