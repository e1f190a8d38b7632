"""When a page shown by a browser is ready, and what on it is opened first. Decided from values: no browser, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

PATIENCE = 15.0
"""Seconds after which a page is read as it stands, however much it still moves."""
_STILL = 1.0
_STILL_SHORT = 3.0
_SHORT = 500
MOST_OPENED = 60
"""Controls opened on one page."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A look at a page: `at` seconds after it came, so many characters of text; whether it has loaded, and still asks for more."""

    at: float
    size: int
    loaded: bool = True
    asking: bool = False


def settled(samples: Sequence[Sample]) -> bool:
    """Whether the text has come to rest: the same length for a second, or for three while the page is short or still asks.

    A page that never rests is settled when patience ends; many never stop to talk to their server.
    """
    if not samples:
        return False
    last = samples[-1]
    if last.at >= PATIENCE:
        return True
    if not last.loaded:
        return False
    enough = _STILL_SHORT if last.asking or last.size < _SHORT else _STILL
    return last.at - _still_since(samples) >= enough


def _still_since(samples: Sequence[Sample]) -> float:
    """Since when the text has had its length, counted from when the page had loaded."""
    last = samples[-1]
    since = last.at
    for sample in reversed(samples):
        if sample.size != last.size or not sample.loaded:
            break
        since = sample.at
    return since


@dataclass(frozen=True, slots=True)
class Control:
    """Something on a page that can be clicked: what it is, where it stands, and what it says of the panel that it opens.

    `panel` is the part that aria-controls names: seen, hidden, absent (made when it is opened), or not named at all.
    """

    role: str
    panel: Literal["seen", "hidden", "absent", "unnamed"]
    open: bool = False
    link: bool = False
    form: bool = False
    menu: bool = False
    furniture: bool = False
    disabled: bool = False
    text: str = ""


def to_open(controls: Sequence[Control]) -> tuple[int, ...]:
    """Which controls to click, by their place in the list: closed accordions and tabs of the document, nothing else.

    What leads somewhere, belongs to a form, opens a menu or a dialogue, or stands in the page's furniture is left alone.
    """
    chosen = [number for number, control in enumerate(controls) if _opens_text(control)]
    return tuple(chosen[:MOST_OPENED])


def _opens_text(control: Control) -> bool:
    if control.open or control.link or control.form or control.menu or control.furniture or control.disabled:
        return False
    panels = ("hidden", "absent") if control.role == "tab" else ("hidden", "absent", "unnamed")
    return control.role in ("button", "tab") and control.panel in panels and bool(control.text)
