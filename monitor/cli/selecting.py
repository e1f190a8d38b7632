"""CSS selectors on the command line, read."""

from __future__ import annotations

import click

from monitor.watchlist.kinds import css


def selector(_context: click.Context, _option: click.Parameter, given: str | tuple[str, ...] | None) -> object:
    """For an option of click: CSS selectors that can be used."""
    for text in (given,) if isinstance(given, str) else given or ():
        try:
            css(text)
        except ValueError as error:
            raise click.BadParameter(f"{text!r}: {error}") from error
    return given
