"""`status`: where the pages stand, and what keeps the monitor from its work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click
from rich.text import Text

from monitor.archive import Archive
from monitor.cli import setup
from monitor.cli.setup import Setup, as_json, common
from monitor.cli.terminal import console, table, when
from monitor.model import OUTCOMES
from monitor.records import PageState, Trouble
from monitor.report.style import Style
from monitor.report.troubles import line_of
from monitor.words import one_line


@click.command()
@click.option("--troubles", is_flag=True, help="Only what keeps the monitor from its work.")
@as_json
@common
def status(setup_: Setup, troubles: bool, json_: bool) -> None:
    """Where each page stands: last check and its outcome, last change, next check, health.

    Below stands what keeps the monitor from its work, as the last round found it. --json prints a page a line, with --troubles a
    trouble a line.
    """
    with setup_.reading() as archive:
        standing = archive.troubles()
        if troubles:
            _print_troubles(setup_, standing, json_)
        elif json_:
            _print_json(archive.pages(), standing)
        else:
            _print(setup_, archive, standing)


def _print_troubles(setup_: Setup, standing: tuple[Trouble, ...], json_: bool) -> None:
    for trouble in standing:
        if json_:
            setup.print_json(_trouble_json(trouble))
        else:
            console().print(_line(trouble))
    if not standing:
        setup_.say("nothing keeps the monitor from its work")


def _print_json(states: tuple[PageState, ...], standing: tuple[Trouble, ...]) -> None:
    since = {trouble.subject: trouble.since for trouble in standing if trouble.kind == "page"}
    for state in states:
        setup.print_json(_state_json(state, since.get(f"{state.vendor}/{state.page}")))


def _print(setup_: Setup, archive: Archive, standing: tuple[Trouble, ...]) -> None:
    states = archive.pages()
    owed, refused = archive.owed()
    lost = len(archive.deliveries(state="failed"))
    shown = table(["page", "last check", "last change", "next check", "health"], _rows(states, setup.now()))
    console().print(shown)
    for trouble in standing:
        console().print(_line(trouble))
    owing = f"{owed} deliveries owed" + (f" ({refused} refused so far)" if refused else "")
    setup_.say(f"{len(states)} pages; {owing}" + (f", {lost} given up: `monitor alerts list`" if lost else ""))


def _line(trouble: Trouble) -> Text:
    return Text(one_line(f"{line_of(trouble, Style())}: {trouble.reason}", 300), "bold red")


def _rows(states: tuple[PageState, ...], now: datetime) -> Iterator[list[str | Text]]:
    for state in states:
        change = f"{when(state.last_change_at)} (#{state.last_change_id})" if state.last_change_id else "-"
        yield [f"{state.vendor}/{state.page}", when(state.last_check_at), change, _next(state, now), _health(state)]


def _health(state: PageState) -> Text:
    if state.failing_since is None:
        return Text("ok", "green")
    reason = one_line(state.reason or OUTCOMES.get(state.outcome or "", ""), 160)
    return Text(
        f"failing since {when(state.failing_since)} ({state.failures} check{'s' * (state.failures != 1)}): {reason}",
        "red",
    )


def _next(state: PageState, now: datetime) -> str:
    return "now" if state.next_check_at and state.next_check_at <= now else when(state.next_check_at)


def _state_json(state: PageState, in_trouble_since: datetime | None) -> dict[str, object]:
    return {
        "vendor": state.vendor,
        "page": state.page,
        "type": state.type,
        "url": state.url,
        "healthy": state.failing_since is None,
        "outcome": state.outcome,
        "reason": state.reason,
        "last_check_at": setup.stamp(state.last_check_at),
        "last_good_at": setup.stamp(state.last_good_at),
        "failing_since": setup.stamp(state.failing_since),
        "failures": state.failures,
        "in_trouble_since": setup.stamp(in_trouble_since),
        "last_change_at": setup.stamp(state.last_change_at),
        "last_change": state.last_change_id,
        "next_check_at": setup.stamp(state.next_check_at),
        "captures": state.captures,
        "versions": state.versions,
        "changes": state.changes,
    }


def _trouble_json(trouble: Trouble) -> dict[str, object]:
    return {
        "kind": trouble.kind,
        "subject": trouble.subject,
        "since": setup.stamp(trouble.since),
        "reason": trouble.reason,
        "outcome": trouble.outcome or None,
    }


COMMANDS: tuple[click.Command, ...] = (status,)
