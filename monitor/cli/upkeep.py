"""`verify`, `backup`: is the archive whole, and a copy of it."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import backups
from monitor.cli.setup import Setup, common, now
from monitor.errors import UsageError
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
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--into",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Copy to a file of this folder named for the time.",
)
@click.option(
    "--keep", type=click.IntRange(1), default=14, show_default=True, help="How many such files to leave in that folder."
)
@common
def backup(setup: Setup, file: Path | None, folder: Path | None, keep: int) -> None:
    """Copy the archive to FILE while it is in use. The copy is consistent; an existing FILE is refused."""
    if (file is None) == (folder is None):
        raise UsageError("a backup needs a FILE, or a folder by --into")
    target = file or _in(folder)
    with setup.reading() as archive:
        archive.backup(target)
    setup.say(f"{setup.archive_path()} copied to {target}")
    if folder:
        for name in backups.surplus((each.name for each in folder.iterdir()), keep, target.name):
            (folder / name).unlink()


def _in(folder: Path | None) -> Path:
    assert folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder / backups.name(now())


COMMANDS: tuple[click.Command, ...] = (verify, backup)
