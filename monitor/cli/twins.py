"""`watchlist twins`: pages that state the same facts, and where they disagree now."""

from __future__ import annotations

from collections.abc import Iterator

import click

from monitor.archive import Archive
from monitor.cli.setup import Setup, as_json, common, print_json
from monitor.composer import LATEST
from monitor.errors import UsageError
from monitor.meaning.phrases import contradicted
from monitor.meaning.twins import disagreements
from monitor.model import Disagreement, Document, Page
from monitor.report.payload import disagreement_json
from monitor.words import one_line, printable


@click.command()
@as_json
@common
def twins(setup: Setup, json_: bool) -> None:
    """Where pages and their twins, which state the same facts, disagree now, by what the archive holds of both."""
    watchlist = setup.watchlist()
    language = watchlist.settings.language
    with setup.reading() as archive:
        for page, found in _compared(archive, watchlist.listed):
            if json_:
                print_json(_json(page, found))
            else:
                click.echo(printable(f"{page.twin_of} and its twin {page.key}: {_in_words(found, language)}"))


def _compared(archive: Archive, pages: tuple[Page, ...]) -> Iterator[tuple[Page, tuple[Disagreement, ...] | None]]:
    """Each twin with what its original says otherwise; None where one of them was not read yet."""
    for page in pages:
        if page.twin_of:
            here, there = _current(archive, page.twin_of), _current(archive, page.key)
            yield page, disagreements(here, there) if here and there else None


def _current(archive: Archive, key: str) -> Document | None:
    vendor, _, page = key.partition("/")
    try:
        return archive.version_at(vendor, page, LATEST).document
    except UsageError:
        return None


def _in_words(found: tuple[Disagreement, ...] | None, language: str) -> str:
    if found is None:
        return "not both were read yet"
    lines = [f"\n  {one_line(contradicted(each, language), 300)}" for each in found]
    return "".join(lines) or "they agree in what both state"


def _json(page: Page, found: tuple[Disagreement, ...] | None) -> dict[str, object]:
    return {
        "page": page.twin_of,
        "twin": page.key,
        "read": found is not None,
        "otherwise": [disagreement_json(each) for each in found or ()],
    }
