"""The application: its routes, what stands before and after each of them, and what is said when something is wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

from monitor.errors import ArchiveBusy, ArchiveError, MonitorError, UsageError
from monitor.web import alerts, api, changes, facts, feeds, home, pages, search, versions
from monitor.web.context import MOST_ID, Missing, Site, close, said, site, style, words
from monitor.web.speech import vocabulary
from monitor.words import one_line, printable, web_link

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "X-Frame-Options": "DENY",
}
LONGEST_SAID = 500
ROOMS = (home, facts, search, pages, changes, versions, alerts, feeds, api)
_log = logging.getLogger("monitor.web")


class _Number(IntegerConverter):
    """The number of a record, as large as the archive can hold."""

    def __init__(self, map: Any) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map, min=1, max=MOST_ID)


def application(served: Site, prefix: str = "") -> Flask:
    """The site as an application. `prefix` is the path under which a proxy passes it on."""
    app = Flask("monitor.web")
    app.extensions["monitor"] = served
    app.url_map.converters["id"] = _Number
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    _set_templates(app)
    app.before_request(_gate)
    app.after_request(_headers)
    app.teardown_request(close)
    app.url_defaults(_keep_language)
    for kind in (HTTPException, MonitorError, Exception):
        app.register_error_handler(kind, _fault)
    for room in ROOMS:
        app.register_blueprint(room.ROUTES)
    if prefix:
        app.wsgi_app = _Prefixed(app.wsgi_app, prefix)  # type: ignore[method-assign,assignment]
    return app


def _set_templates(app: Flask) -> None:
    """Text from outside has one door: always printable, always escaped. There is no way past it."""
    app.jinja_options = {
        "autoescape": True,
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "finalize": lambda value: printable(value) if type(value) is str else value,
    }
    environment = app.jinja_env
    environment.filters.pop("safe")
    environment.filters.update(web_link=web_link, line=lambda text, most=200: one_line(text, most))
    app.context_processor(lambda: vocabulary(words(), site().clock()))


def _gate() -> Response | None:
    refusal = site().gate.refuse(
        request.method, request.headers.get("Host"), request.headers.get("Authorization"), request.remote_addr or ""
    )
    if refusal is None:
        style()
        return None
    answer = Response(_REFUSALS[refusal.status] + "\n", refusal.status, content_type="text/plain; charset=utf-8")
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="terms-monitor", charset="UTF-8"'
    if refusal.status == 405:
        answer.headers["Allow"] = "GET, HEAD"
    if refusal.seconds:
        answer.headers["Retry-After"] = str(refusal.seconds)
    return answer


_REFUSALS = {
    401: "A password or a token is needed.",
    405: "This archive can only be read: GET and HEAD.",
    421: "The server is not known by this name; --host makes it so.",
    429: "Too many wrong passwords; try again later.",
}


def _headers(answer: Response) -> Response:
    """What every answer says, unless a view was stricter."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers.add("Vary", "Accept-Language, Authorization")
    return answer


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """A language that was asked for is asked for by every link, too: no cookie remembers it."""
    if g.get("chosen") and endpoint != "static":
        values.setdefault("lang", g.chosen)


def _fault(error: Exception) -> Response:
    status, reason = _status(error)
    if status >= 500:
        _log.error("%s: %s", request.path, error, exc_info=error if status == 500 else None)
    text = one_line(said(error) if isinstance(error, MonitorError) else reason, LONGEST_SAID)
    if request.path.startswith("/api/"):
        answer = jsonify({"error": text})
    else:
        style()
        answer = make_response(render_template("error.html", status=status, reason=text))
    answer.status_code = status
    if status == 503:
        answer.headers["Retry-After"] = "30"
    return answer


def _status(error: Exception) -> tuple[int, str]:
    """The HTTP status of an error, and what is said where the error is none of ours."""
    if isinstance(error, HTTPException) and error.code:
        return error.code, error.name
    for kind, status in _STATUSES.items():
        if isinstance(error, kind):
            return status, ""
    return 500, "Internal Server Error"


_STATUSES: Mapping[type[Exception], int] = {Missing: 404, UsageError: 400, ArchiveBusy: 503, ArchiveError: 503}


class _Prefixed:
    """An application below a path, as a proxy passes it on that does not take the path away."""

    def __init__(self, inner: Callable[..., Any], prefix: str) -> None:
        self._inner, self._prefix = inner, "/" + prefix.strip("/")

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        path = environ.get("PATH_INFO", "")
        if path == self._prefix or path.startswith(self._prefix + "/"):
            environ = environ | {"SCRIPT_NAME": self._prefix, "PATH_INFO": path[len(self._prefix) :] or "/"}
            return self._inner(environ, start)
        start("404 Not Found", [("Content-Type", "text/plain; charset=utf-8"), *HEADERS.items()])
        return [b"Not found\n"]
