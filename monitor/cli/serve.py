"""`serve`: the archive in a browser; and the same beside the daemon, for `run --serve`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from monitor.attend import STOPS, Signals
from monitor.cli.setup import Setup, common, now
from monitor.errors import UsageError
from monitor.report.style import Style
from monitor.status_server import address
from monitor.watchlist import Watchlist

DEFAULT = "127.0.0.1:8080"
_LONG = 3600.0


@click.command()
@click.argument("where", metavar="[ADDRESS]", default=DEFAULT)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="A name under which a proxy asks for it; may be given repeatedly.",
)
@click.option("--prefix", default="", metavar="PATH", help="The path under which a proxy passes it on.")
@click.option(
    "--hash-password", is_flag=True, help="Ask for a password, print its hash for MONITOR_PASSWORD_HASH, and stop."
)
@common
def serve(setup: Setup, where: str, hosts: tuple[str, ...], prefix: str, hash_password: bool) -> None:
    """Show the archive in a browser, read-only, until stopped (SIGTERM or Ctrl-C).

    ADDRESS is 127.0.0.1:8080 unless it is given; a port alone is loopback's. Any address that others can reach demands a
    password or a token: MONITOR_PASSWORD_HASH or MONITOR_TOKEN in the environment.
    """
    if hash_password:
        _print_hash()
        return
    signals = Signals()
    signals.listen()
    with setup.reading():  # whoever names an archive that is none hears of it now
        pass
    with serving(setup, where, hosts, prefix) as shown:
        setup.say(f"the archive is at {shown}; stop with Ctrl-C")
        while signals.next(_LONG) not in STOPS:
            continue
    setup.say("stopped")


@contextmanager
def serving(setup: Setup, where: str | None, hosts: tuple[str, ...] = (), prefix: str = "") -> Iterator[str]:
    """Serve the archive while the block runs, if there is a place for it; its address. UsageError where it would be open to all."""
    if where is None:
        yield ""
        return
    from monitor import web  # noqa: PLC0415 - slow, and asked for here alone

    host, port = address(where)
    style, keys = _style(setup.watchlist_if_any()), web.Keys.of(os.environ)
    if not keys and not web.is_loopback(host):
        raise UsageError(
            f"{where} can be reached by others: set MONITOR_PASSWORD_HASH (`monitor serve --hash-password` makes one) or "
            "MONITOR_TOKEN, or serve on 127.0.0.1 behind a proxy"
        )
    gate = web.Gate(keys, web.names_of(host, hosts, style.archive_url), time.monotonic)
    site = web.Site(setup.archive_path(), style, gate, now, time.monotonic)
    with web.serving(web.application(site, prefix), (host, port)) as (_, chosen):
        path = "/" + f"{prefix.strip('/')}/".lstrip("/")
        yield f"http://[{host}]:{chosen}{path}" if ":" in host else f"http://{host}:{chosen}{path}"


def _style(watchlist: Watchlist | None) -> Style:
    """How the archive is shown to who does not ask for another language."""
    if watchlist is None:
        return Style()
    settings = watchlist.settings
    return Style(settings.language, settings.zone, settings.archive_url)


def _print_hash() -> None:
    from monitor.web import hash_password  # noqa: PLC0415 - slow, and asked for here alone

    password = (
        click.prompt("Password", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    if not password:
        raise UsageError("a password is expected, on a terminal or as a line of standard input")
    click.echo(hash_password(password))


COMMANDS: tuple[click.Command, ...] = (serve,)
