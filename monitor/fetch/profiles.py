"""Logins for pages that need one: a vendor's cookies and local storage, in a file that only its owner can read."""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from monitor.errors import MonitorError

MOST_BYTES = 5 * 1024 * 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_COOKIE: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "value": (str,),
    "domain": (str,),
    "path": (str,),
    "expires": (int, float),
    "httpOnly": (bool,),
    "secure": (bool,),
    "sameSite": (str,),
}
_NEEDED = ("name", "value", "domain", "path")
_UNAUTHORISED = frozenset({401, 403})

State = dict[str, Any]
"""A login as browsers keep it: `cookies`, and for each of `origins` its local storage."""


class ProfileError(MonitorError):
    """A stored login cannot be used as it is, or something that should be one is none."""


class Profiles:
    """A folder with a file a vendor. What is in them is never shown, also not in an error."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, vendor: str) -> Path:
        """Where a vendor's login is kept."""
        if not _NAME.fullmatch(vendor):
            raise ProfileError(f"{vendor!r} is no name of a vendor")
        return self._folder / f"{vendor}.json"

    def has(self, vendor: str) -> bool:
        """Whether a login is stored for a vendor."""
        try:
            return self.path(vendor).exists()
        except OSError:  # a folder of somebody else's: what is wrong is said where the login is loaded
            return True

    def load(self, vendor: str) -> State:
        """A vendor's login. Raises ProfileError where there is none, others can read it, or it is damaged."""
        path = self.path(vendor)
        try:
            with path.open("rb") as file:
                held = os.fstat(file.fileno())
                if held.st_mode & _OTHERS or held.st_uid != os.geteuid():
                    raise ProfileError(f"{path} holds a login, but others can read it: chmod 600 it, and own it")
                content = file.read(MOST_BYTES + 1)
        except FileNotFoundError as error:
            raise ProfileError(f"no login is stored for {vendor}; run `monitor login {vendor}`") from error
        except OSError as error:
            raise ProfileError(f"{path} cannot be read: {error.strerror}") from error
        return parse(content, str(path))

    def save(self, vendor: str, state: State) -> None:
        """Keep a vendor's login in the place of the one before, all or nothing. Raises ProfileError where it cannot be written."""
        path = self.path(vendor)
        try:
            _make_private(self._folder)
            _replace(path, json.dumps(state).encode())
        except OSError as error:
            raise ProfileError(f"{path} cannot be written: {error.strerror}") from error

    def forget(self, vendor: str) -> bool:
        """Remove a vendor's login; whether there was one."""
        path = self.path(vendor)
        there = path.exists()
        path.unlink(missing_ok=True)
        return there


def beside(archive: Path) -> Path:
    """The folder of the logins that belong to an archive."""
    return archive.parent / "profiles"


def parse(content: bytes, name: str) -> State:
    """The login in a file that a browser's tools wrote (a "storage state"): its cookies and local storage, and nothing else.

    Raises ProfileError that names the file and the place, never what stands there.
    """
    if len(content) > MOST_BYTES:
        raise ProfileError(f"{name} is larger than {MOST_BYTES:,} bytes")
    try:
        held = json.loads(content)
    except (ValueError, RecursionError):
        raise ProfileError(f"{name} is not JSON") from None  # the cause would quote it
    if not isinstance(held, dict) or not {"cookies", "origins"} & held.keys():
        raise ProfileError(f"{name} is no storage state: it has neither cookies nor origins")
    cookies, origins = (_list(held, key, name) for key in ("cookies", "origins"))
    return {
        "cookies": [_cookie(each, f"{name}: cookies[{number}]") for number, each in enumerate(cookies)],
        "origins": [_origin(each, f"{name}: origins[{number}]") for number, each in enumerate(origins)],
    }


def refuses_login(status: int) -> bool:
    """Whether a status says that whoever asks may not see the page."""
    return status in _UNAUTHORISED


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & _OTHERS:
        folder.chmod(0o700)


def _replace(path: Path, content: bytes) -> None:
    """Write beside, then put in place: whoever reads sees the old file or the new one. mkstemp's files are its owner's alone."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def _list(held: dict[str, Any], key: str, name: str) -> list[Any]:
    value = held.get(key, [])
    if not isinstance(value, list):
        raise ProfileError(f"{name}: {key} is not a list")
    return value


def _cookie(value: object, place: str) -> dict[str, Any]:
    """One cookie, with the fields that a browser takes."""
    if not isinstance(value, dict) or not all(isinstance(value.get(key), str) for key in _NEEDED):
        raise ProfileError(f"{place} is no cookie: it needs {', '.join(_NEEDED)}")
    kept = {key: value[key] for key in _COOKIE if key in value}
    wrong = next((key for key in kept if not isinstance(kept[key], _COOKIE[key])), None)
    if wrong or kept.get("sameSite", "Lax") not in ("Strict", "Lax", "None"):
        raise ProfileError(f"{place}.{wrong or 'sameSite'} is not what a cookie has there")
    return kept


def _origin(value: object, place: str) -> dict[str, Any]:
    """One origin's local storage."""
    if not isinstance(value, dict) or not isinstance(value.get("origin"), str):
        raise ProfileError(f"{place} names no origin")
    return {
        "origin": value["origin"],
        "localStorage": [_entry(each, f"{place}.localStorage") for each in _list(value, "localStorage", place)],
    }


def _entry(value: object, place: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(value.get(key), str) for key in ("name", "value")):
        raise ProfileError(f"{place} holds an entry without a name and a value")
    return {"name": value["name"], "value": value["value"]}
