"""`login`: a login of yours for pages that show nothing without one."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import click

from monitor import wiring
from monitor.cli.setup import Setup, common
from monitor.errors import UsageError
from monitor.fetch import profiles
from monitor.fetch.profiles import Profiles, State
from monitor.fetch.window import check_display, sign_in
from monitor.watchlist import Watchlist


@click.command()
@click.argument("vendor")
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), help="Take the login from this file.")
@click.option("--url", help="The address to open (default: the vendor's first page).")
@click.option("--forget", is_flag=True, help="Remove the stored login.")
@common
def login(setup: Setup, vendor: str, state: Path | None, url: str | None, forget: bool) -> None:
    """Sign in to VENDOR in a window, and keep the login for its pages.

    The window stays open until you close it or press Enter here. Without a display, sign in elsewhere, and bring the login as a
    file with --state: a "storage state" as Playwright writes it.
    """
    stored = Profiles(profiles.beside(setup.archive_path()))
    if forget:
        there = stored.forget(vendor)
        setup.say(f"the login of {vendor} is removed" if there else f"no login is stored for {vendor}")
        return
    watchlist = setup.watchlist()
    first = _first_page(watchlist, vendor)
    stored.save(vendor, _from_file(state) if state else _from_window(setup, watchlist, url or first))
    setup.say(f"the login of {vendor} is stored in {stored.path(vendor)}")


def _first_page(watchlist: Watchlist, vendor: str) -> str:
    """The address of the vendor's first page."""
    pages = watchlist.listed
    address = next((page.url for page in pages if page.vendor == vendor), None)
    if address is None:
        raise UsageError(f"{watchlist.path} has no vendor {vendor}; `monitor watchlist list` shows what it has")
    return address


def _from_file(path: Path) -> State:
    try:
        with path.open("rb") as file:
            content = file.read(profiles.MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    return profiles.parse(content, str(path))


def _from_window(setup: Setup, watchlist: Watchlist, url: str) -> State:
    check_display(os.environ)
    setup.say(f"Sign in at {url} in the window, then close it, or press Enter here.")
    settings = watchlist.settings
    agent = wiring.user_agent(settings.contact)
    return sign_in(url, _enter_pressed(), user_agent=agent, allow_private=settings.allow_private_addresses)


def _enter_pressed() -> Callable[[], bool]:
    """Whether Enter was pressed since. Where there is no terminal, only the window can be closed."""
    pressed = threading.Event()

    def wait() -> None:
        if sys.stdin.readline():
            pressed.set()

    threading.Thread(target=wait, daemon=True, name="Enter").start()
    return pressed.is_set


COMMANDS: tuple[click.Command, ...] = (login,)
