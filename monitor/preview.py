"""What other selectors would read in a page's past snapshots. Nothing is fetched, and nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor import extract
from monitor.compare import compare
from monitor.errors import ReadingError, UsageError
from monitor.model import Capture, Document, Edit, Page, Version


@dataclass(frozen=True, slots=True)
class Preview:
    """One snapshot read as its page is watched (None where that cannot be read) and with the selectors tried.

    `changes` and `tried_changes` say whether the text differs from that of the snapshot before it; None where there is none.
    """

    capture: Capture
    watched: Document | None
    tried: Document
    changes: bool | None
    tried_changes: bool | None

    def edits(self) -> tuple[Edit, ...]:
        """The blocks that would be lost, gained or read otherwise."""
        return tuple(edit for edit in compare(self.watched or Document(()), self.tried) if edit.kind != "moved")


def preview(watched: Page, tried: Page, captures: Sequence[Capture]) -> tuple[Preview, ...]:
    """Read captures, newest first, by the selectors of the page as it is watched and by those tried.

    Raises UsageError where a selector tried matches nothing: `select` on any of the snapshots, one to remove on all of them.
    """
    old, new = [_read(watched, capture) for capture in captures], [_must_read(tried, capture) for capture in captures]
    for selector in tried.remove:
        _must_remove(selector, tried, captures)
    return tuple(
        Preview(capture, before.document if before else None, after.document, changes, tried_changes)
        for capture, before, after, changes, tried_changes in zip(
            captures, old, new, _changes(old), _changes(new), strict=True
        )
    )


def _read(page: Page, capture: Capture) -> Version | None:
    try:
        return _must_read(page, capture)
    except UsageError:
        return None


def _must_read(page: Page, capture: Capture) -> Version:
    try:
        return extract.version(extract.prepare(page, capture.body or b"", capture.content_type))
    except ReadingError as error:
        raise UsageError(f"snapshot of {capture.at:%Y-%m-%d %H:%M} UTC: {error}") from error


def _must_remove(selector: str, tried: Page, captures: Sequence[Capture]) -> None:
    # Alone, since another selector may remove the same.
    without, alone = replace(tried, remove=()), replace(tried, remove=(selector,))
    if all(_must_read(without, capture).key == _must_read(alone, capture).key for capture in captures):
        snapshots = f"the {len(captures)} snapshots since {captures[-1].at:%Y-%m-%d %H:%M} UTC"
        raise UsageError(f"the selector {selector!r} removes nothing from any of {snapshots}")


def _changes(versions: Sequence[Version | None]) -> list[bool | None]:
    """Of each text, newest first, whether it differs from the last one before it that could be read."""
    changes: list[bool | None] = []
    key: str | None = None
    for version in reversed(versions):
        changes.append(version.key != key if version and key else None)
        key = version.key if version else key
    return changes[::-1]
