"""The rules in force can be read, and the commands that judge without a check go by the watchlist's, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import PARAGRAPHS, TRAINS, terms
from house import House

from monitor.archive import Archive
from monitor.cli import cli
from monitor.meaning.rules import BUILT_IN

WATCHLIST = """\
version: 1
settings: {archive: archive.db}
channels:
  mail: {kind: apprise, url: tgram://x}
rules:
  - {topics: [data-usage], vendors: [acme], importance: minor, send: [mail]}
verdicts:
  - {pages: [acme/terms], words: [your chats], change: [added, changed], importance: minor, because: nobody here chats}
  - {types: [usage-policy], importance: none}
vendors: {acme: {pages: {terms: {type: terms, url: https://acme.example/terms}}}}
"""


@pytest.fixture
def watchlist(tmp_path: Path) -> Path:
    path = tmp_path / "watchlist.yaml"
    path.write_text(WATCHLIST, "utf-8")
    return path


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(cli, [*map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done.output


def listed(watchlist: Path) -> list[dict[str, object]]:
    output = run("watchlist", "rules", "--json", "--watchlist", watchlist)
    return [json.loads(line) for line in output.splitlines()]


def test_rules_are_listed_in_the_order_in_which_they_are_asked(watchlist: Path) -> None:
    """First the watchlist's verdicts, then every rule of the program, then who is told."""
    own = [("built-in", rule.name) for rule in BUILT_IN]
    assert [(rule["kind"], rule["name"]) for rule in listed(watchlist)] == [
        ("verdict", "verdicts[0]"), ("verdict", "verdicts[1]"), *own, ("send", "rules[0]"),
    ]  # fmt: skip


def test_a_rule_is_listed_with_all_that_it_says(watchlist: Path) -> None:
    """An entry of the watchlist has its filters and its reason, a rule of the program its topics, reason and condition."""
    rules = {rule["name"]: rule for rule in listed(watchlist)}
    assert rules["verdicts[0]"] == {
        "kind": "verdict", "name": "verdicts[0]", "importance": "minor", "topics": [], "types": [], "vendors": [],
        "pages": ["acme/terms"], "change": ["added", "changed"], "words": ["your chats"], "because": "nobody here chats",
    }  # fmt: skip
    assert rules["stance"] == {
        "kind": "built-in", "name": "stance", "importance": "major", "topics": ["training"],
        "when": "the clause takes another stance on training than before", "reason": "the stance turned from … to …",
    }  # fmt: skip
    assert rules["rules[0]"]["send"] == ["mail"]


def test_the_table_says_what_each_rule_does(watchlist: Path) -> None:
    """For a reader each rule is a row: its name, the importance or the channels, the topics, when, and the reason."""
    rows = {line.split("  ")[0]: line for line in run("watchlist", "rules", "--watchlist", watchlist).splitlines()}
    assert "minor" in rows["verdicts[0]"] and "“your chats”" in rows["verdicts[0]"]
    assert "nobody here chats" in rows["verdicts[0]"] and "change: added, changed" in rows["verdicts[0]"]
    assert "types: usage-policy" in rows["verdicts[1]"] and "any but review" in rows["for-users"]
    assert "send: mail" in rows["rules[0]"] and "data-usage" in rows["rules[0]"] and "vendors: acme" in rows["rules[0]"]


def test_without_rules_the_one_that_holds_is_listed(tmp_path: Path) -> None:
    """A watchlist without rules sends what is major to every channel, and the list says so."""
    path = tmp_path / "watchlist.yaml"
    head, _, rest = WATCHLIST.partition("rules:")
    path.write_text(f"{head}verdicts:{rest.partition('verdicts:')[2]}", "utf-8")
    last = listed(path)[-1]
    assert (last["kind"], last["name"], last["importance"], last["send"]) == (
        "send",
        "without rules",
        "major",
        ["mail"],
    )


def test_two_versions_are_compared_by_the_verdicts(watchlist: Path) -> None:
    """`diff` of two versions of a watched page judges as a check of it would."""
    house = House.at(watchlist.with_name("archive.db"))
    house.checks(terms(), terms(p5=TRAINS))
    house.archive.close()
    said = json.loads(
        run("diff", "acme/terms@2031-05-04T19:00", "acme/terms@2031-05-05", "--json", "--watchlist", watchlist)
    )
    assert said["verdict"] == "note" and "verdicts[0]: minor (because nobody here chats)" in said["why"]


def test_two_files_are_no_page_of_the_watchlist(watchlist: Path) -> None:
    """Verdicts on vendors, pages and other types leave two files alone."""
    old, new = (watchlist.with_name(f"{name}.md") for name in ("old", "new"))
    for path, texts in ((old, PARAGRAPHS), (new, [*PARAGRAPHS[:4], TRAINS, *PARAGRAPHS[5:]])):
        path.write_text("\n\n".join(texts), "utf-8")
    assert json.loads(run("diff", old, new, "--json", "--watchlist", watchlist))["verdict"] == "alert"


def test_an_import_goes_by_the_verdicts(watchlist: Path) -> None:
    """History of a watched page is judged as the watchlist says."""
    folder, lines = watchlist.parent, []
    for number, body in enumerate((terms(), terms(p5=TRAINS)), 1):
        (folder / f"{number}.html").write_bytes(body)
        at = f"2031-05-0{number}T00:00:00Z"
        lines.append(json.dumps({"vendor": "acme", "page": "terms", "fetched_at": at, "file": f"{number}.html"}))
    (folder / "list.jsonl").write_text("\n".join(lines), "utf-8")
    run("import", "captures", folder / "list.jsonl", "--watchlist", watchlist)
    with Archive(folder / "archive.db", mode="read") as archive:
        assert [record.change.verdict for record in archive.changes()] == ["note"]
