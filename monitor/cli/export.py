"""`export`: what the archive holds, as files that other programs take."""

from __future__ import annotations

import functools
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, get_args

import click

from monitor.archive import Archive
from monitor.cli import setup
from monitor.cli.arguments import end_of, instant, page_key
from monitor.cli.evidence import evidence
from monitor.cli.setup import Setup, common
from monitor.errors import DamagedRecord, UsageError
from monitor.export import KINDS, Damaged, Folder, capture_list, write_csv, write_json_lines, write_warc, written
from monitor.records import Wanted
from monitor.words import counted

SOME_DAMAGED = 3
Format = Literal["jsonl", "csv", "warc"]
_ENDINGS: dict[str, Format] = {".csv": "csv", ".warc": "warc", ".warc.gz": "warc"}
STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be written, and how. `file` is None for standard output; `folder` takes the bytes of a capture list."""

    kind: str
    form: Format
    file: Path | None
    folder: Path | None
    bom: bool
    force: bool


@click.group()
def export() -> None:
    """Take what the archive holds elsewhere: as JSON lines, CSV or WARC, or as evidence."""


@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(get_args(Format)),
    help="The form (default: by the FILE's name, else jsonl). WARC is for captures.",
)
@click.option("--vendor", help="Only this vendor's.")
@click.option("--page", metavar="VENDOR/PAGE", help="Only this page's.")
@click.option("--since", metavar="DATE", help="Only what was captured, seen or told on or after this date.")
@click.option("--until", metavar="DATE", help="Only what was captured, seen or told on or before this date.")
@click.option(
    "--bytes",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write captures as a list that `import captures` takes back, and their bytes to this folder.",
)
@click.option("--bom", is_flag=True, help="Begin CSV with a byte-order mark, by which Excel knows UTF-8.")
@click.option("--force", is_flag=True, help="Replace an existing FILE.")
@common
def _export(
    setup_: Setup,
    kind: str,
    file: Path | None,
    form: Format | None,
    vendor: str | None,
    page: str | None,
    since: str | None,
    until: str | None,
    folder: Path | None,
    bom: bool,
    force: bool,
) -> None:
    """Write them to FILE, or to standard output.

    A record that is damaged is named and left out; the exit status is 3 then.
    """
    file = None if file == STANDARD_OUTPUT else file
    order = _Order(kind, form or _by_name(file), file, folder, bom, force)
    _vet(order)
    wanted = _wanted(vendor, page, since, until)
    damaged = 0

    def name(damage: DamagedRecord) -> None:
        nonlocal damaged
        damaged += 1
        setup.complain(f"{damage}; it is left out")

    with setup_.reading() as archive, _place(order) as out:
        count = _write(archive, order, wanted, name, out)
    setup_.say(_closing(order, count))
    if damaged:
        raise SystemExit(SOME_DAMAGED)


def _by_name(file: Path | None) -> Format:
    name = file.name if file else ""
    return next((form for ending, form in _ENDINGS.items() if name.endswith(ending)), "jsonl")


def _vet(order: _Order) -> None:
    """Raises UsageError where what is asked for does not go together."""
    if order.form == "warc" and order.kind != "captures":
        raise UsageError(f"WARC holds captures alone; {order.kind} can be written as jsonl or csv")
    if order.bom and order.form != "csv":
        raise UsageError(f"--bom goes with CSV; this is {order.form}")
    if order.folder and (order.kind != "captures" or order.form != "jsonl"):
        raise UsageError("--bytes goes with captures as jsonl: it makes them a list that can be imported")
    if order.folder and not order.file:
        raise UsageError("--bytes needs a FILE: the list names the files of bytes from where it stands")


def _wanted(vendor: str | None, page: str | None, since: str | None, until: str | None) -> Wanted:
    if page:
        of_page, page = page_key(page)
        if vendor not in (None, of_page):
            raise UsageError(f"--page {of_page}/{page} is not of --vendor {vendor}")
        vendor = of_page
    return Wanted(vendor, page, instant(since) if since else None, end_of(until) if until else None)


def _place(order: _Order) -> AbstractContextManager[BinaryIO]:
    if order.file:
        return written(order.file, replace=order.force)
    return nullcontext(sys.stdout.buffer)


def _write(archive: Archive, order: _Order, wanted: Wanted, damaged: Damaged, out: BinaryIO) -> int:
    if order.form == "warc":
        name = order.file.name if order.file else ""
        packed = name.endswith(".gz")
        return write_warc(out, archive, wanted, damaged, now=setup.now(), filename=name, packed=packed)
    if order.folder and order.file:
        put = Folder(order.folder, beside=order.file).put
        return write_json_lines(out, capture_list(archive, wanted, damaged, put))
    kind = KINDS[order.kind]
    rows = kind.rows(archive, wanted, damaged)
    return write_csv(out, kind.columns, rows, bom=order.bom) if order.form == "csv" else write_json_lines(out, rows)


def _closing(order: _Order, count: int) -> str:
    one = {"deliveries": "delivery"}.get(order.kind, order.kind.removesuffix("s"))
    said = f"{counted(count, one, order.kind)} exported" if count else f"no {order.kind} fit"
    return said + (f", written to {order.file}" if order.file else "")


def _of_kind(kind: str) -> click.Command:
    forms = "JSON lines, CSV or WARC" if kind == "captures" else "JSON lines or CSV"
    callback = functools.wraps(_export)(functools.partial(_export, kind=kind))
    return click.command(kind, short_help=f"Write {kind} as {forms}.")(callback)


for _command in (*map(_of_kind, KINDS), evidence):
    export.add_command(_command)

COMMANDS: tuple[click.Command, ...] = (export,)
