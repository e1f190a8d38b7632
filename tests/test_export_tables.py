"""Every kind is exported as JSON lines and as CSV, with the same names, whole, and in an order of its own."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from export_samples import export, lines
from house import House
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.archive import Archive, listing
from monitor.cli import cli
from monitor.export import KINDS, write_csv
from monitor.records import Wanted


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def as_csv(*values: object, bom: bool = False) -> bytes:
    """One row as CSV."""
    out = io.BytesIO()
    columns = [f"c{number}" for number, _ in enumerate(values)]
    assert write_csv(out, columns, [dict(zip(columns, values, strict=True))], bom=bom) == 1
    return out.getvalue()


def cell(told: str) -> Any:
    """What a cell says, read as this program writes it."""
    return json.loads(told) if told[:1] in ("[", "{") or told in ("true", "false") else told


# --- kinds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_the_same_in_both_forms(eventful: Path, kind: str) -> None:
    """The columns of the CSV are the keys of the JSON lines, and its cells say the same."""
    told = lines(export(eventful, kind).stdout)
    rows = table(export(eventful, kind, "--format", "csv").stdout_bytes)
    assert len(told) == len(rows) > 0
    for each, row in zip(told, rows, strict=True):
        assert tuple(each) == tuple(row) == KINDS[kind].columns
        said = {key: value if isinstance(value, bool | list | dict) else str(value) for key, value in each.items()}
        assert {key: cell(row[key]) for key, value in each.items() if value is not None} == {
            key: value for key, value in said.items() if each[key] is not None
        }
        assert all(row[key] == "" for key, value in each.items() if value is None)


@pytest.mark.parametrize("kind", KINDS)
def test_times_are_rfc_3339(eventful: Path, kind: str) -> None:
    """Each time is in UTC and says so."""
    told = lines(export(eventful, kind).stdout)
    times = [each[key] for each in told for key in each if key.endswith(("at", "as_of", "since")) and each[key]]
    assert times
    assert all(time.endswith("Z") and datetime.fromisoformat(time) for time in times)


def test_changes_are_those_of_the_command(eventful: Path) -> None:
    """`export changes` writes the very lines of `changes --json`."""
    said = CliRunner().invoke(cli, ["changes", "--json", "--archive", str(eventful)]).stdout
    assert export(eventful, "changes").stdout == said != ""


def test_findings_are_those_of_the_changes(eventful: Path) -> None:
    """Each finding of each change is a line, and each amount in one is a line of amounts."""
    changes = lines(export(eventful, "changes").stdout)
    findings = lines(export(eventful, "findings").stdout)
    inner = [finding for change in changes for finding in change["findings"]]
    assert [{key: line[key] for key in inner[0]} for line in findings] == inner
    amounts = lines(export(eventful, "amounts").stdout)
    before_and_after = [(line["before_value"], line["after_value"]) for line in amounts]
    assert before_and_after == [
        tuple(side and side["value"] for side in finding["amount"].values()) for finding in inner if finding["amount"]
    ]
    assert {(500_000, 100_000), (100_000, 200_000)} <= set(before_and_after)


def test_alerts_are_those_of_the_command(eventful: Path) -> None:
    """`export alerts` writes the lines of `alerts list --json`, oldest first, and their deliveries are a kind of their own."""
    said = CliRunner().invoke(cli, ["alerts", "list", "--json", "--archive", str(eventful)]).stdout
    alerts = lines(export(eventful, "alerts").stdout)
    assert alerts == lines(said)[::-1]
    deliveries = lines(export(eventful, "deliveries").stdout)
    assert [delivery["id"] for delivery in deliveries] == [
        delivery["id"] for alert in alerts for delivery in alert["deliveries"]
    ]


# --- filters ---------------------------------------------------------------------------------------------------------


def test_facts_are_those_of_the_command(eventful: Path) -> None:
    """`export facts` writes the lines of `facts --json` as of the same time, and each filter leaves some of them."""
    said = lines(CliRunner().invoke(cli, ["facts", "--json", "--at", "2031-12-31", "--archive", str(eventful)]).stdout)
    assert lines(export(eventful, "facts", "--until", "2031-12-31").stdout) == said
    assert {each["vendor"] for each in lines(export(eventful, "facts", "--vendor", "qinghe").stdout)} == {"qinghe"}
    known = [each for each in said if each["state"] == "known"]
    assert lines(export(eventful, "facts", "--page", "acme/terms", "--until", "2031-12-31").stdout) == [
        each for each in known if each["page"] == "terms"
    ]
    latest = max(each["since"] for each in known if each["since"])
    since = lines(export(eventful, "facts", "--since", latest, "--until", "2031-12-31").stdout)
    assert since == [each for each in said if each["since"] and each["since"] >= latest] != []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "vendor" in KINDS[kind].columns and kind != "facts"])
def test_filters_narrow(eventful: Path, kind: str) -> None:
    """A vendor, a page and two ends of time let through what fits all of them, the ends included."""
    everything = lines(export(eventful, kind).stdout)
    at = "at" if kind == "captures" else "seen_at"
    assert lines(export(eventful, kind, "--vendor", "qinghe").stdout) == [
        each for each in everything if each["vendor"] == "qinghe"
    ]
    assert lines(export(eventful, kind, "--page", "acme/terms").stdout) == [
        each for each in everything if each["page"] == "terms"
    ]
    ends = sorted(each[at] for each in everything)
    assert lines(export(eventful, kind, "--since", ends[0], "--until", ends[-1]).stdout) == everything
    day = ends[-1][:10]
    assert lines(export(eventful, kind, "--since", day).stdout) == [each for each in everything if each[at] >= day]
    day = ends[0][:10]
    assert lines(export(eventful, kind, "--until", day).stdout) == [each for each in everything if each[at][:10] == day]


def test_alerts_of_a_vendor_are_on_its_changes(eventful: Path) -> None:
    """An alert is of the vendor whose change it is about."""
    alerts = lines(export(eventful, "alerts", "--vendor", "qinghe").stdout)
    assert alerts
    assert all(alert["subject"].startswith("qinghe/free: ") for alert in alerts)


@pytest.mark.parametrize(("form", "left"), [("jsonl", b""), ("csv", b"id,vendor,page,type,at,")])
def test_what_fits_nothing_is_an_empty_file(eventful: Path, tmp_path: Path, form: str, left: bytes) -> None:
    """Where nothing fits, the file has no row, a table its header, and the command says so."""
    done = export(eventful, "captures", str(tmp_path / f"none.{form}"), "--vendor", "nobody")
    assert done.stderr == f"no captures fit, written to {tmp_path}/none.{form}\n"
    assert (tmp_path / f"none.{form}").read_bytes().startswith(left)
    assert len((tmp_path / f"none.{form}").read_bytes().splitlines()) == bool(left)


def test_a_listing_is_read_some_at_a_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few are read at a time, every record is told once, in order, also of those with one time."""
    house.checks(*["timeout"] * 7)
    for _ in range(3):
        house.check("dns_error", after=house.now - house.now)
    whole = [capture.id for capture in house.archive.history("acme", "terms")]
    for many in (1, 2, 3, 10, 11):
        monkeypatch.setattr(listing, "AT_ONCE", many)
        [page] = house.archive.listing.pages(Wanted())
        assert [capture.id for capture in house.archive.listing.captures(page, Wanted())] == whole


def test_a_long_read_keeps_no_writer_waiting(house: House) -> None:
    """Between two steps of an export checks are recorded, and nothing is told twice."""
    house.checks("timeout", "timeout")
    with Archive(house.path, mode="read") as reader:
        rows = KINDS["captures"].rows(reader, Wanted(), lambda _: None)
        first = next(rows)
        house.check("dns_error")
        assert [first["id"], *(row["id"] for row in rows)] == [1, 2]


# --- CSV -------------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")), min_size=1))
def test_csv_gives_every_text_back(texts: list[str]) -> None:
    """Whatever a text holds, a reader of RFC 4180 finds it in its cell, behind an apostrophe if it looks like a formula."""
    [row] = table(as_csv(*texts))
    assert [
        told.removeprefix("'") if text[:1] != "'" else told for told, text in zip(row.values(), texts, strict=True)
    ] == texts


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠x"])
def test_no_text_is_a_formula(text: str) -> None:
    """Text that a spreadsheet would run stands behind an apostrophe; numbers are numbers, also below nothing."""
    assert [*table(as_csv(text))[0].values()] == ["'" + text]
    assert as_csv(-1.5, -2) == b"c0,c1\r\n-1.5,-2\r\n"


def test_csv_is_as_rfc_4180_has_it() -> None:
    """Lines end with CR LF, cells are quoted where they must be, nothing is empty, and what has parts is JSON."""
    values = ('a "b", c\nd', None, True, ["x", 1], {"é": None})
    assert as_csv(*values) == (b'c0,c1,c2,c3,c4\r\n"a ""b"", c\nd",,true,"[""x"", 1]","{""\xc3\xa9"": null}"\r\n')


def test_a_mark_says_that_it_is_utf_8(eventful: Path) -> None:
    """The byte-order mark is there if it is asked for, and only then."""
    assert as_csv("x", bom=True) == b"\xef\xbb\xbf" + as_csv("x")
    marked = export(eventful, "changes", "--format", "csv", "--bom").stdout_bytes
    assert marked == b"\xef\xbb\xbf" + export(eventful, "changes", "--format", "csv").stdout_bytes
