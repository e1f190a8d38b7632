"""A web server on loopback that keeps what it is asked and posted, and answers as it is told."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class HttpSink:
    """What arrived (path, headers, body), and the answer to give."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    drips: str = ""
    """The part of the answer that comes a byte at a time, for three seconds at most: `head` or `body`."""
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def http_sink() -> Iterator[HttpSink]:
    """A running server, its address in `url`."""
    sink = HttpSink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sink.requests.append((self.path, dict(self.headers), body))
            if sink.drips == "head":
                self.wfile.write(b"HTTP/1.1 204 No Content\r\nX-Slow: ")
                return self.drip()
            self.send_response(sink.status)
            for name, value in sink.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sink.body)
            return self.drip() if sink.drips else None

        do_GET = do_POST  # noqa: N815 - http.server's name

        def drip(self) -> None:
            with suppress(OSError):
                for _ in range(30):
                    self.wfile.write(b"x")
                    time.sleep(0.1)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sink.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield sink
        server.shutdown()
