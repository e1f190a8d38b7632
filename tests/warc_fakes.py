"""WARC and WACZ files made on the fly."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path

from fakes import DAY, PAGE, START
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

HTML = {"Content-Type": "text/html; charset=utf-8"}


class Warc:
    """A WARC file that is being written."""

    def __init__(self, *, gzip: bool = True, version: str = "1.1") -> None:
        self._file = BytesIO()
        self._writer = WARCWriter(self._file, gzip=gzip, warc_version=version)
        self._version = version

    @property
    def bytes(self) -> bytes:
        return self._file.getvalue()

    def write(self, path: Path) -> Path:
        path.write_bytes(self.bytes)
        return path

    def date(self, day: float) -> str:
        return self.stamp(START + day * DAY)

    @staticmethod
    def stamp(at: datetime) -> str:
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def answer(
        self,
        day: float,
        body: bytes,
        *,
        url: str = PAGE.url,
        status: str = "200 OK",
        headers: Mapping[str, str] = HTML,
        kind: str = "response",
        said: Mapping[str, str] = {},
    ) -> None:
        """A record of an answer; `said` are headers of the record."""
        http = StatusAndHeaders(status, list(headers.items()), protocol="HTTP/1.1")
        record = self._writer.create_warc_record(
            url, kind, payload=BytesIO(body), length=len(body), http_headers=http,
            warc_headers_dict={"WARC-Date": self.date(day), **said},
        )  # fmt: skip
        self._writer.write_record(record)

    def resource(self, day: float, body: bytes, content_type: str = "text/html", url: str = PAGE.url) -> None:
        record = self._writer.create_warc_record(
            url, "resource", payload=BytesIO(body), length=len(body), warc_content_type=content_type,
            warc_headers_dict={"WARC-Date": self.date(day)},
        )  # fmt: skip
        self._writer.write_record(record)

    def revisit(self, day: float, body: bytes, of: float, *, profile: str = "", url: str = PAGE.url) -> None:
        """A record that says that the bytes of an earlier day came again."""
        record = self._writer.create_revisit_record(
            url, digest(body), PAGE.url, self.date(of), http_headers=StatusAndHeaders("200 OK", [("ETag", '"again"')], "HTTP/1.1"),
            warc_headers_dict={"WARC-Date": self.date(day)},
        )  # fmt: skip
        if profile:
            record.rec_headers.replace_header("WARC-Profile", profile)
        self._writer.write_record(record)

    def raw(self, text: bytes) -> None:
        """Bytes that no writer would write, packed as the others are."""
        self._file.write(gzip.compress(text) if self._writer.gzip else text)


def digest(body: bytes) -> str:
    from base64 import b32encode

    return "sha1:" + b32encode(hashlib.sha1(body).digest()).decode()


def wacz(path: Path, members: Mapping[str, bytes], *, packed: bool = False, hashes: Mapping[str, str] = {}) -> Path:
    """A WACZ of these members, which its description lists with their hashes."""
    resources = [
        {"name": name.rpartition("/")[2], "path": name, "bytes": len(body),
         "hash": hashes.get(name, "sha256:" + hashlib.sha256(body).hexdigest())}
        for name, body in members.items()
    ]  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        for name, body in members.items():
            file.writestr(name, body)
        file.writestr(
            "datapackage.json", json.dumps({"profile": "data-package", "wacz_version": "1.1.1", "resources": resources})
        )
    return path
