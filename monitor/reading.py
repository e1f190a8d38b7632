"""Reading: what bytes say, as it is handed back by whoever reads them, here or apart.

Each function loads what it needs where it is done: where pages did not change, nothing is read here or anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import Change, Document, Effective, Known, Link, Override, Page, Version
from monitor.screen import Trouble, screen


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
    """Load all that reading and judging need, which otherwise waits for the first text."""
    from monitor import extract, verdict
    from monitor.meaning import effective, lexicon

    _ = extract, verdict, effective
    lexicon.load()


def read(page: Page, body: bytes, content_type: str, known: Known) -> Read:
    """Read bytes, whole unless their markup is that of the text that stands. Raises ReadingError as `extract` does."""
    from monitor import extract

    source = extract.prepare(page, body, content_type)
    if (source.fingerprint, source.recipe) == (known.fingerprint, known.edition):
        return Read(source.fingerprint, source.recipe, known.key)
    version = extract.version(source)
    return Read(source.fingerprint, source.recipe, version.key, version)


def whole(page: Page, body: bytes, content_type: str) -> Version:
    """The version that bytes make. Raises ReadingError as `extract` does."""
    from monitor import extract

    return extract.version(extract.prepare(page, body, content_type))


def links(body: bytes, content_type: str, base: str) -> tuple[Link, ...]:
    """The links of a document; `base` is the address it came from. Raises ReadingError as `extract` does."""
    from monitor import extract

    return extract.links(body, content_type, base)


def instead(body: bytes, content_type: str) -> Trouble | None:
    """What bytes show in the place of a document, if they do. Raises ReadingError as `extract` does."""
    from monitor import extract

    return screen(extract.read(body, content_type))


def news(
    before: Document, after: Document, page: Page, language: str, overrides: tuple[Override, ...] = ()
) -> Change | None:
    """What a page's new text means, as `verdict.news` has it."""
    from monitor import verdict

    return verdict.news(before, after, page, language, overrides)


def takes_effect(document: Document) -> Effective | None:
    """When a text says that it takes effect, if it does."""
    from monitor.meaning.effective import effective

    return effective(document)
