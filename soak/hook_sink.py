"""A receiver of webhooks that fails, stalls, resets connections, and takes alerts without saying so."""

from __future__ import annotations

import json
import socket
from typing import BinaryIO, ClassVar

from faulty import Arrival, Fault, Gone, Sink, meet


class HookSink(Sink):
    """Speaks as much HTTP as a webhook needs; one request a connection."""

    faults: ClassVar = (
        ("connect", "refuse"),
        ("head", "drop"),
        ("head", "stall and drop"),
        ("body", "drop"),
        ("answer", "500 Internal Server Error"),
        ("answer", "503 Service Unavailable\r\nRetry-After: 120"),
        ("answer", "429 Too Many Requests\r\nRetry-After: 600"),
        ("answer", "stall"),
        ("taken", "drop"),
        ("taken", "stall and drop"),
        ("taken", "half"),
    )

    def __init__(self, channel: str, seed: int, stall: float = 0.5) -> None:
        super().__init__(channel, seed, ("",), stall)

    @property
    def url(self) -> str:
        """The receiver's address for a watchlist."""
        return f"http://127.0.0.1:{self.port}/{self.channel}"

    def serve(self, connection: socket.socket, fault: Fault) -> None:
        """One request."""
        meet(fault, "head")
        with connection.makefile("rb") as lines:
            headers = _headers(lines)
            meet(fault, "body")
            size = int(headers["content-length"])
            body = lines.read(size)
        if len(body) < size:
            raise Gone  # the client went away in the middle: nothing was taken
        refusal = meet(fault, "answer")
        if not refusal:
            acknowledged = fault.step != "taken"
            payload_key = str(json.loads(body)["key"])
            self.arrivals.append(Arrival(self.channel, "", headers["idempotency-key"], payload_key, body, acknowledged))
        if meet(fault, "taken") == "half":
            connection.sendall(b"HTTP/1.1 2")
            raise Gone
        connection.sendall(f"HTTP/1.1 {refusal or '204 No Content'}\r\nContent-Length: 0\r\n\r\n".encode())


def _headers(lines: BinaryIO) -> dict[str, str]:
    lines.readline(2000)
    headers: dict[str, str] = {}
    while (line := lines.readline(2000).decode("latin-1").strip()) and len(headers) < 100:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if "content-length" not in headers:
        raise Gone
    return headers
