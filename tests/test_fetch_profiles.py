"""Stored logins: nobody else can read them, no half of one is ever in place, and no message tells what is in them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.profiles import MOST_BYTES, ProfileError, Profiles, State, beside, parse

STATE: State = {
    "cookies": [
        {
            "name": "session",
            "value": "s3cret",
            "domain": ".northwind.example",
            "path": "/",
            "expires": -1,
            "secure": True,
        }
    ],
    "origins": [{"origin": "https://northwind.example", "localStorage": [{"name": "token", "value": "s3cret"}]}],
}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    return Profiles(tmp_path / "profiles")


def test_a_login_is_kept_for_its_owner_alone(profiles: Profiles) -> None:
    """A login comes back as it was stored; its file and its folder are closed to everybody else."""
    profiles.save("northwind", STATE)
    path = profiles.path("northwind")
    assert (profiles.has("northwind"), profiles.has("lumen")) == (True, False)
    assert profiles.load("northwind") == STATE
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert [each.name for each in path.parent.iterdir()] == ["northwind.json"]


def test_an_open_folder_is_closed(profiles: Profiles, tmp_path: Path) -> None:
    """A folder that was made by hand is closed when a login is put in it."""
    (tmp_path / "profiles").mkdir(mode=0o755)
    profiles.save("northwind", STATE)
    assert mode(tmp_path / "profiles") == 0o700


@pytest.mark.parametrize("bits", [0o644, 0o640, 0o602])
def test_a_login_that_others_can_read_is_refused(profiles: Profiles, bits: int) -> None:
    """A file that is open to others is not used, and the error says what to do."""
    profiles.save("northwind", STATE)
    profiles.path("northwind").chmod(bits)
    with pytest.raises(ProfileError, match=r"northwind\.json .*chmod 600"):
        profiles.load("northwind")


def test_a_login_that_is_not_there_says_how_to_get_one(profiles: Profiles) -> None:
    """Who has not signed in is told how."""
    with pytest.raises(ProfileError, match="monitor login northwind"):
        profiles.load("northwind")


def test_a_login_can_be_forgotten(profiles: Profiles) -> None:
    """What is forgotten is gone; forgetting twice is no error."""
    profiles.save("northwind", STATE)
    assert profiles.forget("northwind")
    assert not profiles.forget("northwind")
    assert not profiles.path("northwind").exists()


def test_a_login_that_cannot_be_written_leaves_the_old_one(profiles: Profiles) -> None:
    """When the new login cannot be put down whole, the one before stands, and nothing is left beside it."""
    profiles.save("northwind", STATE)
    with pytest.raises(TypeError):
        profiles.save("northwind", {"cookies": object()})
    profiles.path("lumen").mkdir()
    with pytest.raises(ProfileError, match="cannot be written"):
        profiles.save("lumen", STATE)
    assert profiles.load("northwind") == STATE
    assert sorted(each.name for each in profiles.path("lumen").parent.iterdir()) == ["lumen.json", "northwind.json"]


@pytest.mark.parametrize("vendor", ["", "../northwind", "a/b", ".hidden", "Northwind", "a\0b"])
def test_a_name_stays_in_the_folder(profiles: Profiles, vendor: str) -> None:
    """Only a vendor's name names a file."""
    with pytest.raises(ProfileError, match="no name of a vendor"):
        profiles.path(vendor)


def test_a_login_keeps_what_a_browser_needs() -> None:
    """Cookies and local storage are kept, whatever their hosts; all else in the file is not."""
    held = {
        "cookies": [{**STATE["cookies"][0], "partitionKey": "x", "sameSite": "Lax"}],
        "origins": [{**STATE["origins"][0], "indexedDB": []}],
        "notes": "mine",
    }
    kept = parse(json.dumps(held).encode(), "state.json")
    assert kept == {**STATE, "cookies": [{**STATE["cookies"][0], "sameSite": "Lax"}]}
    assert parse(b'{"cookies": []}', "state.json") == {"cookies": [], "origins": []}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"s3cret", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no storage state"),
        (b'{"session": "s3cret"}', "no storage state"),
        (b'{"cookies": "s3cret"}', "cookies is not a list"),
        (b'{"cookies": ["s3cret"]}', r"cookies\[0\] is no cookie"),
        (b'{"cookies": [{"name": "a", "value": "s3cret"}]}', r"cookies\[0\] is no cookie"),
        (
            b'{"cookies": [{"name": "a", "value": "s3cret", "domain": "x", "path": "/", "expires": "s3cret"}]}',
            "expires",
        ),
        (
            b'{"cookies": [{"name": "a", "value": "s3cret", "domain": "x", "path": "/", "sameSite": "s3cret"}]}',
            "sameSite",
        ),
        (b'{"origins": [{"localStorage": []}]}', r"origins\[0\] names no origin"),
        (b'{"origins": [{"origin": "https://x", "localStorage": [{"name": "s3cret"}]}]}', "localStorage"),
        (b" " * (MOST_BYTES + 1), "larger than"),
    ],
)
def test_what_is_no_login_is_refused(content: bytes, said: str) -> None:
    """The error names the file and the place, and never what stands there."""
    with pytest.raises(ProfileError, match=said) as raised:
        parse(content, "state.json")
    assert "state.json" in str(raised.value)
    assert "s3cret" not in str(raised.value)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda some: st.lists(some) | st.dictionaries(
    st.sampled_from(["cookies", "origins", "origin", "localStorage", "name", "value", "domain", "path"]), some)))  # fmt: skip
def test_any_json_is_a_login_or_refused(value: object) -> None:
    """Whatever a file holds, it is a login, or an error of ours; what is taken is taken again."""
    try:
        state = parse(json.dumps(value).encode(), "state.json")
    except ProfileError:
        return
    assert parse(json.dumps(state).encode(), "state.json") == state


def test_logins_stand_beside_the_archive() -> None:
    """The folder of the logins is the archive's neighbour."""
    assert beside(Path("snapshots/archive.db")) == Path("snapshots/profiles")
