"""Checks an evidence folder: python3 verify.py [FOLDER]. Needs nothing but Python."""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RESTS_ON = {
    "changes": {"page": "pages", "before": "versions", "after": "versions"},
    "findings": {"change": "changes"},
    "alerts": {"change": "changes"},
    "versions": {"page": "pages", "snapshot": "snapshots"},
    "checks": {"page": "pages", "snapshot": "snapshots", "version": "versions"},
    "snapshots": {"page": "pages"},
}
"""Which columns of a record name another record of the folder."""


def main() -> int:
    """Say what is wrong, or that nothing is; the exit status."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    try:
        wrong = list(problems(folder))
        manifest = json.loads((folder / "manifest.json").read_bytes())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"this is no evidence folder, or a file of it is missing or broken: {error!r}")
        return 1
    for line in wrong:
        print(line)
    if not wrong:
        print(f"whole: {manifest['page']}, change {manifest['change']}: {manifest['summary']}")
        print(f"head of the ledger: {manifest['head']}")
    return 1 if wrong else 0


def problems(folder: Path) -> Iterator[str]:
    """Everything that does not fit, in sentences."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    yield from (wrong := list(in_files(folder, manifest["files"])))
    if any(line.endswith("is missing") for line in wrong):
        return
    steps = [json.loads(line) for line in (folder / "ledger.jsonl").read_bytes().splitlines()]
    yield from in_ledger(steps, manifest["head"])
    records = {file.stem: json.loads(file.read_bytes()) for file in sorted((folder / "records").glob("*.json"))}
    entered = {f"{step['kind']}-{step['record']}": step["digest"] for step in reversed(steps)}
    for name, record in records.items():
        if (
            entered.get(name) != digest_of(folder / "records" / f"{name}.json")
            or name != f"{record['table']}-{record['id']}"
        ):
            yield f"{name} is not what the ledger says"
        yield from in_references(name, record, records)
        yield from in_contents(folder, name, record)
    if f"changes-{manifest['change']}" not in records:
        yield f"the record of change {manifest['change']} is missing"
    yield from in_texts(folder, records)


def in_files(folder: Path, said: dict[str, str]) -> Iterator[str]:
    """Files that are missing, changed, or not named by the manifest."""
    for name, sha256 in said.items():
        if not (folder / name).is_file():
            yield f"{name} is missing"
        elif digest_of(folder / name) != sha256:
            yield f"{name} is not the file that was written"
    there = {
        str(file.relative_to(folder))
        for part in ("bytes", "documents", "records")
        for file in (folder / part).glob("*")
    }
    yield from (f"{name} does not belong here" for name in sorted(there - set(said)))


def in_ledger(steps: list[dict[str, Any]], head: str) -> Iterator[str]:
    """Entries that are not what their hash says, and a way to the head that is broken."""
    for step in steps:
        line = "{id} {kind} {record} {digest} {before} {skipped}".format(**step)
        if hashlib.sha256(line.encode()).hexdigest() != step["hash"]:
            yield f"entry {step['id']} of the ledger is not what its hash says"
    if f"{steps[0]['id']}:{steps[0]['hash']}" != head:
        yield "the ledger does not end at the head that the manifest names"
    named = {steps[0]["hash"]}
    for step in steps:
        if step["hash"] not in named:
            yield f"no later entry of the ledger names entry {step['id']}"
        named |= {step["before"], step["skipped"]}


def in_references(name: str, record: dict[str, Any], records: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Records that a record names and that are not in the folder."""
    for column, kind in RESTS_ON.get(record["table"], {}).items():
        if record.get(column) is not None and f"{kind}-{record[column]}" not in records:
            yield f"{name} names {kind}-{record[column]}, which is missing"


def in_contents(folder: Path, name: str, record: dict[str, Any]) -> Iterator[str]:
    """Bytes and documents that a record names by their SHA-256."""
    part, column = {"snapshots": ("bytes", "sha256"), "versions": ("documents", "document")}.get(
        record["table"], ("", "")
    )
    if part and not any(digest_of(file) == record[column] for file in (folder / part).glob(f"{record[column]}.*")):
        yield f"{name} names {part} that are missing or changed: {record[column]}"


def in_texts(folder: Path, records: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Texts that are not those of the documents."""
    (change,) = (record for record in records.values() if record["table"] == "changes")
    for side in ("before", "after"):
        version = records[f"versions-{change[side]}"]
        document = json.loads((folder / "documents" / f"{version['document']}.json").read_bytes())
        text = "\n".join(block["text"] for block in document["blocks"])
        if (folder / f"{side}.txt").read_bytes() != text.encode():
            yield f"{side}.txt is not the text of the document"


def digest_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
