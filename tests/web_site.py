"""The archive in a browser for tests: a site on an archive, asked in the process or over a real socket."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from monitor.archive import Archive
from monitor.report.style import Style
from monitor.web import Gate, Keys, Site, application, serving

NAMES = frozenset({"localhost", "127.0.0.1"})
LATER = datetime(2032, 1, 1, tzinfo=UTC)


def site(
    archive: Path, *, keys: Keys | None = None, style: Style | None = None, now: datetime = LATER, prefix: str = ""
) -> Flask:
    """The archive as an application, open to whoever asks for it as localhost unless there are keys."""
    gate = Gate(keys or Keys(), NAMES, time.monotonic)
    return application(Site(archive, style or Style(), gate, lambda: now, time.monotonic), prefix)


class Asking(FlaskClient):
    """A client that reads every answer to its end."""

    def open(self, *args: Any, **options: Any) -> Any:
        return super().open(*args, **(options | {"buffered": True}))


def client(archive: Path, *, keys: Keys | None = None, style: Style | None = None, prefix: str = "") -> FlaskClient:
    """Asks without a socket."""
    app = site(archive, keys=keys, style=style, prefix=prefix)
    app.test_client_class = Asking
    return app.test_client()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application over a real socket; its address."""
    with serving(app, ("127.0.0.1", 0)) as (host, port):
        yield f"http://{host}:{port}"


@dataclass(frozen=True)
class Kinds:
    """One address of every kind of page, for an archive with changes."""

    archive: Path

    @property
    def pages(self) -> dict[str, str]:
        """Kind -> address of HTML pages."""
        with Archive(self.archive, mode="read") as archive:
            change = next(archive.changes(importance="major", limit=1))
            version = archive.entry(change.after.version)
            alert = archive.alerts(limit=1)[0].id
        page = f"{change.vendor}/{change.page}"
        return {
            "home": "/",
            "vendors": "/vendors",
            "vendor": f"/vendors/{change.vendor}",
            "page": f"/pages/{page}",
            "checks": f"/pages/{page}/checks",
            "changes": "/changes?importance=major",
            "change": f"/changes/{change.id}",
            "change in one column": f"/changes/{change.id}?view=unified",
            "any two": f"/diff/{page}?old={change.before.version}&new={change.after.version}",
            "version": f"/versions/{version.id}",
            "snapshot": f"/snapshots/{version.snapshot}",
            "check": f"/captures/{version.capture}",
            "matrix": "/matrix",
            "matrix of a day": "/matrix?at=2026-01-01",
            "search": "/search?q=train",
            "since when": f"/versions/{version.id}/since",
            "alerts": "/alerts",
            "alert": f"/alerts/{alert}",
            "feeds": "/feeds",
        }

    @property
    def others(self) -> dict[str, str]:
        """Kind -> address of all else that is served."""
        with Archive(self.archive, mode="read") as archive:
            change = next(archive.changes(importance="major", limit=1))
        page, version = f"{change.vendor}/{change.page}", change.after.version
        return {
            "raw": f"/snapshots/{change.after.snapshot}/raw",
            "shown": f"/snapshots/{change.after.snapshot}/shown",
            "facts": "/matrix.csv",
            "api search": "/api/search?q=train",
            "api facts": "/api/facts",
            "api since": f"/api/versions/{version}/since",
            "amounts": f"/pages/{page}/amounts.csv",
            "atom": "/feeds/all.atom",
            "json feed": "/feeds/all.json",
            "feed of a vendor": f"/feeds/vendors/{change.vendor}.atom",
            "feed of a topic": "/feeds/topics/training.json",
            "openapi": "/api/openapi.json",
            "api vendors": "/api/vendors",
            "api pages": "/api/pages",
            "api page": f"/api/pages/{page}",
            "api checks": f"/api/pages/{page}/checks",
            "api outages": f"/api/pages/{page}/outages",
            "api versions": f"/api/pages/{page}/versions",
            "api amounts": f"/api/pages/{page}/amounts",
            "api changes": "/api/changes?limit=3",
            "api change": f"/api/changes/{change.id}",
            "api version": f"/api/versions/{change.after.version}",
            "api alerts": "/api/alerts",
            "api alert": "/api/alerts/1",
            "style": "/static/style.css",
        }
