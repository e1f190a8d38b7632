"""`verify`, `backup`: is the archive whole, and a copy of it."""

from __future__ import annotations

import re
from pathlib import Path

import click

from monitor import backups
from monitor.cli.setup import Setup, common, now
from monitor.errors import UsageError
from monitor.words import printable

DAMAGED = 1


class _Held(click.ParamType):
    """A head of the ledger, as `verify` prints it."""

    name = "entry:hash"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, bytes]:
        number, _, hash_ = value.partition(":")
        if not (number.isdecimal() and re.fullmatch("[0-9a-fA-F]{64}", hash_)):
            self.fail(f"{value!r} is no head of a ledger: expected a number, a colon and 64 hexadecimal digits", param, ctx)
        return int(number), bytes.fromhex(hash_)


@click.command()
@click.option("--head", "held", type=_Held(), help="Prove, too, that nothing before this earlier head was changed.")
@common
def verify(setup: Setup, held: tuple[int, bytes] | None) -> None:
    """Prove the archive whole, or name each record that is broken (exit status 1).

    Prints the head of its ledger. Whoever keeps it elsewhere can prove later, by --head, that no record up to it was edited,
    removed or put in another order since.
    """
    with setup.reading() as archive:
        head = archive.head()
        problems = 0
        for problem in archive.verify(held):
            problems += 1
            click.echo(printable(problem))
    if problems:
        setup.say(f"{setup.archive_path()}: {problems} problems")
        raise SystemExit(DAMAGED)
    if head:
        click.echo(str(head))
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
