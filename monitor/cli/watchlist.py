"""`watchlist`: is it right, and what does it watch."""

from __future__ import annotations

import click

from monitor.cli.setup import Setup, as_json, common, print_json
from monitor.cli.show import console, table


@click.group()
def watchlist() -> None:
    """The watchlist: is it right, and what does it watch."""


@watchlist.command()
@common
def validate(setup: Setup) -> None:
    """Say every mistake in the watchlist, with file, line, key and what was expected; exit status 2 if there is one."""
    found = setup.watchlist()
    vendors = len({page.vendor for page in (*found.pages, *found.disabled)})
    click.echo(
        f"{found.path}: {len(found.pages)} pages of {vendors} vendors"
        + (f", {len(found.disabled)} more not enabled" if found.disabled else "")
        + f"; {len(found.channels)} channels, {len(found.rules)} rules"
    )


@watchlist.command("list")
@as_json
@common
def list_(setup: Setup, json_: bool) -> None:
    """The pages of the watchlist: type, interval, address."""
    found = setup.watchlist()
    pages = [(page, True) for page in found.pages] + [(page, False) for page in found.disabled]
    if json_:
        for page, enabled in pages:
            print_json(
                {
                    "vendor": page.vendor,
                    "page": page.name,
                    "type": page.type,
                    "every": page.every,
                    "enabled": enabled,
                    "url": page.url,
                }
            )
        return
    rows = [[page.key, page.type, page.every if enabled else "not enabled", page.url] for page, enabled in pages]
    console().print(table(["page", "type", "every", "address"], rows))


COMMANDS: tuple[click.Command, ...] = (watchlist,)
