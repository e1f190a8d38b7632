"""Pages that state the same facts: what both state and each otherwise is shown, and stands in the alert of the one that changed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from deliver_samples import MemoryChannel
from fakes import PAGE, document, terms
from house import House
from hypothesis import given
from hypothesis import strategies as st
from test_golden import CASES
from test_golden import read as golden

from monitor import outbox, styling
from monitor.cli import cli
from monitor.extract import read
from monitor.meaning.phrases import contradicted
from monitor.meaning.twins import disagreements
from monitor.model import Amount, Disagreement
from monitor.outbox import Manner
from monitor.report.style import About, Style
from monitor.watchlist.loading import load

SMALL = "Up to 10,000,000 free tokens a day for small models."
LARGE = "Up to 1,000,000 free tokens a day for large models."
TWIN = replace(PAGE, name="terms-data", url="https://acme.example/terms.json", twin_of="acme/terms")


def said(here: tuple[str, ...], there: tuple[str, ...]) -> list[tuple[str, str, str]]:
    return [(each.topic, each.here, each.there) for each in disagreements(document(*here), document(*there))]


def test_an_amount_that_both_state_can_disagree() -> None:
    """The same thing, another number: both are quoted."""
    (found,) = disagreements(document(SMALL, LARGE), document(SMALL.replace("10,000,000", "5,000,000"), LARGE))
    assert (found.topic, found.here, found.there) == (
        "free-amount", SMALL.rstrip("."), SMALL.replace("10,000,000", "5,000,000").rstrip("."),
    )  # fmt: skip
    assert isinstance(found.amount_here, Amount) and isinstance(found.amount_there, Amount)
    assert (found.amount_here.value, found.amount_there.value) == (10_000_000, 5_000_000)


@pytest.mark.parametrize(
    "there",
    [
        (LARGE,),  # less
        (SMALL, LARGE, "20 free requests a minute for small models."),  # more
        ("10 million free tokens a day for small models.", LARGE),  # in other figures
        ("Our models are free to try.",),  # nothing
        ("Up to 5,000,000 free tokens a day for tiny models.",),  # of another thing
        ("Up to 5,000,000 free tokens a month for small models.",),  # of another time
    ],
)
def test_what_only_one_states_contradicts_nothing(there: tuple[str, ...]) -> None:
    """A page that says less than its twin, or more, or it in other words, does not disagree."""
    assert said((SMALL, LARGE), there) == []


def test_a_stance_can_disagree_where_it_is_for_the_same_people() -> None:
    """Whether chats are trained on, for everybody or for one plan; what is left open contradicts nothing."""
    never, always = "We do not use your chats to train our models.", "We use your chats to train our models."
    assert said((never,), (always,)) == [("training", never, always)]
    assert said((never,), (never, always)) == said((never,), ("How we train is up to us.",)) == []
    assert said((never,), ("On the free plan, we use your chats to train our models.",)) == []


def test_a_table_and_a_list_of_objects_are_held_against_each_other() -> None:
    """HTML for people, JSON for programs: what differs is the row of one model."""
    row = "<tr><td>{}</td><td>{}</td></tr>"
    html = "<h1>Free tokens</h1><table><tr><th>Model</th><th>Free tokens a day</th></tr>" + row.format(
        "n1", "1,000,000"
    )
    page = read(f"{html}{row.format('n2', '250,000')}</table>".encode())
    rows = [{"name": "n1", "free tokens a day": 1000000}, {"name": "n2", "free tokens a day": 500000}]
    (found,) = disagreements(page, read(json.dumps({"models": rows}).encode(), "application/json"))
    assert (found.amount_here, found.amount_there) == (
        Amount(250_000, "token", "day", scope="n2"), Amount(500_000, "token", "day", scope="n2"),
    )  # fmt: skip


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_no_page_disagrees_with_itself(folder: object) -> None:
    """Whatever a page says twice, and in whatever order."""
    before = golden(folder, "before", PAGE).document  # type: ignore[arg-type]
    assert disagreements(before, before) == ()


@given(
    st.lists(
        st.sampled_from([SMALL, LARGE, "We train on chats.", "We do not train on chats.", "$5 a month."]), max_size=6
    ),
    st.data(),
)
def test_disagreeing_is_mutual(here: list[str], data: st.DataObject) -> None:
    """Who is asked first makes no difference."""
    there = data.draw(st.permutations([*here, SMALL.replace("10", "20")]))
    one, other = said(tuple(here), tuple(there)), said(tuple(there), tuple(here))
    assert sorted(one) == sorted((topic, theirs, ours) for topic, ours, theirs in other)


def test_it_is_said_in_the_readers_language() -> None:
    """The amounts, or the stances, here and there."""
    amount = Disagreement("free-amount", "a", "b", Amount(5, "request", "day"), Amount(2, "request", "day"))
    stance = Disagreement("training", "a", "b", stance_here="trains", stance_there="does not train")
    assert contradicted(amount, "en") == "free usage: here 5 requests a day, there 2 requests a day"
    assert contradicted(amount, "zh") == "免费额度：此处为每天 5 requests，彼处为每天 2 requests"
    assert "there does not train on your content" in contradicted(stance, "en")


# --- in alerts, and as a command -----------------------------------------------------------------------------------------


def offering(tokens: str) -> bytes:
    return terms(p5=f"Every account gets up to {tokens} free tokens a day.")


@pytest.fixture
def place(house: House) -> House:
    """An archive that has seen a page and its twin, which agree."""
    for page in (PAGE, TWIN):
        house.check(offering("1,000,000"), page=page)
    return house


def alert(place: House, style: Style) -> MemoryChannel:
    channel = MemoryChannel()
    outbox.deliver(place.archive, {"mail": channel}, place.now, Manner(style))
    return channel


def style(language: str = "en") -> Style:
    return Style(language, pages={"acme/terms": About(twins=("acme/terms-data", "acme/never-read"))})


def test_an_alert_says_that_the_twin_says_otherwise(place: House) -> None:
    """From the change on with which they began to disagree, in text, HTML and JSON."""
    place.check(offering("250,000"))
    (message,) = alert(place, style()).taken
    line = "free usage: here up to 250,000 tokens a day, there up to 1,000,000 tokens a day"
    assert f"The page acme/terms-data says otherwise\n    {line}" in message.text and line in message.html
    (twin,) = message.payload["twins"]  # type: ignore[misc]
    assert (twin["page"], twin["otherwise"][0]["amount"]["there"]["value"]) == ("acme/terms-data", 1_000_000)


def test_a_twin_that_changed_as_well_is_no_news(place: House) -> None:
    """Both changed in one round: they agree when the alert is written."""
    place.check(offering("250,000"))
    place.check(offering("250,000"), page=TWIN)
    message = alert(place, style("zh")).taken[0]
    assert "对应页面" not in message.text and message.payload["twins"] == []


WATCHLIST = """\
version: 1
settings: {{archive: {archive}, language: {language}}}
vendors:
  acme:
    pages:
      terms: {{type: terms, url: https://acme.example/terms}}
      terms-data: {{type: terms, url: https://acme.example/terms.json, twin_of: acme/terms}}
      other: {{type: terms, url: https://acme.example/other, twin_of: acme/terms}}
"""


def twins(place: House, *arguments: str, language: str = "en") -> str:
    path = place.path.with_name("watchlist.yaml")
    path.write_text(WATCHLIST.format(archive=place.path.name, language=language), "utf-8")
    return CliRunner().invoke(cli, ["watchlist", "twins", "--watchlist", str(path), *arguments]).stdout


def test_twins_are_listed_with_what_they_say_otherwise(place: House) -> None:
    """What agrees, what does not, what was not read yet."""
    agreed = twins(place).splitlines()
    assert agreed == [
        "acme/terms and its twin acme/terms-data: they agree in what both state",
        "acme/terms and its twin acme/other: not both were read yet",
    ]
    place.check(offering("250,000"), page=TWIN)
    assert "此处为每天最多 1,000,000 tokens，彼处为每天最多 250,000 tokens" in twins(place, language="zh")
    first, second = map(json.loads, twins(place, "--json").splitlines())
    assert (first["page"], first["twin"], first["read"], len(first["otherwise"])) == (
        "acme/terms",
        "acme/terms-data",
        True,
        1,
    )
    assert (second["read"], second["otherwise"]) == (False, [])


def test_the_watchlist_says_whose_twins_pages_are(place: House) -> None:
    """Of the original each twin, of a twin the original alone."""
    twins(place)
    pages = styling.style(load(place.path.with_name("watchlist.yaml"), {})).pages
    assert pages["acme/terms"].twins == ("acme/terms-data", "acme/other")
    assert pages["acme/other"].twins == ("acme/terms",)
