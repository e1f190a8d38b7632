"""Time stamps: an authority of the test's own, OpenSSL behind a web server on loopback."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from monitor.deliver.stamping import MOST, stamp
from monitor.errors import DeliveryError

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="OpenSSL is not installed")

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/cert.pem
signer_key = {folder}/key.pem
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
"""


def openssl(*arguments: str) -> bytes:
    done = subprocess.run(["openssl", *arguments], capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a time stamping authority's key and certificate."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01")
    use = "extendedKeyUsage=critical,timeStamping"
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Test", "-addext", use)
    openssl(*made, "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"))
    return folder


def reply(folder: Path, request: bytes) -> bytes:
    (folder / "request.tsq").write_bytes(request)
    query = ("-queryfile", str(folder / "request.tsq"))
    openssl("ts", "-reply", "-config", str(folder / "tsa.cnf"), *query, "-out", str(folder / "reply.tsr"))
    return (folder / "reply.tsr").read_bytes()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[bytes], bytes], int], str]]:
    """Answers requests as a function says, with a status; the address."""
    servers: list[HTTPServer] = []

    def start(answer: Callable[[bytes], bytes], status: int = 200) -> str:
        class Visit(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Visit))
        Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_stamp_is_verified_by_openssl(authority: Path, serve: Callable[..., str], tmp_path: Path) -> None:
    """What is kept is what OpenSSL takes as proof of the data."""
    (tmp_path / "manifest.json").write_bytes(b"the manifest")
    (tmp_path / "manifest.json.tsr").write_bytes(
        stamp(serve(lambda request: reply(authority, request)), b"the manifest")
    )
    files = ("-data", str(tmp_path / "manifest.json"), "-in", str(tmp_path / "manifest.json.tsr"))
    assert b"OK" in openssl("ts", "-verify", *files, "-CAfile", str(authority / "cert.pem"))


def test_an_old_stamp_played_again_is_refused(authority: Path, serve: Callable[..., str]) -> None:
    """A token that answers another request says nothing of this one."""
    kept: list[bytes] = []

    def first(request: bytes) -> bytes:
        kept.append(kept[0] if kept else reply(authority, request))
        return kept[0]

    url = serve(first)
    stamp(url, b"the manifest")
    with pytest.raises(DeliveryError, match="something else"):
        stamp(url, b"the manifest")


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"<html>sorry</html>", 200, "is no time stamp"),
        (b"", 200, "is no time stamp"),
        (b"busy", 503, "answered 503"),
        (b"x" * (MOST + 1), 200, "too long"),
    ],
)
def test_what_is_no_stamp_is_said(serve: Callable[..., str], body: bytes, status: int, said: str) -> None:
    """An error page, nothing, or too much is an error that says so."""
    with pytest.raises(DeliveryError, match=said):
        stamp(serve(lambda _: body, status), b"the manifest")


def test_an_authority_that_is_not_there_is_said() -> None:
    """No answer is an error that names the address, not a traceback."""
    for url in ("http://127.0.0.1:9/", "nonsense"):
        with pytest.raises(DeliveryError, match="no answer"):
            stamp(url, b"the manifest")
