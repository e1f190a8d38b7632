"""The files that run the monitor for good agree with its commands and keep it fenced in.

systemd, nginx and Caddy read their own files where they are installed; what holds everywhere is tested without them.
"""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import click
import pytest
import yaml

from monitor.cli import cli
from monitor.pulse import STALLED
from monitor.schedule import parse_every
from monitor.status import Status
from monitor.status_server import address

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
SERVICES = sorted(path.name for path in DEPLOY.glob("*.service"))
TIMERS = sorted(path.name for path in DEPLOY.glob("*.timer"))
FENCES = {
    "NoNewPrivileges": "true",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "PrivateDevices": "true",
    "ProtectKernelTunables": "true",
    "ProtectProc": "invisible",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces": "true",
    "SystemCallFilter": "@system-service",
    "MemoryMax": "1G",
    "StateDirectory": "terms-monitor",
    "User": "terms-monitor",
}


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def unit(name: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None, comment_prefixes=("#",), delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text(name))
    return parser


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions and what they say, continued lines joined."""
    lines = [line for line in text("Dockerfile").splitlines() if not line.startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    return [(words[0], words[1]) for line in joined.splitlines() if (words := line.split(maxsplit=1))]


def said(instruction: str) -> list[str]:
    return [rest for name, rest in instructions() if name == instruction]


def compose() -> dict[str, object]:
    service = yaml.safe_load(text("compose.yaml"))["services"]["monitor"]
    assert isinstance(service, dict)
    return service


def command_lines() -> Iterator[list[str]]:
    """What systemd, cron and the containers run, from the program's name on."""
    for name in SERVICES:
        yield shlex.split(unit(name)["Service"]["ExecStart"])[1:]
    for line in text("crontab").splitlines():
        if match := re.search(r"bin/monitor (.+)$", line):
            yield shlex.split(match[1])
    (default,) = said("CMD")
    yield yaml.safe_load(default)
    command = compose()["command"]
    assert isinstance(command, list)
    yield command


@pytest.mark.parametrize("arguments", list(command_lines()), ids=" ".join)
def test_the_program_takes_every_command_line(arguments: list[str]) -> None:
    """The program's own parser takes each command line, with every option and value."""
    name, *rest = arguments
    command = cli.get_command(click.Context(cli), name)
    assert command
    context = command.make_context(name, list(rest), parent=click.Context(cli))
    if listen := context.params.get("listen"):
        assert address(listen)[1] == 9464


@pytest.mark.parametrize("name", SERVICES)
def test_services_are_fenced_in(name: str) -> None:
    """A service has a user and a folder of its own, and nothing else within reach; the backup has no network either."""
    service = unit(name)["Service"]
    wanted = (
        FENCES if "backup" not in name else FENCES | {"RestrictAddressFamilies": "AF_UNIX", "PrivateNetwork": "true"}
    )
    assert {key: service.get(key) for key in wanted} == wanted


def test_what_services_write_lies_in_the_state_directory() -> None:
    """The archive of a service, and its backups, lie where the service may write."""
    for name in SERVICES:
        service = unit(name)["Service"]
        arguments = shlex.split(service["ExecStart"])
        for option in {"--archive", "--into"} & set(arguments):
            assert Path(arguments[arguments.index(option) + 1]).parent == Path("/var/lib", service["StateDirectory"])


@pytest.mark.parametrize("name", TIMERS)
def test_timers_make_up_what_was_missed(name: str) -> None:
    """A timer starts its service, which runs to an end, makes up what was missed, and keeps off the full hour."""
    timer = dict(unit(name)["Timer"])
    assert timer.pop("OnCalendar") in {"hourly", "daily"}
    assert timer.pop("RandomizedDelaySec") in {"10m", "4h"}
    assert timer == {"Persistent": "true", "FixedRandomDelay": "true"}
    assert unit(name.replace(".timer", ".service"))["Service"]["Type"] == "oneshot"


def test_exit_statuses_are_understood() -> None:
    """A broken watchlist does not restart the daemon for ever, and unreachable pages do not fail a round."""
    assert unit("terms-monitor.service")["Service"]["RestartPreventExitStatus"] == "2"
    assert unit("terms-monitor-check.service")["Service"]["SuccessExitStatus"] == "3"


def test_systemd_hears_of_the_daemon_and_speaks_to_it() -> None:
    """The daemon says when it is ready and that it lives, reloads by a signal, and has time to finish what is in hand."""
    service = unit("terms-monitor.service")["Service"]
    assert (service["Type"], service["NotifyAccess"]) == ("notify", "main")
    assert service["ExecReload"].endswith("kill -HUP $MAINPID")
    assert (service["WatchdogSec"], service["TimeoutStopSec"]) == ("2min", "60s")
    assert STALLED > 60  # a look at one page, or one pass of deliveries, is no stall


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """systemd itself finds nothing wrong with the units, nor the services exposed."""
    for name in (*SERVICES, *TIMERS):
        here = re.sub(r"/opt/terms-monitor/\S+/monitor", sys.executable, text(name))
        (tmp_path / name).write_text(here, "utf-8")
    paths = [str(tmp_path / name) for name in (*SERVICES, *TIMERS)]
    done = subprocess.run(
        ["systemd-analyze", "verify", *paths], capture_output=True, text=True, timeout=60, check=False
    )
    complaints = [
        line for line in done.stderr.splitlines() if str(tmp_path) in line or line.startswith("terms-monitor")
    ]
    assert (complaints, done.returncode) == ([], 0), done.stderr
    for name in SERVICES:
        command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(tmp_path / name)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout.splitlines()[-1:]


def test_cron_lines_are_schedules() -> None:
    """Each cron line has five sound fields; rounds do not overlap with themselves."""
    lines = [line for line in text("crontab").splitlines() if line[:1].isdigit()]
    assert len(lines) == 2
    for line in lines:
        assert parse_every(" ".join(line.split()[:5]))
        assert "%" not in line  # cron takes it for a line break
    assert "flock -n" in lines[0]


def test_the_image_is_built_of_what_is_there() -> None:
    """Each file that the image copies is in the repository, and is not kept from the build."""
    let_through = {line[1:] for line in text("Dockerfile.dockerignore").splitlines() if line.startswith("!")}
    copied = [word for rest in said("COPY") if not rest.startswith("--from") for word in rest.split()[:-1]]
    assert copied
    for source in copied:
        assert (ROOT / source).exists()
    assert set(copied) == let_through


def test_the_program_builds_from_what_the_image_copies(tmp_path: Path) -> None:
    """What the build stage copies is enough for the program's package; nothing is fetched."""
    for rest in said("COPY"):
        for source in rest.split()[:-1]:
            if rest.startswith("--from") or source == "watchlist.yaml":
                continue
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, tmp_path / source)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("dist/*.whl"))


def test_the_image_installs_as_a_checkout_does() -> None:
    """The image installs what is locked, by hash, with the commands of `make install`, which are run on every machine."""
    runs = said("RUN")
    made = (ROOT / "Makefile").read_text("utf-8")
    for options in ("--require-hashes -r requirements.lock", "--no-deps --no-build-isolation"):
        assert any(options in run for run in runs)
        assert options in made
    assert all("curl" not in run and "wget" not in run for run in runs)


def test_the_image_runs_without_rights() -> None:
    """It is Debian's slim image, of one release; the program runs as a user without rights, under a process that buries orphans."""
    names = [name for name, _ in instructions()]
    assert {rest.split()[0] for rest in said("FROM")} == {"python:3.11-slim-bookworm"}
    assert said("USER") == ["monitor"]
    assert names.index("USER") < names.index("VOLUME") < names.index("ENTRYPOINT")
    assert "chromium" in " ".join(said("RUN")) and "tini" in " ".join(said("RUN"))
    assert said("ENTRYPOINT") == ['["/usr/bin/tini", "--", "/opt/venv/bin/monitor"]']
    assert (said("VOLUME"), said("STOPSIGNAL")) == (["/data/snapshots"], ["SIGTERM"])
    known = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert set(names) == known


def test_the_health_of_a_container_is_asked_where_it_is_told() -> None:
    """Image and compose file ask the address at which the daemon listens, in words that Python takes."""
    (check,) = said("HEALTHCHECK")
    in_image = yaml.safe_load(check.split(" CMD ", 1)[1])
    health = compose()["healthcheck"]
    assert isinstance(health, dict)
    assert health["test"] == ["CMD", *in_image]
    *_, code = in_image
    compile(code, "healthcheck", "exec")
    assert "http://127.0.0.1:9464/healthz" in code
    assert hasattr(Status, "healthz")


def test_the_composed_container_is_fenced_in() -> None:
    """Its root is read-only, it has no capabilities, bounds on memory and processes, and its port is this machine's."""
    service = compose()
    fences = {
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "tmpfs": ["/tmp:size=512m,mode=1777"],
        "ports": ["127.0.0.1:9464:9464"],
        "restart": "unless-stopped",
        "mem_limit": "2g",
        "pids_limit": 512,
        "stop_grace_period": "60s",
    }
    assert {key: service.get(key) for key in fences} == fences
    volumes = service["volumes"]
    assert isinstance(volumes, list)
    assert "archive:/data/snapshots" in volumes
    for volume in volumes:
        source = volume.split(":")[0]
        assert source == "archive" or (DEPLOY / source).resolve().exists()
    assert (DEPLOY / "../deploy/Dockerfile").resolve() == DEPLOY / "Dockerfile"


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_a_proxy_has_a_password_and_leads_to_loopback(name: str) -> None:
    """Nobody gets to the archive without TLS and a password, and the proxy is the only way to it."""
    proxy = text(name)
    assert re.findall(r"https?://127\.0\.0\.1:\d+|reverse_proxy (?!127\.0\.0\.1:8080)", proxy) in (
        [],
        ["http://127.0.0.1:8080"],
    )
    assert re.search(r"basicauth \{|auth_basic_user_file", proxy)
    assert proxy.count("{") == proxy.count("}")


@pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not installed")
def test_caddy_takes_its_file(tmp_path: Path) -> None:
    """Caddy itself finds nothing wrong with the file."""
    hashed = subprocess.run(["caddy", "hash-password", "--plaintext", "x"], capture_output=True, text=True, check=True)
    environ = {"READER_HASH": hashed.stdout.strip(), "HOME": str(tmp_path), "PATH": "/usr/bin:/usr/sbin"}
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("nginx") is None or shutil.which("openssl") is None, reason="nginx is not installed")
def test_nginx_takes_its_file(tmp_path: Path) -> None:
    """nginx itself finds nothing wrong with the file, given a certificate."""
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    command = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=monitor.example.com -keyout {key} -out {certificate}"
    )
    subprocess.run(command.split(), capture_output=True, timeout=60, check=True)
    site = text("nginx.conf").replace("/etc/letsencrypt/live/monitor.example.com", str(tmp_path))
    site = re.sub(
        r"listen \d+", rf"listen unix:{tmp_path}/\g<0>", re.sub(r"listen \[::\].*\n", "", site)
    )  # no port is taken
    (tmp_path / "site.conf").write_text(site.replace("/listen ", "/"), "utf-8")
    logs = f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}"
    (tmp_path / "nginx.conf").write_text(f"{logs} http {{ access_log off; include {tmp_path}/site.conf; }}", "utf-8")
    command = f"nginx -t -q -c {tmp_path}/nginx.conf -e {tmp_path}/errors"
    done = subprocess.run(command.split(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "path", sorted(path for path in DEPLOY.iterdir() if path.name != "environment"), ids=lambda path: path.name
)
def test_no_secret_is_written_down(path: Path) -> None:
    """No file sets a variable that holds a secret, or has a password in an address."""
    content = path.read_text(encoding="utf-8")
    assert not re.search(r"^Environment=|^ENV |^\s+environment:", content, re.MULTILINE)
    assert not re.search(r"://[^/\s]+:[^/\s]+@", content)
