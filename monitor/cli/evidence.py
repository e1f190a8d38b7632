"""`export evidence`: a change as a folder that proves itself."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import evidence as folder_of
from monitor import wiring
from monitor.cli.setup import Setup, common, now
from monitor.deliver.stamping import stamp
from monitor.errors import UsageError
from monitor.report.style import Style


@click.command()
@click.argument("change", type=int)
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--timestamp", metavar="URL", help="Have the manifest stamped by a time stamping authority (RFC 3161) there."
)
@common
def evidence(setup: Setup, change: int, folder: Path | None, timestamp: str | None) -> None:
    """Write what proves a CHANGE to a new FOLDER (default: evidence-CHANGE).

    The bytes before and after, headers, redirects, times, texts and what differs; the records as the ledger has them, with the
    way to its head; and a verifier that needs nothing but Python.
    """
    target = folder or Path(f"evidence-{change}")
    if target.exists():
        raise UsageError(f"{target} exists already; evidence is written to a new folder")
    with setup.reading() as archive:
        found = archive.evidence(change)
    made = folder_of.files(found, Style(setup.language()), now(), wiring.user_agent(""))
    if timestamp:
        made[folder_of.STAMP] = stamp(timestamp, made[folder_of.MANIFEST])
    _write(target, made)
    setup.say(f"{target}: {len(made)} files; python3 {target}/verify.py checks them")


def _write(target: Path, made: dict[str, bytes]) -> None:
    """All files, then the folder's name: who finds the folder finds all of it."""
    unfinished = target.with_name(target.name + ".new")
    for name, body in made.items():
        file = unfinished / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    unfinished.rename(target)
