"""The kinds of records that can be exported, each as plain objects whose keys are the columns of a table.

A further kind is one entry of `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from monitor.archive import Archive
from monitor.errors import DamagedRecord
from monitor.facts import Reader, facts
from monitor.model import Amount, Finding, Page, Settled
from monitor.records import AlertRecord, ChangeRecord, Wanted
from monitor.report.facts import fact_json
from monitor.report.lines import capture_json, delivery_json, told_json
from monitor.report.payload import amount_json, change_json, finding_json, stamp

Row = dict[str, object]
Damaged = Callable[[DamagedRecord], None]
"""Is told of each record that cannot be read; all others are told."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: the keys of its objects, in their order, and how all that are wanted are told, oldest first."""

    columns: tuple[str, ...]
    rows: Callable[[Archive, Wanted, Damaged], Iterator[Row]]


def each_of(ids: Iterable[int], told: Callable[[int], Iterable[Row]], damaged: Damaged) -> Iterator[Row]:
    """What is told of each record; one that is damaged keeps none of the others back."""
    for one in ids:
        try:
            rows = tuple(told(one))
        except DamagedRecord as damage:
            damaged(damage)
        else:
            yield from rows


def captures_of(archive: Archive, page: Page, wanted: Wanted, damaged: Damaged) -> Iterator[tuple[int, Settled]]:
    """The captures of a page with their ids, bytes and all, oldest first."""
    for listed in archive.listing.captures(page, wanted):
        try:
            capture = archive.capture(listed.id)
        except DamagedRecord as damage:
            damaged(DamagedRecord(f"capture {listed.id} of {page.key}: {damage}"))
        else:
            yield listed.id, capture


def _captures(archive: Archive, wanted: Wanted, _damaged: Damaged) -> Iterator[Row]:
    for page in archive.listing.pages(wanted):
        for capture in archive.listing.captures(page, wanted):
            told = capture_json(capture)
            yield {"id": told.pop("id"), "vendor": page.vendor, "page": page.name, "type": page.type, **told}


def _versions(archive: Archive, wanted: Wanted, damaged: Damaged) -> Iterator[Row]:
    for page in archive.listing.pages(wanted):
        told = partial(_version, archive, page)
        yield from each_of(archive.listing.versions(page, wanted), told, damaged)


def _version(archive: Archive, page: Page, version: int) -> Iterator[Row]:
    record = archive.version(version)
    document = record.document
    yield {
        "id": record.id,
        "vendor": record.vendor,
        "page": record.page,
        "type": page.type,
        "seen_at": stamp(record.seen_at),
        "last_seen_at": stamp(record.last_seen_at),
        "snapshot": record.snapshot,
        "edition": record.edition,
        "technical": record.technical,
        "title": document.title,
        "language": document.language,
        "characters": len(document.text),
        "text": document.text,
    }


def _of_changes(told: Callable[[ChangeRecord], Iterable[Row]]) -> Callable[[Archive, Wanted, Damaged], Iterator[Row]]:
    def rows(archive: Archive, wanted: Wanted, damaged: Damaged) -> Iterator[Row]:
        return each_of(archive.listing.changes(wanted), lambda one: told(archive.change(one)), damaged)

    return rows


def _change(record: ChangeRecord) -> Iterator[Row]:
    yield change_json(record)


def _findings(record: ChangeRecord) -> Iterator[Row]:
    for finding in record.change.findings:
        yield {
            "change_id": record.id,
            "vendor": record.vendor,
            "page": record.page,
            "type": record.type,
            "seen_at": stamp(record.seen_at),
            "verdict": record.change.verdict,
            "importance": finding.importance,
            **finding_json(finding),
            "trail": list(finding.trail),
            "rule": finding.rule,
        }


def _amounts(record: ChangeRecord) -> Iterator[Row]:
    for finding in record.change.findings:
        if finding.amount_before or finding.amount_after:
            yield _amount(record, finding)


def _amount(record: ChangeRecord, finding: Finding) -> Row:
    return {
        "change_id": record.id,
        "vendor": record.vendor,
        "page": record.page,
        "type": record.type,
        "previous_at": stamp(record.previous_at),
        "seen_at": stamp(record.seen_at),
        "topic": finding.topic,
        "change": finding.change,
        **_side("before", finding.amount_before),
        **_side("after", finding.amount_after),
        "reading": finding.reading,
    }


def _side(side: str, amount: Amount | None) -> Row:
    told = amount_json(amount) or dict.fromkeys(_AMOUNT)
    return {f"{side}_{key}": told[key] for key in _AMOUNT}


def _alerts(archive: Archive, wanted: Wanted, damaged: Damaged) -> Iterator[Row]:
    def told(one: int) -> Iterator[Row]:
        alert = archive.alert(one)
        yield told_json(alert, archive.change(alert.change) if alert.change else None)

    return each_of(archive.listing.alerts(wanted), told, damaged)


def _deliveries(archive: Archive, wanted: Wanted, damaged: Damaged) -> Iterator[Row]:
    return each_of(archive.listing.alerts(wanted), lambda one: _delivered(archive.alert(one)), damaged)


def _delivered(alert: AlertRecord) -> Iterator[Row]:
    for delivery in reversed(alert.deliveries):
        yield {"id": delivery.id, "alert": alert.id, "change": alert.change} | delivery_json(delivery)


def _facts(archive: Archive, wanted: Wanted, _damaged: Damaged) -> Iterator[Row]:
    """As of the end of the time that is wanted, or of the last check."""
    checked = [page.last_check_at for page in archive.pages() if page.last_check_at]
    if not checked:
        return
    at = wanted.until or max(checked)
    for fact in facts(Reader(archive), at, wanted.vendor):
        row = fact_json(fact, at)
        is_late = wanted.since is None or (fact.since is not None and fact.since >= wanted.since)
        if is_late and wanted.page in (None, row["page"]):
            yield row


_AMOUNT = ("value", "unit", "per", "every", "qualifier", "scope", "conditions")
KINDS: dict[str, Kind] = {
    "captures": Kind(
        ("id", "vendor", "page", "type", "at", "outcome", "reason", "status", "url", "final_url", "snapshot", "bytes",
         "version", "change"),
        _captures,
    ),
    "versions": Kind(
        ("id", "vendor", "page", "type", "seen_at", "last_seen_at", "snapshot", "edition", "technical", "title",
         "language", "characters", "text"),
        _versions,
    ),
    "changes": Kind(
        ("id", "vendor", "page", "type", "seen_at", "previous_at", "verdict", "importance", "topics", "summary",
         "findings", "before", "after"),
        _of_changes(_change),
    ),
    "findings": Kind(
        ("change_id", "vendor", "page", "type", "seen_at", "verdict", "importance", "topic", "change", "before",
         "after", "reading", "amount", "trail", "rule"),
        _of_changes(_findings),
    ),
    "amounts": Kind(
        ("change_id", "vendor", "page", "type", "previous_at", "seen_at", "topic", "change",
         *(f"{side}_{key}" for side in ("before", "after") for key in _AMOUNT), "reading"),
        _of_changes(_amounts),
    ),
    "alerts": Kind(
        ("id", "change", "subject", "created_at", "acknowledged_at", "deliveries"),
        _alerts,
    ),
    "deliveries": Kind(
        ("id", "alert", "change", "channel", "state", "key", "digest", "repeat", "attempts", "next_at", "sent_at",
         "error"),
        _deliveries,
    ),
    "facts": Kind(
        ("vendor", "question", "scope", "item", "state", "answer", "value", "quote", "page", "url", "version", "as_of",
         "since", "from_start", "before", "says", "sources"),
        _facts,
    ),
}  # fmt: skip
"""What can be exported, by the name that people give it."""
