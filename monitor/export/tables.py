"""Rows as JSON lines and as CSV, written one after the other."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import BinaryIO

from monitor.export.kinds import Row

_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
"""What spreadsheets take for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection."""

_as_json = json.JSONEncoder(ensure_ascii=False).encode


def write_json_lines(out: BinaryIO, rows: Iterable[Row]) -> int:
    """Write each row as a JSON object on a line, in UTF-8; how many there were."""
    count = 0
    for count, each in enumerate(rows, 1):  # noqa: B007 - told below
        out.write(_as_json(each).encode("utf-8", "replace") + b"\n")
    return count


def write_csv(out: BinaryIO, columns: Sequence[str], rows: Iterable[Row], *, bom: bool = False) -> int:
    """Write a header and each row as RFC 4180 has it, in UTF-8; how many rows there were.

    `bom` begins the file with a byte-order mark, by which some spreadsheets know UTF-8. Lists and objects are JSON, nothing
    is an empty cell, and text that a spreadsheet would run as a formula stands behind an apostrophe.
    """
    if bom:
        out.write(codecs.BOM_UTF8)
    text = TextIOWrapper(out, "utf-8", "replace", newline="", write_through=True)
    try:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(columns)
        count = 0
        for count, each in enumerate(rows, 1):  # noqa: B007 - told below
            writer.writerow([_cell(each[column]) for column in columns])
        return count
    finally:
        text.detach()  # who opened the file closes it


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case str():
            return f"'{value}" if value[:1] in _FORMULA else value
        case bool() | list() | dict():
            return _as_json(value)
        case _:
            return value
