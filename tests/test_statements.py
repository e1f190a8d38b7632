"""What counts as an answer: which clauses of which pages answer a question, and which only touch it."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import document
from hypothesis import given
from hypothesis import strategies as st

from monitor.meaning.statements import statements
from monitor.model import Block, Document, Question, Statement

FREE = "free-offer"


def said(text: str, page_type: str = "terms", *trail: str, language: str = "en") -> tuple[Statement, ...]:
    """What one paragraph answers, under these headings."""
    return statements(Document((Block("paragraph", text, trail),), language=language), page_type)


def answers_to(question: Question, text: str, page_type: str = "terms", *trail: str) -> list[tuple[str, str]]:
    """The scopes and answers on a question that are no general clauses."""
    language = "en" if text.isascii() else "zh"
    found = said(text, page_type, *trail, language=language)
    return [(each.scope, each.answer) for each in found if each.question == question and not each.general]


@pytest.mark.parametrize(
    ("text", "page_type", "expected"),
    [
        ("We use your conversations to train our models.", "terms", [("consumer", "trains")]),
        ("We may use your prompts to train our models unless you opt out in your settings.", "terms",
         [("consumer", "trains unless opted out")]),
        ("Acme will not use Customer Content to develop or improve the Services.", "commercial-terms",
         [("business", "does not train"), ("api", "does not train")]),
        ("Inputs sent through the API are never used to train our models.", "terms", [("api", "does not train")]),
        ("If you use the free plan, your prompts are used to train our models.", "terms", [("free", "trains")]),
        ("You may tell us at any time that you do not want your data used for model training.", "terms",
         [("consumer", "trains unless opted out")]),
        ("We train our models on your chats only with your consent.", "terms", [("consumer", "trains only if opted in")]),
        ("我们会将您的输入和输出用于训练模型。", "terms", [("consumer", "trains")]),
        ("We train our recogniser on meeting content solely in workspaces whose owner has ticked the box.", "terms",
         [("consumer", "trains only if opted in")]),
        ("A parent can donate learner work to model training; unless a parent has done so, it plays no part in training.",
         "privacy", [("consumer", "trains only if opted in")]),
        ("加入后，我们会将您的对话用于改进模型。", "privacy", [("consumer", "trains only if opted in")]),
        ("Teams that let us learn from their API traffic get free tokens in return.", "terms",
         [("api", "trains only if opted in")]),
        ("We fine-tune our models on questions and answers, with the exception of people who have told us not to.", "terms",
         [("consumer", "trains unless opted out")]),
        ("在您开启改进计划的前提下，我们会将您的对话内容用于改进模型的效果。", "privacy",
         [("consumer", "trains only if opted in")]),
    ],
)  # fmt: skip
def test_a_clause_on_training_is_of_those_whom_it_names(
    text: str, page_type: str, expected: list[tuple[str, str]]
) -> None:
    """Whose content is trained on, the clause says itself, or else the type of its page."""
    assert answers_to("training", text, page_type) == expected


@pytest.mark.parametrize(
    "text",
    [
        "We train our models on publicly available data.",
        "You may not use Outputs to train competing models.",
        "You may use Outputs to train other models.",
        "You must not include business data in prompts that we use to train our models.",
        "We use Third-Party Content that we licensed to train our models.",
        "Our personnel receive suitable training before they touch Customer Data.",
        "Feedback that you send us is used to train our models.",
        "Chats from Temporary Chat are not used to train our models.",
        "Learn more about how we use your content to train our models.",
        "Users in California can ask us not to use their prompts for training models.",
        "In such a case, we will not use your prompts to train our models.",
        "If the setting is on, we use your chats to train our models.",
        "Does Acme train its models on your prompts?",
        "How your content improves the models.",
        "We pass requests to model providers with agreements that forbid them to train on your content.",
        "Studio members are exempt: what they make is not used for training models.",
        "We use your prompts to train your own models.",
        "您不得将输出用于训练其他模型。",
        "本服务基于有限训练数据训练后的模型答复用户输入的内容。",
    ],
)
def test_what_only_touches_training_answers_nothing(text: str) -> None:
    """Other data, other people's models, other modes, questions and pointers do not say what is done with content."""
    assert answers_to("training", text) == []


def test_a_general_clause_is_no_answer() -> None:
    """Content that makes services better may or may not train models: it is kept, and marked as no answer."""
    [statement] = said("We use your content to improve our services.")
    assert statement.general


def test_a_plan_in_a_list_is_of_whom_it_is_for() -> None:
    """Under "We do not train on content from these plans:" an item that is a plan's name says whose content that is."""
    lead = "We do not train on content from these plans:"
    blocks = (Block("paragraph", lead), Block("item", "Acme Team", (lead,)))
    found = statements(Document(blocks, language="en"), "data-controls")
    assert [(each.scope, each.answer) for each in found if each.question == "training"] == [
        ("business", "does not train")
    ]


@pytest.mark.parametrize("page_type", ["usage-policy", "subprocessors", "trackers", "changelog"])
def test_some_pages_are_asked_nothing(page_type: str) -> None:
    """What users may do, and what once was, does not say what the vendor does."""
    assert said("We use your conversations to train our models.", page_type) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We keep your chats for 30 days.", ("kept", 30)),
        ("Deleted chats are removed from our systems within 30 days.", ("after deletion", 30)),
        ("After termination we delete all your content within 90 days.", ("after the end", 90)),
        ("您删除对话后，我们会在 30 天内清除对话内容。", ("after deletion", 30)),
    ],
)
def test_a_period_is_told_with_when_it_begins(text: str, expected: tuple[str, float]) -> None:
    """How long content is kept depends on from when it is counted."""
    [statement] = said(text, "privacy", language="zh" if "您" in text else "en")
    assert (statement.answer, statement.days) == expected


@pytest.mark.parametrize(
    "text",
    [
        "We keep invoices for 10 years.",
        "We keep your chats for 30 days and your files for 90 days.",
        "Cookies are stored for 30 days.",
        "We keep your chats as long as we need them.",
        "We keep feedback on your chats for five years.",
        "Messages to our help desk are kept for two years.",
        "A copy of your conversations arrives within two days, or you delete your account.",
        "Telemetry on accepted suggestions is stored for two years.",
    ],
)
def test_other_periods_say_nothing_of_content(text: str) -> None:
    """Periods of other things, two at once, or none: nothing is said, rather than guessed."""
    assert answers_to("retention", text, "privacy") == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Trained reviewers read some of your conversations.", "read"),
        ("Our employees read your conversations only to investigate abuse.", "in named cases"),
        ("Our employees never read your conversations.", "not read"),
        ("我们的工作人员不会查看您的对话内容。", "not read"),
        ("Nobody at Acme listens to your meetings or reads your transcripts.", "not read"),
        ("A moderator may listen to your recordings if they were reported.", "in named cases"),
        ("Contracted annotators read your conversations, without your name, and grade the replies.", "read"),
        ("Our curators go through your pictures every day.", "read"),
    ],
)
def test_people_who_read_are_the_vendors(text: str, answer: str) -> None:
    """Whether people of the vendor read content: they do, in named cases only, or not."""
    assert answers_to("review", text, "privacy") == [("consumer", answer)]


def offers(text: str, page_type: str = FREE) -> list[Statement]:
    return [each for each in said(text, page_type) if each.question == "free"]


def test_two_offers_in_one_sentence_are_two_facts() -> None:
    """Each amount stands by itself, with the same words."""
    found = offers(
        "You get 1 million free tokens per day on large models and 10 million free tokens per day on small models."
    )
    assert [each.amount and each.amount.value for each in found] == [1e6, 1e7]
    assert len({each.quote for each in found}) == 1


def test_an_offer_without_a_number_is_shown_as_one() -> None:
    """Nobody guesses how much "complimentary tokens" are."""
    [offer] = offers("Your organisation gets complimentary tokens for shared traffic.")
    assert (offer.answer, offer.amount) == ("no amount", None)


@pytest.mark.parametrize("blank", ["{LIMIT}", "{{ limit }}", "${credits}", "[amount]"])
def test_a_placeholder_is_shown_as_one(blank: str) -> None:
    """A blank that nobody filled in is no number, and its words stand as the page has them."""
    [offer] = offers(f"You get {blank} free tokens for shared traffic.")
    assert (offer.answer, offer.amount) == ("placeholder", None)
    assert blank in offer.quote


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Until May 31, 2031, you get 500,000 free tokens per day.", date(2031, 5, 31)),
        ("每款模型每天赠送 50 万 tokens，截至 2031年5月31日。", date(2031, 5, 31)),
        ("Since May 31, 2031, you get 500,000 free tokens per day.", None),
    ],
)
def test_an_offer_ends_on_the_day_that_its_text_names(text: str, day: date | None) -> None:
    """The day on which it ends is told, and no other day is taken for it."""
    found = statements(document(text, language="en" if text.isascii() else "zh"), FREE)
    assert [each.until for each in found if each.question == "free"] == [day]


def test_prices_and_worth_are_no_offers() -> None:
    """What is bought, what a unit is worth, and what a table of prices says is not given."""
    assert offers("Packs of 500 credits cost $6.") == []
    row = Document(
        (
            Block(
                "row",
                "boreal-5 | 0.8 | 2",
                ("Free quota", "Prices per million tokens"),
                columns=("Model", "Input", "Output"),
            ),
        )
    )
    assert [each for each in statements(row, FREE) if each.question == "free"] == []


def test_a_page_in_two_languages_answers_in_both() -> None:
    """Each clause is read in its own language, whatever that of the page is."""
    both = Document(
        (
            Block("paragraph", "We use your prompts to train our models."),
            Block("paragraph", "我们会将您的输入用于训练模型。"),
        ),
        language="en",
    )
    assert [each.answer for each in statements(both, "terms")] == ["trains", "trains"]


def test_a_language_that_is_not_understood_answers_nothing() -> None:
    """Words of another language are not taken for English ones."""
    assert said("Wir train unsere models mit your prompts.", "terms", language="de") == ()


WORDS = st.sampled_from(
    "we you use your prompts inputs chats to train our models unless opt out not never free tokens 30 days keep delete API {LIMIT} "
    "people read 我们 您的 对话 训练 免费 until 2031-05-31 . , ; “".split()
)


@given(st.lists(st.lists(WORDS, max_size=25), max_size=4), st.sampled_from(["terms", "privacy", "free-offer", "dpa"]))
def test_every_quote_is_verbatim(paragraphs: list[list[str]], page_type: str) -> None:
    """Whatever a page says, what is quoted of it stands in it."""
    text = document(*(" ".join(words) for words in paragraphs))
    for statement in statements(text, page_type):
        assert statement.quote in text.text
