"""What tests share: an archive with checks; on real sockets, all on loopback, a mail server and a web server."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import sample
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from click.testing import CliRunner
from export_samples import fill
from house import House

from monitor.archive import Archive
from monitor.cli import cli


class Mailbox:
    """A mail server that keeps what arrives. It has its port from the beginning, and answers there while it runs."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"


class Web(ThreadingHTTPServer):
    """A web server that answers each path as `pages` says: a status and a body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.pages: dict[str, tuple[int, bytes]] = {}
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Visit(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        status, body = self.server.pages.get(self.path, (404, b"Not found\n"))
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def mailboxes() -> Iterator[Callable[[], Mailbox]]:
    """Makes mailboxes, not started; those that were are stopped at the end."""
    with ExitStack() as made:

        def make() -> Mailbox:
            mailbox = Mailbox()
            made.callback(mailbox.stop)
            return mailbox

        yield make


@pytest.fixture
def web() -> Iterator[Web]:
    """A running web server without pages."""
    with Web() as server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the demo prints, and the archive it leaves, to be read."""
    folder = tmp_path_factory.mktemp("demo")
    done = CliRunner().invoke(cli, ["demo", "--into", str(folder / "snapshots")])
    assert done.exit_code == 0, done.output
    return done.output, folder / "snapshots/archive.db"


@pytest.fixture(scope="session")
def eventful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive in which all sorts of things happened, to be read and not written to."""
    path = tmp_path_factory.mktemp("eventful") / "archive.db"
    with Archive(path) as archive:
        fill(House(archive, path))
    return path


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty archive."""
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        yield House(archive, path)


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with two years of invented vendors, which nobody writes to."""
    path = tmp_path_factory.mktemp("shown") / "archive.db"
    sample.fill(path)
    return path
