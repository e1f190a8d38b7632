"""`verify`, `backup`, `restore`, `vacuum`: is the archive whole, a copy of it, and how large it is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import click

from monitor import archive, backups
from monitor.cli import arguments
from monitor.cli.arguments import checked
from monitor.cli.setup import Setup, common, now
from monitor.errors import UsageError
from monitor.records import Removable
from monitor.words import printable

DAMAGED = 1


@click.command()
@click.option(
    "--head",
    metavar="NUMBER:HASH",
    callback=checked(arguments.head),
    help="Prove, too, that nothing up to this earlier head was changed.",
)
@common
def verify(setup: Setup, head: str | None) -> None:
    """Prove the archive whole, or name each record that is broken (exit status 1).

    Prints the head of its ledger. Whoever keeps it elsewhere can prove later, by --head, that no record up to it was edited,
    removed or put in another order since.
    """
    with setup.reading() as opened:
        last = opened.head()
        problems = 0
        for problem in opened.verify(arguments.head(head) if head else None):
            problems += 1
            click.echo(printable(problem))
    if problems:
        setup.say(f"{setup.archive_path()}: {problems} problems")
        raise SystemExit(DAMAGED)
    if last:
        click.echo(str(last))
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
    with setup.reading() as opened:
        opened.backup(target)
    setup.say(f"{setup.archive_path()} copied to {target}")
    if folder:
        for name in backups.surplus((each.name for each in folder.iterdir()), keep, target.name):
            (folder / name).unlink()


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@common
def restore(setup: Setup, file: Path) -> None:
    """Put a backup FILE in the archive's place.

    The backup is proved whole first. What stood in its place is kept beside it. Refused while another process writes: stop the
    daemon first.
    """
    kept = archive.restore(file, setup.archive_path(), now())
    setup.say(f"{file} restored to {setup.archive_path()}" + (f"; what stood there is now {kept}" if kept else ""))


@click.command()
@click.option(
    "--keep",
    metavar="WHILE",
    callback=checked(arguments.while_),
    help="Let go of bytes that nothing needs and that no capture has brought for so long: 90d, 52w.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be let go.")
@common
def vacuum(setup: Setup, keep: str | None, dry_run: bool) -> None:
    """Make the archive smaller: let go of old bytes, if --keep is given, and of the room that nothing fills.

    What stays for ever: every capture with its time, outcome and SHA-256; every version's text; the first and the last snapshot of
    each version, which alerts cite; and the last bytes of each page.
    """
    moment = now()
    with setup.reading() if dry_run else setup.writing() as opened:
        some = opened.removable(moment - arguments.while_(keep)) if keep else ()
        if dry_run:
            _told(setup, some, "would be let go")
            return
        size = opened.path.stat().st_size
        opened.remove(some, moment, f"nothing needed them, and no capture brought them for {keep}")
        opened.vacuum()
        _told(setup, some, "let go")
        setup.say(f"{opened.path}: {size:,} bytes before, {opened.path.stat().st_size:,} now")


def _told(setup: Setup, some: Sequence[Removable], what: str) -> None:
    for page, of_page in groupby(sorted(some, key=lambda each: each.page), key=lambda each: each.page):
        sizes = [each.size for each in of_page]
        click.echo(f"{page}: {len(sizes)} snapshots of {sum(sizes):,} bytes")
    setup.say(f"{len(some)} snapshots {what}")


def _in(folder: Path | None) -> Path:
    assert folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder / backups.name(now())


COMMANDS: tuple[click.Command, ...] = (verify, backup, restore, vacuum)
