"""How a reader wants to be told: the language, the time zone, where the archive is served, and templates of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class About:
    """What the watchlist says of a page: the code of the country, or of the EU, for whose readers it is, and the pages, as
    `vendor/page`, that state the same facts."""

    region: str = ""
    twins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """How alerts and reports are written.

    `archive_url` is the base address at which the archive is served, if it is: alerts then link to it, else they name commands.
    `templates` are the operator's own, file name -> source; a form without one has the default. `pages` says by `vendor/page`
    what is to be known of them.
    """

    language: str = "en"
    zone: str = "UTC"
    archive_url: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, About] = field(default_factory=dict)

    def about(self, vendor: str, page: str) -> About:
        """What is to be known of a page."""
        return self.pages.get(f"{vendor}/{page}", About())
