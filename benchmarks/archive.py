"""How long an archive of years takes to answer: a million checks and 20,000 versions of 200 invented pages.

    python benchmarks/archive.py [FILE]

The archive is made in FILE, or taken from it if it is there; without FILE it is thrown away afterwards. Versions and changes are
recorded as any other, the checks between them written in bulk. A line a command, the best of five runs: the processor's seconds as
a whole command, without the program's start, and that as a part of the start, which is what stays the same on a busy machine.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.archive import Archive
from monitor.archive.connection import connect, writing
from monitor.model import Block, Capture, Change, Document, Finding, Outcome, Page, Version
from monitor.normalise import key

PAGES, VERSIONS, CHECKS, ON_THE_FIRST = 200, 100, 1_000_000, 50_000
START, STEP = datetime(2021, 1, 1, tzinfo=UTC), timedelta(days=14)
PARAGRAPHS, SENTENCES, EDITED = 100, 3, 4
TURNS = 5
RARE = "zymurgy"
ENGLISH = (
    "the your data models we may use content to train improve our services retain delete share partners account inputs outputs "
    "under agreement consent opt out settings privacy policy law applicable days period users customers business free limits "
    "requests tokens price month security processor transfer region children age licence rights feedback research human review"
).split()
CHINESE = (
    "我们 可能 会 将 您的 数据 用于 训练 模型 改进 服务 保留 删除 共享 合作 伙伴 "
    "账户 输入 输出 协议 同意 设置 隐私 政策 法律 适用 用户 免费 额度 价格"
).split()
TOPICS = ("training", "retention", "sharing", "free-amount", "limits")
COMMANDS = (
    ("status",),
    ("changes", "--limit", "50"),
    ("changes", "--vendor", "vendor-7", "--topic", "training", "--limit", "50"),
    ("history", "vendor-0/page-0", "--limit", "50"),
    ("history", "vendor-3/page-3", "--limit", "50"),
    ("search", "retain"),
    ("search", "the"),
    ("search", "tr*"),
    ("search", '"your data"'),
    ("search", RARE),
    ("search", "数据"),
    ("search", "训练模型"),
    ("search", "data", "--vendor", "vendor-7", "--now"),
    ("search", "data", "--at", "2022-01-01"),
    ("search", "data", "--topic", "training"),
    ("blame", "vendor-3/page-3"),
)


def main() -> None:
    """Make the archive if there is none, and print a line a command."""
    with tempfile.TemporaryDirectory() as work:
        path = Path(sys.argv[1]) if sys.argv[1:] else Path(work) / "archive.db"
        if not path.exists():
            begin = time.perf_counter()
            make(path)
            print(f"made in {time.perf_counter() - begin:.0f} s: {path.stat().st_size / 1e6:.0f} MB", flush=True)
        for command in COMMANDS:
            start, whole = measured(("--version",), (*command, "--archive", str(path), "--quiet"))
            print(
                f"monitor {' '.join(command)}: {whole:.2f} s, without the start {whole - start:.2f} s, "
                f"{(whole - start) / start:.2f} starts",
                flush=True,
            )


def measured(*commands: tuple[str, ...]) -> list[float]:
    """What each command takes of the processor at best, in seconds; they take turns, so that a busy moment meets all of them."""
    turns = [[seconds(*command) for command in commands] for _ in range(TURNS)]
    return [min(turn[number] for turn in turns) for number in range(len(commands))]


def seconds(*arguments: str) -> float:
    """What a command takes of the processor."""
    done = subprocess.Popen([sys.executable, "-m", "monitor", *arguments], stdout=subprocess.DEVNULL)  # noqa: S603
    _, status, used = os.wait4(done.pid, 0)
    assert status == 0, status
    return used.ru_utime + used.ru_stime


# --- an invented archive -----------------------------------------------------------------------------------------------


def make(path: Path) -> None:
    """Record every version, then write the checks between them."""
    chance = random.Random(1)  # noqa: S311 - the same archive each time
    with Archive(path) as archive:
        for number in range(PAGES):
            page = Page(f"vendor-{number}", f"page-{number}", "terms", f"https://page-{number}.example/")
            with archive.together():
                for outcome in outcomes(page, chance):
                    archive.record(page, outcome)
    db = connect(path, "rw")
    with writing(db):
        for statement in CHECKS_BETWEEN:
            db.execute(statement, {"checks": CHECKS, "pages": PAGES, "first": ON_THE_FIRST, "versions": VERSIONS})
    db.close()


def outcomes(page: Page, chance: random.Random) -> Iterator[Outcome]:
    """A page's versions, each with some paragraphs edited; every tenth page is in Chinese."""
    words = CHINESE if page.name.endswith("9") else ENGLISH
    texts = [paragraph(words, chance) for _ in range(PARAGRAPHS)]
    for number in range(VERSIONS):
        edits = [(at, texts[at], paragraph(words, chance)) for at in chance.sample(range(PARAGRAPHS), EDITED)]
        for at, _, text in edits if number else ():
            texts[at] = text
        seen_at = START + number * STEP
        body = f"{page.name}, {number}".encode()
        capture = Capture(seen_at, page.url, "ok", status=200, body=body, content_type="text/html")
        change = Change("note", "minor", TOPICS, f"Change {number}", tuple(finding(edit, chance) for edit in edits))
        yield Outcome(capture, version(texts), change if number else None, fingerprint=str(number))


def paragraph(words: list[str], chance: random.Random) -> str:
    """Sentences of ten to thirty words; one in ten thousand holds the rare one."""
    return "".join(sentence(words, chance) for _ in range(SENTENCES)).strip()


def sentence(words: list[str], chance: random.Random) -> str:
    """Words at random, the first ones of the list more often than the last."""
    said = [words[int(len(words) * chance.random() ** 2)] for _ in range(chance.randint(10, 30))]
    if chance.random() < 0.0001:
        said[5] = RARE
    if words is CHINESE:
        return "".join(said) + f"第{chance.randrange(10**6)}号。"
    return " ".join((" Clause", str(chance.randrange(10**6)), *said)) + "."


def finding(edit: tuple[int, str, str], chance: random.Random) -> Finding:
    """What an edited paragraph might mean."""
    return Finding(chance.choice(TOPICS), "changed", edit[1], edit[2], "It says something else.", "minor")


def version(texts: list[str]) -> Version:
    """A document of these paragraphs, ten under a heading."""
    blocks: list[Block] = []
    for number, text in enumerate(texts):
        if number % 10 == 0:
            blocks.append(Block("heading", f"{number // 10 + 1}. Part {number}", ("Terms",), 2))
        blocks.append(Block("paragraph", text, ("Terms", f"{number // 10 + 1}. Part {number - number % 10}")))
    document = Document(tuple(blocks), "Terms", "zh" if "。" in texts[0] else "en")
    return Version(document, key(document.blocks), "", "1")


# Checks that found nothing new, as many after each version; the first page has most, as one that is checked every half hour.
CHECKS_BETWEEN = (
    """WITH RECURSIVE numbers (number) AS
        (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < :first / :versions),
    wanted AS (SELECT *, iif(page = 1, :first, (:checks - :first) / (:pages - 1)) / :versions AS many FROM checks)
    INSERT INTO checks (page, at, url, outcome, reason, final_url, status, content_type, seconds, headers, hops, snapshot,
        version, began)
    SELECT page, strftime('%Y-%m-%dT%H:%M:%S.000000Z', at, (number * 14.0 / (many + 1)) || ' days'),
        url, 'ok', '', final_url, 200, content_type, 0.3, headers, hops, snapshot, version, 0
    FROM wanted JOIN numbers ON number < many""",
    "UPDATE pages SET last_check = (SELECT id FROM checks WHERE page = pages.id ORDER BY at DESC LIMIT 1)",
    """UPDATE pages SET last_good = last_check, last_read = last_check,
        next_check_at = (SELECT at FROM checks WHERE id = last_check)""",
)


if __name__ == "__main__":
    main()
