"""`verify`, `backup`: is the archive whole, and a copy of it."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.setup import Setup, common
from monitor.words import printable

DAMAGED = 1


@click.command()
@common
def verify(setup: Setup) -> None:
    """Prove the archive whole, or name each record that is broken (exit status 1)."""
    with setup.reading() as archive:
        problems = 0
        for problem in archive.verify():
            problems += 1
            click.echo(printable(problem))
    if problems:
        setup.say(f"{setup.archive_path()}: {problems} problems")
        raise SystemExit(DAMAGED)
    setup.say(f"{setup.archive_path()}: whole")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@common
def backup(setup: Setup, file: Path) -> None:
    """Copy the archive to FILE while it is in use. The copy is consistent; an existing FILE is refused."""
    with setup.reading() as archive:
        archive.backup(file)
    setup.say(f"{setup.archive_path()} copied to {file}")


COMMANDS: tuple[click.Command, ...] = (verify, backup)
