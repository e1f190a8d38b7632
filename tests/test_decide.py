"""Everything known -> one outcome: what is recorded, what is told, and to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from fakes import DAY, HOUR, HTML, PAGE, PARAGRAPHS, START, TRAINS, captured, document, terms

from monitor import decide, verdict
from monitor.extract import prepare, version
from monitor.model import Capture, Change, Held, Known, Outcome, Owed, Rule, Version
from monitor.schedule import Rhythm, next_check
from monitor.screen import LASTING, Trouble

OLD, NEW = version(prepare(PAGE, terms(), HTML)), version(prepare(PAGE, terms(p5=TRAINS), HTML))
KNOWN = Known(version_id=1, key=OLD.key, fingerprint=OLD.fingerprint, edition=OLD.edition, language="en", size=2_000)
MAIL = Rule(send=("mail",))
ALERT = Change("alert", "major", ("training", "choice"), "training")
SHRUNK = Trouble("shrunk", "only 100 of 2,000 characters are left")


def ok(at: datetime = START) -> Capture:
    return captured(b"...", at)


def changed(known: Known = KNOWN, at: datetime = START, *rules: Rule, to: Version = NEW) -> Outcome:
    change = verdict.news(OLD.document, to.document, PAGE, "en")
    return decide.changed(PAGE, ok(at), known, change, to, rules or (MAIL,))


# --- verdicts --------------------------------------------------------------------------------------------------------


def test_training_that_was_ruled_out_is_an_alert() -> None:
    """A promise not to train that is lost is major, is told, and says why."""
    change = verdict.judge(OLD.document, NEW.document, PAGE, "en")
    assert (change.verdict, change.importance) == ("alert", "major")
    assert "training" in change.topics
    assert change.summary and "training" in change.why


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("For personal accounts the training switch is off by default.",
         "For personal accounts the training switch is on by default.", True),
        ("该计划默认关闭，您可随时更改。", "该计划默认开启，您可随时更改。", True),
        ("During the check we collect the picture of your document.",
         "During the check we collect the picture of your document and your face geometry.", True),
        ("We do not use your notes to train AI models, neither our own nor anyone else's.",
         "Your notes are not used to train AI models, whether ours or someone else's.", False),
        ("The Team plan costs $30 and includes no training on your data.",
         "The Team plan costs $25 and includes no training on your data.", False),
        ("We don't keep your chats when you delete them; they are gone no later than 30 days afterwards.",
         "We do not keep your chats if you delete them; they are gone within 30 days.", False),
    ],
)  # fmt: skip
def test_what_turns_a_sentence_is_told_and_another_wording_is_not(before: str, after: str, told: bool) -> None:
    """A switch put the other way, a kind of data that people mind: told. Voice, prices, turns of phrase, a sentence split: not."""
    language = "en" if before.isascii() else "zh"
    old, new = (document(*PARAGRAPHS[:3], text, language=language) for text in (before, after))
    assert (verdict.judge(old, new, PAGE, "en").verdict == "alert") is told


def test_what_is_neither_data_nor_offer_is_quiet() -> None:
    """A change on matters of law alone is recorded and told to nobody."""
    texts = [text.replace("courts decide", "arbitrators decide") for text in PARAGRAPHS]
    change = verdict.judge(document(*PARAGRAPHS), document(*texts), PAGE, "en")
    assert (change.verdict, change.importance, change.topics, change.findings) == ("quiet", "none", (), ())
    assert change.why


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We keep chats for 30 days and files for 90 days.", "We keep chats for 90 days and files for 30 days."),
        (
            "We train on chats of free accounts, not of paid ones.",
            "We train on chats of paid accounts, not of free ones.",
        ),
    ],
)
def test_the_same_words_in_another_order_may_say_the_opposite(before: str, after: str) -> None:
    """Amounts or parties that change places are told, though no word is new."""
    old, new = (document(*PARAGRAPHS[:3], text, *PARAGRAPHS[6:]) for text in (before, after))
    assert verdict.judge(old, new, PAGE, "en").verdict == "alert"


def test_a_document_judged_against_itself_is_quiet() -> None:
    """Nothing differs, so there is nothing to tell."""
    assert verdict.judge(OLD.document, OLD.document, PAGE, "en").verdict == "quiet"


def test_the_strongest_finding_decides() -> None:
    """A change is as important as the weightiest thing in it, whatever else changed."""
    after = version(prepare(PAGE, terms(p5=TRAINS, p10="The courts of Ruritania decide.", p12="Ask us."), HTML))
    assert verdict.judge(OLD.document, after.document, PAGE, "en").verdict == "alert"


# --- outcomes --------------------------------------------------------------------------------------------------------


def test_a_first_version_tells_nothing() -> None:
    """The first good capture makes a version, and neither a change nor an alert."""
    outcome = decide.first(PAGE, ok(), Known(), OLD)
    assert (outcome.version, outcome.change, outcome.owed) == (OLD, None, ())


def test_a_change_is_recorded_and_owed() -> None:
    """A major change makes a version, a change and what is owed for it."""
    outcome = changed()
    assert outcome.version == NEW
    assert outcome.change is not None and outcome.change.verdict == "alert"
    assert outcome.owed == (Owed("mail", outcome.capture.at),)


@pytest.mark.parametrize(("age", "verdict"), [(1, "quiet"), (30, "quiet"), (31, "alert")])
def test_a_text_that_returns_is_a_flap_for_thirty_days(age: int, verdict: str) -> None:
    """A text that stood within 30 days and is back is a change that is told to nobody; a later return is told."""
    known = replace(KNOWN, earlier=((NEW.key, START),))
    outcome = changed(known, START + age * DAY)
    assert outcome.change is not None and outcome.change.verdict == verdict
    assert bool(outcome.owed) == (verdict == "alert")
    assert outcome.change.findings
    assert ("is back" in outcome.change.why) == (verdict == "quiet")


def test_a_heading_alone_is_no_version() -> None:
    """Where only headings, captions or menu entries differ the text stands, and the capture says so."""
    after = version(prepare(PAGE, terms().replace(b"<h1>Terms</h1>", b"<p>Menu</p><h1>Our terms</h1>"), HTML))
    outcome = changed(to=after)
    assert (outcome.version, outcome.change, outcome.owed) == (None, None, ())
    assert outcome.fingerprint == after.fingerprint
    assert outcome.capture.reason == decide.LABELS_DIFFER


@pytest.mark.parametrize("heading", ["We do not train on your data", "10,000,000 free tokens a day"])
def test_a_heading_that_states_something_is_a_version(heading: str) -> None:
    """A line that speaks of data or names an amount is no caption, whatever it is marked up as."""
    after = version(prepare(PAGE, terms().replace(b"</main>", f"<p>{heading}</p><p>End.</p></main>".encode()), HTML))
    assert changed(to=after).version == after


def test_something_else_in_the_documents_place_is_no_version() -> None:
    """A wall or an error page is recorded under its name, with the reason; the last good version stands."""
    outcome = decide.unreadable(PAGE, ok(), KNOWN, Trouble("blocked_wall", "the page says “Sign in”"), "key")
    assert (outcome.version, outcome.change, outcome.owed) == (None, None, ())
    assert (outcome.capture.outcome, outcome.capture.reason) == ("blocked_wall", "the page says “Sign in”")
    assert outcome.capture.body == b"..."


def test_an_unchanged_text_keeps_its_new_fingerprint() -> None:
    """An unchanged text ends what was held, and takes the fingerprint of the bytes that showed it last."""
    known = replace(KNOWN, held=Held("key", START, 2))
    outcome = decide.unchanged(PAGE, ok(), known, "print")
    assert (outcome.version, outcome.held, outcome.fingerprint) == (None, None, "print")


# --- when next -------------------------------------------------------------------------------------------------------


def test_a_healthy_page_is_next_checked_on_its_schedule() -> None:
    """After a healthy check the next one is due after the page's interval, a little less by the page's own phase."""
    due = next_check(Rhythm("12h", phase=PAGE.phase), START, START)
    assert START + 11.4 * HOUR <= due <= START + 12 * HOUR
    for outcome in (decide.unchanged(PAGE, ok(), KNOWN, ""), decide.first(PAGE, ok(), Known(), OLD)):
        assert outcome.next_check_at == due
    assert decide.unanswered(PAGE, captured(None, START, "not_modified"), KNOWN).next_check_at == due


def test_a_page_that_changed_is_next_checked_sooner() -> None:
    """After a change, and for two days more, a page is checked twice as often."""
    assert changed().next_check_at == START + 6 * HOUR
    for days, hours in ((1, 6.0), (3, 12.0)):
        known = replace(KNOWN, changed_at=START - timedelta(days=days))
        due = decide.unchanged(PAGE, ok(), known, "").next_check_at
        assert due is not None and START + (hours - 0.6) * HOUR <= due <= START + hours * HOUR


def test_a_page_is_looked_at_when_its_text_takes_effect() -> None:
    """A new text that says when it takes effect is checked on that day, and the day is kept; a day that is past says nothing."""
    first = decide.first(replace(PAGE, every="4w"), ok(), Known(), OLD)
    day = START.date() + timedelta(days=3)
    seen = decide.taking_effect(replace(PAGE, every="4w"), first, day)
    assert seen.next_check_at is not None
    assert (seen.effective_on, seen.next_check_at.date()) == (day, day)
    assert decide.taking_effect(PAGE, first, START.date() - timedelta(days=1)) == first
    assert decide.taking_effect(PAGE, first, None) == first


def test_a_wall_in_spite_of_a_login_is_an_expired_login() -> None:
    """What asks for a login although one was brought along is told with what to do; anything else, and without a login, stays."""
    wall = decide.unreadable(PAGE, ok(), KNOWN, Trouble("blocked_wall", "sign in"), "")
    told = decide.without_login(wall, "acme").capture
    assert (told.outcome, told.reason) == ("login_needed", "the stored login has expired; run `monitor login acme`")
    assert decide.without_login(wall, "") == wall
    assert decide.without_login(changed(), "acme") == changed()


def test_a_page_that_needs_a_browser_is_known_by_what_a_browser_shows() -> None:
    """Only a browser that shows the document makes it needed; one that is missing is said beside what came over HTTP."""
    shell = decide.unreadable(PAGE, ok(), KNOWN, Trouble("thin", "almost no text"), "")
    seen = decide.first(PAGE, ok(), Known(), OLD)
    assert decide.through_browser(shell, seen) == replace(seen, needs_browser=True)
    assert decide.through_browser(shell, shell) == shell
    missing = decide.unanswered(PAGE, replace(captured(None, START, "browser_missing"), reason="install it"), KNOWN)
    assert decide.through_browser(shell, missing).capture.reason == "almost no text; install it"


def test_a_failing_page_is_tried_again_sooner() -> None:
    """After a failure the next check comes sooner, later each time, and not before the server asked."""
    failed = captured(None, START, "timeout")
    first = decide.unanswered(PAGE, failed, KNOWN).next_check_at
    third = decide.unanswered(PAGE, failed, replace(KNOWN, failures=2)).next_check_at
    asked = decide.unanswered(PAGE, replace(failed, retry_after=20_000.0), KNOWN).next_check_at
    assert first and third and asked
    assert START < first < third < START + 12 * HOUR
    assert asked == START + timedelta(seconds=20_000)


# --- what is held ----------------------------------------------------------------------------------------------------


TWICE = version(prepare(PAGE, terms(times=4, p5=TRAINS), HTML))
BACK = replace(KNOWN, failures=2, failing_since=START - DAY)


def recovered(known: Known, at: datetime = START, to: Version = TWICE) -> Outcome:
    return decide.recovered(changed(known, at, to=to), known, OLD.document)


def test_a_text_hardly_the_same_right_after_a_failure_waits() -> None:
    """A page that comes back with twice its text is not believed at once: nothing is told, and its text is held."""
    outcome = recovered(BACK)
    assert (outcome.version, outcome.change, outcome.owed) == (None, None, ())
    assert outcome.held == Held(TWICE.key, START, 1)
    assert outcome.capture.reason == decide.JUST_BACK


def test_an_edit_right_after_a_failure_is_told() -> None:
    """A text that is nearly the last good one is believed, failure or not."""
    assert recovered(BACK, to=NEW) == changed(BACK)


@pytest.mark.parametrize(
    "held",
    [Held(TWICE.key, START - DAY / 2, 1), Held("other", START - 2 * DAY, 1), Held("other", START - DAY / 2, 2)],
    ids=["seen twice", "after a day", "three texts"],
)
def test_what_came_back_is_believed_in_the_end(held: Held) -> None:
    """The same text again after another failure, a day, or a third text ends the waiting."""
    known = replace(BACK, held=held, failing_since=START - HOUR)
    assert recovered(known).version == TWICE


def hold(known: Known, at: datetime, trouble: Trouble = SHRUNK, key: str = "short") -> Known:
    return replace(known, held=decide.unreadable(PAGE, ok(at), known, trouble, key).held)


def test_what_is_not_believed_is_held() -> None:
    """A text that is not believed is counted from the first time that it was seen."""
    known = hold(hold(KNOWN, START), START + DAY)
    assert known.held == Held("short", START, 2)


@pytest.mark.parametrize(
    ("days", "believed"),
    [((0,), False), ((0, 1), False), ((0, 1, 2), False), ((0, 3), False), ((0, 1, 3), True), ((0, 2, 5), True)],
)
def test_what_persists_is_believed(days: tuple[int, ...], believed: bool) -> None:
    """A short text is the document after three checks over three days, and not before."""
    known = KNOWN
    for day in days[:-1]:
        known = hold(known, START + day * DAY)
    assert decide.persists(SHRUNK, known, START + days[-1] * DAY) == believed


@pytest.mark.parametrize("outcome", ["blocked_challenge", "blocked_wall", "soft_error", "wrong_type"])
def test_a_wall_is_never_believed(outcome: str) -> None:
    """However long a wall or an error page stands, it is not the document."""
    known = replace(KNOWN, held=Held("wall", START, 50))
    assert not decide.persists(Trouble(outcome, ""), known, START + 100 * DAY)
    assert outcome not in LASTING


def test_days_of_an_error_page_do_not_vouch_for_a_short_text() -> None:
    """What stood before a text was first seen, an error page say, is no reason to believe it."""
    known = KNOWN
    for day in range(4):
        known = hold(known, START + day * DAY, Trouble("soft_error", "error 500"), "error")
    assert not decide.persists(SHRUNK, known, START + 5 * DAY)


def test_the_servers_word_that_nothing_changed_ends_the_doubt() -> None:
    """Where the server says that the last good text stands, another one is held no longer; a failed check says nothing."""
    known = hold(KNOWN, START)
    assert decide.unanswered(PAGE, captured(None, START + DAY, "not_modified"), known).held is None
    assert decide.unanswered(PAGE, captured(None, START + DAY, "timeout"), known).held == known.held


# --- rules -----------------------------------------------------------------------------------------------------------


FRENCH = (
    "Les présentes conditions régissent votre utilisation de l'assistant et de tous les outils qui sont fournis avec lui.",
    "Vous pouvez envoyer du texte et des images à l'assistant, et il vous renverra des réponses dans la langue de votre choix.",
    "Nous conservons vos conversations pendant trente jours après leur suppression, et elles sont ensuite effacées.",
)


def test_a_change_in_a_language_that_is_not_understood_is_mentioned() -> None:
    """A text in a third language has no topics; that it changed is noted, with the reason."""
    old = document(*FRENCH, language="fr")
    change = verdict.judge(
        old, document(*FRENCH[:2], "Nous conservons vos conversations sans limite.", language="fr"), PAGE, "en"
    )
    assert (change.verdict, change.topics, change.findings) == ("note", (), ())
    assert "not understood in this language (fr)" in change.summary
    assert verdict.judge(old, old, PAGE, "en").verdict == "quiet"


def test_an_amount_in_a_language_that_is_not_understood_is_told() -> None:
    """Figures are read in any language: what is found decides, and not the language."""
    old, new = (document(*FRENCH, f"Free tier: {number} tokens per day", language="fr") for number in ("10M", "1M"))
    assert verdict.judge(old, new, PAGE, "en").verdict == "alert"


@pytest.mark.parametrize(
    ("before", "after", "language", "said"),
    [
        ("We keep your chats for thirty (30) days.", "We keep your chats for two years.", "en",
         "Acme AI: how long data is kept: 30 days → 2 years"),
        ("我们保存您的对话 30 天。", "我们永久保存您的对话。", "zh", "Acme AI：数据保存多久：30 天 → 永久"),
        (
            "We do not use content of free accounts to train our models.",
            "We use content of free accounts to train our models unless you opt out.",
            "en",
            "Acme AI now trains on your content unless you opt out (free tier); before, it did not",
        ),
        (
            "We do not use API data to train our models.",
            "We use API data from the EU to train our models.",
            "zh",
            "Acme AI 现在将您的内容用于训练（API、欧盟）；此前不将您的内容用于训练",
        ),
    ],
)  # fmt: skip
def test_a_summary_says_who_and_from_what_to_what(before: str, after: str, language: str, said: str) -> None:
    """The vendor is named, a period is told with the one before it, a stance with the scope that its clause names."""
    spoken = "zh" if "我们" in before else "en"
    old, new = (document(*PARAGRAPHS[:3], text, language=spoken) for text in (before, after))
    assert verdict.judge(old, new, PAGE, language).summary.startswith(said)
