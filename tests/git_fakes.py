"""Tiny git repositories, made on the fly in the way of Open Terms Archive's engine."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fakes import DAY, START


@dataclass(frozen=True)
class Repo:
    """A repository, and what is committed to it."""

    path: Path

    @classmethod
    def at(cls, path: Path, *words: str) -> Repo:
        """A new one."""
        path.mkdir(parents=True)
        repo = cls(path)
        repo.git("init", "--quiet", "--initial-branch=main", *words)
        return repo

    def git(self, *words: str, at: datetime = START, check: bool = True) -> str:
        """What git says to a command; commits are made at a time, by their author and by their committer a day later."""
        settings = ("-c", "user.name=Bot", "-c", "user.email=bot@ota.example", "-c", "protocol.file.allow=always")
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.path), "GIT_CONFIG_NOSYSTEM": "1"}
        environ |= {"GIT_AUTHOR_DATE": at.isoformat(), "GIT_COMMITTER_DATE": (at + DAY).isoformat()}
        done = subprocess.run(
            ["git", "-C", str(self.path), *settings, *words],
            env=environ,
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip()

    def record(self, day: float, message: str, *paths: str, body: bytes = b"", trailer: str = "") -> str:
        """Commit files with some content on some day; the commit's id."""
        for path in paths:
            file = self.path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
        if paths:
            self.git("add", "--", *paths)
        text = f"{message}\n\n{trailer}" if trailer else message
        self.git("commit", "--quiet", "--allow-empty", "--message", text, at=START + day * DAY)
        return self.git("rev-parse", "HEAD")

    def loose(self, oid: str) -> Path:
        """The file of a loose object."""
        return self.path / ".git" / "objects" / oid[:2] / oid[2:]
