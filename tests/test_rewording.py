"""What says the same in other words is no news; what turns it is, though it be one word."""

from __future__ import annotations

import pytest
from fakes import document

from monitor.compare import compare_clauses
from monitor.meaning.surroundings import points_back
from monitor.meaning.understand import understand
from monitor.meaning.wording import differing, many, sense
from monitor.model import Block, Clause, Document, Finding, Page

TERMS = Page("acme", "terms", "terms", "")
OFFER = Page("acme", "limits", "free-offer", "")


def found(before: Document, after: Document, page: Page = TERMS) -> list[Finding]:
    """What differs, and is worth telling at once."""
    findings = understand(compare_clauses(before, after), before, after, page, "en")
    return [finding for finding in findings if finding.importance == "major"]


def told(before: str, after: str, page: Page = TERMS) -> bool:
    return bool(found(document(before), document(after), page))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We retain your prompts for 30 days.", "Your inputs are kept by us for thirty days."),
        ("We do not use your files to train our models.", "Your files are not used to train our models."),
        (
            "You can opt out of the use of your chats for training.",
            "You may opt out of the use of your chats for training.",
        ),
        (
            "We share your data with suppliers pursuant to contracts.",
            "We disclose your data to vendors under agreements.",
        ),
        ("未经您书面同意，我们不使用您的内容训练模型。", "非经您书面同意，您的内容不会被我们用于训练模型。"),
        ("我们委托云服务商保存您的聊天记录。", "您的聊天记录由我们委托的云服务商存储。"),
    ],
)
def test_the_same_in_other_words_is_not_told(before: str, after: str) -> None:
    """Active or passive, in another order, by another word for the same act."""
    assert not told(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We may share your data with partners.", "We may sell your data to partners."),
        ("We keep your prompts for 30 days.", "We keep your prompts for 90 days."),
        ("We do not use your files to train our models.", "We use your files to train our models."),
        ("我们不会将您的内容用于训练模型。", "我们可能将您的内容用于训练模型。"),
        ("您的聊天记录不会提供给广告商。", "您的聊天记录会提供给广告商。"),
    ],
)
def test_a_word_that_turns_a_sentence_is_told(before: str, after: str) -> None:
    assert told(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "We share it with nobody who thinks ahead of your data.",
            "We share it with nobody who believes ahead of your data.",
        ),
        ("We do not share your data unless you agree to it.", "We share your data only if you agree to it."),
    ],
)
def test_words_that_no_list_knows_may_stand_in_anothers_place(before: str, after: str) -> None:
    """And what is not so "unless" is so "only if"."""
    assert not told(before, after)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("Cookies are set only if you say yes.", "only"),
        ("Cookies are set unless you say no.", "unless"),
        ("We do not share it unless you agree.", "only"),
        ("Unless you agree, we do not share it.", "only"),
        ("We neither sell it nor show ads.", "denied"),
        ("We share it.", "plain"),
        ("除非您同意，我们不会共享。", "only"),
    ],
)
def test_how_a_sentence_says_what_it_says(text: str, how: str) -> None:
    """Who is asked first, and who may refuse, are not the same."""
    assert sense(text) == how


def test_nothing_points_back_in_a_paragraph_without_end() -> None:
    """Looking for what stands before each of its sentences would cost the square of its length."""
    used, never = "We may use your chats to train our models.", "Temporary chats are never used in this way."
    assert points_back(Clause(never, Block("paragraph", f"{used} {never}")))
    assert not points_back(Clause(never, Block("paragraph", f"{used} " * 1_000 + never)))


def test_an_answer_is_on_what_its_question_is_on() -> None:
    """ "May the free allowance be used for batches? Yes." """
    question = "Can the free quota be used for batches?"
    assert told(f"{question} Yes, at half the rate.", f"{question} No longer since 1 August.", OFFER)


def test_only_the_last_sentence_of_a_paragraph_leads_to_its_list() -> None:
    """What stands before it is said of other things."""
    lead = "We keep and delete chats as our policy says, which we enforce. Platforms that host our open models should do this:"
    item = Block("item", "Keep the notices of the licence.", (lead,))
    assert not found(Document((), language="en"), Document((item,), language="en"))


def test_a_label_that_a_layout_stuck_to_a_sentence_is_no_news() -> None:
    purposes = "The purposes for which personal data are transferred to the United States: support."
    assert not told(purposes, f"Legal team@acme.example{purposes}")


def test_chinese_is_compared_by_the_character_in_any_order() -> None:
    """There is no space between words; a single character that is left is no word, unless it denies or limits."""
    assert differing("下文按类别列明各接收方的名称", "以下按类别列出各接收方的名称") == ("", "")
    assert differing("我们保存您的内容", "我们不保存您的内容") == ("", "不")


def test_two_chinese_characters_count_as_one_word() -> None:
    assert many(("设备标识信息", "不", "training")) == 5


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("免費使用者的對話內容不會用於訓練模型。", "免費使用者的對話內容會用於訓練模型。"),
        ("提示與輸出最長保存三十日。", "提示與輸出最長保存一百八十日。"),
    ],
)
def test_traditional_characters_are_read_as_simplified_ones(before: str, after: str) -> None:
    """In the words of Taiwan and Hong Kong, too; what is quoted stays as it stands."""
    findings = found(document(before, language="zh"), document(after, language="zh"))
    assert findings[0].after == after


ABOUT = (
    "{} keeps your chats for 30 days.",
    "We train {} on your chats unless you opt out.",
    "{} shares data with its vendors.",
)


def test_a_name_that_is_replaced_throughout_is_a_renaming() -> None:
    before = document(*(text.format("Lumen Chat") for text in ABOUT))
    assert not found(before, document(*(text.format("Lumen Assistant") for text in ABOUT)))


def test_a_name_that_gets_a_number_throughout_is_a_renaming() -> None:
    """ "Mosaic Large" is "Mosaic 3 Large", wherever it stands."""
    before = document(*(f"You get 500 free requests a day on Mosaic {size}." for size in ("Large", "Mini", "Nano")))
    after = document(*(f"You get 500 free requests a day on Mosaic 3 {size}." for size in ("Large", "Mini", "Nano")))
    assert not found(before, after, OFFER)


def test_a_vendors_own_word_for_a_thing_may_change() -> None:
    """Its coin, or a part within a name: no list knows the word, and the old one is gone."""
    coins = ("You get 50 {} a day for free.", "Unused {} lapse after 60 days.", "Free {} are used first.")
    assert not found(*(document(*(text.format(coin) for text in coins)) for coin in ("sparkles", "droplets")), OFFER)
    data = ("We never share {} with partners.", "We delete {} after 30 days.", "We host {} in Canada.")
    assert not found(
        *(document(*(text.format(name) for text in data)) for name in ("Customer Personal Data", "Customer Data"))
    )


def test_other_recipients_are_no_renaming() -> None:
    """Words that everybody uses are written large at the start of a sentence, too."""
    texts = ("{} receive your data.", "{} may contact you about your data.", "{} keep your data for 30 days.")
    assert found(*(document(*(text.format(who) for text in texts)) for who in ("Partners", "Advertisers")))


def test_a_plan_is_renamed_only_where_its_old_name_is_gone() -> None:
    """Who is on Plus is now on Premium; where Plus goes on, the terms of Premium changed."""
    texts = ("We train on the chats of {} accounts.", "We keep the chats of {} accounts for 30 days.")
    before, after = (document(*(text.format(plan) for text in texts)) for plan in ("Plus", "Premium"))
    stays = Document((*after.blocks, Block("paragraph", "Plus costs $20.")))
    assert not found(before, after)
    assert found(Document((*before.blocks, stays.blocks[-1])), stays)


def test_the_same_amount_under_another_name_is_told_as_a_condition() -> None:
    """Never "500 requests a month, before 500 requests a month"."""
    (finding,) = found(
        document("You get 500 free requests a month on Lumen Nano."),
        document("You get 500 free requests a month on Lumen Mini with a phone."),
        OFFER,
    )
    assert (finding.amount_before, finding.amount_after) == (None, None)


def test_another_period_for_what_is_given_is_told() -> None:
    """The amount stands; by when it must be used changed."""
    given = "Start-ups get $25,000 of free API credits, to be used within {} months."
    assert told(given.format(24), given.format(12), OFFER)


@pytest.mark.parametrize(
    "sample",
    [
        "$ acme quota show --plan free, 212 requests a day left",
        'curl -H "Bearer" https://api.acme.example/v1/limits/requests-per-day',
    ],
)
def test_a_sample_of_code_states_nothing(sample: str) -> None:
    assert not told("Errors are explained in the guide.", sample, OFFER)


def test_a_sentence_that_points_back_is_on_what_the_one_before_is_on() -> None:
    """ "In this way" is by training: the clause by itself does not say so."""
    used = "We may use your chats to train our models."
    never, but = (
        "Temporary chats are never used in this way.",
        "Temporary chats are left out, except where they were flagged.",
    )
    assert told(f"{used} {never}", f"{used} {but}")


def test_a_row_of_a_table_of_recipients_is_sharing_by_its_columns() -> None:
    """No heading says so; one that gets data for advertising is told."""
    columns = ("SDK", "Provider", "Data", "Purpose")
    rows = [
        Block("row", " | ".join(cells), columns=columns)
        for cells in (
            ("Pay", "Pay Inc", "order data", "payments"),
            ("Reach", "Reach Inc", "device data", "advertising"),
        )
    ]
    assert found(Document((rows[0],), language="en"), Document(tuple(rows), language="en"))[0].topic == "sharing"


def test_duties_of_users_are_not_told_in_a_list_either() -> None:
    """What stands under "You must:" says nothing of what the vendor does with data."""
    lead = ("Zero retention comes with duties for you: you must:",)
    item = Block("item", "tell us of incidents with retained data within one day.", lead)
    assert not found(Document((), language="en"), Document((item,), language="en"))
