"""An archive in which everything happened that a capture can come to, for tests of what leaves it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import archive_fakes
from click.testing import CliRunner, Result
from fakes import DAY, HOUR, PAGE, PARAGRAPHS, TRAINS, page_of, terms
from house import JUDGEMENT, House

from monitor import pipeline
from monitor.cli import cli

OLD, NEW, THIRD = terms(), terms(p5=TRAINS), terms(p5="We use your files to train our models.")
SHORT = page_of(*PARAGRAPHS[:4])
WALL = page_of("Sign in to continue to Acme. Email, password. Forgot your password? Ask your admin for help.")
ZH = replace(
    PAGE, vendor="qinghe", vendor_name="青禾智能", name="free", type="free-offer", url="https://qinghe.example/免费"
)
QUOTA = (
    "每个账号每天可免费使用 {} 万 tokens，用完之后按量计费。",
    "未使用的额度不会结转到第二天，次日零点重新计算。",
    "本页说明免费额度的适用范围、计算方式以及调整规则，请您在使用之前仔细阅读。",
)


def fill(house: House) -> None:
    """Checks of two pages that end in every way in which they can."""
    house.checks(OLD, "not_modified", "timeout", WALL, OLD)
    house.check(NEW, then=NEW)
    house.check(THIRD, then=NEW)  # two variants: both are held
    house.check(THIRD, then=OLD)
    house.checks(NEW.replace(b"<h1>Terms", b"<h1>Our terms"), "http_error")
    house.checks(terms(p5=TRAINS, times=4), NEW)  # hardly the last good text, and right after a failure: held
    for _ in range(3):
        house.check(SHORT, 40 * HOUR)  # not believed twice, then accepted
    house.checks(b"\x89PNG\r\n\x1a\n", "dns_error", "not_modified")
    for million in (50, 50, 10):
        house.check(page_of(*(text.format(million) for text in QUOTA)), page=ZH)
    redirected = replace(
        archive_fakes.capture("", house.now + HOUR), url=ZH.url, body=page_of(*(text.format(20) for text in QUOTA))
    )
    pipeline.take(ZH, redirected, house.archive, JUDGEMENT)
    nothing_whole = replace(redirected, at=house.now + DAY, outcome="too_big", reason="too much", body=None)
    pipeline.take(ZH, nothing_whole, house.archive, JUDGEMENT)


def export(archive: Path, *arguments: str, status: int = 0) -> Result:
    """`monitor export` with these arguments."""
    done = CliRunner().invoke(cli, ["export", *arguments, "--archive", str(archive)])
    assert done.exit_code == status, done.stderr or done.exception
    return done


def lines(text: str) -> list[dict[str, Any]]:
    """JSON lines, read."""
    return [json.loads(line) for line in text.splitlines()]
