"""A change as a folder that proves itself: what was served before and after, and how the ledger has it."""

from monitor.evidence.folder import MANIFEST, STAMP, files

__all__ = ["MANIFEST", "STAMP", "files"]
