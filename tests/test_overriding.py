"""What the watchlist's verdicts do: the first entry that fits a finding sets its importance, and nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import HTML, PAGE, PARAGRAPHS, TRAINS, document, page_of, terms
from house import House
from kept import Kept, take_in

from monitor import pipeline, verdict
from monitor.extract import prepare, version
from monitor.history.ahead import readers
from monitor.meaning.overriding import overridden
from monitor.meaning.rules import BUILT_IN
from monitor.model import Change, Finding, Importance, Override, Page
from monitor.pipeline import Judgement

OLD, NEW = version(prepare(PAGE, terms(), HTML)), version(prepare(PAGE, terms(p5=TRAINS), HTML))
FINDING = Finding(
    "sharing", "added", "", "We share them with Service Providers in the EU.", "", rule="a clause was added"
)
NOTHING = (Override("none", types=("terms",)),)


def importance(*entries: Override, finding: Finding = FINDING, page: Page = PAGE) -> Importance:
    return overridden(finding, page, entries).importance


def judged(*entries: Override, page: Page = PAGE) -> Change:
    return verdict.judge(OLD.document, NEW.document, page, "en", entries)


# --- which findings an entry fits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry",
    [
        Override("minor", topics=("training", "sharing")),
        Override("minor", types=("terms",)),
        Override("minor", vendors=("acme",)),
        Override("minor", pages=("acme/terms",)),
        Override("minor", change=("removed", "added")),
        Override("minor", words=("nobody", "service providers")),
        Override("minor", ("sharing",), ("terms",), ("acme",), ("acme/terms",), ("added",), ("EU",)),
    ],
)
def test_an_entry_fits_by_all_that_it_names(entry: Override) -> None:
    """A finding gets the importance of an entry whose filters all let it through."""
    assert importance(entry) == "minor"


@pytest.mark.parametrize(
    "entry",
    [
        Override("minor", topics=("training",)),
        Override("minor", types=("privacy",)),
        Override("minor", vendors=("beta",)),
        Override("minor", pages=("acme/privacy",)),
        Override("minor", change=("removed", "changed")),
        Override("minor", words=("nobody",)),
        Override("minor", topics=("sharing",), words=("nobody",)),
    ],
)
def test_an_entry_with_one_filter_that_does_not_fit_is_passed_over(entry: Override) -> None:
    """One filter that does not let a finding through is enough to leave it as it was."""
    assert overridden(FINDING, PAGE, (entry,)) == FINDING


@pytest.mark.parametrize(
    ("words", "before", "after", "stands"),
    [
        ("service providers", "", "with SERVICE  PROVIDERS.", True),
        ("Your Chats", "your chats", "", True),
        ("don't train", "We don’t train.", "", True),
        ("EU", "", "It stands in a queue.", False),
        ("train", "", "for training", False),
        ("训练", "", "用于训练AI模型", True),
        ("AI模型", "", "用于训练AI模型", True),
        (".*", "", "anything", False),
        ("(a|b)", "", "either (a|b) or c", True),
    ],
)
def test_words_are_plain_phrases(words: str, before: str, after: str, stands: bool) -> None:
    """A phrase fits where its whole words stand before or after, in either case; Chinese has no gaps, patterns no power."""
    finding = replace(FINDING, before=before, after=after)
    assert (importance(Override("none", words=(words,)), finding=finding) == "none") is stands


def test_the_first_entry_that_fits_decides() -> None:
    """What stands first in the list wins over what stands below it."""
    minor, none = Override("minor", topics=("sharing",)), Override("none", types=("terms",))
    assert (importance(minor, none), importance(none, minor)) == ("minor", "none")


def test_the_rule_names_the_entry_and_what_it_replaced() -> None:
    """The reason of a finding says which entry decided, why it is there, and what the program would have said."""
    entries = Override("none", topics=("price",)), Override("minor", topics=("sharing",), because="hosts come and go")
    said = "the watchlist's verdicts[1]: minor (because hosts come and go); else: a clause was added"
    assert overridden(FINDING, PAGE, entries).rule == said


# --- what comes of it ----------------------------------------------------------------------------------------------------


def test_an_entry_turns_an_alert_into_a_note() -> None:
    """The verdict rests on what the watchlist says, and `why` names the entry."""
    assert judged().verdict == "alert"
    change = judged(Override("minor", types=("terms",), because="ours is a business plan"))
    assert (change.verdict, change.importance, bool(change.findings)) == ("note", "minor", True)
    assert "verdicts[0]: minor (because ours is a business plan); else: a clause on it was added" in change.why


def test_an_entry_turns_a_note_into_an_alert() -> None:
    """What the program finds minor is told where the watchlist says major."""
    said = "We share your chats with third parties such as"
    old, new = (document(f"{said} {whom} Analytics.", *PARAGRAPHS) for whom in ("Beta", "Gamma"))
    assert verdict.judge(old, new, PAGE, "en").verdict == "note"
    assert verdict.judge(old, new, PAGE, "en", (Override("major", topics=("sharing",)),)).verdict == "alert"


def test_no_entry_makes_a_finding_of_other_words_for_the_same() -> None:
    """What is no finding at all, since the wording alone differs, is raised by no entry."""
    new = document(*(text.replace("30 days", "thirty (30) days") for text in PARAGRAPHS))
    everything = Override("major", types=("terms",))
    assert verdict.judge(document(*PARAGRAPHS), new, PAGE, "en", (everything,)).verdict == "quiet"


def test_none_leaves_a_finding_out_and_says_so() -> None:
    """A finding of no importance is neither listed nor counted, and the reasons name the entry that left it out."""
    change = judged(*NOTHING)
    assert (change.verdict, change.importance, change.topics, change.findings) == ("quiet", "none", (), ())
    assert "the watchlist's verdicts[0]: none; else: a clause on it was added" in change.why
    assert "watchlist" in change.summary


def test_none_on_one_topic_leaves_the_others() -> None:
    """A finding left out takes no other finding of the change with it."""
    new = version(prepare(PAGE, terms(p4="We keep your chats for 90 days.", p5=TRAINS), HTML))
    change = verdict.judge(OLD.document, new.document, PAGE, "en", (Override("none", topics=("training",)),))
    assert change.verdict == "alert"
    assert "retention" in change.topics and "training" not in {finding.topic for finding in change.findings}


def test_a_stance_comes_first_whoever_weighs_it() -> None:
    """The summary begins with a stance that turned, also where the watchlist set its importance."""
    old, new = (
        document(f"We share your chats with {whom}.", *PARAGRAPHS[:4], text, *PARAGRAPHS[5:])
        for whom, text in (("nobody", PARAGRAPHS[4]), ("advertisers", TRAINS))
    )
    said = verdict.judge(old, new, PAGE, "en", (Override("major", topics=("training",)),)).summary
    assert said == verdict.judge(old, new, PAGE, "en").summary and "trains" in said


def test_what_an_entry_leaves_out_is_recorded() -> None:
    """A change is kept or not as if the watchlist said nothing on it: a caption that names a figure is, too."""
    old, new = (
        version(prepare(PAGE, page_of(*PARAGRAPHS).replace(b"Terms", f"{number}M free tokens a day".encode()), HTML))
        for number in (10, 1)
    )
    assert verdict.news(old.document, new.document, PAGE, "en") is not None
    change = verdict.news(old.document, new.document, PAGE, "en", NOTHING)
    assert change is not None and change.verdict == "quiet"


def test_a_check_judges_by_the_verdicts(house: House) -> None:
    """The verdicts of the watchlist reach a live check: its version and change are recorded, and nobody is told."""
    for number, body in enumerate((terms(), terms(p5=TRAINS))):
        kept = Kept(number, body)
        pipeline.take(PAGE, kept.capture(), house.archive, Judgement(overrides=NOTHING))
    assert house.counts() == (2, 1, 0, 0)
    assert house.verdicts() == ["quiet"]


def test_an_import_judges_by_the_verdicts_wherever_it_reads(house: House) -> None:
    """Processes that read ahead judge by the same verdicts as this one."""
    story = (Kept(0, terms()), Kept(1, terms(p5=TRAINS)))
    with readers("en", 2, overrides=NOTHING) as reading:
        [ahead] = reading.ahead([story])
    assert ahead[1].read and ahead[1].read.change and ahead[1].read.change.verdict == "quiet"
    take_in(house, story, judgement=Judgement(overrides=NOTHING))
    assert house.changes() == [ahead[1].read.change]


def test_the_rule_of_the_program_is_still_known() -> None:
    """Under an entry of the watchlist the program's own rule can be told by its words."""
    [stance] = (rule for rule in BUILT_IN if rule.name == "stance")
    said = stance.weight(old="trains", new="does not train").rule
    assert stance.gave(overridden(replace(FINDING, rule=said), PAGE, NOTHING).rule)
