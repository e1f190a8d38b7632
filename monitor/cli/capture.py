"""`capture`: a page saved by hand, for what no program gets at."""

from __future__ import annotations

import codecs
import os
import sys
from datetime import datetime
from pathlib import Path

import click

from monitor import pipeline, wiring
from monitor.archive import Archive
from monitor.cli import setup
from monitor.cli.arguments import checked, instant, page_key
from monitor.cli.check import SOME_FAILED, sending, tell
from monitor.cli.files import content, piped, saved_page, type_of
from monitor.cli.setup import Setup, as_json, common
from monitor.errors import UsageError
from monitor.history.by_hand import by_hand
from monitor.model import HEALTHY, Page
from monitor.outbox import Delivered
from monitor.pipeline import Judgement
from monitor.watchlist import Watchlist

_TYPES = {
    "html": "text/html",
    "markdown": "text/markdown",
    "text": "text/plain",
    "json": "application/json",
    "pdf": "application/pdf",
    "mhtml": "multipart/related",
    "webarchive": "application/x-webarchive",
}

STANDARD_INPUT = Path("-")


def _charset(given: str) -> None:
    try:
        codecs.lookup(given)
    except LookupError as error:
        raise ValueError("no such encoding; expected a name like utf-8, gb18030, windows-1252") from error


@click.command()
@click.argument("page", metavar="VENDOR/PAGE")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--type", "kind", type=click.Choice(list(_TYPES)), help="What it is (default: by content and name).")
@click.option("--charset", metavar="NAME", callback=checked(_charset), help="Its encoding (default: by content).")
@click.option("--at", metavar="TIME", help="When it was saved, if not now; after the page's last capture.")
@as_json
@common
def capture(
    setup_: Setup, page: str, file: Path | None, kind: str | None, charset: str | None, at: str | None, json_: bool
) -> None:
    """Take a page that you saved, or pasted text on standard input, as a capture of now: for pages behind a login.

    It is judged as a check would be, and alerts are sent. Exit status 3 says that it is not the document.
    """
    watchlist = setup_.watchlist_if_any()
    round_ = wiring.rounds(watchlist, os.environ) if watchlist else None
    watched, saved_at = _page(setup_, watchlist, page), _moment(at)  # before a person begins to paste
    data, content_type = _given(setup_, file, kind, charset)
    with setup_.writing() as archive:
        if saved_at:
            _refuse_earlier(archive, watched, saved_at)
        now = setup.now()
        handed_in = by_hand(watched, data, content_type, saved_at or now)
        judgement = wiring.judgement(watchlist) if watchlist else Judgement()
        taken = pipeline.take_saved(watched, handed_in, archive, judgement)
        with setup.unheard():
            tell(setup_, taken, json_)
        delivered = round_.finish(archive, now) if round_ else Delivered(0, 0, 0)
    for fault in delivered.faults:
        setup.complain(fault)
    if said := sending(delivered):
        setup_.say(said)
    if taken.outcome.capture.outcome not in HEALTHY:
        raise SystemExit(SOME_FAILED)


def _moment(at: str | None) -> datetime | None:
    moment = instant(at) if at else None
    if moment and moment > setup.now():
        raise UsageError(f"--at {at}: that is yet to come; expected when the page was saved")
    return moment


def _given(setup_: Setup, file: Path | None, kind: str | None, charset: str | None) -> tuple[bytes, str]:
    """The bytes of the saved page, and their content type as far as it is known."""
    if file is None or file == STANDARD_INPUT:
        if sys.stdin.isatty():
            setup_.say("paste the page, then press Ctrl-D on a line of its own")
        data, content_type = piped(), ""
    else:
        file = saved_page(file)
        data, content_type = content(file), type_of(file)
    if not data.strip():
        raise UsageError(f"{file or 'standard input'} is empty; nothing is recorded")
    content_type = _TYPES[kind] if kind else content_type
    return data, f"{content_type or 'text/plain'}; charset={charset}" if charset else content_type


def _page(setup_: Setup, watchlist: Watchlist | None, key: str) -> Page:
    """The page of that name as the watchlist has it, or as the archive had it last."""
    vendor, name = page_key(key)
    found = wiring.page(watchlist, key) if watchlist else None
    if found is None and setup_.archive_path().exists():
        with setup_.reading() as archive:
            found = wiring.kept(archive, vendor, name)
    if found is None:
        places = f"{watchlist.path} and the archive have" if watchlist else "the archive has"
        raise UsageError(f"{places} no page {key}; `monitor watchlist add` adds one")
    return found


def _refuse_earlier(archive: Archive, page: Page, moment: datetime) -> None:
    last = archive.last_capture(page)
    if last and moment <= last:
        raise UsageError(
            f"--at {moment:%Y-%m-%d %H:%M} UTC: {page.key} has a capture of {last:%Y-%m-%d %H:%M:%S} UTC; "
            "what was saved before it would be compared with its own future"
        )


COMMANDS: tuple[click.Command, ...] = (capture,)
