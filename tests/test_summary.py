"""A change in one sentence: it names the vendor, and reads like one."""

from __future__ import annotations

from itertools import permutations

import pytest
from fakes import PAGE, PARAGRAPHS, document

from monitor import verdict
from monitor.meaning.phrases import of_vendor, stated, without_vendor
from monitor.meaning.stance import STANCES
from monitor.model import TOPICS, Page, Reading

API = (4,)
PAIRS = tuple(permutations((None, *STANCES, "unclear"), 2))


def said(old: str | None, new: str | None, language: str) -> str:
    before, after = (Reading(("training",), stance, scopes=API) for stance in (old, new))
    return stated("training", before, after, language)


@pytest.mark.parametrize(
    ("old", "new", "language", "sentence"),
    [
        ("does not train", "trains unless opted out", "en",
         "Acme now trains on your content unless you opt out (API); before, it did not"),
        ("trains", "trains only if opted in", "en",
         "Acme now trains on your content only if you opt in (API); before, it did in any case"),
        ("does not train", "unclear", "en",
         "Acme now leaves open whether it trains on your content (API); before, it said that it does not train on your content"),
        (None, "trains", "en", "Acme now says that it trains on your content (API)"),
        (None, "unclear", "en", "Acme now leaves open whether it trains on your content (API)"),
        ("does not train", None, "en", "Acme no longer says that it does not train on your content (API)"),
        ("trains", "trains unless opted out", "zh",
         "Acme 现在将您的内容用于训练，除非您选择退出（API）；此前一律将您的内容用于训练"),
        (None, "does not train", "zh", "Acme 现在声明不将您的内容用于训练（API）"),
    ],
)  # fmt: skip
def test_the_vendor_does_what_a_stance_says(old: str | None, new: str | None, language: str, sentence: str) -> None:
    """A stance that came, went or turned is told with the vendor as the subject, before and after, and for whom."""
    assert of_vendor("Acme", "training", said(old, new, language), language) == sentence


def test_a_chinese_name_stands_close_to_its_verb() -> None:
    """Chinese sets a gap behind a name in Latin letters, and none behind one of its own."""
    assert of_vendor("青禾智能", "training", said(None, "trains", "zh"), "zh").startswith("青禾智能现在声明")


@pytest.mark.parametrize(
    ("topic", "reading", "language", "sentence"),
    [
        ("training", "changed wording on use of your content for training", "en",
         "Acme: changed wording on use of your content for training"),
        ("free-amount", "free usage: 10 → 1", "en", "Acme: free usage: 10 → 1"),
        ("retention", "数据保存多久：30 天 → 永久", "zh", "Acme：数据保存多久：30 天 → 永久"),
    ],
)  # fmt: skip
def test_all_else_stands_under_the_vendors_name(topic: str, reading: str, language: str, sentence: str) -> None:
    """What is no stance is told behind the vendor's name and a colon."""
    assert of_vendor("Acme", topic, reading, language) == sentence


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("vendor", ["Acme", "Free", "now", "青禾智能", "A+ (AI)"])
def test_the_name_comes_off_again(vendor: str, language: str) -> None:
    """Of every sentence that names the vendor the reading can be had back."""
    readings = {("training", said(old, new, language)) for old, new in PAIRS if old != new}
    readings |= {
        (topic, stated(topic, old, new, language))
        for topic in TOPICS
        for old, new in ((None, Reading((topic,))), (Reading((topic,)), None), (Reading((topic,)), Reading((topic,))))
    }
    for topic, reading in readings:
        assert without_vendor(of_vendor(vendor, topic, reading, language), vendor) == reading


@pytest.mark.parametrize("vendor", ["free", "now", "no", "Acme", ""])
def test_a_sentence_that_names_nobody_stays(vendor: str) -> None:
    """What begins like a vendor's name without being one loses nothing."""
    for sentence in ("free usage: 10 → 1", "now trains on your content", "no longer says that it trains"):
        assert without_vendor(sentence, vendor) == sentence


def test_a_quiet_change_names_its_vendor() -> None:
    """What is neither data nor offer, and what is not understood, is told of the vendor, too."""
    old, new = (document(*PARAGRAPHS, f"The courts of {place} decide.") for place in ("Ruritania", "Graustark"))
    assert verdict.judge(old, new, PAGE, "en").summary == "Acme AI: the text changed, but nothing on data or offers"
    said = verdict.judge(document("Bonjour", language="fr"), document("Adieu", language="fr"), PAGE, "zh").summary
    assert said.startswith("Acme AI：文本有变")


def test_a_vendor_without_a_name_is_told_by_its_short_one() -> None:
    """Where a page has no vendor's name, the word for it in the watchlist stands in the sentence."""
    old, new = (document(*PARAGRAPHS[:3], f"We keep your chats for {days} days.") for days in (30, 90))
    page = Page("acme", "terms", "terms", "")
    assert verdict.judge(old, new, page, "en").summary == "acme: how long data is kept: 30 days → 90 days"


def test_two_files_have_no_vendor() -> None:
    """Where there is no vendor, the summary is the reading alone."""
    old, new = (document(*PARAGRAPHS[:3], f"We keep your chats for {days} days.") for days in (30, 90))
    change = verdict.judge(old, new, Page("", "", "other", ""), "en")
    assert change.summary == change.findings[0].reading == "how long data is kept: 30 days → 90 days"
