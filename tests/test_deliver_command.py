"""Alerts handed to a program: real programs, written in a line or two of Python or shell."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest
from deliver_samples import HOSTILE, NOW, PLAIN, hostile_message, refusal, sample_message

from monitor.deliver import CommandChannel
from monitor.errors import DeliveryError


def python(code: str, *arguments: str, timeout: float = 20) -> CommandChannel:
    """A channel that runs these lines."""
    return CommandChannel("program", (sys.executable, "-I", "-c", code, *arguments), timeout)


def shell(code: str, timeout: float = 20) -> CommandChannel:
    return CommandChannel("program", ("/bin/sh", "-c", code), timeout)


def kind(error: DeliveryError) -> str:
    assert not (error.permanent and error.stops)
    return "permanent" if error.permanent else "stops" if error.stops else "passing"


def test_a_program_gets_the_payload_on_standard_input(tmp_path: Path) -> None:
    """The payload comes as one line of UTF-8 JSON, and exit status 0 counts as taken."""
    assert shell(f"cat > {tmp_path}/got").send(PLAIN, NOW) == ""
    line = (tmp_path / "got").read_text(encoding="utf-8")
    assert line.endswith("}\n")
    assert "免费" in line
    assert json.loads(line) == PLAIN.payload


def test_a_hostile_alert_is_still_json_and_one_line(tmp_path: Path) -> None:
    """No title adds a line, breaks the JSON, or is run by a shell on the way."""
    shell(f'cat > {tmp_path}/got; printf %s "$MONITOR_SUBJECT" > {tmp_path}/subject').send(hostile_message(), NOW)
    read = json.loads((tmp_path / "got").read_text(encoding="utf-8"))
    assert read == {"summary": HOSTILE.replace("\ud800", "?")}
    subject = (tmp_path / "subject").read_text(encoding="utf-8")
    assert len(subject.splitlines()) == 1
    assert len(subject) <= 200
    assert "$(id)`id`" in subject


def test_arguments_arrive_as_they_are(tmp_path: Path) -> None:
    """No shell stands in between: spaces, stars and dollars are the program's own."""
    code = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])"
    python(code, f"{tmp_path}/got", "a  * $HOME `id`").send(PLAIN, NOW)
    assert (tmp_path / "got").read_text(encoding="utf-8") == "a  * $HOME `id`"


def test_a_program_inherits_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key and subject are in the environment, with the paths and the language; nothing else of ours is."""
    monkeypatch.setenv("SMTP_URL", "smtp://ann:canary@a.example")
    CommandChannel("program", ("/bin/sh", "-c", f"env > {tmp_path}/env")).send(PLAIN, NOW)
    lines = (tmp_path / "env").read_text(encoding="utf-8").splitlines()
    told = dict(line.split("=", 1) for line in lines)
    assert (told["MONITOR_KEY"], told["MONITOR_SUBJECT"], told["PATH"]) == (
        PLAIN.key,
        PLAIN.subject,
        os.environ["PATH"],
    )
    assert told.keys() <= {"MONITOR_KEY", "MONITOR_SUBJECT", "PATH", "HOME", "LANG", "PWD", "SHLVL", "_"}


def test_a_program_need_not_read(tmp_path: Path) -> None:
    """A program that leaves a long payload unread has taken the alert all the same."""
    assert shell("exit 0").send(sample_message(payload={"text": "x" * 1_000_000}), NOW) == ""


@pytest.mark.parametrize("status", [1, 2, 75])
def test_a_failing_program_is_run_again(status: int) -> None:
    """Any other exit status may pass; the error has it, with the first line of standard error."""
    error = refusal(shell(f"printf 'no disk\\033[31m\\nmore\\n' >&2; exit {status}"))
    assert kind(error) == "passing"
    assert f"status {status}" in str(error)
    assert str(error).endswith(": no disk [31m")


def test_a_program_ended_by_a_signal_is_run_again() -> None:
    """A program that somebody killed may do its work the next time."""
    error = refusal(shell("kill -9 $$"))
    assert kind(error) == "passing"
    assert "signal 9" in str(error)


@pytest.mark.parametrize("run", [("/nowhere/canary",), ("no-such-canary",), ("/",), (), ("a\0canary",)])
def test_no_such_program_stops_the_channel(run: tuple[str, ...]) -> None:
    """What cannot be run wants mending; its name and arguments, which may hold secrets, are not repeated."""
    error = refusal(CommandChannel("program", run))
    assert kind(error) == "stops"
    assert "canary" not in str(error) + repr(CommandChannel("program", run))


@pytest.mark.parametrize("content", ["#!/nowhere/interpreter\n", "no program\n"])
def test_a_file_that_is_no_program_stops_the_channel(tmp_path: Path, content: str) -> None:
    """A script without its interpreter, or a file that is none, wants mending."""
    script = tmp_path / "script"
    script.write_text(content, encoding="utf-8")
    script.chmod(0o755)
    assert kind(refusal(CommandChannel("program", (str(script),)))) == "stops"


@pytest.mark.parametrize("status", [126, 127])
def test_a_wrapper_that_finds_no_program_stops_the_channel(status: int) -> None:
    """Shells and wrappers tell by these statuses that there is nothing to run."""
    assert kind(refusal(shell(f"exit {status}"))) == "stops"


def test_a_program_that_takes_too_long_ends_with_all_it_started(tmp_path: Path) -> None:
    """After the timeout the whole group of processes is killed, and the alert is tried again."""
    began = time.monotonic()
    error = refusal(shell(f"(sleep 1; touch {tmp_path}/late) & sleep 3", timeout=0.2))
    assert kind(error) == "passing"
    assert "0.2 seconds" in str(error)
    time.sleep(max(0.0, began + 1.2 - time.monotonic()))
    assert not (tmp_path / "late").exists()


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_endless_output_is_read_and_dropped(stream: str) -> None:
    """Output without end neither holds the program up nor fills the memory, and only its beginning is told."""
    code = f"import sys; [sys.{stream}.write('y' * 100_000) for _ in range(500)]; sys.exit(1)"
    assert len(str(refusal(python(code)))) < 300


def test_what_a_program_leaves_running_holds_nothing_up() -> None:
    """A program that ended has taken the alert, though one that it started keeps standard error open."""
    began = time.monotonic()
    assert shell("sleep 3 & exit 0").send(PLAIN, NOW) == ""
    assert time.monotonic() - began < 2
