"""How a reader wants to be told: the language, the time zone, where the archive is served, and templates of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Style:
    """How alerts and reports are written.

    `archive_url` is the base address at which the archive is served, if it is: alerts then link to it, else they name commands.
    `templates` are the operator's own, file name -> source; a form without one has the default. `regions` says of pages, by
    `vendor/page`, for the readers of which country they are, by its code; "EU" is one, too.
    """

    language: str = "en"
    zone: str = "UTC"
    archive_url: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
