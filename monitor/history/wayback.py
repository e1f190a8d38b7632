"""An archive of the web that answers as the Wayback Machine does: its index (CDX), and the captures that the index names.

It is asked politely: whatever it is asked comes through `ask`, which keeps the pauses; where it asks for peace, is out of reach
or answers half, it is left alone for a while, and after some tries for good.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from monitor.errors import GivenUp, LostCapture
from monitor.history.recorded import Skipped
from monitor.history.warc import address
from monitor.model import OUTCOMES, Capture, Page

SERVER = "https://web.archive.org"
_FIELDS = ("timestamp", "original", "mimetype", "statuscode", "digest")
_AT_ONCE = 2_000
"""Lines of the index that are asked for at once."""
_MOST_LINES = 200_000
_STAMP = "%Y%m%d%H%M%S"
_SHOWN = re.compile(r"/web/(\d{4,14})(?:[a-z]{2}_)?/(.*)", re.S)
_RESUME_KEY = re.compile(r"[A-Za-z0-9%+!.,*()_~-]+")
_WAITS = (10.0, 60.0, 120.0, 300.0)
"""Seconds before each further try: who was asked too often refuses connections for a minute, and for longer if asked meanwhile."""
_LONGEST_WAIT = 900.0
_ENOUGH = 5
"""So many captures in a row that cannot be had mean that none can."""
_UNREACHABLE = frozenset({"rate_limited", "connect_error", "dns_error", "tls_error"})
_PASSING = frozenset({"timeout", "truncated"})
_ORIGINAL = "x-archive-orig-"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the index: a capture that the archive has."""

    timestamp: str
    at: datetime
    url: str
    status: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class Index:
    """What the archive has of an address: captures by their time, lines that are none, and how many redirects."""

    listed: tuple[Listed, ...]
    skipped: tuple[Skipped, ...]
    redirects: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A capture as the archive showed it, or as its index tells it."""

    page: Page
    kept: Capture
    technical: bool = False

    @property
    def at(self) -> datetime:
        return self.kept.at

    def capture(self) -> Capture:
        """The capture."""
        return self.kept


@dataclass(slots=True)
class Wayback:
    """The archive at `server`. `ask` gets an address; `wait` lets seconds pass, and says so."""

    server: str
    ask: Callable[[str], Capture]
    wait: Callable[[float, str], object]
    _failed: int = field(default=0, init=False)
    _last: tuple[str, Capture] | None = field(default=None, init=False)

    def listed(self, url: str, since: datetime | None, until: datetime | None, *, every: bool) -> Index:
        """What the archive has of an address; unless `every` capture is wanted, those that differ from the one before.

        Raises GivenUp.
        """
        lines: list[list[str]] = []
        key = ""
        while True:
            some, key = self._part(index_address(self.server, url, since, until, key, every=every))
            lines += some
            if not key or not some:
                return read_lines(lines)
            if len(lines) > _MOST_LINES:
                raise GivenUp(
                    f"the index lists more than {_MOST_LINES:,} captures of {url}; narrow them with --since and --until"
                )

    def _part(self, asked: str) -> tuple[list[list[str]], str]:
        for wait in (*_WAITS, None):
            answer = self._answer(asked, "the index")
            if answer.outcome != "ok":
                raise GivenUp(f"{self.server}: its index does not answer: {answer.reason or OUTCOMES[answer.outcome]}")
            with suppress(ValueError):
                return read_index(answer.body or b"")
            if wait:
                self.wait(wait, "the index: its answer is no JSON, or broke off in the middle")
        raise GivenUp(
            f"{self.server}: its index cannot be read: what it answers is no JSON, or breaks off in the middle"
        )

    def shown(self, listed: Listed, page: Page) -> Shown:
        """A capture that the index lists. What was an error then is known from the index alone.

        Raises LostCapture where it cannot be had, GivenUp where none can be.
        """
        if listed.status is not None and listed.status >= 400:
            return Shown(page, _failed(listed))
        if (
            self._last and self._last[0] == listed.digest
        ):  # the same bytes as the one before: they need not be asked for again
            return Shown(page, replace(self._last[1], at=listed.at))
        try:
            capture = read_capture(
                listed, self._answer(capture_address(self.server, listed), f"the capture of {listed.timestamp}")
            )
        except LostCapture as error:
            self._failed += 1
            if self._failed >= _ENOUGH:
                raise GivenUp(f"{self._failed} captures in a row could not be had; the last: {error}") from error
            raise
        self._failed, self._last = 0, (listed.digest, capture)
        return Shown(page, capture)

    def _answer(self, asked: str, what: str) -> Capture:
        """What the archive answers, after some patience. Raises GivenUp where it cannot be asked at all."""
        for tries, wait in enumerate((*_WAITS, None)):
            answer = self.ask(asked)
            unreachable = answer.outcome in _UNREACHABLE
            if not unreachable and (tries or not _is_passing(answer)):
                return answer
            pause = answer.retry_after if answer.retry_after is not None else wait
            if wait is None or pause is None or pause > _LONGEST_WAIT:
                break
            self.wait(max(pause, 1.0), f"{what}: {answer.reason or OUTCOMES[answer.outcome]}")
        asks = f"; it asks to come back in {answer.retry_after / 60:.0f} minutes" if answer.retry_after else ""
        raise GivenUp(f"{self.server}: {what} could not be had: {answer.reason or OUTCOMES[answer.outcome]}{asks}")


def _is_passing(answer: Capture) -> bool:
    """Whether it may help to ask once more."""
    return answer.outcome in _PASSING or (answer.status or 0) >= 500


def index_address(
    server: str, url: str, since: datetime | None, until: datetime | None, resume: str = "", *, every: bool = False
) -> str:
    """The address of a part of the index of a page's captures.

    >>> index_address("https://web.archive.org", "https://a.example/terms", None, None)
    'https://web.archive.org/cdx/search/cdx?url=https%3A%2F%2Fa.example%2Fterms&output=json&fl=timestamp%2Coriginal%2Cmimetype%2Cstatuscode%2Cdigest&limit=2000&showResumeKey=true&collapse=digest'
    """
    asked = {"url": url, "output": "json", "fl": ",".join(_FIELDS), "limit": str(_AT_ONCE), "showResumeKey": "true"}
    asked |= {} if every else {"collapse": "digest"}
    asked |= {"from": since.astimezone(UTC).strftime(_STAMP)} if since else {}
    asked |= {"to": until.astimezone(UTC).strftime(_STAMP)} if until else {}
    # a key comes as it is to be sent
    key = resume if _RESUME_KEY.fullmatch(resume) else quote(resume, safe="")
    return f"{server.rstrip('/')}/cdx/search/cdx?{urlencode(asked)}" + (f"&resumeKey={key}" if key else "")


def capture_address(server: str, listed: Listed) -> str:
    """The address of a capture's bytes as they came: without it, the archive rewrites links and adds a banner."""
    return f"{server.rstrip('/')}/web/{listed.timestamp}id_/{listed.url}"


def read_index(body: bytes) -> tuple[list[list[str]], str]:
    """A part of the index: its lines, and the key by which it goes on, if it does. Raises ValueError if that is not what it is."""
    if not body.strip():
        return [], ""
    said = json.loads(body)
    if not isinstance(said, list) or not all(isinstance(line, list) for line in said):
        raise ValueError("not a list of lines")
    rows = [[str(value) for value in line] for line in said]
    if rows and not {"timestamp", "original"} <= set(rows[0]):
        raise ValueError("its first line does not name its columns")
    key = rows[-1][0] if len(rows) >= 2 and rows[-2] == [] and len(rows[-1]) == 1 else ""
    rows = rows[: len(rows) - 2] if key else rows
    return [_in_order(rows[0], row) for row in rows[1:]], key


def _in_order(names: list[str], line: list[str]) -> list[str]:
    said = dict(zip(names, line, strict=False))
    return [said.get(name, "-") for name in _FIELDS]


def read_lines(lines: list[list[str]]) -> Index:
    """The captures in lines of the index, by their time; what is none is named. A line may come twice."""
    found: dict[str, Listed] = {}
    skipped: list[Skipped] = []
    redirects = 0
    for timestamp, url, _, status, digest in dict.fromkeys(map(tuple, lines)):
        code = int(status) if status.isascii() and status.isdigit() else None
        if code is not None and 300 <= code < 400:
            redirects += 1
        elif (at := _instant(timestamp)) is None:
            skipped.append(Skipped(f"{url} at {timestamp}", "its time is none"))
        elif timestamp in found:
            why = "another capture is of the same second, and the archive shows but one of them"
            skipped.append(Skipped(f"{url} at {timestamp}", why))
        else:
            found[timestamp] = Listed(timestamp, at, url, code, digest)
    return Index(tuple(sorted(found.values(), key=lambda each: each.at)), tuple(skipped), redirects)


def _instant(timestamp: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.strptime(timestamp, _STAMP).replace(tzinfo=UTC) if len(timestamp) == 14 else None
    return None


def _failed(listed: Listed) -> Capture:
    reason = f"the archive's crawler was answered with status {listed.status}"
    return Capture(listed.at, listed.url, "http_error", reason, final_url=listed.url, status=listed.status)


def read_capture(listed: Listed, answer: Capture) -> Capture:
    """The capture that an answer of the archive is. Raises LostCapture where it shows none, or another one."""
    if answer.outcome not in ("ok", "wrong_type"):
        raise LostCapture(f"the archive lists it, and does not show it: {answer.reason or OUTCOMES[answer.outcome]}")
    shown = _SHOWN.search(answer.final_url)
    if shown and (shown[1] != listed.timestamp or address(shown[2]) != address(listed.url)):
        raise LostCapture(f"the archive shows the capture of {shown[1]} of {shown[2]} in its place")
    return replace(
        answer,
        at=listed.at,
        url=listed.url,
        final_url=listed.url,
        status=listed.status or 200,
        headers=_original(answer.headers),
        hops=(),
        seconds=0.0,
        retry_after=None,
    )


def _original(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The headers of the page's own server, which the archive hands on under other names, and what it says of the capture."""
    return tuple(_renamed(headers))


def _renamed(headers: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if name.lower().startswith(_ORIGINAL):
            yield name[len(_ORIGINAL) :], value
        elif name.lower() in ("memento-datetime", "x-archive-src"):
            yield name, value
