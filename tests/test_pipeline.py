"""From a capture to the archive: every kind of check, with a scripted fetcher and a real archive."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import CHINESE, DAY, HOUR, PAGE, PARAGRAPHS, START, TRAINS, FakeFetcher, captured, page_of, terms
from house import JUDGEMENT, House

from monitor import pipeline
from monitor.model import Validators

OLD, NEW, ODD = terms(), terms(p5=TRAINS), terms(p10="The courts of Ruritania decide.")
SHORT = page_of(*PARAGRAPHS[:4])
WALL = page_of("Sign in to continue to Acme. Email, password. Forgot your password? Ask your admin for help.")


# --- changes ---------------------------------------------------------------------------------------------------------


def test_the_first_version_tells_nothing(house: House) -> None:
    """The first check records a version, and no change, no alert."""
    house.check(OLD)
    assert house.counts() == (1, 0, 0, 0)


def test_a_change_is_owed_in_the_same_transaction(house: House) -> None:
    """A change that has to be told leaves a version, a change, one alert, and a delivery for each channel."""
    checked = house.checks(OLD, NEW)[-1]
    assert house.counts() == (2, 1, 1, 2)
    assert house.verdicts() == ["alert"]
    assert {delivery.channel for delivery in house.archive.deliveries(state="owed")} == {"mail", "hook"}
    assert {delivery.change for delivery in house.archive.deliveries()} == {checked.recorded.change}
    record = next(house.archive.changes())
    assert record.change.findings[0].after == TRAINS
    assert (record.previous_at, record.seen_at) == (START + 12 * HOUR, START + 24 * HOUR)


def test_a_change_of_something_else_is_kept_and_owed_to_nobody(house: House) -> None:
    """A change that concerns neither data nor offers is in the archive, and nobody is told."""
    house.checks(OLD, ODD)
    assert house.counts() == (2, 1, 0, 0)
    assert house.verdicts() == ["quiet"]


def test_the_same_text_is_no_change(house: House) -> None:
    """Other bytes with the same text make a check, and no version."""
    house.checks(OLD, OLD.replace(b"<main>", b"<main id=x7f><script>var t = 1</script>"), OLD.replace(b", ", b",\n   "))
    assert house.counts() == (1, 0, 0, 0)
    assert house.count("checks") == 3
    assert house.count("snapshots") == 3


def test_a_text_that_returns_is_two_changes_and_one_alert(house: House) -> None:
    """A, B, A within 30 days is two changes in the archive, and one alert."""
    house.checks(OLD, NEW, OLD)
    assert house.verdicts() == ["alert", "quiet"]
    assert house.count("alerts") == 1


def test_a_text_that_returns_late_is_told_again(house: House) -> None:
    """A, B, A with more than 30 days between the two As is two alerts."""
    house.checks(OLD, NEW)
    house.check(OLD, 31 * DAY)
    assert house.verdicts() == ["alert", "alert"]
    assert house.count("alerts") == 2


def test_a_text_that_flaps_is_told_once(house: House) -> None:
    """A page that flips between two texts day by day is one alert, however often."""
    house.checks(*[OLD, NEW] * 6)
    assert house.verdicts() == ["alert"] + ["quiet"] * 10
    assert house.count("alerts") == 1


# --- what is not the document ----------------------------------------------------------------------------------------


def test_an_unreadable_page_keeps_the_last_good_version(house: House) -> None:
    """A login wall is stored as it came and begins no version; the old text that follows it is no change."""
    checked = house.checks(OLD, WALL, OLD)
    assert checked[1].outcome.capture.outcome == "blocked_wall"
    assert house.counts() == (1, 0, 0, 0)
    assert [capture.outcome for capture in house.archive.history("acme", "terms")] == ["ok", "blocked_wall", "ok"]
    assert house.archive.snapshot(checked[1].recorded.snapshot or "") == WALL


def test_the_text_after_an_unreadable_page_is_compared_with_the_last_good_one(house: House) -> None:
    """A change behind a wall is told when the page can be read again, and its older side is the last good text."""
    house.checks(OLD, WALL, "timeout", NEW)
    record = next(house.archive.changes())
    assert record.change.verdict == "alert"
    assert record.previous_at == START + 12 * HOUR


def test_a_first_capture_that_is_no_document_begins_nothing(house: House) -> None:
    """A page that begins with a wall has no version until the document comes, which is then the first."""
    house.checks(WALL, OLD)
    assert house.counts() == (1, 0, 0, 0)


@pytest.mark.parametrize("outcome", ["dns_error", "timeout", "http_error", "rate_limited", "truncated"])
def test_a_failed_fetch_keeps_the_version(house: House, outcome: str) -> None:
    """A fetch that fails is recorded under its name, and leaves the version and the page's health says so."""
    house.checks(OLD, outcome)
    [state] = house.archive.pages()
    assert (state.outcome, state.failures, state.versions) == (outcome, 1, 1)
    assert state.failing_since == house.now
    assert state.next_check_at is not None and state.next_check_at < house.now + 12 * HOUR
    house.check(OLD)
    assert house.archive.pages()[0].failing_since is None


def test_not_modified_is_healthy(house: House) -> None:
    """The server's word that nothing changed is a good check."""
    house.checks(OLD, "not_modified")
    [state] = house.archive.pages()
    assert (state.outcome, state.failing_since, state.last_good_at) == ("not_modified", None, house.now)


def test_a_document_cut_short_is_believed_when_it_persists(house: House) -> None:
    """Most of a document gone is no change, until it has been gone for three checks over three days."""
    house.check(OLD)
    for after in (DAY, DAY):
        assert house.check(SHORT, after).outcome.capture.outcome == "shrunk"
    assert house.counts()[:2] == (1, 0)
    assert house.check(SHORT, DAY).outcome.capture.outcome == "shrunk"
    assert house.check(SHORT, DAY).outcome.capture.outcome == "ok"
    assert house.counts()[:2] == (2, 1)


def test_what_persisted_says_so(house: House) -> None:
    """A change to a text that was not believed at first names the checks and the day from which it stood."""
    house.check(OLD)
    for _ in range(4):
        checked = house.check(SHORT, DAY)
    note = "accepted after 4 checks since 2031-05-05: it persists"
    assert checked.outcome.capture.reason == note
    assert house.changes()[0].why.startswith(f"{note}; ")
    house.check(OLD)
    assert "persists" not in house.changes()[1].why


def test_a_document_cut_short_for_a_while_is_no_change(house: House) -> None:
    """A half-rendered page that is whole again within days was never a change, and the count begins anew."""
    house.check(OLD)
    house.checks(SHORT, SHORT, OLD)
    house.check(SHORT, 4 * DAY)
    house.check(OLD)
    assert house.counts() == (1, 0, 0, 0)


def test_a_document_in_another_language_is_held(house: House) -> None:
    """A page that comes in another language than before is no change, and the old text that follows none either."""
    checked = house.checks(OLD, page_of(*CHINESE, *CHINESE), OLD)
    assert checked[1].outcome.capture.outcome == "locale_changed"
    assert house.counts() == (1, 0, 0, 0)


# --- the road --------------------------------------------------------------------------------------------------------


def test_an_edited_selector_makes_a_technical_version(house: House) -> None:
    """A page that is read in another way is read again from its last snapshot: a version, no change, nothing owed."""
    house.check(OLD)
    selected = replace(PAGE, select="main", remove=("p:last-of-type",))
    house.check(OLD, page=selected)
    assert house.counts() == (2, 0, 0, 0)
    assert [version.technical for version in house.archive.versions("acme", "terms")] == [False, True]
    house.check(NEW, page=selected)
    assert house.verdicts() == ["alert"]


def test_a_selector_that_matches_nothing_keeps_the_version(house: House) -> None:
    """A selector that names nothing makes the page unreadable, which its reason says; the last good version stands."""
    house.check(OLD)
    checked = house.check(OLD, page=replace(PAGE, select="#gone"))
    assert checked.outcome.capture.outcome == "unreadable"
    assert "#gone" in checked.outcome.capture.reason
    assert house.counts() == (1, 0, 0, 0)


def test_an_equal_fingerprint_spares_the_reading(house: House) -> None:
    """Bytes that differ in rotating ids alone are known by their fingerprint, and are not read."""
    house.check(OLD)
    checked = house.check(OLD.replace(b"<main>", b"<main id=rotating-4711>"))
    assert checked.outcome.fingerprint == house.archive.known(PAGE, house.now).fingerprint
    assert checked.outcome.version is None
    assert house.count("snapshots") == 2


def test_the_fingerprint_follows_the_bytes(house: House) -> None:
    """After other markup with the same text, the fingerprint is that of the markup which was served last."""
    house.check(OLD)
    before = house.archive.known(PAGE, house.now).fingerprint
    house.check(OLD.replace(b"<p>", b"<p><a href=/x></a>"))
    assert house.archive.known(PAGE, house.now).fingerprint != before
    assert house.counts() == (1, 0, 0, 0)


def test_a_check_is_conditional(house: House) -> None:
    """What the server said of its last answer is echoed to it, and the page's language is asked for."""
    tagged = replace(
        captured(OLD, START), headers=(("ETag", 'W/"7"'), ("Last-Modified", "Sun, 04 May 2031 06:00:00 GMT"))
    )
    pipeline.take(PAGE, tagged, house.archive, JUDGEMENT)
    fetcher = FakeFetcher(["not_modified"])
    list(pipeline.check([PAGE], house.archive, lambda *_: fetcher, JUDGEMENT, lambda: START + HOUR))
    assert fetcher.asked == [(PAGE.url, Validators('W/"7"', "Sun, 04 May 2031 06:00:00 GMT"), "en")]


def test_one_page_that_cannot_be_read_does_not_stop_the_others(house: House) -> None:
    """A page whose reading breaks off in an unforeseen way is an outcome like any other, and the next page is checked."""
    # The watchlist refuses such a selector; here it stands for whatever a parser may choke on.
    broken = replace(PAGE, name="broken", select="p[")
    pages = [broken, PAGE, replace(PAGE, name="third")]
    fetcher = FakeFetcher([OLD] * 3)
    checked = list(pipeline.check(pages, house.archive, lambda *_: fetcher, JUDGEMENT, lambda: START))
    assert [each.outcome.capture.outcome for each in checked] == ["unreadable", "ok", "ok"]


def test_a_page_is_due_when_its_time_has_come(house: House) -> None:
    """Pages never checked are due, and others when their next check is."""
    other = replace(PAGE, name="other")
    house.check(OLD)
    assert pipeline.due([PAGE, other], house.archive, house.now + HOUR) == (other,)
    assert pipeline.due([PAGE, other], house.archive, house.now + 12 * HOUR) == (PAGE, other)


def test_a_page_whose_address_was_corrected_is_due(house: House) -> None:
    """A page that is to be checked later is checked at once when the watchlist gives it another address."""
    house.check(OLD)
    assert pipeline.due([PAGE], house.archive, house.now) == ()
    moved = replace(PAGE, url="https://acme.example/new-terms")
    assert pipeline.due([moved], house.archive, house.now) == (moved,)


def test_a_damaged_record_costs_its_page_a_reading_and_no_other_anything(house: House) -> None:
    """A page whose stored headers or last bytes are damaged is checked all the same, also after an upgrade."""
    house.check(OLD)
    house.archive._db.execute("UPDATE checks SET headers = x'00'")
    house.archive._db.execute("UPDATE blobs SET data = x'00'")
    house.archive._db.execute("UPDATE versions SET edition = 'an earlier one'")
    house.check(OLD)
    assert house.check(OLD, page=replace(PAGE, name="other")).outcome.capture.outcome == "ok"
    assert sum(state.captures for state in house.archive.pages()) == 3
