"""The soaks: alerts through servers that fail at random, and a program that is killed at random moments."""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import oracle
from faulty import SHARE, Arrival, Sink
from hook_sink import HookSink
from mail_sink import MailSink
from program import Finished, Program
from vendors import VendorSite

from monitor.archive import Archive

ANN, BEN = "ann@soak.example", "ben@soak.example"
STALL = 0.2
"""Seconds for which most stalls last, where the program is killed: time is better spent on kills."""
MOST_RUNS = 500
"""Runs after which what is still owed counts as lost."""
HEALTHY_EXITS = (0, 3)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Result:
    """A soak's figures in a line, and what went against the promises."""

    line: str
    violations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A site, sinks, and the program between them."""

    site: VendorSite
    sinks: tuple[Sink, ...]
    program: Program
    say: Say

    @property
    def arrivals(self) -> list[Arrival]:
        """What all the sinks have taken."""
        return [each for sink in self.sinks for each in sink.arrivals]

    def share(self, share: float, *sinks: Sink) -> None:
        """How often connections to these sinks fail; without any, to all."""
        for sink in sinks or self.sinks:
            sink.dice.share = share

    def round(self, *arguments: str) -> Finished:
        """One check, run to its end. Raises RuntimeError if it did not end well."""
        done = self.program.run("check", *arguments)
        if done.status not in HEALTHY_EXITS or "Traceback" in done.err:
            raise RuntimeError(f"check ended with status {done.status}: {done.err[-2000:]}")
        return done

    def settle(self) -> int:
        """Rounds, each when all that is owed is due again, until nothing is; how many it took."""
        for number in range(MOST_RUNS):
            left, due = oracle.owed(self.program.archive)
            if due is None:
                return number
            wait = due - self.program.now()
            self.program.later += max(wait + timedelta(seconds=1), timedelta(seconds=15))
            self.round("--due")
            if number % 10 == 0:
                self.say(f"  {left} deliveries owed")
        return MOST_RUNS


@contextmanager
def stage(folder: Path, say: Say, count: int, sinks: tuple[Sink, ...], **settings: object) -> Iterator[Stage]:
    """A site of so many pages whose first versions the program has, told through these sinks."""
    with ExitStack() as open_:
        site = open_.enter_context(VendorSite(count))
        for sink in sinks:
            open_.enter_context(sink)
        ready = Stage(site, sinks, Program(folder), say)
        ready.program.write(site.vendors(), sinks, **settings)
        done = ready.round()
        say(f"  {count} pages checked for the first time in {done.seconds:.0f} s")
        yield ready


def thousand(folder: Path, seed: int, count: int, say: Say, *, storm: bool, stall: float = 0.5) -> Result:
    """So many pages change at once. Each alert is one message a channel, or, with `storm`, they go to people together."""
    sinks = (MailSink("mail", seed, (ANN, BEN), stall), HookSink("hook", seed, stall))
    settings = {"storm": 10 if storm else False, "every": "30d", "confirm": False}
    began = time.monotonic()
    with stage(folder, say, count, sinks, **settings) as ready:
        ready.site.revisions = [1] * count
        say(f"  all changed; {ready.round().err.strip().splitlines()[-1]}")
        runs = ready.settle() + 2
        mails = sum(each.channel == "mail" for each in ready.arrivals)
        together = tuple(_unnamed(ready)) if storm else ()
        duplicates, _, violations = _judged(ready, kills=0)
        told = oracle.ledger(ready.program.archive)
        if told.alerts != count:
            violations += (f"{count} pages changed, and there are {told.alerts} alerts",)
        if storm and (messages := sum(channel == "mail" for channel, _ in told.parcels)) > max(10, count // 50):
            violations += (f"a storm of {count} went as {messages} mails",)
        kind = "thousand, folded" if storm else "thousand"
        line = _line(kind, seed, ready, told, duplicates, f"runs={runs} mails={mails}", began)
    return Result(line, (*violations, *together))


def kill(folder: Path, seed: int, kills: int, say: Say, *, count: int = 6) -> Result:
    """The program is killed at random moments of checks and of the daemon, and always just started again."""
    chance = random.Random(seed)  # noqa: S311 - nothing here is secret
    sinks = (
        MailSink("mail", seed, (ANN,), STALL),
        HookSink("hook", seed, STALL),
        MailSink("team", seed, (ANN, BEN), STALL),
    )
    began, reported, moments = time.monotonic(), list[str](), Counter[str]()
    with stage(folder, say, count, sinks, storm=False, every="15m") as ready:
        start, length = _usual(ready)
        say(f"  a usual run takes {length:.1f} s")
        while moments.total() < kills:
            _stir(ready, chance)
            command = ("run",) if chance.random() < 0.2 else ("check", "--json")
            running = ready.program.start(*command)
            time.sleep(chance.uniform(0, start) if chance.random() < 0.15 else chance.uniform(start, length))
            over = running.is_over()
            done = running.end(signal.SIGKILL)
            checked = done.out.count("\n")
            reported += done.out.splitlines()
            if not over:
                moments["run" if command == ("run",) else _moment(checked, count)] += 1
            elif done.status not in HEALTHY_EXITS:
                raise RuntimeError(f"{command} ended with status {done.status}: {done.err[-2000:]}")
            left, _ = oracle.owed(ready.program.archive)  # whatever the moment, it can be read
            if not over and moments.total() % 20 == 0:
                say(f"  {moments.total()} kills, {left} deliveries owed")
        ready.share(0)
        ready.program.later += timedelta(hours=1)
        ready.round()
        ready.settle()
        duplicates, needless, violations = _judged(ready, kills)
        violations += tuple(_forgotten(ready, reported))
        told = oracle.ledger(ready.program.archive)
        spread = " ".join(f"{name}={number}" for name, number in sorted(moments.items()))
        line = _line("kill", seed, ready, told, duplicates, f"kills={kills} ({spread}) by-kill={needless}", began)
    return Result(line, violations)


def _usual(ready: Stage) -> tuple[float, float]:
    """Seconds that the program takes to start, and that a run takes which finds many changes and delivers them."""
    ready.site.revisions = [revision + 1 for revision in ready.site.revisions]
    ready.program.later += timedelta(minutes=20)
    length = ready.round().seconds
    return min(ready.round("--due").seconds, length / 2), length


def _stir(ready: Stage, chance: random.Random) -> None:
    """Some time passes: some pages change, and some channels fail."""
    ready.program.later += timedelta(minutes=chance.uniform(0.5, 20))
    for _ in range(chance.choice((0, 1, 2, 4))):
        ready.site.revisions[chance.randrange(len(ready.site.revisions))] += 1
    ready.share(0)
    ready.share(SHARE, *chance.sample(ready.sinks, chance.randint(1, len(ready.sinks))))


def _moment(checked: int, count: int) -> str:
    return "starting" if not checked else "checking" if checked < count else "delivering"


def _judged(ready: Stage, kills: int) -> tuple[int, int, tuple[str, ...]]:
    """Duplicates, those of them that only a kill explains, and every promise that was broken."""
    archive, arrivals = ready.program.archive, ready.arrivals
    told, served = oracle.ledger(archive), ready.site.hashes()
    duplicates, needless, most = oracle.repeats(arrivals)
    violations = [
        *oracle.lost(told, ready.sinks),
        *oracle.invented(told, arrivals),
        *oracle.without_evidence(archive, served),
        *oracle.unrecorded(archive, served, ready.site.revisions),
        *oracle.unsound(archive),
    ]
    if needless > kills * max(len(sink.recipients) for sink in ready.sinks):
        violations.append(f"{needless} duplicates of what was acknowledged, with {kills} kills (at most {most} of one)")
    return duplicates, needless, tuple(violations)


def _forgotten(ready: Stage, reported: list[str]) -> Iterator[str]:
    """Checks that were reported as done, and of which the archive does not have the version or the change."""
    with Archive(ready.program.archive, mode="read") as archive:
        for line in reported:
            try:
                check = json.loads(line)
            except ValueError:  # the last line, cut by the kill
                continue
            try:
                assert check["version"] is None or archive.version(check["version"])
                assert check["change"] is None or archive.change(check["change"]).page == check["page"]
            except Exception as error:
                yield f"reported as done, and not in the archive: {line} ({error!r})"


def _unnamed(ready: Stage) -> Iterator[str]:
    """Changes that no mail names, by page and sentence."""
    texts = [_text(each) for each in ready.arrivals if each.channel == "mail"]
    with Archive(ready.program.archive, mode="read") as archive:
        for record in archive.changes():
            named = record.change.summary.removeprefix(record.vendor_name).removeprefix(":").strip()
            if not any(f"{record.page}: {named}" in text for text in texts):
                yield f"no mail names {record.vendor}/{record.page}: {record.change.summary}"


def _text(arrival: Arrival) -> str:
    body = message_from_bytes(arrival.content, policy=default).get_body(("plain",))
    return _flat(body.get_content()) if body else ""


def _flat(text: str) -> str:
    return " ".join(text.split())


def _line(kind: str, seed: int, ready: Stage, told: oracle.Ledger, duplicates: int, more: str, began: float) -> str:
    """The figures of a soak."""
    messages = len({(each.channel, each.recipient, each.key) for each in ready.arrivals})
    lost = len(list(oracle.lost(told, ready.sinks)))
    faults = sum(len(sink.met) for sink in ready.sinks)
    return (
        f"{kind}: seed={seed} pages={len(ready.site.revisions)} alerts={told.alerts} deliveries={told.deliveries} "
        f"arrived={messages} duplicates={duplicates} faults={faults} {more} lost={lost} "
        f"seconds={time.monotonic() - began:.0f}"
    )
