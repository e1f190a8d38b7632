"""What a page calls its users' content is read as content."""

from __future__ import annotations

import pytest
from fakes import document

from monitor.meaning.answering import about
from monitor.meaning.definitions import names, plainly
from monitor.meaning.statements import statements

DEFINED = "“Parcels” means the requests that you send to us and the answers you receive."


@pytest.mark.parametrize(
    "definition",
    [
        DEFINED,
        "We store the texts that you submit and the replies we make (the “Parcels”).",
        "The scripts you type and the recordings you upload are together called “Parcels”.",
    ],
)
def test_a_name_for_content_is_read_as_content(definition: str) -> None:
    """A page may call it what it likes, in whatever way it says so; the quote stays its own."""
    clause = "We use Parcels to train our models."
    [statement] = [each for each in statements(document(definition, clause), "terms") if each.question == "training"]
    assert (statement.answer, statement.quote) == ("trains", clause)


def test_a_name_in_chinese_is_read_as_content() -> None:
    """统称为“业务材料”: the same."""
    text = document("您上传的录音和生成的文字统称为“业务材料”。", "业务材料会用于训练我们的模型。", language="zh")
    assert [each.answer for each in statements(text, "privacy") if each.question == "training"] == ["trains"]


@pytest.mark.parametrize(
    "definition",
    [
        "“Services” means the tools that you use to create text.",
        "“Training Data” means what you upload to train models of your own.",
        "We call the fee that you pay “Fees”.",
        "You can click “Learn more” and send us your answers.",
    ],
)
def test_other_names_stay(definition: str) -> None:
    """Services, fees and buttons are not what users put in."""
    text = "Services, Training Data, Fees and Learn more are what they are."
    assert plainly(text, names(document(definition))) == text


def test_a_word_is_replaced_where_it_is_the_name() -> None:
    """A single word counts with its capital; a plural and "your" belong to it."""
    assert plainly("Your Parcels and a parcel", names(document(DEFINED))) == "your content and a parcel"


def test_two_versions_with_the_same_names_are_one_page_to_their_clauses() -> None:
    """What a clause answers is remembered by its page: another sentence elsewhere leaves that as it was."""
    before, after = document(DEFINED), document(DEFINED, "We also bake bread.")
    assert about(before, "terms") == about(after, "terms")
