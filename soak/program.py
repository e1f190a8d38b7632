"""The program as its users run it: a process of its own in a folder of its own, on any day, killed at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from faulty import Sink

AT = Path(__file__).with_name("at.py")
LIMIT = 600
SENDER = "monitor@soak.example"


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over: its exit status (negative: the signal), and what it printed."""

    status: int
    out: str
    err: str
    seconds: float


@dataclass
class Running:
    """A run that is not over yet. Its output goes to files: no pipe holds it up, and none of it is lost by a kill."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path
    began: float = field(default_factory=time.monotonic)

    def wait(self, seconds: float = LIMIT) -> Finished:
        """The end of the run. A run that does not end by itself is killed, and the error raised."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.end(signal.SIGKILL)
            raise
        return self._finished()

    def end(self, number: signal.Signals, grace: float = LIMIT) -> Finished:
        """Send a signal to the run and all that it started, and wait for the end."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        return self.wait(grace)

    def is_over(self) -> bool:
        """Whether it ended by itself."""
        return self.process.poll() is not None

    def _finished(self) -> Finished:
        out, err = (path.read_text("utf-8", "replace") for path in (self.out, self.err))
        return Finished(self.process.returncode, out, err, time.monotonic() - self.began)


@dataclass
class Program:
    """The program in a folder. `later` is how far its clock is ahead."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    later: timedelta = timedelta()

    @property
    def archive(self) -> Path:
        """The archive's file."""
        return self.folder / "archive.db"

    @property
    def watchlist(self) -> Path:
        """The watchlist's file."""
        return self.folder / "watchlist.yaml"

    def now(self) -> datetime:
        """What its clock shows."""
        return datetime.now(UTC) + self.later

    def write(self, vendors: dict[str, Any], sinks: Sequence[Sink], **settings: object) -> None:
        """The watchlist: these vendors, told through a channel for each sink."""
        named = {
            "archive": str(self.archive),
            "allow_private_addresses": True,
            "every": "1h",
            "confirm": "0s",
            **settings,
        }
        listed = {"version": 1, "settings": named, "channels": dict(map(_channel, sinks)), "vendors": vendors}
        self.watchlist.write_text(yaml.safe_dump(listed, allow_unicode=True, sort_keys=False), "utf-8")
        self.environ = {f"{sink.channel.upper()}_URL": sink.url for sink in sinks}  # type: ignore[attr-defined]

    def start(self, command: str, *arguments: str) -> Running:
        """Start a command of the program in a process group of its own."""
        out, err = self.folder / "out.txt", self.folder / "err.txt"
        line = [sys.executable, str(AT), str(self.later.total_seconds()), command, *arguments]
        with out.open("wb") as out_file, err.open("wb") as err_file:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [*line, "--watchlist", str(self.watchlist)],
                cwd=self.folder,
                env={**os.environ, **self.environ},
                stdin=subprocess.DEVNULL,
                stdout=out_file,
                stderr=err_file,
                start_new_session=True,
            )
        return Running(process, out, err)

    def run(self, command: str, *arguments: str) -> Finished:
        """Run a command of the program to its end."""
        return self.start(command, *arguments).wait()


def _channel(sink: Sink) -> tuple[str, dict[str, Any]]:
    url = f"${{{sink.channel.upper()}_URL}}"
    if sink.recipients == ("",):
        return sink.channel, {"kind": "webhook", "url": url, "secret": "soak"}
    return sink.channel, {"kind": "email", "to": list(sink.recipients), "from": SENDER, "smtp": url}
