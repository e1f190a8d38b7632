"""`run`: the daemon."""

from __future__ import annotations

import os

import click

from monitor import daemon
from monitor.cli import setup
from monitor.cli.serve import serving
from monitor.cli.setup import Setup, common
from monitor.status_server import address


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and stop, rather than go on.")
@click.option(
    "--listen",
    metavar="ADDRESS",
    help="Serve /healthz and /metrics there, as in 127.0.0.1:9464; a port alone is loopback's.",
)
@click.option(
    "--serve", "served", metavar="ADDRESS", help="Show the archive in a browser there, as `monitor serve` does."
)
@common
def run(setup_: Setup, once: bool, listen: str | None, served: str | None) -> None:
    """Check the pages on their schedule and deliver alerts, until stopped (SIGTERM or Ctrl-C).

    An edited watchlist is taken up, at once with SIGHUP; a broken one is reported, and the last good one stays in force.
    """
    where = address(listen) if listen else None
    with serving(setup_, served) as shown:
        if shown:
            setup_.say(f"the archive is at {shown}")
        daemon.run(
            setup_.watchlist_file, setup_.archive_file, os.environ, setup.now, setup_.say, once=once, listen=where
        )


COMMANDS: tuple[click.Command, ...] = (run,)
