"""The command line explains itself, and its exit status says whose fault it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import archive_fakes
import click
import pytest
from click.testing import CliRunner

import monitor.cli
from monitor import backups
from monitor.archive import Archive
from monitor.cli import cli, main
from monitor.cli.setup import Setup


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command and all below it, each with the words that lead to it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            each = command.get_command(context, name)
            assert each, name
            yield from commands(each, (*path, name))


COMMANDS = dict(commands(cli))
Exits = Callable[..., tuple[int, str]]
NAMES = [pytest.param(path, id=" ".join(path) or "monitor") for path in COMMANDS]


@pytest.mark.parametrize("path", NAMES)
def test_every_command_has_help(path: tuple[str, ...]) -> None:
    """Each command says in a sentence what it does, and --help prints that with every option."""
    command = COMMANDS[path]
    assert command.help and command.help.strip()[0].isupper()
    done = CliRunner().invoke(cli, [*path, "--help"])
    assert done.exit_code == 0
    assert " ".join(command.help.split())[:40] in " ".join(done.output.split())
    for option in command.params:
        if isinstance(option, click.Option):
            assert all(name in done.output for name in option.opts)


@pytest.mark.parametrize("path", NAMES)
def test_every_option_has_help(path: tuple[str, ...]) -> None:
    """Each option of each command has a help text that ends as a sentence does."""
    options = [option for option in COMMANDS[path].params if isinstance(option, click.Option)]
    assert {option.name: bool(option.help and option.help.rstrip().endswith((".", ")"))) for option in options} == {
        option.name: True for option in options
    }


@pytest.mark.parametrize("path", [path for path, command in COMMANDS.items() if not isinstance(command, click.Group)])
def test_every_command_takes_the_common_options(path: tuple[str, ...]) -> None:
    """Each command takes --watchlist, --archive, --quiet and --verbose; the demo has a place of its own."""
    names = {name for option in COMMANDS[path].params for name in option.opts}
    assert path == ("demo",) or {"--watchlist", "--archive", "--quiet", "--verbose"} <= names


def test_no_command_is_left_out() -> None:
    """What a module of the command line offers is a command of the program."""
    modules = (import_module(f"monitor.cli.{each.name}") for each in iter_modules(monitor.cli.__path__))
    offered = {each.name for module in modules for each in getattr(module, "COMMANDS", ())}
    assert offered == set(cli.list_commands(click.Context(cli)))


def test_a_check_loads_what_it_needs(tmp_path: Path) -> None:
    """Cron waits for the start of `monitor check`: what other commands, the daemon and single channels need is not loaded."""
    (tmp_path / "watchlist.yaml").write_text(
        "version: 1\nsettings: {archive: archive.db}\n"
        "vendors: {acme: {pages: {terms: {type: terms, url: https://acme.example/terms, enabled: false}}}}\n",
        "utf-8",
    )
    code = "import sys; from monitor.cli import cli; cli(['check'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    unneeded = {
        "apprise", "apscheduler", "playwright", "prometheus_client", "pypdfium2", "bs4", "jinja2", "monitor.extract",
        "monitor.meaning", "monitor.daemon", "monitor.cli.terminal",
    }  # fmt: skip
    assert unneeded.isdisjoint(done.stdout.split())
    assert "monitor.cli.check" in done.stdout.split()


@pytest.mark.parametrize("command", ["status", "changes", "history acme/terms"])
def test_a_command_that_reads_the_archive_loads_no_more(tmp_path: Path, command: str) -> None:
    """Who asks what changed does not wait for readers of pages, word lists, templates and the watchlist's shape."""
    with Archive(tmp_path / "archive.db") as archive:
        archive_fakes.with_change(archive, "mail")
    asked = [*command.split(), "--archive", "archive.db"]
    code = f"import sys; from monitor.cli import cli; cli({asked!r}, standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    unneeded = {"bs4", "lxml", "selectolax", "jinja2", "pydantic", "yaml", "httpx", "rapidfuzz", "monitor.meaning"}
    assert unneeded.isdisjoint(done.stdout.split())


def test_a_command_goes_by_one_watchlist(tmp_path: Path) -> None:
    """A watchlist that is edited while a command runs is the next one's: pages and archive are those of one reading."""
    file = tmp_path / "watchlist.yaml"
    page = "vendors: {acme: {pages: {terms: {type: terms, url: https://acme.example/terms}}}}"
    file.write_text(f"version: 1\nsettings: {{archive: one.db}}\n{page}\n", "utf-8")
    setup = Setup(file, None, quiet=False, verbose=False)
    before = setup.watchlist()
    file.write_text(f"version: 1\nsettings: {{archive: two.db}}\n{page}\n", "utf-8")
    assert setup.archive_path() == before.settings.archive == tmp_path / "one.db"


def test_the_help_names_the_exit_status() -> None:
    """The program's help says what its exit status means."""
    said = " ".join(CliRunner().invoke(cli, ["--help"]).output.split())
    assert "0 done" in said and "1 a fault of ours" in said and "2 wrong use" in said and "3 done, but" in said


@pytest.fixture
def exits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Exits:
    """Runs the program in a folder with a small archive; its exit status and what it says on standard error."""
    monkeypatch.chdir(tmp_path)
    with Archive(tmp_path / "archive.db") as archive:
        archive_fakes.with_change(archive, "mail")
    (tmp_path / "watchlist.yaml").write_text(
        "version: 1\nsettings: {archive: archive.db}\n"
        "vendors: {acme: {pages: {terms: {type: terms, url: https://acme.example/terms}}}}\n",
        "utf-8",
    )

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["monitor", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        code = caught.value.code
        return (code if isinstance(code, int) else 0 if code is None else 1), capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "acme/nothing"), "acme/nothing"),
        (("history", "acme/nothing"), "acme/nothing"),
        (("history", "acme"), "vendor/page"),
        (("show", "4711"), "4711"),
        (("show", "first"), "first"),
        (("changes", "--since", "yesterday"), "2026-11-23"),
        (("changes", "--page", "acme"), "vendor/page"),
        (("changes", "--topic", "weather"), "weather"),
        (("diff", "acme/terms@someday", "acme/terms@2031-03-01"), "someday"),
        (("diff", "acme/terms@2030-01-01", "acme/terms@2031-03-01"), "2031-03-01"),
        (("diff", "missing.html", "missing.md"), "missing.html"),
        (("read", "missing.html"), "missing.html"),
        (("import", "captures", "missing.jsonl"), "missing.jsonl"),
        (("check", "--watchlist", "missing.yaml"), "missing.yaml"),
        (("watchlist", "validate", "--watchlist", "missing.yaml"), "missing.yaml"),
        (("check", "--nonsense"), "--nonsense"),
        (("nonsense",), "nonsense"),
    ],
)  # fmt: skip
def test_wrong_use_is_status_2(exits: Exits, arguments: tuple[str, ...], said: str) -> None:
    """An unknown page or change, a bad date, a missing file or option is wrong use, and the message names it."""
    status, error = exits(*arguments)
    assert (status, said in error) == (2, True), error
    assert "Traceback" not in error


@pytest.mark.parametrize("command", [("status",), ("changes",), ("show", "1"), ("history", "acme/terms"), ("verify",)])
def test_a_missing_archive_is_status_1(exits: Exits, command: tuple[str, ...], tmp_path: Path) -> None:
    """A command that reads says that there is no archive, and makes none."""
    status, error = exits(*command, "--archive", str(tmp_path / "none.db"))
    assert (status, "no archive at" in error, "none.db" in error) == (1, True, True), error
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("changes",),
        ("changes", "--since", "2031-03-01T08:00Z", "--json"),
        ("show", "1", "--why", "--all"),
        ("history", "acme/terms"),
        ("diff", "acme/terms@2031-03-01T08:45", "acme/terms@2031-03-01"),
        ("verify",),
        ("backup", "copy.db"),
        ("watchlist", "validate"),
        ("watchlist", "list", "--json"),
        ("watchlist", "rules"),
        ("status", "--quiet"),
        ("--version",),
    ],
)
def test_what_can_be_done_is_status_0(exits: Exits, arguments: tuple[str, ...]) -> None:
    """Right use ends with status 0."""
    assert exits(*arguments)[0] == 0


def test_a_backup_is_never_written_over(exits: Exits) -> None:
    """A second backup to the same file is refused with status 1 and the file's name."""
    assert exits("backup", "copy.db")[0] == 0
    status, error = exits("backup", "copy.db")
    assert (status, "copy.db" in error) == (1, True)


def test_backups_into_a_folder_are_dated_and_the_last_are_kept(exits: Exits, tmp_path: Path) -> None:
    """Each backup has the time in its name; the oldest beyond those to keep go, and no other file."""
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("archive-20010101T000000Z.db", "archive-20010102T000000Z.db", "archive-old.db", "notes.txt"):
        (folder / name).touch()
    assert exits("backup", "--into", "backups", "--keep", "2")[0] == 0
    names = sorted(each.name for each in folder.iterdir())
    assert "archive-20010101T000000Z.db" not in names
    assert {"archive-20010102T000000Z.db", "archive-old.db", "notes.txt"} < set(names)
    assert len(names) == 4


def test_a_backup_outlives_those_of_a_clock_that_was_ahead() -> None:
    """The backup just made stays, though others bear later names."""
    later, made = "archive-20990101T000000Z.db", "archive-20310101T000000Z.db"
    assert backups.surplus([made, later], 1, made) == [later]


def test_a_backup_that_fails_removes_none(exits: Exits, tmp_path: Path) -> None:
    """Without a new backup, the old ones all stay."""
    (tmp_path / "archive-20310101T000000Z.db").touch()
    (tmp_path / "archive-20310102T000000Z.db").touch()
    assert exits("backup", "--into", ".", "--keep", "1", "--archive", "none.db")[0] == 1
    assert len(list(tmp_path.glob("archive-2*.db"))) == 2


def test_a_backup_has_one_place(exits: Exits) -> None:
    """A backup to nowhere, or to two places, is wrong use."""
    assert (exits("backup")[0], exits("backup", "copy.db", "--into", ".")[0]) == (2, 2)
