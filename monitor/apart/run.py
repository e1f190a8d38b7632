"""Where a function may be done, and what it may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Run(Protocol):
    """Has a function done, here or apart; there it must be a module's own, and what it takes and gives must be values."""

    def __call__(self, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T: ...


def here(function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
    """Have it done in this very process."""
    return function(*arguments, **named)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one item may take: `seconds` of computing, `patience` in seconds until it comes, `memory` in bytes beside what a
    process has at its start.

    Of all that is read, 20 MB of text take the most memory, 300 MB, and a PDF of 500 pages the most time.
    """

    seconds: int = 30
    patience: float = 120.0
    memory: int = 512 * 1024 * 1024
