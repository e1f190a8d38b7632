"""Reading a git repository with the system's git, so that nothing in it can act: no hook, pager, filter, or other program
starts, nothing goes to the network, and nothing is written.

docs/decisions/0017-systems-git.md says why.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from monitor.answer import Limits
from monitor.errors import LostCapture, UsageError

_SWITCHED_OFF = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.pager": "cat",
    "core.sshCommand": "false",
    "credential.helper": "",
    "diff.external": "",
    "gc.auto": "0",
    "gpg.program": "false",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "protocol.allow": "never",
}
"""Settings of a repository that name programs or hosts, and what stands in their place."""
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks; older gits know no GIT_NO_LAZY_FETCH
    "GIT_ASKPASS": "false",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME")
"""What git is told of our own environment: where it is, and whose settings say which folders are safe."""
_LINK, _SUBMODULE, _GONE = "120000", "160000", "000000"
_AUTHOR = re.compile(rb"^author .*> (-?\d{1,15}) [+-]\d{4}$", re.M)
_ENCODING = re.compile(rb"^encoding (\S+)$", re.M)
_LARGEST = Limits().decoded_bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file that a commit left: its path, its object's id, and what it is if it is no plain file."""

    path: bytes
    oid: str
    mode: str

    @property
    def oddity(self) -> str:
        """What a file is that is none: a symbolic link, a submodule."""
        return {_LINK: "a symbolic link", _SUBMODULE: "a submodule"}.get(self.mode, "")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: when its author says it was made, what it says, and the files that it changed or added."""

    id: str
    at: datetime
    message: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A commit, or what lies behind it, that cannot be read."""

    id: str
    why: str


class Repository:
    """A repository on this machine: a working copy, a bare one, or a mirror."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError where there is no repository, or git does not trust it."""
        self.path = path.absolute()
        if not self.path.exists():
            raise UsageError(f"{path}: no such file or directory; expected a git repository")
        if not self.path.is_dir():
            raise UsageError(f"{path}: a file; expected the folder of a git repository")
        self.is_shallow = self._asked("rev-parse", "--is-shallow-repository").strip() == "true"

    def commits(self) -> Iterator[Commit | Broken]:
        """The commits that lead to HEAD, parents before children. What cannot be read is named; the rest is there all the same.

        Raises UsageError if there is none.
        """
        ids, fault = self._ids()
        if fault:
            yield Broken(ids[0] if ids else "HEAD", f"what lies before it cannot be read: {fault}")
        cut_off = self._cut_off() if self.is_shallow else frozenset()
        files = dict(self._files([each for each in ids if each not in cut_off]))
        for each in ids:
            if each in cut_off:
                yield Broken(
                    each, "this shallow clone begins with it, so what it changed is unknown (git fetch --unshallow)"
                )
            else:
                found = files[each]
                yield found if isinstance(found, Broken) else self._commit(each, found)

    def _ids(self) -> tuple[list[str], str]:
        """The ids of all commits, the oldest first, and why there are no more, if there should be."""
        self._refuse_empty()
        done = _git(self.path, "rev-list", "--topo-order", "HEAD")
        if done.returncode:  # in that order it says nothing before it has seen all
            done = _git(self.path, "rev-list", "HEAD")
        return done.stdout.decode("ascii").split()[::-1], "" if done.returncode == 0 else _complaint(done)

    def _refuse_empty(self) -> None:
        if _git(self.path, "rev-parse", "--verify", "--quiet", "HEAD").returncode == 0:
            return
        branches = self._asked("for-each-ref", "--format=%(refname:short)", "--count=5", "refs/heads").split()
        wanted = self._asked("symbolic-ref", "--short", "HEAD").strip()
        hint = f"; it has {', '.join(branches)} (git symbolic-ref HEAD refs/heads/{branches[0]})" if branches else ""
        raise UsageError(f"{self.path}: the branch {wanted} has no commit{hint}")

    def _cut_off(self) -> frozenset[str]:
        """The commits whose parents a shallow clone does not have."""
        place = Path(self._asked("rev-parse", "--git-path", "shallow").strip())
        return frozenset((self.path / place).read_text("ascii").split())

    def _files(self, ids: Sequence[str]) -> Iterator[tuple[str, tuple[File, ...] | Broken]]:
        """What each commit changed. git stops at one whose trees are broken; it is asked again for those behind."""
        while ids:
            found, fault = self._changed(ids)
            yield from found[: len(found) - bool(fault)]
            ids = ids[max(len(found) - 1, 0) :] if fault else ()
            if ids:
                alone, fault = self._changed(ids[:1])
                yield ids[0], Broken(ids[0], fault) if fault else alone[0][1]
                ids = ids[1:]

    def _changed(self, ids: Sequence[str]) -> tuple[list[tuple[str, tuple[File, ...]]], str]:
        with tempfile.TemporaryFile() as asked:
            asked.write("\n".join((*ids, "")).encode("ascii"))
            asked.seek(0)
            words = (
                "--stdin",
                "--always",
                "--raw",
                "-r",
                "-c",
                "-z",
                "--root",
                "--no-renames",
                "--no-abbrev",
                "--no-ext-diff",
            )
            done = _git(self.path, "diff-tree", *words, stdin=asked.fileno())
        return _differences(done.stdout), "" if done.returncode == 0 else _complaint(done)

    def _commit(self, commit: str, files: tuple[File, ...]) -> Commit | Broken:
        try:
            text = blob(self.path, commit)
            return _read_commit(commit, text, files)
        except LostCapture as error:
            return Broken(commit, str(error))

    def _asked(self, *words: str) -> str:
        done = _git(self.path, *words)
        if done.returncode == 0:
            return done.stdout.decode("utf-8", "surrogateescape")
        complaint = _complaint(done)
        if "dubious ownership" in complaint:
            raise UsageError(
                f"{self.path}: the repository belongs to somebody else, and git reads it only if you say that it is safe: "
                f"git config --global --add safe.directory {self.path}"
            )
        if "not a git repository" in complaint:
            raise UsageError(f"{self.path}: not a git repository")
        raise UsageError(f"{self.path}: git cannot read it: {complaint}")


def _differences(output: bytes) -> list[tuple[str, tuple[File, ...]]]:
    """What `git diff-tree -z` said: commits, each with the files that it left. Deleted ones are left out."""
    found: list[tuple[str, list[File]]] = []
    words = iter(output.split(b"\0"))
    for word in words:
        if not word.startswith(b":"):
            if word:
                found.append((word.decode("ascii"), []))
            continue
        path = next(words, b"")
        fields = word.lstrip(b":").decode("ascii").split(" ")
        sides = (len(fields) - 1) // 2  # of a merge, one for each parent, and that of the commit, which is the last
        file = File(path, fields[2 * sides - 1], fields[sides - 1])
        if file.mode != _GONE:
            found[-1][1].append(file)
    return [(commit, tuple(files)) for commit, files in found]


def _read_commit(commit: str, text: bytes, files: tuple[File, ...]) -> Commit | Broken:
    head, _, message = text.partition(b"\n\n")
    author, encoding = _AUTHOR.search(head), _ENCODING.search(head)
    if author is None:
        return Broken(commit, "it does not say when its author made it")
    try:
        at = datetime.fromtimestamp(int(author[1]), UTC)
    except (ValueError, OverflowError, OSError):
        return Broken(commit, f"its author's date is impossible: {author[1].decode()}")
    return Commit(commit, at, _decoded(message, encoding[1].decode("ascii", "replace") if encoding else "utf-8"), files)


def _decoded(message: bytes, encoding: str) -> str:
    try:
        return message.decode(encoding, "replace")
    except LookupError:
        return message.decode("utf-8", "replace")


def blob(repository: Path, oid: str) -> bytes:
    """The content of an object. Raises LostCapture where it is missing, broken, or larger than a page can be."""
    return _objects(repository, os.getpid()).get(oid)


def close() -> None:
    """End the git that this process reads objects by. It is begun again where it is needed."""
    for objects in _begun:
        objects.close()
    _begun.clear()
    _objects.cache_clear()


_begun: list[_Objects] = []


@cache
def _objects(repository: Path, _process: int) -> _Objects:
    """One for each process: those that read ahead have their own."""
    objects = _Objects(repository)
    _begun.append(objects)
    return objects


class _Objects:
    """`git cat-file --batch`, kept running: beginning a program for each of thousands of objects takes longer than reading them."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository
        self._running: subprocess.Popen[bytes] | None = None
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `close`

    def get(self, oid: str) -> bytes:
        if self._running is None:
            self._complaints.seek(0)
            self._complaints.truncate()
            self._running = subprocess.Popen(  # noqa: S603
                _command(self._repository, "cat-file", "--batch"),
                env=_environment(self._repository),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
            )
        try:
            return self._asked(self._running, oid)
        except OSError as error:
            raise self._fallen(oid) from error

    def _asked(self, git: subprocess.Popen[bytes], oid: str) -> bytes:
        assert git.stdin and git.stdout
        git.stdin.write(oid.encode("ascii") + b"\n")
        git.stdin.flush()
        head = git.stdout.readline().split()
        if head[-1:] == [b"missing"]:
            raise LostCapture(f"the repository has no object {oid[:12]}: a partial clone, or a broken one")
        if len(head) != 3:
            raise self._fallen(oid)
        size = int(head[2])
        if size > _LARGEST:
            self._stop()  # rather than read past it
            raise LostCapture(f"{size:,} bytes; a page of terms has at most {_LARGEST:,}")
        body = git.stdout.read(size + 1)
        if len(body) <= size:
            raise self._fallen(oid)
        return body[:-1]

    def _fallen(self, oid: str) -> LostCapture:
        """git ended over a broken object: in its words."""
        self._stop()
        self._complaints.seek(0)
        words = self._complaints.read(10_000).decode("utf-8", "replace").strip().splitlines()
        return LostCapture(f"git cannot read the object {oid[:12]}: {words[-1] if words else 'it ended'}")

    def _stop(self) -> None:
        git, self._running = self._running, None
        if git:
            with suppress(OSError):
                git.kill()
            git.communicate()

    def close(self) -> None:
        self._stop()
        self._complaints.close()


def _git(repository: Path, *words: str, stdin: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[bytes]:
    command = _command(repository, *words)
    try:
        return subprocess.run(command, env=_environment(repository), stdin=stdin, capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise UsageError("git is not installed; an Open Terms Archive repository is read with it") from error


def _command(repository: Path, *words: str) -> list[str]:
    settings = [word for key, value in _SWITCHED_OFF.items() for word in ("-c", f"{key}={value}")]
    return ["git", "--no-pager", "-C", str(repository), *settings, *words]


def _environment(repository: Path) -> dict[str, str]:
    """Ours without what may speak for the repository; git looks for one here, and not in the folders above."""
    ours = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return ours | _ENVIRONMENT | {"GIT_CEILING_DIRECTORIES": str(repository.parent)}


def _complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    words = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return next(
        (line for line in words if line.startswith("fatal")), words[-1] if words else f"status {done.returncode}"
    )
