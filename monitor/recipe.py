"""How a page is read: what its texts depend on beside its bytes."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from monitor.model import Page

EDITION = "3"
"""Edition of the reading. Raise it whenever the same bytes may be read differently: the last snapshot of every page is then
read again first, and what differs by that is a technical version, never an alert."""


def recipe(page: Page) -> str:
    """What a version's reading depends on beside the bytes: this edition and the page's selectors."""
    return f"{EDITION}:{_selectors(page.select, page.remove)}"


@lru_cache
def _selectors(select: str | None, remove: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps([select, remove]).encode()).hexdigest()[:12]
