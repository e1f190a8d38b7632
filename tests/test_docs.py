"""The documentation says what the program does: each of these rules is derived from the code, never from a list."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from itertools import pairwise
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from report_samples import RECORD

import monitor
from monitor.cli import cli
from monitor.cli.setup import common
from monitor.deliver.webhook import signature
from monitor.errors import WatchlistError
from monitor.model import OUTCOMES, PAGE_TYPES, TOPICS
from monitor.report.payload import SCHEMA, alert_json
from monitor.watchlist import kinds, shape
from monitor.watchlist.loading import parse

ROOT = Path(__file__).resolve().parents[1]
DOCS = (
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "deploy/README.md",
    ROOT / "snapshots/README.md",
)
PACKAGE = ROOT / "monitor"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
COMMAND_LINE = re.compile(r"(?:^|[/ ])(monitor [a-z-].*)")
CODE = re.compile(r"`([^`\n]+)`")
SHAPES: dict[str, type[BaseModel]] = {
    "The file": shape.WatchlistShape,
    "Settings": shape.SettingsShape,
    "Email": shape.EmailShape,
    "Webhook": shape.WebhookShape,
    "Apprise": shape.AppriseShape,
    "Every channel": shape.ChannelShape,
    "Command": shape.CommandShape,
    "Feed": shape.FeedShape,
    "Health": shape.HealthShape,
    "Rules": shape.RuleShape,
    "Digest": shape.DigestShape,
    "Escalate": shape.EscalationShape,
    "Verdicts": shape.VerdictShape,
    "Vendors": shape.VendorShape,
    "Name": shape.NameShape,
    "Pages": shape.PageShape,
}


@cache
def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def section(path: str, heading: str) -> str:
    """What stands under a heading, up to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text(path), re.M | re.S)
    assert found, f"{path} has no heading {heading!r}"
    return found[1]


def fences(language: str, *paths: Path) -> list[str]:
    found = [match for path in paths or DOCS for match in FENCE.findall(path.read_text(encoding="utf-8"))]
    return [code for kind, code in found if kind == language]


def below(command: click.Group, word: str) -> click.Command:
    """The command of that name in a group."""
    found = command.get_command(click.Context(command), word)
    assert found, f"{word}: no such command"
    return found


def commands(command: click.Command = cli, name: str = "monitor") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its full name."""
    if isinstance(command, click.Group):
        for word in command.list_commands(click.Context(command)):
            yield from commands(below(command, word), f"{name} {word}")
    else:
        yield name, command


def options(command: click.Command) -> set[str]:
    return {option for each in command.params if isinstance(each, click.Option) for option in each.opts}


COMMANDS = dict(commands())
COMMON = options(click.command()(common(lambda _setup: None)))


# --- commands ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_described(name: str) -> None:
    """Each command has a section, its own or its group's, that names its options; those that all share are in one of their own."""
    shared = section("docs/commands.md", "Common options")
    assert all(f"`{option} " in shared or f"`{option}`" in shared for option in COMMON)
    headed = re.search(rf"^#+ {name}$", text("docs/commands.md"), re.M)
    said = section("docs/commands.md", name if headed else name.rpartition(" ")[0])
    own = options(COMMANDS[name]) - COMMON
    assert {option for option in own if not re.search(rf"`{option}[ `]", said)} == set()


def named_commands() -> list[str]:
    """Every command line of ours in code spans and shell blocks of the documentation."""
    found: list[str] = []
    for path in DOCS:
        content = path.read_text(encoding="utf-8")
        shell = [line for kind, code in FENCE.findall(content) if kind == "sh" for line in code.splitlines()]
        found += [*shell, *CODE.findall(FENCE.sub("", content))]
    return sorted({match[1] for line in found if (match := COMMAND_LINE.search(line))})


@pytest.mark.parametrize("line", named_commands())
def test_every_command_named_exists(line: str) -> None:
    """Whoever types a command line of the documentation meets a command and options that are there."""
    words = shlex.split(line)
    command: click.Command = cli
    for word in words[1:]:
        if not isinstance(command, click.Group) or word.startswith("-"):
            break
        command = below(command, word)
    known = options(command) | {"--help", "--version"}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_excerpt_of_the_demo_is_what_it_prints(demo: tuple[str, Path]) -> None:
    """Each line that the README shows of the demo is printed by it."""
    printed = [line.strip() for line in demo[0].splitlines()]
    (excerpt,) = fences("demo")
    assert [line for line in excerpt.splitlines() if not any(each.startswith(line.strip()) for each in printed)] == []


def test_the_example_of_a_reading_is_what_is_read() -> None:
    """What the documentation shows of `monitor read` is what it prints."""
    said = section("docs/commands.md", "monitor read")
    (sentence,) = re.findall(r'^echo "(.+)" \| monitor read --json$', said, re.M)
    (example,) = (code for kind, code in FENCE.findall(said) if kind == "json")
    assert json.loads(CliRunner().invoke(cli, ["read", "--json"], input=sentence).output) == json.loads(example)


def test_the_example_of_a_capture_list_can_be_imported(tmp_path: Path) -> None:
    """The line that the documentation shows of a capture list is one."""
    (example,) = (code for kind, code in FENCE.findall(section("docs/commands.md", "monitor import captures")) if kind)
    line = json.loads(example)
    (tmp_path / line["file"]).parent.mkdir()
    (tmp_path / line["file"]).write_text(
        "<html><body><p>We keep what you send to us for thirty days.</p></body></html>"
    )
    (tmp_path / "list.jsonl").write_text(json.dumps(line))
    archive = ["--archive", str(tmp_path / "archive.db")]
    assert CliRunner().invoke(cli, ["import", "captures", str(tmp_path / "list.jsonl"), *archive]).exit_code == 0
    assert '"outcome": "ok"' in CliRunner().invoke(cli, ["history", "northwind/terms", "--json", *archive]).output


# --- the watchlist -----------------------------------------------------------------------------------------------------


def default(field: FieldInfo) -> str:
    """A default as the tables write it."""
    if field.is_required():
        return "required"
    value = field.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value else "-"


@pytest.mark.parametrize("heading", SHAPES)
def test_every_key_of_the_watchlist_is_described(heading: str) -> None:
    """Each key is a row of its table, and the row ends with its default."""
    said = section("docs/watchlist.md", heading)
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", said, re.M))
    fields = SHAPES[heading].model_fields
    of_channels = set(shape.ChannelShape.model_fields)
    shared = of_channels if SHAPES[heading] in shape.CHANNELS.values() else set()
    assert rows == {field.alias or name: default(field) for name, field in fields.items() if name not in shared}


def test_every_shape_of_the_watchlist_has_a_table() -> None:
    """No part of the watchlist is left out of the documentation."""
    shapes = {each for each in vars(shape).values() if isinstance(each, type) and issubclass(each, shape._Shape)}
    assert shapes - {shape._Shape} == set(SHAPES.values())


def test_the_watchlist_example_is_one() -> None:
    """The example in the documentation is a sound watchlist."""
    example = fences("yaml", ROOT / "docs/watchlist.md")[0]
    watchlist = parse(example.encode(), Path("watchlist.yaml"), {})
    assert watchlist.pages
    assert watchlist.disabled
    assert {channel.kind for channel in watchlist.channels} == set(shape.CHANNELS)


def test_the_example_of_mistakes_is_what_is_reported() -> None:
    """The mistakes that the documentation shows are those of its own example, spelled as it says."""
    broken = fences("yaml", ROOT / "docs/watchlist.md")[0].replace("every: 12h", "evry: 12h")
    with pytest.raises(WatchlistError) as raised:
        parse(broken.replace("type: free-offer", "type: free-offr").encode(), Path("watchlist.yaml"), {})
    assert fences("text", ROOT / "docs/watchlist.md") == [f"{raised.value}\n"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("docs/watchlist.md", PAGE_TYPES),
        ("docs/watchlist.md", tuple(kinds.TOPIC_GROUPS)),
        ("docs/alerts.md", TOPICS),
        ("docs/archive.md", tuple(OUTCOMES)),
    ],
)
def test_every_word_of_a_vocabulary_is_listed(path: str, words: tuple[str, ...]) -> None:
    """Types, topics and outcomes are all listed where they are described."""
    assert set(words) <= set(CODE.findall(text(path)))


# --- the archive -------------------------------------------------------------------------------------------------------


def test_every_table_and_column_is_described(demo: tuple[str, Path]) -> None:
    """Each table and view of an archive has a section that names its columns, and no others."""
    with closing(sqlite3.connect(demo[1])) as db:
        tables = db.execute(
            """SELECT name FROM pragma_table_list
            WHERE schema = 'main' AND type <> 'shadow' AND name NOT IN ('sqlite_schema', 'sqlite_sequence')"""
        )
        columns = {name: {row[1] for row in db.execute(f"PRAGMA table_xinfo({name})")} for (name,) in tables.fetchall()}
    assert set(columns) == set(re.findall(r"^### `(\w+)`$", text("docs/archive.md"), re.M))
    for table, names in columns.items():
        said = section("docs/archive.md", f"`{table}`")
        rows = [line.split("|")[1] for line in said.splitlines() if line.startswith("| `")]
        found = {name for row in rows for name in CODE.findall(row)} or set(CODE.findall(said))
        assert found == names, table


@pytest.mark.parametrize("query", fences("sql"))
def test_every_query_runs(query: str, demo: tuple[str, Path]) -> None:
    """Each query of the documentation finds something in the archive of the demo."""
    with closing(sqlite3.connect(f"{demo[1].as_uri()}?mode=ro", uri=True)) as db:
        assert db.execute(query).fetchall()


def test_bytes_come_back_as_documented(demo: tuple[str, Path]) -> None:
    """The program that gets snapshots back as files does so."""
    (program,) = fences("python", ROOT / "docs/archive.md")
    folder = demo[1].parents[1]
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, capture_output=True, timeout=30)
    assert len(list(folder.glob("*.html"))) == 3  # the second check looked twice


# --- alerts ------------------------------------------------------------------------------------------------------------


def keys(value: object) -> object:
    """The keys of a JSON value, all the way down."""
    if isinstance(value, dict):
        return {key: keys(each) for key, each in value.items()}
    return (
        [keys(each) for each in value[:1]] if isinstance(value, list) and value and isinstance(value[0], dict) else None
    )


def test_the_webhook_example_has_the_keys_of_a_webhook() -> None:
    """What the documentation shows as a webhook's body has exactly the keys of one, and its schema."""
    example = json.loads(fences("json", ROOT / "docs/alerts.md")[0])
    assert keys(example) == keys(json.loads(json.dumps(alert_json(RECORD, key="k"))))
    assert example["schema"] == SCHEMA


def test_the_signature_check_accepts_what_is_signed() -> None:
    """The documented check of a signature takes what the webhook signs, and nothing else."""
    (program,) = fences("python", ROOT / "docs/alerts.md")
    namespace: dict[str, object] = {}
    exec(program, namespace)
    genuine = namespace["genuine"]
    assert callable(genuine)
    headers = {"X-Monitor-Timestamp": "1772445600", "X-Monitor-Signature": signature("secret", "1772445600", b"{}")}
    assert genuine(b"{}", headers, "secret")
    assert not genuine(b"{ }", headers, "secret")
    assert not genuine(b"{}", headers, "another secret")


# --- the project -------------------------------------------------------------------------------------------------------


def test_every_module_is_named() -> None:
    """The picture of the architecture names every module and every room, and no others."""
    there = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"}
    rooms = {path.parent.relative_to(PACKAGE).as_posix() + "/" for path in PACKAGE.glob("*/__init__.py")}
    first_cells = re.findall(r"^\| (?:\*\*)?`([\w/.]+)`(?:\*\*)? \|", section("docs/architecture.md", "Rooms"), re.M)
    assert set(first_cells) == there | rooms


def test_rooms_stand_in_the_order_of_imports() -> None:
    """The picture of the architecture lists the rooms in the order that import-linter keeps."""
    linter = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]
    layers = {
        name.strip(): number
        for number, layer in enumerate(linter["contracts"][0]["layers"])
        for name in layer.split("|")
    }
    cells = re.findall(r"^\| (?:\*\*)?`(\w+)[/.]", section("docs/architecture.md", "Rooms"), re.M)
    assert all(layers[above] <= layers[below] for above, below in pairwise(cells))


def test_every_dependency_has_an_owner() -> None:
    """Each library that the program needs is in the table of owners."""
    said = section("docs/architecture.md", "Dependencies and their owners").lower()
    names = {re.split(r"[<>=\[~ ]", requirement)[0].lower() for requirement in PROJECT["dependencies"]}
    assert {name for name in names if name not in said} == set()


def test_the_changelog_is_of_this_version() -> None:
    """The newest entry of the changelog is the project's version."""
    newest = re.search(r"^## \[([^\]]+)\]", text("CHANGELOG.md"), re.M)
    assert newest
    assert newest[1] == monitor.__version__


def test_every_promise_names_a_test() -> None:
    """Each test that the documentation names as proof is there."""
    named = {
        code for path in DOCS for code in CODE.findall(path.read_text(encoding="utf-8")) if code.startswith("tests/")
    }
    assert any("::" in code for code in named)
    for code in named:
        path, _, name = code.partition("::")
        assert (ROOT / path).exists(), code
        assert not name or f"def {name}(" in text(path), code


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    """A relative link leads to a file, and its fragment to a heading there."""
    prose = FENCE.sub("", path.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if "://" in link:
            continue
        name, _, fragment = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        if fragment:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.M)
            slugs = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
            assert fragment in slugs, link


@pytest.mark.parametrize(
    "example", [*(("yaml", code) for code in fences("yaml")), *(("json", code) for code in fences("json"))]
)
def test_every_example_parses(example: tuple[str, str]) -> None:
    """Each YAML and JSON example is what it is called."""
    kind, code = example
    assert yaml.safe_load(code) if kind == "yaml" else json.loads(code)


def test_nothing_names_the_machine_it_was_written_on() -> None:
    """No text of the project names a path of one machine, or the host that packages came from."""
    forbidden = [
        start + end for start, end in (("/wo", "rk/"), ("/ro", "ot/"), ("python", "hosted"), ("pypi.org/", "simple"))
    ]
    folders = ("monitor", "tests", "docs", "deploy", "benchmarks")
    suffixes = {".py", ".md", ".html", ".yaml", ".toml", ".lock", ".service", ".timer", ".txt", ".sh", ""}
    paths = [*ROOT.glob("*.*"), ROOT / "Makefile", *(path for folder in folders for path in (ROOT / folder).rglob("*"))]
    for path in paths:
        if path.is_file() and path.suffix in suffixes:
            content = path.read_text(encoding="utf-8")
            assert [word for word in forbidden if word in content] == [], path
