"""What was read and what was served: a version as text, bytes as they came, a check with all that it brought."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from monitor.charset import decode
from monitor.clauses import of_block
from monitor.meaning.understand import understand_document
from monitor.model import Block, Document, Offer, Reading
from monitor.records import VersionEntry
from monitor.web.context import Missing, archive, asked, found, number
from monitor.web.pages import safe_name
from monitor.web.sides import anchor_of

ROUTES = Blueprint("versions", __name__)
MOST_TEXT = 30_000
"""Characters of a version on one screen: more than most pages have, and understood within the patience of a reader."""
MOST_SHOWN = 5_000_000
"""Bytes of a snapshot that are shown; a larger one can be kept as a file."""
SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REACHING = re.compile(r"<(?=(?:link|i?frame|fencedframe|object|embed|portal)[\s/>])", re.I | re.A)
"""Elements for which a browser opens connections before it asks the policy that forbids them. As text, a tag can be written in
no other way than this, so nothing has to be parsed as the browser would."""


@dataclass(frozen=True, slots=True)
class Said:
    """One clause of a version: its anchor, its text, what it says on data and offers."""

    anchor: str
    text: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a version in its clauses."""

    block: Block
    clauses: tuple[Said, ...]


@ROUTES.get("/versions/<id:version_id>")
def version(version_id: int) -> str:
    """A version as text, its clauses marked by topic."""
    entry = found(lambda: archive().entry(version_id))
    document = archive().document(version_id)
    screens = _screens(document)
    part = min(number("part", 1, 100_000), len(screens))
    if clause := asked("clause"):
        part = next((each for each, blocks in enumerate(screens, 1) if clause in _anchors(blocks)), part)
    parts, offers = read(Document(screens[part - 1], document.title, document.language))
    return render_template(
        "version.html", version=entry, blocks=parts, offers=offers, part=part, screens=len(screens), page=_page(entry)
    )


def _anchors(blocks: Iterable[Block]) -> frozenset[str]:
    return frozenset(anchor_of(clause.text) for block in blocks for clause in of_block(block))


def _page(entry: VersionEntry) -> object:
    return archive().page(entry.vendor, entry.page)


def read(document: Document) -> tuple[list[Part], tuple[Offer, ...]]:
    """The blocks of a document in their clauses, each with what it says. Where a clause stands twice, the first has its anchor."""
    understood = understand_document(document)
    readings = iter(understood.clauses)
    seen: set[str] = set()
    parts = []
    for block in document.blocks:
        clauses = []
        for clause in of_block(block):
            anchor = anchor_of(clause.text)
            clauses.append(Said("" if anchor in seen else anchor, clause.text, next(readings)[1]))
            seen.add(anchor)
        parts.append(Part(block, tuple(clauses)))
    return parts, understood.offers


def _screens(document: Document) -> list[tuple[Block, ...]]:
    """The blocks by screens, each with as much text as one can hold."""
    screens: list[list[Block]] = [[]]
    size = 0
    for block in document.blocks:
        if size and size + len(block.text) > MOST_TEXT:
            screens.append([])
            size = 0
        screens[-1].append(block)
        size += len(block.text)
    return [tuple(blocks) for blocks in screens]


@ROUTES.get("/snapshots/<sha256>")
def snapshot(sha256: str) -> str:
    """Bytes that were served: where and when, and what a browser shows of them."""
    seen = archive().sightings(_checked(sha256))
    return render_template("snapshot.html", sha256=sha256, seen=seen, form=_form(seen[0].content_type, seen[0].size))


@ROUTES.get("/snapshots/<sha256>/raw")
def raw(sha256: str) -> Response:
    """The bytes themselves, as a file that no browser opens."""
    seen = archive().sightings(_checked(sha256))[0]
    answer = Response(archive().snapshot(sha256), content_type="application/octet-stream")
    name = safe_name(f"{seen.vendor}-{seen.page}-{seen.seen_at:%Y%m%dT%H%M%SZ}-{sha256[:12]}.bin")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Content-Security-Policy"] = SANDBOX
    return _kept(answer, sha256)


@ROUTES.get("/snapshots/<sha256>/shown")
def shown(sha256: str) -> Response:
    """What was served, for the frame of its page: in a sandbox of an origin of its own, which runs nothing and reaches nothing."""
    seen = archive().sightings(_checked(sha256))[0]
    form = _form(seen.content_type, seen.size)
    if not form:
        raise Missing(f"snapshot {sha256} is {seen.content_type or 'of no type'}, which is not shown")
    text = decode(archive().snapshot(sha256), seen.content_type)
    answer = Response(_REACHING.sub("<meta data-was-", text) if form == "text/html" else text)
    answer.content_type = f"{form}; charset=utf-8"
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return _kept(answer, sha256)


def _form(content_type: str, size: int) -> str:
    """The type as which a snapshot is shown: HTML, plain text, or, where it is empty, not at all."""
    kind = content_type.partition(";")[0].strip().lower()
    if size > MOST_SHOWN:
        return ""
    if kind in ("text/html", "application/xhtml+xml"):
        return "text/html"
    return "text/plain" if kind.startswith("text/") or kind.endswith(("json", "xml")) else ""


def _kept(answer: Response, sha256: str) -> Response:
    """Bytes by their hash never change: whoever has them need not be sent them again."""
    answer.set_etag(sha256)
    answer.make_conditional(request)
    return answer


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise Missing(f"{sha256[:80]} is no SHA-256 in hex")
    found(lambda: archive().sightings(sha256))
    return sha256


@ROUTES.get("/captures/<id:capture_id>")
def capture(capture_id: int) -> str:
    """One check: what was asked, what was answered, and what came of it."""
    vendor, name, record = found(lambda: archive().owner(capture_id))
    return render_template(
        "capture.html", vendor=vendor, name=name, record=record, capture=archive().capture(capture_id)
    )
