"""`alerts`: what was told, to whom, what is still owed; and what people say of it."""

from __future__ import annotations

import os

import click
from rich.text import Text

from monitor import styling, wiring
from monitor.archive import Archive
from monitor.cli import setup
from monitor.cli.arguments import until
from monitor.cli.setup import Setup, as_json, common, print_json
from monitor.cli.terminal import console, when
from monitor.errors import UsageError
from monitor.model import TOPICS, Mute
from monitor.records import AlertRecord, Delivery, DeliveryState
from monitor.report.lines import subject_of, told_json
from monitor.report.notice import test_message
from monitor.watchlist import Watchlist
from monitor.words import counted, one_line, printable

_STATES: dict[DeliveryState, str] = {
    "owed": "yellow", "sending": "yellow", "sent": "green", "failed": "bold red", "muted": "dim", "cancelled": "dim",
}  # fmt: skip


@click.group()
def alerts() -> None:
    """What was told, to whom, and what is still owed; try a channel, mute, acknowledge, send again."""


@alerts.command("list")
@click.option("--state", type=click.Choice(list(_STATES)), help="Only alerts with a delivery in this state.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many alerts to show.")
@as_json
@common
def list_(setup_: Setup, state: str | None, limit: int, json_: bool) -> None:
    """The last alerts and their deliveries, newest first; with --json one alert a line."""
    with setup_.reading() as archive:
        found = archive.alerts(limit=None if state else limit)
        wanted = [alert for alert in found if not state or any(each.state == state for each in alert.deliveries)]
        for alert in wanted[:limit]:
            about = archive.change(alert.change) if alert.change else None
            if json_:
                print_json(told_json(alert, about))
                continue
            console().print(_headline(alert, subject_of(alert, about)))
            for delivery in reversed(alert.deliveries):
                console().print(_delivery(delivery))


def _headline(alert: AlertRecord, said: str) -> Text:
    about = f"change #{alert.change}" if alert.change else "the monitor"
    seen = f", acknowledged {when(alert.acknowledged_at)}" if alert.acknowledged_at else ""
    line = Text(f"#{alert.id}", "bold").append(f"  {when(alert.created_at)}  {about}{seen}  ", "dim")
    return line.append(one_line(said, 160))


def _delivery(delivery: Delivery) -> Text:
    text = Text(f"    {delivery.id}  {delivery.channel}  ").append(delivery.state, _STATES[delivery.state])
    kind = (" repeat" if delivery.repeat else "") + _waits(delivery)
    at = delivery.sent_at or delivery.next_at
    text.append(f"{kind}{f' {when(at)}' if at else ''}", "dim")
    tried = f", {delivery.attempts} attempts" if delivery.attempts > 1 else ""
    return text.append(f"{tried}: {one_line(delivery.error, 200)}" if delivery.error else tried)


def _waits(delivery: Delivery) -> str:
    """What a delivery waits for: a digest, or the days before a text takes effect."""
    if day := delivery.reminds_of:
        return f" reminder (takes effect on {day.isoformat()})"
    return f" digest ({delivery.digest})" if delivery.digest else ""


@alerts.command()
@click.argument("channel")
@common
def test(setup_: Setup, channel: str) -> None:
    """Send a test message through a channel, now. One that had stopped, and takes it, is used again."""
    watchlist = setup_.watchlist()
    known = wiring.channels(watchlist, os.environ, only=_channel(watchlist, channel))
    at = setup.now()
    message = test_message(styling.style(watchlist), at=at, channel=channel)
    note = "; ".join(filter(None, (known[channel].send(message, at), message.fault)))
    if setup_.archive_path().exists():
        with setup_.noting() as archive:
            archive.resume(channel)
    setup_.say(f"{channel}: taken" + (f", but {note}" if note else ""))


def _channel(watchlist: Watchlist, name: str) -> str:
    names = [channel.name for channel in watchlist.channels]
    if name not in names:
        raise UsageError(f"{watchlist.path} has no channel {name}; it has {', '.join(names) or 'none'}")
    return name


@alerts.command()
@click.argument("deliveries", nargs=-1, type=int, metavar="[DELIVERY]...")
@common
def retry(setup_: Setup, deliveries: tuple[int, ...]) -> None:
    """Owe deliveries again that were given up or wait for their next try; without a DELIVERY, all that were given up.

    The daemon sends them within seconds, `monitor check` at the end of its round.
    """
    with setup_.noting() as archive:
        chosen = deliveries or tuple(each.id for each in archive.deliveries(state="failed"))
        for delivery in chosen:
            archive.retry(delivery, setup.now())
    setup_.say(f"{counted(len(chosen), 'delivery', 'deliveries')} owed again")


@alerts.command()
@click.argument("alert_ids", nargs=-1, type=int, required=True, metavar="ALERT...")
@common
def ack(setup_: Setup, alert_ids: tuple[int, ...]) -> None:
    """Acknowledge alerts: they are not repeated, nobody is reminded, and what was given up of them is no trouble any more."""
    with setup_.noting() as archive:
        for alert in alert_ids:
            archive.acknowledge(alert, setup.now())
    setup_.say(f"acknowledged: {', '.join(map(str, alert_ids))}")


@alerts.command()
@click.argument("page", required=False, default="", metavar="[VENDOR[/PAGE]]")
@click.option("--topic", type=click.Choice(TOPICS), default=None, help="Only changes on this topic.")
@click.option("--until", "end", metavar="TIME", help="A date, a time, or a while: 12h, 7d, 2w.")
@as_json
@common
def mute(setup_: Setup, page: str, topic: str | None, end: str | None, json_: bool) -> None:
    """Tell nobody of changes of a page, a vendor or a topic until a time; without any, list what is muted.

    What is muted is recorded all the same: `monitor changes` and `monitor digest` show it.
    """
    if not (page or topic):
        _list_mutes(setup_, json_)
        return
    if not end:
        raise UsageError("say until when: --until 2026-12-24, or --until 7d")
    now = setup.now()
    wanted = Mute(until(end, now), page, topic or "")
    with setup_.noting() as archive:
        _known_page(archive, page)
        archive.mute(wanted, now)
    setup_.say(f"muted until {when(wanted.until)} UTC: {_muted(wanted)}")


def _list_mutes(setup_: Setup, json_: bool) -> None:
    with setup_.reading() as archive:
        found = archive.mutes(setup.now())
    for each in found:
        if json_:
            print_json({"page": each.page, "topic": each.topic, "until": setup.stamp(each.until)})
        else:
            click.echo(f"{_muted(each)}, until {when(each.until)} UTC")
    if not found:
        setup_.say("nothing is muted")


def _known_page(archive: Archive, page: str) -> None:
    known = {name for state in archive.pages() for name in (state.vendor, f"{state.vendor}/{state.page}")}
    if page and page not in known:
        raise UsageError(f"the archive has no vendor or page {page}; `monitor status` shows what it has")


def _muted(each: Mute) -> str:
    return printable(" on ".join(filter(None, (each.page or "every page", each.topic))))


@alerts.command()
@click.argument("page", required=False, default="", metavar="[VENDOR[/PAGE]]")
@click.option("--topic", type=click.Choice(TOPICS), default=None, help="The topic that was muted.")
@common
def unmute(setup_: Setup, page: str, topic: str | None) -> None:
    """End a mute now: name the page, vendor or topic as it was muted."""
    with setup_.noting() as archive:
        if not archive.unmute(page, topic or "", setup.now()):
            raise UsageError(
                f"not muted: {_muted(Mute(setup.now(), page, topic or ''))}; `monitor alerts mute` lists what is"
            )
    setup_.say(f"no longer muted: {_muted(Mute(setup.now(), page, topic or ''))}")


COMMANDS: tuple[click.Command, ...] = (alerts,)
