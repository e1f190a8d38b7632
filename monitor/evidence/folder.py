"""The files of an evidence folder, by name; nothing is written here."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.resources import files as resources

from monitor.clauses import clauses
from monitor.compare import compare
from monitor.model import Capture
from monitor.records import Evidence, Step, VersionRecord
from monitor.report.markdown import digest_markdown
from monitor.report.page import report_html
from monitor.report.style import Style

MANIFEST = "manifest.json"
STAMP = "manifest.json.tsr"
SCHEMA = "terms-monitor/evidence/1"
_ENDINGS = {
    "text/html": "html", "application/xhtml+xml": "html", "application/pdf": "pdf", "text/markdown": "md",
    "text/plain": "txt", "application/json": "json",
}  # fmt: skip
README = """\
What this folder shows

    {summary}

    page: {url}
    the last capture of the text before: {before}
    the first capture of the text after: {after}

change.md and report.html say it in words; words.diff has every sentence that differs.
before.txt and after.txt are the texts as they were read; bytes/ holds what the server sent, captures.txt when, from which
address, by which redirects, and with which headers (credentials are never stored).

To check that nothing here was changed:

    python3 verify.py

It needs Python 3.11 or newer and nothing else, no network either. It proves that the bytes, texts and records belong together,
and that they stand in the ledger of the archive, up to its head:

    {head}

The ledger is an append-only log in which each entry names the one before by its hash. Compare this head with one of the same
archive that was written down elsewhere, later or at the same time: if they agree, nothing here was made afterwards.
Where there is a manifest.json.tsr, a time stamping authority has signed that all of this was there at a time:

    openssl ts -verify -data manifest.json -in manifest.json.tsr -CAfile THE-AUTHORITY.pem

What nothing here proves: that the server sent the same to others, or that the machine which recorded it was honest.
"""


def files(evidence: Evidence, style: Style, now: datetime, program: str) -> dict[str, bytes]:
    """The folder's files, by their names within it. `program` is who made it; the manifest names all others by their SHA-256."""
    made = dict(_files(evidence, style))
    manifest = {
        "schema": SCHEMA,
        "program": program,
        "made_at": now.isoformat(),
        "change": evidence.change.id,
        "page": f"{evidence.change.vendor}/{evidence.change.page}",
        "summary": evidence.change.change.summary,
        "head": str(evidence.proof.steps[0].entry),
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in sorted(made.items())},
    }
    return made | {MANIFEST: _json(manifest, indent=1)}


def _files(evidence: Evidence, style: Style) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", _readme(evidence).encode()
    yield "verify.py", resources("monitor.evidence").joinpath("verifier.py").read_bytes()
    yield "change.md", digest_markdown([evidence.change], style).encode()
    yield "report.html", _report(evidence, style).encode()
    yield "words.diff", _diff(evidence.before, evidence.after).encode()
    for side, version in ("before", evidence.before), ("after", evidence.after):
        yield f"{side}.txt", version.document.text.encode()
    yield "captures.txt", "\n".join(map(_capture, evidence.captures)).encode()
    for sha256, (body, content_type) in evidence.contents.items():
        ending = _ENDINGS.get(content_type.partition(";")[0].strip().lower(), "bin")
        yield f"bytes/{sha256}.{ending}", body
    yield from ((f"documents/{sha256}.json", body) for sha256, body in evidence.documents.items())
    yield from ((f"records/{each.kind}-{each.record}.json", each.text.encode()) for each in evidence.proof.records)
    yield "ledger.jsonl", b"".join(_json(_step(step)) for step in evidence.proof.steps)


def _readme(evidence: Evidence) -> str:
    change = evidence.change
    return README.format(
        summary=change.change.summary,
        url=change.url,
        before=change.previous_at.isoformat(),
        after=change.seen_at.isoformat(),
        head=evidence.proof.steps[0].entry,
    )


def _report(evidence: Evidence, style: Style) -> str:
    before, after = evidence.before.document, evidence.after.document
    return report_html(evidence.change, before, after, compare(before, after), style)


def _diff(before: VersionRecord, after: VersionRecord) -> str:
    """Every clause that differs, in the form of `diff -u`."""
    old, new = ([clause.text for clause in clauses(version.document)] for version in (before, after))
    lines = difflib.unified_diff(
        old, new, "before.txt", "after.txt", str(before.seen_at), str(after.seen_at), lineterm=""
    )
    return "".join(f"{line}\n" for line in lines)


def _capture(capture: Capture) -> str:
    lines = [
        f"{capture.at.isoformat()} {capture.outcome} {capture.url}",
        *(f"  redirect {hop.status} {hop.url}" for hop in capture.hops),
        f"  {capture.status} {capture.final_url}",
        *(f"  {name}: {value}" for name, value in capture.headers),
        f"  bytes {capture.sha256}" if capture.body is not None else "  no bytes",
    ]
    return "".join(f"{line}\n" for line in lines)


def _step(step: Step) -> Mapping[str, object]:
    entry = step.entry
    return {
        "id": entry.id,
        "kind": entry.kind,
        "record": entry.record,
        "digest": entry.digest.hex(),
        "before": step.before.hex(),
        "skipped": step.skipped.hex(),
        "hash": entry.hash.hex(),
    }


def _json(value: object, indent: int | None = None) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=indent) + "\n").encode()
