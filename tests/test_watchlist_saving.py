"""An edited watchlist takes the place of the old one whole, or not at all."""

from pathlib import Path

import pytest

from monitor.errors import UsageError
from monitor.watchlist.saving import content, save


def test_what_somebody_else_wrote_meanwhile_is_not_lost(tmp_path: Path) -> None:
    """Where the file is another than the one that was read, nothing is written."""
    path = tmp_path / "w.yaml"
    path.write_bytes(b"theirs")
    for before in (b"ours", None):
        with pytest.raises(UsageError, match="changed by somebody else"):
            save(path, before, b"new")
    assert path.read_bytes() == b"theirs"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """What the system refuses is one message, and leaves nothing behind."""
    with pytest.raises(UsageError, match=r"w\.yaml: No such file"):
        save(tmp_path / "none/w.yaml", None, b"new")
    assert content(tmp_path / "none/w.yaml") is None and list(tmp_path.iterdir()) == []
