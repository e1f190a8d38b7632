"""Reading: what bytes say, as it is handed back by whoever reads them, here or apart."""

from __future__ import annotations

from dataclasses import dataclass

from monitor import extract
from monitor.extract.screen import Trouble, screen
from monitor.meaning.lexicon import load
from monitor.model import Change, Known, Page, Version


@dataclass(frozen=True, slots=True)
class Read:
    """What was read in a capture. `version` is None where it says what the capture before it, or the text that stands, says.

    `change` is how it was judged against the version of the key `judged_against`, if it was; whether that is the one which
    stands is known only where the capture is taken.
    """

    fingerprint: str
    recipe: str
    key: str
    version: Version | None = None
    judged_against: str | None = None
    change: Change | None = None


def ready() -> None:
    """Load what judging needs, which otherwise waits for the first text that is judged."""
    load()


def read(page: Page, body: bytes, content_type: str, known: Known) -> Read:
    """Read bytes, whole unless their markup is that of the text that stands. Raises ReadingError as `extract` does."""
    source = extract.prepare(page, body, content_type)
    if (source.fingerprint, source.recipe) == (known.fingerprint, known.edition):
        return Read(source.fingerprint, source.recipe, known.key)
    version = extract.version(source)
    return Read(source.fingerprint, source.recipe, version.key, version)


def whole(page: Page, body: bytes, content_type: str) -> Version:
    """The version that bytes make. Raises ReadingError as `extract` does."""
    return extract.version(extract.prepare(page, body, content_type))


def instead(body: bytes, content_type: str) -> Trouble | None:
    """What bytes show in the place of a document, if they do. Raises ReadingError as `extract` does."""
    return screen(extract.read(body, content_type))
