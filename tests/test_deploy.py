"""The files that run the monitor for good agree with its commands and keep it fenced in."""

import re
import shlex
from configparser import ConfigParser
from pathlib import Path

import pytest

from monitor.schedule import parse_every

DEPLOY = Path(__file__).parent.parent / "deploy"
SERVICES = ["terms-monitor.service", "terms-monitor-check.service"]
COMMANDS = {"run": set(), "check": {"--due"}}
COMMON_OPTIONS = {"--watchlist", "--archive", "--quiet", "--verbose"}
FENCES = {
    "NoNewPrivileges": "true",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "SystemCallFilter": "@system-service",
    "StateDirectory": "terms-monitor",
    "User": "terms-monitor",
}


def unit(name: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None, comment_prefixes=("#",), delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return parser


def command_lines() -> list[list[str]]:
    """What systemd, cron and the container run, from the program's name on."""
    texts = [unit(name)["Service"]["ExecStart"] for name in SERVICES]
    texts.append((DEPLOY / "crontab").read_text(encoding="utf-8").splitlines()[-1])
    found = [re.split(r"bin/monitor ", text, maxsplit=1)[1] for text in texts]
    return [shlex.split(text) for text in found]


def test_commands_and_options_exist() -> None:
    """Every command line names a command of the program, and only options that it has."""
    for command, *arguments in command_lines():
        options = {argument for argument in arguments if argument.startswith("-")}
        assert options <= COMMANDS[command] | COMMON_OPTIONS
    assert 'ENTRYPOINT ["/opt/venv/bin/monitor"]\nCMD ["run"]' in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SERVICES)
def test_services_are_fenced_in(name: str) -> None:
    """A service has a user and a folder of its own, and nothing else within reach."""
    service = unit(name)["Service"]
    assert {key: service.get(key) for key in FENCES} == FENCES


def test_archive_lies_in_the_state_directory() -> None:
    """The archive of a service lies where the service may write."""
    for name in SERVICES:
        service = unit(name)["Service"]
        arguments = shlex.split(service["ExecStart"])
        archive = Path(arguments[arguments.index("--archive") + 1])
        assert archive.parent == Path("/var/lib", service["StateDirectory"])


def test_timer_makes_up_missed_rounds() -> None:
    """The timer starts its service hourly, makes up a missed round, and keeps off the full hour."""
    timer = unit("terms-monitor-check.timer")["Timer"]
    assert dict(timer) == {
        "OnCalendar": "hourly",
        "Persistent": "true",
        "RandomizedDelaySec": "10m",
        "FixedRandomDelay": "true",
    }
    assert unit("terms-monitor-check.service")["Service"]["Type"] == "oneshot"


def test_exit_statuses_are_understood() -> None:
    """A broken watchlist does not restart the daemon for ever, and unreachable pages do not fail a round."""
    assert unit("terms-monitor.service")["Service"]["RestartPreventExitStatus"] == "2"
    assert unit("terms-monitor-check.service")["Service"]["SuccessExitStatus"] == "3"


def test_cron_line_is_a_schedule_under_a_lock() -> None:
    """The cron line has five sound fields and does not overlap with itself."""
    line = (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines()[-1]
    assert parse_every(" ".join(line.split()[:5]))
    assert "flock -n" in line
    assert "%" not in line  # cron takes it for a line break


def test_container_is_locked_and_has_no_rights() -> None:
    """The container installs by hash, runs as a user without rights, and keeps its archive in a volume."""
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "FROM python:3.11-slim" in lines
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    assert lines.index("USER monitor") < lines.index("VOLUME /data/snapshots")


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_no_secret_is_written_down(path: Path) -> None:
    """No file sets a variable that holds a secret, or has a password in an address."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"^Environment=|^ENV ", text, re.MULTILINE)
    assert not re.search(r"://[^/\s]+:[^/\s]+@", text)
