"""A sign of life: an address that is asked after each round, so that somebody else notices when no round ends any more."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from monitor.deliver.deadline import Line, cut_after

_AGENT = {"User-Agent": "terms-monitor"}
HEARTBEAT_TIMEOUT = 10.0
"""Seconds. A round does not wait longer for who watches over it."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """An address that is asked with GET; its answer's text is not read."""

    url: str = field(repr=False)

    def ping(self) -> str:
        """Ask the address; what went wrong, in words that do not name it, or nothing."""
        line = Line()
        try:
            with (
                cut_after(HEARTBEAT_TIMEOUT, line.socket),
                httpx.Client(timeout=HEARTBEAT_TIMEOUT, follow_redirects=False) as client,
                client.stream("GET", self.url, headers=_AGENT, extensions={"trace": line.note}) as answer,
            ):
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            return f"the heartbeat's address gave no answer ({type(error).__name__})"
        return "" if 200 <= status < 300 else f"the heartbeat's address answered {status}"
