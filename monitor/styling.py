"""How the watchlist wants things written: its language and zone, and the operator's own templates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from monitor.report.style import About, Style

if TYPE_CHECKING:
    from monitor.watchlist import Watchlist

MOST_TEMPLATE = 200_000
"""Characters of a template that are read."""


def style(watchlist: Watchlist) -> Style:
    """How the watchlist wants alerts written, with the operator's own templates."""
    settings = watchlist.settings
    twins = watchlist.twins()
    pages = {page.key: About(page.region, twins.get(page.key, ())) for page in watchlist.listed}
    known = {key: about for key, about in pages.items() if about != About()}
    return Style(settings.language, settings.zone, settings.archive_url, _templates(settings.templates), known)


def _templates(folder: Path | None) -> dict[str, str]:
    """The operator's templates by name. One that cannot be read stands empty, so that its default is used and the fault told."""
    if folder is None:
        return {}
    files = sorted(file for file in folder.iterdir() if file.suffix in (".txt", ".html"))
    return {file.name: file.read_text("utf-8", "replace")[:MOST_TEMPLATE] for file in files}
