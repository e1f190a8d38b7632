"""What other tools are shown of an archive says what the program says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import archive_fakes
import pytest
from archive_fakes import FINDING, HOUR, START
from export_samples import export, lines
from house import House

from monitor.archive.codec import stamp
from monitor.model import Amount
from monitor.records import Trouble


@pytest.fixture
def db(eventful: Path) -> Iterator[sqlite3.Connection]:
    with closing(opened(eventful)) as db:
        yield db


def opened(path: Path) -> sqlite3.Connection:
    """An archive as another tool opens it."""
    db = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    return db


def told(db: sqlite3.Connection, query: str) -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute(query)]


def in_json(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a table with the times of an export: as short as they can be."""
    return {
        key: value.replace(".000000Z", "Z") if key.endswith("at") and value else value for key, value in row.items()
    }


def test_captures_are_shown_with_their_page(eventful: Path, db: sqlite3.Connection) -> None:
    """A capture in the view is the one that is exported, with its page, its bytes' hash, and what it began."""
    rows = told(db, "SELECT *, size AS bytes FROM recorded_captures ORDER BY vendor, page, at, id")
    exported = lines(export(eventful, "captures").stdout)
    shown = [in_json(row) | {"version": row["version"] if row["began"] else None} for row in rows]
    assert [{key: row[key] for key in exported[0]} for row in shown] == exported
    assert sum(row["held"] for row in rows) == 4


def test_versions_are_shown_with_their_page(eventful: Path, db: sqlite3.Connection) -> None:
    """A version in the view is the one that is exported, but for its text, with the change that it came by."""
    rows = told(db, "SELECT *, size AS characters FROM recorded_versions ORDER BY vendor, page, seen_at, id")
    exported = lines(export(eventful, "versions").stdout)
    assert [{key: in_json(row)[key] for key in exported[0] if key != "text"} for row in rows] == [
        {key: value for key, value in version.items() if key != "text"} for version in exported
    ]
    changes = {change["after"]["version"]: change["id"] for change in lines(export(eventful, "changes").stdout)}
    assert {row["id"]: row["change"] for row in rows if row["change"]} == changes


def test_findings_are_shown_with_their_page(eventful: Path, db: sqlite3.Connection) -> None:
    """A finding in the view is the one that is exported, with the page and the time of its change."""
    rows = told(db, "SELECT * FROM recorded_findings ORDER BY seen_at, id")
    exported = lines(export(eventful, "findings").stdout)
    same = ("vendor", "page", "type", "seen_at", "verdict", "importance", "topic", "before", "after", "reading", "rule")
    assert [{key: in_json(row)[key] for key in same} for row in rows] == [
        {key: each[key] for key in same} for each in exported
    ]
    assert [(row["change"], row["kind"]) for row in rows] == [(each["change_id"], each["change"]) for each in exported]


def test_amounts_are_shown_in_columns(eventful: Path, db: sqlite3.Connection) -> None:
    """An amount in the view is the one that is exported, in the same columns; what is not said is empty."""
    rows = told(db, "SELECT * FROM recorded_amounts ORDER BY seen_at, finding")
    exported = lines(export(eventful, "amounts").stdout)
    columns = [key for key in exported[0] if key.startswith(("before_", "after_")) and "conditions" not in key]
    assert [{key: row[key] or None for key in columns} for row in rows] == [
        {key: each[key] or None for key in columns} for each in exported
    ]


def test_an_amount_that_is_no_json_is_empty(house: House) -> None:
    """A number that JSON does not have leaves its columns empty, and hides no other row."""
    amounts = (Amount(5, "request"), Amount(float("inf"), "request"))
    findings = tuple(replace(FINDING, amount_before=amount, amount_after=None) for amount in amounts)
    house.archive.record(archive_fakes.PAGE, archive_fakes.read("old"))
    change = replace(archive_fakes.CHANGE, findings=findings)
    house.archive.record(archive_fakes.PAGE, archive_fakes.changed("new", START + HOUR, change=change))
    with closing(opened(house.path)) as db:
        rows = told(db, "SELECT before_value, before_every, after_every FROM recorded_amounts ORDER BY finding")
    assert [tuple(row.values()) for row in rows] == [(5, 1, None), (None, None, None)]


def test_alerts_are_shown_with_each_delivery(house: House) -> None:
    """An alert is a row for each way that it takes, and one where it takes none; the monitor's own say what is wrong."""
    archive_fakes.with_change(house.archive, "mail", "hook")
    house.archive.record(archive_fakes.PAGE, archive_fakes.changed("newer", START + 2 * HOUR))
    house.archive.note_troubles([Trouble("offline", "", START, "no way out")], [], ["mail"], START + 3 * HOUR)
    with closing(opened(house.path)) as db:
        rows = told(db, "SELECT * FROM recorded_alerts ORDER BY alert, delivery")
    assert [(row["alert"], row["vendor"], row["summary"], row["channel"], row["state"]) for row in rows] == [
        (1, "acme", "Training on files", "mail", "owed"),
        (1, "acme", "Training on files", "hook", "owed"),
        (2, "acme", "Training on files", None, None),
        (3, None, "offline: no way out", "mail", "owed"),
    ]
    assert rows[0]["created_at"] == stamp(START + HOUR)


def test_a_page_has_its_name_in_one_column(db: sqlite3.Connection) -> None:
    """`pages.label` is the page's name as people write it."""
    assert told(db, "SELECT label FROM pages ORDER BY id") == [{"label": "acme/terms"}, {"label": "qinghe/free"}]
