"""Other tools are shown an archive as the documentation says."""

from __future__ import annotations

import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from sqlite_utils.cli import cli as sqlite_utils

ROOT = Path(__file__).resolve().parents[1]
SAID = (ROOT / "docs/archive.md").read_text(encoding="utf-8")
DATASETTE = yaml.safe_load((ROOT / "deploy/datasette.yaml").read_text(encoding="utf-8"))
ARCHIVE = DATASETTE["databases"]["archive"]
TABLE_KEYS = {
    "description",
    "columns",
    "facets",
    "hidden",
    "label_column",
    "size",
    "sort",
    "sort_desc",
    "sortable_columns",
}
"""Those that tables have: https://docs.datasette.io/en/stable/metadata.html, https://docs.datasette.io/en/stable/facets.html."""


@pytest.mark.parametrize("line", [line for line in SAID.splitlines() if line.startswith(".venv/bin/sqlite-utils ")])
def test_sqlite_utils_answers(line: str, demo: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command line of sqlite-utils in the documentation finds something in the archive of the demo."""
    monkeypatch.chdir(demo[1].parents[1])
    done = CliRunner().invoke(sqlite_utils, shlex.split(line)[1:])
    assert done.exit_code == 0, done.output
    assert len(done.stdout.splitlines()) > 1


def columns(archive: Path) -> dict[str, set[str]]:
    """The columns of each table and view; what a full-text index keeps for itself, Datasette hides by itself."""
    with closing(sqlite3.connect(f"{archive.as_uri()}?mode=ro", uri=True)) as db:
        names = db.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND name <> 'sqlite_schema'"
        )
        return {name: {row[1] for row in db.execute(f"PRAGMA table_xinfo({name})")} for (name,) in names.fetchall()}


def test_datasette_describes_what_is_there(demo: tuple[str, Path]) -> None:
    """The file for Datasette has every table and view, and no column that is not there; its keys are Datasette's."""
    there = columns(demo[1])
    assert set(ARCHIVE["tables"]) == set(there)
    for name, table in ARCHIVE["tables"].items():
        assert set(table) <= TABLE_KEYS
        named = {
            *table.get("facets", ()),
            *table.get("columns", ()),
            *(table.get(key) for key in ("label_column", "sort_desc")),
        }
        assert named - {None} <= there[name], name
        assert table.get("hidden") or table["description"].endswith(".")
    assert set(DATASETTE) == {"title", "description", "databases"}


def test_every_table_that_is_referred_to_has_a_label(demo: tuple[str, Path]) -> None:
    """Where a row refers to another, Datasette shows what people know that one by."""
    with closing(sqlite3.connect(f"{demo[1].as_uri()}?mode=ro", uri=True)) as db:
        parents = {key[2] for name in columns(demo[1]) for key in db.execute(f"PRAGMA foreign_key_list({name})")}
    assert {name for name in parents if "label_column" not in ARCHIVE["tables"][name]} == set()


@pytest.mark.parametrize("name", ARCHIVE["queries"])
def test_every_question_of_datasette_is_answered(name: str, demo: tuple[str, Path]) -> None:
    """Each question of the file runs, takes the parameters that it names, and is answered by the archive of the demo."""
    query: dict[str, Any] = ARCHIVE["queries"][name]
    assert set(query) <= {"title", "description", "sql", "params", "hide_sql"}
    given = dict.fromkeys(re.findall(r":(\w+)", query["sql"]), "lumen/pricing")
    with closing(sqlite3.connect(f"{demo[1].as_uri()}?mode=ro", uri=True)) as db:
        assert db.execute(query["sql"], given).fetchall() or name == "undelivered"  # the demo has no channel
