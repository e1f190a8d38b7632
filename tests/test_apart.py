"""Work done apart: it gives what it would give here, and what goes wrong with it costs nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hostile
import pytest
from fakes import HTML, terms

from monitor import extract
from monitor.apart import Bounds, Processes
from monitor.apart import template as template_module
from monitor.apart.template import Template
from monitor.errors import ReadingError

MIB = 2**20
LONG = 20.0
OPEN = Path("/proc/self/fd")
"""The open files of this program."""


@pytest.fixture
def apart() -> Iterator[Processes]:
    """Two processes, narrowly bounded."""
    with Processes(hostile.nothing, 2, Bounds(seconds=1, patience=LONG, memory=200 * MIB)) as processes:
        yield processes


def gone(*processes: int | str) -> bool:
    """Whether all are gone, zombies included, or will be in a moment."""
    deadline = time.monotonic() + LONG
    while any(Path(f"/proc/{each}").exists() for each in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(Path(f"/proc/{each}").exists() for each in processes)


def test_what_is_done_apart_is_done_as_here(apart: Processes) -> None:
    """A function gives the same value in another process, which is the same for the next task."""
    assert apart.call(extract.read, terms(), content_type=HTML) == extract.read(terms(), HTML)
    others = {apart.call(os.getpid) for _ in range(3)}
    assert len(others) == 1 and os.getpid() not in others


@pytest.mark.parametrize(
    ("task", "kind", "said"),
    [
        (hostile.refuse, ReadingError, "no text"),
        (hostile.break_off, KeyError, "nobody foresaw it"),
        (hostile.odd, RuntimeError, "Odd: one other"),
    ],
)
def test_an_error_comes_back_as_it_was_raised(
    apart: Processes, task: Callable[[], None], kind: type[Exception], said: str
) -> None:
    """What a function raises is raised here, with a note of where if nobody foresaw it; its process goes on."""
    other = apart.call(os.getpid)
    with pytest.raises(kind, match=said) as raised:
        apart.call(task)
    notes = getattr(raised.value, "__notes__", [])
    assert (kind is ReadingError) != any("hostile.py" in note for note in notes)
    assert apart.call(os.getpid) == other


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (hostile.abort, "the process that read it ended: Aborted"),
        (hostile.leave, "the process that read it ended: status 3"),
        (hostile.eat, "reading it took more than 200 MB of memory"),
        (hostile.loop, "reading it took more than 1 seconds of computing"),
    ],
)
def test_what_breaks_a_process_costs_its_own_task(apart: Processes, task: Callable[[], object], said: str) -> None:
    """A crash, too much memory, a loop: the task is unreadable, in words; the process is gone, and the next task has another."""
    other = apart.call(os.getpid)
    with pytest.raises(ReadingError) as raised:
        apart.call(task)
    assert (raised.value.outcome, str(raised.value)) == ("unreadable", said)
    assert apart.call(os.getpid) != other
    assert gone(other)


def test_last_words_are_logged(apart: Processes, caplog: pytest.LogCaptureFixture) -> None:
    """Where a process was when it crashed is in the log, in one message, and not between the lines of others."""
    with pytest.raises(ReadingError):
        apart.call(hostile.abort)
    [said] = [each.getMessage() for each in caplog.records if each.name == "monitor.apart"]
    assert "Fatal Python error: Aborted" in said and "hostile.py" in said


def test_who_says_much_is_not_waited_for(apart: Processes) -> None:
    """A process that writes more to standard error than anybody reads goes on."""
    assert apart.call(hostile.complain, 200_000) == "done"


def test_nobody_waits_for_ever() -> None:
    """A process that neither computes nor answers is given up, and killed."""
    with Processes(hostile.nothing, 1, Bounds(patience=0.5)) as apart:
        other = apart.call(os.getpid)
        with pytest.raises(ReadingError, match=r"not done after 0\.5 seconds"):
            apart.call(hostile.wait)
        assert gone(other)


def test_a_process_that_is_stopped_is_killed_all_the_same() -> None:
    """Not even a process that somebody stopped is waited for, nor left behind."""
    with Processes(hostile.nothing, 1, Bounds(patience=0.5)) as apart:
        other = apart.call(os.getpid)
        os.kill(other, signal.SIGSTOP)
        with pytest.raises(ReadingError, match=r"not done after 0\.5 seconds"):
            apart.call(os.getpid)
        assert gone(other)


def test_a_process_that_died_of_earlier_tasks_is_no_proof(apart: Processes, tmp_path: Path) -> None:
    """A process that had done others may have died of those: the task is tried once more, in a new one."""
    apart.call(os.getpid)
    assert apart.call(hostile.abort_once, tmp_path / "first") == "well"
    with pytest.raises(ReadingError, match="Aborted"), Processes(hostile.nothing, 1) as fresh:
        fresh.call(hostile.abort_once, tmp_path / "second")


def test_items_before_a_crash_are_kept(apart: Processes) -> None:
    """What came of a task before its process died has come."""
    come = []
    with pytest.raises(ReadingError, match="Aborted"):
        come.extend(apart.stream(hostile.numbers, 3))
    assert come == [0, 1, 2]


def test_no_process_begins_before_there_is_a_task() -> None:
    """Who has nothing to be done has no other process, nor the template of one."""
    code = (
        "import os, hostile\n"
        "from monitor.apart import Processes\n"
        "with Processes(hostile.nothing): print(open(f'/proc/self/task/{os.getpid()}/children').read())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment())
    assert done.stdout.strip() == ""


def test_idle_processes_are_let_go(apart: Processes) -> None:
    """After a rest the memory of those that did their tasks is the system's again, and the next task has a new one."""
    other = apart.call(os.getpid)
    apart.rest()
    assert gone(other)
    assert apart.call(os.getpid) != other


def test_closing_ends_what_is_busy(tmp_path: Path) -> None:
    """A close does not wait for a task, and whoever waits for it hears so at once; none begins after."""
    apart, busy, said = Processes(hostile.nothing, 1), tmp_path / "busy", list[str]()

    def ask() -> None:
        with pytest.raises(ReadingError) as raised:
            apart.call(hostile.wait_after, busy)
        said.append(str(raised.value))

    other = apart.call(os.getpid)
    asking = threading.Thread(target=ask)
    asking.start()
    while not busy.exists():
        time.sleep(0.02)
    apart.close()
    asking.join(LONG)
    assert said and gone(other)
    with pytest.raises(ReadingError, match="about to end"):
        apart.call(os.getpid)


def test_a_process_whose_task_is_done_as_all_are_closed_is_ended() -> None:
    """One that comes back idle after the end is kept for nobody, and leaves no file open."""
    with Processes(hostile.nothing, 1) as apart:
        apart.call(hostile.nothing)  # the template is begun, and stays
        apart.rest()
        before = len([*OPEN.iterdir()])
        done = apart.stream(list, [1])
        assert next(done) == 1
        time.sleep(0.3)  # for it to say that it is done, which is heard only now
    assert not list(done)
    assert len([*OPEN.iterdir()]) == before


def test_all_end_with_a_program_that_is_killed() -> None:
    """After `kill -9` nothing of a program stays, be it in the midst of a loop that lets nobody in."""
    code = (
        "import hostile, os, threading\n"
        "from monitor.apart import Processes\n"
        "apart = Processes(hostile.nothing, 2)\n"
        "for _ in range(2): threading.Thread(target=apart.call, args=(hostile.loop,)).start()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL, env=_environment()) as process:
        deadline = time.monotonic() + LONG
        while len(below := descendants(process.pid)) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.1)  # until both are in the midst of it
        process.kill()
    assert len(below) == 3  # the template and two processes
    assert gone(*below)


def descendants(process: int | str) -> list[str]:
    """The processes that a process began, and theirs."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    children = [child for task in tasks for child in task.read_text().split()]
    return [*children, *(each for child in children for each in descendants(child))]


def test_a_template_that_died_is_begun_anew(apart: Processes) -> None:
    """Where the template itself was killed, one task may be lost; the next has a process again."""
    template = apart.call(os.getppid)
    apart.rest()
    os.kill(template, signal.SIGKILL)
    with pytest.raises(ReadingError, match="no process to read it in"):
        apart.call(os.getpid)
    assert apart.call(os.getpid)


def test_a_program_that_was_upgraded_as_it_runs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes of another edition than the program's are refused: they would read otherwise, and speak otherwise."""
    monkeypatch.setattr(template_module, "_EDITION", "0.0.1")
    monkeypatch.setattr("monitor.apart.pool.template", Template)
    with Processes(hostile.nothing) as apart, pytest.raises(ReadingError, match="start it anew"):
        apart.call(os.getpid)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
