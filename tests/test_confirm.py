"""A change is looked at again before it is told: what two answers in a row come to, and that none of them is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import DAY, HOUR, PAGE, PARAGRAPHS, START, TRAINS, FakeFetcher, captured, page_of, terms
from house import JUDGEMENT, House

from monitor import decide, pipeline, wiring
from monitor.cli import cli
from monitor.decide import NO_TWO_AGREE, TWO_VARIANTS
from monitor.model import Capture, Validators
from monitor.schedule import Rhythm, next_check

OLD, NEW, QUIET = terms(), terms(p5=TRAINS), terms(p10="The courts of Ruritania decide.")
THIRD, FOURTH, FIFTH, SIXTH = (
    terms(p5=f"We use your {content} to train our models.") for content in ("files", "images", "voice", "videos")
)
SHORT = page_of(*PARAGRAPHS[:4])
WALL = page_of("Sign in to continue to Acme. Email, password. Forgot your password? Ask your admin for help.")


def bodies(house: House) -> list[bytes]:
    """The bytes of every capture, in order."""
    captures = house.archive.history("acme", "terms")
    return [house.archive.snapshot(capture.snapshot or "") for capture in captures]


# --- when it is looked at again --------------------------------------------------------------------------------------


def test_a_change_is_looked_at_again_before_it_is_recorded(house: House) -> None:
    """A change that would be told is fetched once more, after the pause and without validators, in the page's language."""
    house.check(OLD)
    house.check(NEW, then=NEW)
    assert house.paused == [5]
    assert house.fetcher.asked[1] == (PAGE.url, Validators(), "en")


@pytest.mark.parametrize("answer", [OLD, QUIET, WALL, "timeout", "not_modified"])
def test_what_is_told_to_nobody_is_not_looked_at_again(house: House, answer: bytes | str) -> None:
    """An unchanged text, a quiet change and a failure cost no second fetch."""
    house.check(OLD)
    house.check(answer, then=NEW)
    assert (house.paused, len(house.fetcher.asked)) == ([], 1)


def test_a_first_version_and_a_text_that_is_back_are_not_looked_at_again(house: House) -> None:
    """Where nobody is told, because there is nothing to compare with or the text was told before, one fetch is enough."""
    house.check(OLD, then=NEW)
    house.check(NEW, then=NEW)
    house.check(OLD, then=NEW)
    assert len(house.paused) == 1
    assert house.verdicts() == ["alert", "quiet"]


# --- what two answers come to ----------------------------------------------------------------------------------------


def test_two_answers_that_agree_are_a_change(house: House) -> None:
    """The same text twice is recorded and told once; it was first seen by the first answer, and both are kept."""
    house.check(OLD)
    checked = house.check(NEW, then=NEW.replace(b"<main>", b"<main id=x7>"))
    assert house.counts() == (2, 1, 1, 2)
    assert next(house.archive.changes()).seen_at == START + 24 * HOUR
    assert (checked.outcome.capture.reason, bodies(house)[1:]) == ("", [NEW, NEW.replace(b"<main>", b"<main id=x7>")])
    assert house.archive.known(PAGE, house.now).key == checked.outcome.version.key  # type: ignore[union-attr]
    house.check(NEW, then=OLD)
    assert house.counts() == (2, 1, 1, 2)


def due(house: House) -> datetime:
    """When the page is to be checked next, after a check like any other."""
    return next_check(Rhythm(PAGE.every, phase=PAGE.phase), house.now, house.now)


def test_the_old_text_again_means_two_variants(house: House) -> None:
    """Where the second answer shows the old text both are checks and no version, and the page stays healthy."""
    house.check(OLD)
    checked = house.check(NEW, then=OLD)
    assert house.counts() == (1, 0, 0, 0)
    assert (checked.outcome.capture.outcome, checked.outcome.capture.reason) == ("ok", TWO_VARIANTS)
    assert bodies(house) == [OLD, NEW, OLD]
    [state] = house.archive.pages()
    assert (state.outcome, state.failing_since, state.next_check_at) == ("ok", None, due(house))


def test_a_text_that_turns_at_every_fetch_hides_no_news(house: House) -> None:
    """Two answers that differ in a counter alone agree on the news: it is told at once, and the next turn is quiet."""
    house.check(OLD)
    house.check(terms(p5=TRAINS, p12="Seen by 4,711 readers."), then=terms(p5=TRAINS, p12="Seen by 4,712 readers."))
    house.check(terms(p5=TRAINS, p12="Seen by 4,713 readers."), then=OLD)
    assert house.verdicts() == ["alert", "quiet"]
    assert house.count("snapshots") == house.count("checks") == 4


def test_a_third_text_is_held_until_two_answers_agree(house: House) -> None:
    """Where each answer shows another text the old one stands; a check that shows the text seen last is the change."""
    house.check(OLD)
    checked = house.check(NEW, then=THIRD)
    assert (house.counts(), checked.outcome.capture.reason) == ((1, 0, 0, 0), NO_TWO_AGREE)
    house.check(THIRD, then=OLD)
    assert (house.counts(), len(house.paused)) == ((2, 1, 1, 2), 1)
    assert house.archive.known(PAGE, house.now).held is None


@pytest.mark.parametrize("failure", ["timeout", "rate_limited", WALL])
def test_a_second_look_that_fails_loses_no_change(house: House, failure: bytes | str) -> None:
    """Where the second fetch brings no document the change is recorded and told, and says that it was not confirmed."""
    house.check(OLD)
    house.check(NEW, then=failure)
    assert house.counts() == (2, 1, 1, 2)
    assert house.changes()[0].why.startswith("not confirmed: ")
    assert house.archive.pages()[0].failing_since == house.now
    house.check(NEW, then=OLD)
    assert house.counts() == (2, 1, 1, 2)


# --- nothing is lost -------------------------------------------------------------------------------------------------


def test_texts_that_never_agree_are_told_at_the_third_check(house: House) -> None:
    """A page that shows another text at every fetch is told at the third check, as unconfirmed."""
    house.check(OLD)
    house.check(NEW, HOUR, then=THIRD)
    house.check(FOURTH, HOUR, then=FIFTH)
    assert house.counts() == (1, 0, 0, 0)
    house.check(SIXTH, HOUR, then=NEW)
    assert house.counts() == (2, 1, 1, 2)
    assert house.changes()[0].why.startswith("unconfirmed: since 2031-05-04 19:00 UTC")


def test_texts_that_never_agree_are_told_after_a_day(house: House) -> None:
    """A page that is checked seldom is told as unconfirmed at the first check that comes 24 hours later."""
    house.check(OLD)
    house.check(NEW, then=THIRD)
    house.check(FOURTH, DAY, then=FIFTH)
    assert house.verdicts() == ["alert"]
    assert house.changes()[0].why.startswith("unconfirmed: ")


def test_a_new_text_that_only_the_first_answer_shows_is_told_in_the_end(house: House) -> None:
    """A site that serves two variants strictly in turn shows each check the new one first; the third check tells it, once."""
    house.check(OLD)
    for _ in range(9):
        house.check(NEW, then=OLD)
    assert house.verdicts() == ["alert"]
    assert house.count("alerts") == 1


def test_the_old_text_at_the_next_check_ends_the_doubt(house: House) -> None:
    """A variant that was seen once, and not at the next check, is forgotten: the count begins anew."""
    house.check(OLD)
    for _ in range(5):
        house.check(NEW, then=OLD)
        house.check(OLD)
    assert house.counts() == (1, 0, 0, 0)
    assert house.archive.known(PAGE, house.now).held is None


def test_a_failed_check_in_between_keeps_the_count(house: House) -> None:
    """A fetch that fails says nothing on which text stands."""
    house.check(OLD)
    house.check(NEW, HOUR, then=THIRD)
    house.check("timeout", HOUR)
    house.check(FOURTH, HOUR, then=FIFTH)
    house.check(SIXTH, HOUR, then=NEW)
    assert house.verdicts() == ["alert"]


def test_what_was_held_for_its_size_does_not_hasten_a_doubtful_change(house: House) -> None:
    """Days on which a page was cut short are no reason to tell a change that its second answer does not confirm."""
    house.check(OLD)
    for _ in range(3):
        house.check(SHORT, DAY)
    house.check(NEW, then=THIRD)
    held = house.archive.known(PAGE, house.now).held
    assert (house.counts(), held and held.times) == ((1, 0, 0, 0), 1)


def test_what_persisted_needs_no_second_look(house: House) -> None:
    """A document that was cut short, and has shown the same words for days, was looked at often enough."""
    house.check(OLD)
    for _ in range(4):
        house.check(SHORT, DAY, then=OLD)
    assert (house.paused, house.verdicts()) == ([], ["alert"])


# --- what the archive rests on -----------------------------------------------------------------------------------------


def tagged(body: bytes, tag: str) -> Capture:
    return replace(captured(body, START), headers=(("ETag", tag),))


def test_the_server_is_not_asked_about_a_text_that_is_held(house: House) -> None:
    """What came with an answer whose text is held is not echoed, lest a 304 hide the change; nor is that text read again."""
    pipeline.take(PAGE, tagged(OLD, "old"), house.archive, JUDGEMENT)
    known = house.archive.known(PAGE, START)
    first, second = (
        pipeline.settle(PAGE, tagged(body, "new"), known, house.archive, JUDGEMENT) for body in (NEW, THIRD)
    )
    for outcome in decide.confirmed(first, second, known):
        house.archive.record(PAGE, outcome)
    assert house.archive.known(PAGE, START).validators == Validators(etag="old")
    last = house.archive.last_snapshot(PAGE)
    assert last is not None and last[1] == OLD
    assert list(house.archive.verify()) == []


# --- the command -------------------------------------------------------------------------------------------------------


def checked_by_hand(folder: Path, monkeypatch: pytest.MonkeyPatch, settings: str, *answers: bytes) -> str:
    """What `monitor check` prints, with these settings, for a page that answers so."""
    (folder / "watchlist.yaml").write_text(
        f"version: 1\nsettings: {{archive: archive.db, pause: 0s, {settings}}}\n"
        f"vendors: {{acme: {{pages: {{terms: {{type: terms, url: {PAGE.url}, robots: false}}}}}}}}\n",
        "utf-8",
    )
    monkeypatch.setattr(wiring, "fetcher", lambda _: FakeFetcher(answers))
    return CliRunner().invoke(cli, ["check", "--watchlist", str(folder / "watchlist.yaml")]).stdout


def test_the_command_says_why_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` looks twice as the settings say, and its line on the page says what it made of two variants."""
    checked_by_hand(tmp_path, monkeypatch, "confirm: 0s", OLD)
    said = checked_by_hand(tmp_path, monkeypatch, "confirm: 0s", NEW, OLD)
    assert said == f"acme/terms: unchanged; {TWO_VARIANTS}\n"


def test_one_look_is_enough_if_the_settings_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `confirm: false` a change is recorded and told by one answer."""
    checked_by_hand(tmp_path, monkeypatch, "confirm: false", OLD)
    assert "changed (alert)" in checked_by_hand(tmp_path, monkeypatch, "confirm: false", NEW)
