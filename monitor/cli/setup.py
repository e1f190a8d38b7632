"""The options that every command shares, and what they lead to."""

from __future__ import annotations

import functools
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from monitor import logs, styling
from monitor.archive import Archive
from monitor.report.style import Style
from monitor.words import printable

if TYPE_CHECKING:
    from monitor.watchlist import Watchlist

DEFAULT = Path("watchlist.yaml")
ARCHIVE = Path("snapshots/archive.db")


@dataclass(frozen=True)  # without slots, which leave no place for what is read once
class Setup:
    """What the common options say. A command goes by one watchlist from its beginning to its end."""

    watchlist_file: Path
    archive_file: Path | None
    quiet: bool
    verbose: bool

    def watchlist(self) -> Watchlist:
        """The watchlist; raises WatchlistError with every mistake in it."""
        return self._loaded

    @functools.cached_property
    def _loaded(self) -> Watchlist:
        from monitor.watchlist.loading import load  # noqa: PLC0415 - slow, and where there is no watchlist none is read

        return load(self.watchlist_file)

    def watchlist_if_any(self) -> Watchlist | None:
        """The watchlist, where there is one: commands that read the archive work without."""
        return self.watchlist() if self.watchlist_file.exists() or self.watchlist_file != DEFAULT else None

    def archive_path(self) -> Path:
        """The archive that --archive names, else the watchlist's, else the usual place."""
        if self.archive_file:
            return self.archive_file
        watchlist = self.watchlist_if_any()
        return watchlist.settings.archive if watchlist else ARCHIVE

    def reading(self) -> Archive:
        """The archive, to read."""
        return Archive(self.archive_path(), mode="read")

    def writing(self) -> Archive:
        """The archive, to write; another process that writes is waited for, and then named."""
        return Archive(self.archive_path())

    def noting(self) -> Archive:
        """The archive, to note what people say of alerts, while another process may be checking pages."""
        return Archive(self.archive_path(), mode="beside")

    def language(self) -> str:
        """The language of what is shown."""
        watchlist = self.watchlist_if_any()
        return watchlist.settings.language if watchlist else "en"

    def style(self) -> Style:
        """How reports are written."""
        watchlist = self.watchlist_if_any()
        return styling.style(watchlist) if watchlist else Style()

    def say(self, text: str) -> None:
        """A message to the person, on standard error; not with --quiet."""
        if not self.quiet and not logs.said(text):
            click.echo(text, err=True)


def complain(text: str) -> None:
    """What went wrong, on standard error."""
    if not logs.said(text, logging.ERROR):
        click.echo(printable(f"monitor: {text}"), err=True)


def now() -> datetime:
    """The time, aware and in UTC. The command line is where the clock is read; everything below is given it."""
    return datetime.now(UTC)


@contextmanager
def unheard() -> Iterator[None]:
    """What is printed within may be lost: a reader that went away, or a full disk, must not end the work that is told of."""
    try:
        yield
        sys.stdout.flush()
    except OSError:
        deafen()


def deafen() -> None:
    """Send what is printed from now on nowhere: nobody hears it, and what waits to be printed must not be an error at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def stamp(moment: datetime | None) -> str | None:
    """A time as JSON has it; None for none."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the common options, as its first argument `setup`."""

    @click.option(
        "--watchlist", type=click.Path(path_type=Path), default=DEFAULT, show_default=True, help="The watchlist."
    )
    @click.option("--archive", type=click.Path(path_type=Path), help="The archive (default: the watchlist's).")
    @click.option("--quiet", is_flag=True, help="Say only what went wrong.")
    @click.option("--verbose", is_flag=True, help="Say what is done on the way.")
    @click.option(
        "--log-format",
        type=click.Choice(get_args(logs.Form)),
        default="text",
        show_default=True,
        help="How messages are written to standard error: as text, or as JSON, one object a line.",
    )
    @functools.wraps(command)
    def with_setup(
        *args: Any,
        watchlist: Path,
        archive: Path | None,
        quiet: bool,
        verbose: bool,
        log_format: logs.Form,
        **kwargs: Any,
    ) -> Any:
        logs.configure(log_format, quiet=quiet, verbose=verbose)
        return command(Setup(watchlist, archive, quiet, verbose), *args, **kwargs)

    return with_setup


def as_json(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --json."""
    return click.option("--json", "json_", is_flag=True, help="Print JSON, one object a line.")(command)


def print_json(value: object) -> None:
    """One JSON object on a line of standard output."""
    click.echo(json.dumps(value, ensure_ascii=False))
