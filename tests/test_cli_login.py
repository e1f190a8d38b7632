"""`monitor login`: a login gets in by a file or a window, stays private, and can be removed."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import cli
from monitor.errors import MonitorError, UsageError
from monitor.fetch.profiles import ProfileError

WATCHLIST = """\
version: 1
settings: {archive: archive.db}
vendors:
  northwind:
    pages:
      usage: {type: free-offer, url: "https://northwind.example/usage", enabled: false}
"""
STATE = {"cookies": [{"name": "session", "value": "s3cret", "domain": "northwind.example", "path": "/"}], "origins": []}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a watchlist, and a file with a login; there is no display."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST, "utf-8")
    (tmp_path / "state.json").write_text(json.dumps(STATE), "utf-8")
    yield tmp_path


def login(*words: str) -> Result:
    return CliRunner().invoke(cli, ["login", *words])


def test_a_login_from_a_file(folder: Path) -> None:
    """A login brought as a file is kept beside the archive, readable to its owner alone; what is in it is not printed."""
    done = login("northwind", "--state", "state.json")
    kept = folder / "profiles/northwind.json"
    assert (done.exit_code, "profiles/northwind.json" in done.output, "s3cret" in done.output) == (0, True, False)
    assert json.loads(kept.read_text("utf-8")) == STATE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_login_is_removed(folder: Path) -> None:
    """--forget removes it, and says so where there was none."""
    login("northwind", "--state", "state.json")
    assert "is removed" in login("northwind", "--forget").output
    assert not (folder / "profiles/northwind.json").exists()
    assert "no login is stored" in login("northwind", "--forget").output


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("northwind",), UsageError, "--state"),
        (("lumen", "--state", "state.json"), UsageError, "lumen"),
        (("northwind", "--state", "missing.json"), UsageError, "missing.json"),
        (("northwind", "--state", "watchlist.yaml"), ProfileError, "watchlist.yaml is not JSON"),
        (("../x", "--forget"), ProfileError, "no name of a vendor"),
    ],
)
def test_what_cannot_be_done_says_why(
    folder: Path, words: tuple[str, ...], error: type[MonitorError], said: str
) -> None:
    """Without a display, for an unknown vendor or a file that is none, nothing is stored, and the message says what to do."""
    done = login(*words)
    assert isinstance(done.exception, error)
    assert said in str(done.exception)
    assert not (folder / "profiles").exists()
