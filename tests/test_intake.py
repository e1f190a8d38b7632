"""Captures recorded elsewhere are taken in: behind what the archive holds of their page, or into its past."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import CHINESE, DAY, HTML, PAGE, START, TRAINS, page_of, terms
from house import House
from kept import Kept, kept, take_in

from monitor.history import captures
from monitor.history.ahead import Readers, readers
from monitor.intake import Intake, Report
from monitor.pipeline import Judgement
from monitor.query import parse

OLD, NEW, ODD = terms(), terms(p5=TRAINS), terms(p10="The courts of Ruritania decide.")
THIRD = terms(p4="We keep your chats for 90 days after you delete them, and then they are gone from our systems.")
WALL = page_of("Sign in to continue to Acme. Email, password. Forgot your password? Ask your admin for help.")
BEFORE = timedelta(days=-30)


def whole(house: House) -> bool:
    """Whether the archive is: nothing that `verify` names."""
    return [*house.archive.verify()] == []


def told(house: House) -> list[object]:
    """What an archive says of its page's past: texts by their first sight, and changes; two rows of one text count as one."""
    keys = [(r["key"], r["seen_at"]) for r in rows(house, "SELECT key, seen_at FROM versions ORDER BY seen_at, id")]
    texts = [each for number, each in enumerate(keys) if number == 0 or keys[number - 1][0] != each[0]]
    changes = rows(
        house,
        """SELECT changes.seen_at, previous_at, old.key AS old, new.key AS new, verdict, importance, summary, why
        FROM changes JOIN versions AS old ON old.id = changes.before JOIN versions AS new ON new.id = changes.after
        ORDER BY changes.seen_at""",
    )
    checks = [(c.at, c.outcome, c.snapshot) for c in house.archive.history(PAGE.vendor, PAGE.name)]
    return [texts, [tuple(change) for change in changes], checks]


def rows(house: House, sql: str) -> list[dict[str, object]]:
    return [dict(row) for row in house.archive._db.execute(sql).fetchall()]


def stands(house: House) -> list[dict[str, object]]:
    """Where the page stands, but for its last change, which may turn out to be earlier or later."""
    return rows(house, "SELECT * FROM pages") and [
        {name: value for name, value in row.items() if name != "last_change"}
        for row in rows(house, "SELECT * FROM pages")
    ]


def text_at(house: House, days: float) -> str:
    return house.archive.version_at(PAGE.vendor, PAGE.name, START + days * DAY).document.text


# --- behind what is there ----------------------------------------------------------------------------------------------


def capture_list(folder: Path, *bodies: bytes) -> Path:
    """A capture list with a capture a day, written the latest first."""
    lines = []
    for number, body in enumerate(bodies):
        (folder / f"{number}.html").write_bytes(body)
        lines.append({"vendor": "acme", "page": "terms", "type": "terms", "url": PAGE.url, "status": 200, "content_type": HTML,
                      "fetched_at": (START + number * DAY).isoformat(), "file": f"{number}.html"})  # fmt: skip
    file = folder / "list.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in reversed(lines)), "utf-8")
    return file


def test_an_import_runs_the_same_road_and_owes_nothing(house: House, tmp_path: Path) -> None:
    """Captures recorded elsewhere make the versions and changes that live checks would have made, and no delivery."""
    listed = captures.load(capture_list(tmp_path, OLD, WALL, NEW))["acme/terms"]
    with readers("en") as reading:
        report = take_in(house, listed, reading)
    assert report.fates == {"taken": 3}
    assert house.verdicts() == ["alert"]
    assert (house.count("versions"), house.count("alerts"), house.count("deliveries")) == (2, 1, 0)
    record = next(house.archive.changes())
    assert (record.previous_at, record.seen_at) == (START, START + 2 * DAY)


def test_an_import_twice_changes_nothing(house: House) -> None:
    """The same captures a second time are known, each of them, also those in the page's past."""
    house.check(ODD)
    story = [*kept(OLD, NEW, OLD, WALL, first=-9), *kept(ODD, NEW, first=9)]
    take_in(house, story)
    before = house.archive.head()
    assert take_in(house, story).fates == {"known": len(story)}
    assert house.archive.head() == before


def test_an_import_that_was_stopped_goes_on(house: House) -> None:
    """A longer list takes up where a shorter one ended."""
    take_in(house, kept(OLD, NEW))
    assert take_in(house, kept(OLD, NEW, ODD)).fates == {"known": 2, "taken": 1}


def test_a_file_of_the_list_that_is_missing_costs_its_capture_alone(house: House, tmp_path: Path) -> None:
    """A capture whose file cannot be read is left out and named; the others are taken."""
    listed = captures.load(capture_list(tmp_path, OLD, NEW, ODD))["acme/terms"]
    (tmp_path / "1.html").unlink()
    report = take_in(house, listed)
    assert report.fates == {"taken": 2, "lost": 1}
    [skipped] = report.skipped
    assert "acme/terms at 2031-05-05T06:00:00Z" in str(skipped) and "1.html" in str(skipped)


def test_captures_of_one_second_are_all_kept(house: House) -> None:
    """Two captures of one time with other bytes are two, in the order given; with the same bytes they are one. Also in the past."""
    house.check(THIRD)
    for first in (-9, 9):
        story = [Kept(first, OLD), Kept(first, NEW), Kept(first, OLD), Kept(first + 1, ODD)]
        assert take_in(house, story).fates == {"taken": 3, "known": 1}
    assert len(house.changes()) == 6
    assert whole(house)


def test_a_reading_that_changed_since_is_no_change(house: House) -> None:
    """Captures that are taken in behind versions of an earlier edition are compared with these as they are read today."""
    take_in(house, kept(OLD))
    house.archive._db.execute("UPDATE versions SET edition = 'an earlier one', key = 'another'")
    take_in(house, kept(OLD, first=3))
    assert house.counts() == (2, 0, 0, 0)


# --- technical upgrades -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [-9, 9])
def test_what_was_read_in_another_way_is_a_technical_version(house: House, first: int) -> None:
    """A capture that was recorded because the page is read in another way is a version, and no change; what comes next is
    compared with it. It may be of the same second as the one before, and much shorter."""
    house.check(THIRD)
    menu = page_of(
        *(f"Menu entry {number} of the shop that sells what nobody needs." for number in range(90)), "Our terms."
    )
    story = [Kept(first, menu), Kept(first, OLD, technical=True), Kept(first + 1, NEW)]
    with readers("en", 2) as reading:
        take_in(house, story, reading)
    made = rows(house, "SELECT technical FROM versions ORDER BY seen_at, id")
    assert [row["technical"] for row in made].count(1) == 1
    [change] = [each for each in house.archive.changes() if each.seen_at == START + (first + 1) * DAY]
    assert [finding.topic for finding in change.change.findings] == ["training"]
    assert whole(house)


# --- the page's past ------------------------------------------------------------------------------------------------------


def test_older_captures_make_the_history_that_was_not_seen(house: House) -> None:
    """Captures from before the first check are versions and changes at their times, and the page stands where it stood."""
    house.checks(NEW, NEW)
    before = stands(house)
    report = take_in(house, kept(OLD, OLD, ODD, NEW, first=-10))
    assert report.fates == {"taken": 4}
    assert stands(house) == before
    assert [(r.previous_at, r.seen_at) for r in house.archive.changes(newest_first=False)] == [
        (START - 9 * DAY, START - 8 * DAY),
        (START - 8 * DAY, START - 7 * DAY),
    ]
    assert "Ruritania" in text_at(house, -8) and "Ruritania" not in text_at(house, -9)
    assert TRAINS in text_at(house, -7) and TRAINS in text_at(house, 1)
    assert (house.count("deliveries"), house.archive.owed()) == (0, (0, 0))
    assert house.archive.tally().last_check_at == house.now
    assert whole(house)


def test_what_came_into_the_past_can_be_searched(house: House) -> None:
    """After an import every version is indexed, and a clause stands since the first of them that has it."""
    house.check(NEW)
    take_in(house, kept(NEW, OLD, NEW, first=-9))
    assert house.archive.clauses.behind() == 0
    (clause,) = (found for found in house.archive.clauses.search(parse(f'"{TRAINS}"')) if found.text == TRAINS)
    assert [spell.since < START for spell in clause.spells] == [True, True]
    assert clause.stands


def test_the_meeting_with_the_first_check_is_a_change(house: House) -> None:
    """Where what was brought in ends with another text than the first check found, that is a change; it is told to nobody."""
    house.check(NEW)
    take_in(house, kept(OLD, first=-10))
    [record] = house.archive.changes()
    assert (record.previous_at, record.seen_at) == (START - 10 * DAY, house.now)
    assert record.change.verdict == "alert" and house.count("deliveries") == 0
    assert house.archive.pages()[0].last_change_id == record.id
    assert whole(house)


def test_an_import_that_was_killed_before_the_meeting_is_joined_by_the_next(house: House) -> None:
    """If all captures came in, and the process died before they were compared with the first check, the next import does so."""
    house.check(NEW)
    intake = Intake(house.archive, Judgement(), Report())
    for part in Readers(None, 1, "en").ahead([kept(OLD, first=-10)]):
        intake.take(part)
    assert house.changes() == [] and whole(house)
    assert take_in(house, kept(OLD, first=-10)).fates == {"known": 1}
    assert house.verdicts() == ["alert"]


def test_a_live_check_after_it_is_judged_as_before(house: House) -> None:
    """The next check compares with the text that stood, and tells what it would have told."""
    house.check(OLD)
    take_in(house, kept(ODD, THIRD, first=-10))
    assert house.check(OLD).outcome.change is None
    told_now = house.check(NEW)
    assert told_now.outcome.change and told_now.outcome.change.verdict == "alert"
    assert house.count("deliveries") == 2
    assert whole(house)


def test_more_of_the_past_makes_the_meeting_anew(house: House) -> None:
    """Captures that come in between what an earlier import brought and the first check move the change that joins the two."""
    house.check(NEW)
    take_in(house, kept(OLD, first=-90))
    take_in(house, kept(ODD, first=-80))
    pairs = [(r.previous_at, r.seen_at) for r in house.archive.changes(newest_first=False)]
    assert pairs == [(START - 90 * DAY, START - 80 * DAY), (START - 80 * DAY, house.now)]
    take_in(house, kept(NEW, first=-70))
    assert [r.seen_at for r in house.archive.changes(newest_first=False)] == [START - 80 * DAY, START - 70 * DAY]
    assert house.archive.pages()[0].last_change_at == START - 70 * DAY
    assert whole(house)


def test_a_text_between_two_checks_that_showed_another_is_kept_apart(house: House) -> None:
    """A capture that contradicts those around it, which are of one version, is kept, and begins no version."""
    house.checks(OLD, OLD)
    report = take_in(house, [Kept(0.75, NEW), Kept(0.8, OLD.replace(b"<main>", b"<main id=x>")), Kept(0.85, WALL)])
    assert report.fates == {"apart": 1, "taken": 2}
    assert house.counts() == (1, 0, 0, 0)
    history = house.archive.history("acme", "terms")
    assert [capture.outcome for capture in history] == ["ok", "ok", "ok", "blocked_wall", "ok"]
    assert "another text" in history[1].reason and history[1].snapshot
    assert stands(house)[0]["failures"] == 0
    assert whole(house)


def test_a_change_that_was_told_is_not_told_again_as_an_earlier_one(house: House) -> None:
    """A capture from between two checks that shows the text of the later one shows its version, and makes no other change."""
    house.checks(OLD, NEW)
    assert take_in(house, [Kept(0.6, OLD), Kept(0.7, NEW), Kept(0.8, NEW)]).fates == {"taken": 3}
    assert house.counts() == (2, 1, 1, 2)
    shown = rows(house, "SELECT version FROM checks ORDER BY at")
    assert [row["version"] for row in shown] == [1, 1, 2, 2, 2]
    assert whole(house)


def test_a_text_that_no_check_saw_is_a_version_between_them(house: House) -> None:
    """A text from a gap between two checks is a version with its change; the change that was told stays as it is."""
    house.checks(OLD, NEW)
    [before] = rows(house, "SELECT * FROM changes")
    take_in(house, [Kept(0.7, ODD)])
    assert before in rows(house, "SELECT * FROM changes")
    assert "Ruritania" in text_at(house, 0.8) and "Ruritania" not in text_at(house, 1)
    assert house.counts() == (3, 2, 1, 2)
    assert whole(house)


def test_a_page_that_always_failed_gets_a_text_to_compare_with(house: House) -> None:
    """Where no check ever read the page, what is brought in is the text that stands, and the next check is held against it."""
    house.checks(WALL, "timeout", WALL)
    take_in(house, kept(OLD, NEW, first=-10))
    assert TRAINS in text_at(house, 9)
    assert stands(house)[0]["failures"] == 3
    assert house.check(NEW).outcome.change is None
    assert house.counts() == (2, 1, 1, 0)
    assert whole(house)


def test_the_past_of_an_earlier_edition_is_read_as_today(house: House) -> None:
    """What the archive holds in the words of an earlier edition is read again before it is compared; no change comes of it."""
    house.checks(OLD, OLD)
    take_in(house, kept(NEW, first=-10))
    house.archive._db.execute("UPDATE versions SET edition = 'an earlier one', key = 'key ' || id")
    report = take_in(house, [Kept(-9, NEW), Kept(-8, OLD), Kept(0.75, OLD)])
    assert report.fates == {"taken": 3}
    assert [(r.previous_at, r.seen_at) for r in house.archive.changes()] == [(START - 9 * DAY, START - 8 * DAY)]


def test_a_part_of_the_past_that_cannot_be_read_again_stays_as_it_is(house: House) -> None:
    """A damaged snapshot of the first check keeps what is brought in from being joined to it, and nothing else."""
    house.check(NEW)
    house.archive._db.execute("UPDATE blobs SET data = x'00'")
    house.archive._blobs._cache.clear()
    assert take_in(house, kept(OLD, ODD, first=-10)).fates == {"taken": 2}
    assert house.counts() == (3, 1, 0, 0)


STORY = [
    OLD,
    OLD,
    NEW,
    WALL,
    NEW,
    ODD,
    ODD,
    OLD,
    page_of(*CHINESE * 9),
    b"%PDF-1.7 torn",
    OLD,
    THIRD,
    NEW,
    OLD[:400],
    NEW,
]


@pytest.mark.parametrize("seed", range(3))
def test_two_runs_leave_what_one_does(house: House, tmp_path: Path, seed: int) -> None:
    """However a history is cut into imports, older parts first, and whenever one is killed: the archive says the same."""
    chance = random.Random(seed)
    bodies = [chance.choice(STORY) for _ in range(20)]
    story = [*kept(*bodies, first=-40), Kept(-5, NEW)]
    parts = cuts(story, chance)
    once, often = house, House.at(tmp_path / "often.db")
    for each in (once, often):
        each.checks(NEW, NEW)
    take_in(once, story)
    for part in parts:
        take_in(often, story[: part + 1])
    assert told(often) == told(once)
    assert whole(once) and whole(often)
    often.archive.close()


@pytest.mark.parametrize("seed", range(2))
def test_newer_parts_first_leave_what_one_run_does(house: House, tmp_path: Path, seed: int) -> None:
    """A history that is brought in from its end to its beginning says the same as one brought in at once."""
    chance = random.Random(seed)
    story = kept(*(chance.choice([OLD, NEW, ODD, THIRD]) for _ in range(16)))
    parts = cuts(story, chance)
    backwards = House.at(tmp_path / "backwards.db")
    take_in(house, story)
    for begin, end in zip(reversed([0, *parts[:-1]]), reversed(parts), strict=True):
        take_in(backwards, story[begin:end])
    assert told(backwards)[0] == told(house)[0]
    assert [change[:4] for change in told(backwards)[1]] == [change[:4] for change in told(house)[1]]  # type: ignore[index]
    assert whole(house) and whole(backwards)
    backwards.archive.close()


def cuts(story: Sequence[object], chance: random.Random) -> list[int]:
    return [*sorted(chance.sample(range(1, len(story)), 3)), len(story)]
