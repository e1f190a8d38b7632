"""Alerts handed to a program of the user's: its JSON on standard input, no shell in between."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, ClassVar

from monitor.errors import DeliveryError
from monitor.records import Message
from monitor.words import one_line

INHERITED = ("PATH", "HOME", "LANG")
"""All that a program gets of our environment, in which the other channels' secrets stand."""
MOST_LINE = 200
MOST_COMPLAINT = 4096
"""Bytes of standard error that are kept; the rest is read, so that the program is not held up, and dropped."""
TRY_LATER = 75
"""EX_TEMPFAIL of sysexits.h."""
NOT_RUN = frozenset({126, 127})
"""The statuses by which wrappers say that there is no such program, or that it cannot be run."""
NO_PROGRAM = frozenset({errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.ENOEXEC, errno.ELOOP})
GRACE = 1.0
"""Seconds for the last words of a program that has ended; what it left running may hold its standard error open."""


@dataclass(frozen=True, slots=True)
class CommandChannel:
    """Runs `run`, program and arguments, for each alert; exit status 0 counts as taken."""

    name: str
    run: tuple[str, ...] = field(repr=False)
    timeout: float = 60.0
    folds: ClassVar[bool] = False

    def send(self, message: Message, now: datetime) -> str:  # noqa: ARG002 - a program looks at the clock itself
        """Run the program with the payload on its standard input."""
        try:
            status, complaint = _run(self.run, _payload(message), _environment(message), self.timeout)
        except subprocess.TimeoutExpired:
            raise DeliveryError(f"{self.name}: the program took longer than {self.timeout:g} seconds") from None
        except OSError as error:
            reason = f"{self.name}: the program cannot be run ({error.strerror})"
            raise DeliveryError(reason, stops=error.errno in NO_PROGRAM) from None
        except (ValueError, IndexError):
            raise DeliveryError(f"{self.name}: run is not a program with arguments", stops=True) from None
        if status:
            raise DeliveryError(f"{self.name}: {_ending(status)}{complaint}", stops=status in NOT_RUN)
        return ""


def _payload(message: Message) -> bytes:
    return json.dumps(message.payload, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _environment(message: Message) -> dict[str, str]:
    told = {"MONITOR_KEY": one_line(message.key, MOST_LINE), "MONITOR_SUBJECT": one_line(message.subject, MOST_LINE)}
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | told


def _run(run: tuple[str, ...], payload: bytes, environment: dict[str, str], timeout: float) -> tuple[int, str]:
    """Exit status, and the first line of standard error. A file as standard input: a program need not read it."""
    with TemporaryFile() as stdin:
        stdin.write(payload)
        stdin.seek(0)
        process = subprocess.Popen(  # noqa: S603 - the user's own program, and no shell
            run,
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
    kept = bytearray()
    assert process.stderr
    reader = Thread(target=_drain, args=(process.stderr, kept), daemon=True)
    reader.start()
    try:
        status = process.wait(timeout)
    finally:
        _end(process)
    if status:
        reader.join(GRACE)
    return status, _first_line(bytes(kept))


def _drain(stream: IO[bytes], kept: bytearray) -> None:
    with stream, suppress(OSError):
        while chunk := os.read(stream.fileno(), MOST_COMPLAINT):
            kept += chunk[: MOST_COMPLAINT - len(kept)]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the program, if it still runs, with all that it started."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)


def _first_line(complaint: bytes) -> str:
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    return f": {one_line(lines[0], MOST_LINE)}" if lines else ""


def _ending(status: int) -> str:
    if status < 0:
        return f"the program was ended by signal {-status}"
    later = ", to be tried later" if status == TRY_LATER else ""
    return f"the program ended with status {status}{later}"
