"""What differs because the reading changed is no news: the last snapshot is read again first, and a true change is still found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import DAY, PAGE, TRAINS, terms
from house import House

from monitor.extract import html
from monitor.model import Document, Page
from monitor.recipe import recipe

NOTE = "A note beside the terms: we train our models on the chats of everyone who agreed to it."
OLD, NEW = terms(p12=NOTE), terms(p12=NOTE, p5=TRAINS)
SELECTED = replace(PAGE, remove=("p:last-of-type", "p:nth-of-type(12)"))
"""The page with a selector that drops the note."""


def technical(house: House) -> list[bool]:
    """Of each version, whether it is a technical one."""
    return [version.technical for version in house.archive.versions("acme", "terms")]


@pytest.fixture
def new_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edition of the reading that leaves out notes."""
    read = html.read

    def without_notes(*given: object) -> Document:
        document = read(*given)  # type: ignore[arg-type]
        return replace(document, blocks=tuple(block for block in document.blocks if block.text != NOTE))

    monkeypatch.setattr("monitor.extract.html.read", without_notes)
    monkeypatch.setattr("monitor.recipe.EDITION", "next")


@pytest.fixture(params=["edition", "selector"])
def page(request: pytest.FixtureRequest, house: House) -> Page:
    """The page as it is read after the reading has changed, once a first version was read as before."""
    house.check(OLD)
    if request.param == "edition":
        request.getfixturevalue("new_edition")
        return PAGE
    return SELECTED


def test_a_change_of_the_reading_is_no_news(house: House, page: Page) -> None:
    """Unchanged bytes that are read in another way make a technical version, and neither a change nor an alert."""
    house.check(OLD, page=page)
    assert technical(house) == [False, True]
    assert house.counts() == (2, 0, 0, 0)
    texts = [version.document.text for version in house.archive.versions("acme", "terms")]
    assert [NOTE in text for text in texts] == [True, False]


def test_a_true_change_in_the_same_check_is_found(house: House, page: Page) -> None:
    """The new bytes are compared with the last snapshot as it is read now, so that the change is the true one alone."""
    house.check(NEW, page=page)
    assert technical(house) == [False, True, False]
    [change] = house.changes()
    assert (change.verdict, {finding.after for finding in change.findings}) == ("alert", {TRAINS})
    assert not any(NOTE in finding.before for finding in change.findings)
    assert next(house.archive.changes()).before.version == 2


def test_the_last_snapshot_is_read_again_once(house: House, page: Page) -> None:
    """Once the last snapshot was read in the new way, further checks add nothing."""
    for _ in range(3):
        house.check(OLD, page=page)
    assert house.counts() == (2, 0, 0, 0)


def test_the_server_may_say_that_nothing_changed(house: House, page: Page) -> None:
    """The last snapshot is read again even where the server does not send the page again."""
    house.check("not_modified", page=page)
    assert technical(house) == [False, True]
    assert house.archive.known(PAGE, house.now).edition == recipe(page)


def test_a_failed_check_after_a_change_of_the_reading(house: House, page: Page) -> None:
    """A check that fails leaves the technical version in place, and the change behind it is found by the next one."""
    house.check("timeout", page=page)
    house.check(NEW, DAY, page=page)
    assert technical(house) == [False, True, False]
    assert house.verdicts() == ["alert"]


def test_there_and_back_survives_a_change_of_the_reading(house: House, page: Page) -> None:
    """A text that was told under the new reading and goes back is told to nobody again."""
    for body in (NEW, OLD, NEW):
        house.check(body, page=page)
    assert house.verdicts() == ["alert", "quiet", "quiet"]


def test_a_selector_that_the_last_snapshot_lacks_is_no_version(house: House) -> None:
    """Where the last snapshot cannot be read in the new way there is no technical version, and no crash."""
    house.check(OLD)
    house.check(OLD, page=replace(PAGE, select="#gone"))
    assert technical(house) == [False]
