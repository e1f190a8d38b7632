"""A web server on loopback that misbehaves to order: each path serves a script of bytes, pauses and resets."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

RESET = object()
"""In a script: break the connection off with a TCP reset."""

Step = bytes | float | object
"""What a script does next: send bytes, pause for seconds, or RESET. At its end the connection is closed."""


def head(status: str = "200 OK", **headers: str) -> bytes:
    """The head of an answer; underscores in header names stand for hyphens."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A well-formed answer with a Content-Length."""
    return head(status, **{"Content_Type": "text/html", "Content_Length": str(len(body)), **headers}) + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return reply(status=status, Location=location)


def chunked(*chunks: bytes) -> bytes:
    """Chunks without the last, empty one."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


@dataclass(frozen=True)
class Request:
    """A request as it arrived; header names in lower case."""

    path: str
    headers: dict[str, str]


@dataclass
class FaultServer:
    """Serves `routes`: a path -> its script. Counts connections and remembers requests. Use as a context manager."""

    routes: dict[str, Sequence[Step]] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    connections: int = 0
    requests: list[Request] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with suppress(OSError):  # wakes accept() at once, where the system allows it
            self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of a path, under any name of this server."""
        return f"http{'s' if self.tls else ''}://{host}:{self.port}{path}"

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:  # nobody came, or we are stopping
                continue
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(2)
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            request = _read_request(connection)
            self.requests.append(request)
            for step in self.routes.get(request.path, [reply(b"no such path", "404 Not Found")]):
                self._do(step, connection)
        except OSError:
            pass  # the client has gone, as some tests mean it to
        finally:
            connection.close()

    def _do(self, step: Step, connection: socket.socket) -> None:
        if isinstance(step, bytes):
            connection.sendall(step)
        elif isinstance(step, float):
            self._stopped.wait(step)
        else:
            # closing with a linger time of zero sends a reset
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _read_request(connection: socket.socket) -> Request:
    received = b""
    while b"\r\n\r\n" not in received and (data := connection.recv(4096)):
        received += data
    if not received:
        raise ConnectionError("nothing was asked")
    first, *lines = received.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return Request(first.split()[1], {name.lower(): value for name, _, value in pairs})


def tls_server(certificate: str, directory: Path) -> ssl.SSLContext:
    """The TLS settings of a server with this self-signed certificate."""
    chain = directory / "chain.pem"
    chain.write_text(f"{KEY}\n{certificate}\n")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


# One throw-away key and two certificates for terms.example, signed with it: made for these tests, trusted nowhere.
KEY = """\
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIPldUenLzQQn4pXepFTZz/isdnvkPCZezXS/4xVZW8oooAoGCCqGSM49
AwEHoUQDQgAEuDLZXaVW+PKxbHYPP0XhgOMpobi1u26Fl2JEezSvtVLOzAEY6ACd
ndjaAI8sVdoA3IMXoRaoyphykHu8oJYV6g==
-----END EC PRIVATE KEY-----
"""
VALID = """\
-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA10ZXJtcy5l
eGFtcGxlMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA10ZXJtcy5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEuDLZ
XaVW+PKxbHYPP0XhgOMpobi1u26Fl2JEezSvtVLOzAEY6ACdndjaAI8sVdoA3IMX
oRaoyphykHu8oJYV6qNcMFowDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUoo5C
coxXd7INY8vpnOWz+C5TIeowGAYDVR0RBBEwD4INdGVybXMuZXhhbXBsZTAOBgNV
HQ8BAf8EBAMCAoQwCgYIKoZIzj0EAwIDSAAwRQIgHkY5xpZiyssh2Ro/R8zNTG2y
1Sl2/nzjQNqk8Mpih+sCIQCBd82Yr75rsaleS+g4Y3LtqyqcSTq0sw8zJltwoWJ0
ZQ==
-----END CERTIFICATE-----
"""
"""Valid from 2020 to 2120."""
EXPIRED = """\
-----BEGIN CERTIFICATE-----
MIIBfDCCASGgAwIBAgIBAjAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA10ZXJtcy5l
eGFtcGxlMB4XDTIwMDEwMTAwMDAwMFoXDTIwMDIwMTAwMDAwMFowGDEWMBQGA1UE
AwwNdGVybXMuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLgy2V2l
VvjysWx2Dz9F4YDjKaG4tbtuhZdiRHs0r7VSzswBGOgAnZ3Y2gCPLFXaANyDF6EW
qMqYcpB7vKCWFeqjXDBaMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFKKOQnKM
V3eyDWPL6Zzls/guUyHqMBgGA1UdEQQRMA+CDXRlcm1zLmV4YW1wbGUwDgYDVR0P
AQH/BAQDAgKEMAoGCCqGSM49BAMCA0kAMEYCIQCf6xNjBXG7aJEMSofWKZE/KFCh
nhEl1anCw+At7k87BgIhAPNZAS9Oz+Fpn72U6Nup3uSDA7xJ7Wj/urMrQMkdtuTW
-----END CERTIFICATE-----
"""
"""Valid in January 2020."""
