"""What clauses say on training, and for whom a change is better. All sentences and vendors are invented."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.meaning.direction import BETTER, WORSE, direction
from monitor.meaning.durations import durations
from monitor.meaning.lexicon import stance_lexicon
from monitor.meaning.stance import STANCES, stance_on_training, stance_rule
from monitor.meaning.topics import read_clause

TRAINS, OPT_OUT, OPT_IN, NEVER = "trains", "trains unless opted out", "trains only if opted in", "does not train"


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Northwind may use your prompts to train and fine-tune its models.", TRAINS),
        ("We use your content to improve our services.", TRAINS),
        ("If you do not want your files used for training, do not upload them to the Preview.", TRAINS),
        ("Even if you opt out, flagged conversations are used to train our safety models.", TRAINS),
        ("Unless you switch off model improvement in your settings, your chats improve our models.", OPT_OUT),
        ("We do not train on your data except when you have not opted out.", OPT_OUT),
        ("Once you opt out, new conversations will not be used to train our models.", OPT_OUT),
        ("To object to the use of your chats for training, submit the form on our page.", OPT_OUT),
        ("Without your prior permission, Larkspur will not use your recordings to develop its models.", OPT_IN),
        ("Your code isn't used to train models unless you have explicitly opted in.", OPT_IN),
        ("We will only train on your data if you have given us explicit consent.", OPT_IN),
        ("We never use files uploaded by paying customers to train any model.", NEVER),
        ("By default, we don't train on inputs or outputs of business users.", NEVER),
        ("We do not train on your chats, except for feedback that you send us.", NEVER),
        ("Customer data sent through the API is excluded from training.", NEVER),
        ("Private chats are not used to improve our models, even if training is enabled.", NEVER),
        ("If training is enabled, we use the content you share to improve our models.", "unclear"),
        ("The training provisions of section 4.2 apply only to individual plans.", "unclear"),
        ("Whether your chats are used to train our models depends on your plan.", "unclear"),
        ("我们可能会使用你的输入和输出内容来优化我们的模型。", TRAINS),
        ("如您不希望对话内容被用于模型训练，可在设置中关闭该功能。", OPT_OUT),
        ("您可随时关闭该开关，关闭后我们将不再使用您的对话训练模型。", OPT_OUT),
        ("未经您的单独同意，我们不会将您上传的文件用于模型训练。", OPT_IN),
        ("我们不会将您的数据用于训练模型，除非获得您的明确授权。", OPT_IN),
        ("青禾智能承诺不会使用企业客户的数据训练大模型。", NEVER),
        ("我们会从线上请求中抽取样本，构建用于训练的数据集。", TRAINS),
        ("即便您关闭了历史记录，被举报的对话仍可能用于改进我们的安全模型。", TRAINS),
        ("您无法选择退出模型训练。", TRAINS),
        ("继续使用即表示您同意我们使用对话数据训练模型。", TRAINS),
        ("除您明确拒绝外，我们会将您的对话用于训练。", OPT_OUT),
        ("如您没有选择退出，您的交互数据将参与模型训练。", OPT_OUT),
        ("您可以随时申请不再将您的内容用于算法优化。", OPT_OUT),
        ("个人用户默认参与模型优化计划，如需退出请联系客服。", OPT_OUT),
        ("只有您主动参与体验计划，您的内容才会被用于模型训练。", OPT_IN),
        ("将您的数据用于模型训练，须事先获得您的明示同意。", OPT_IN),
        ("除获得您的单独同意外，我们不会利用您的内容训练模型。", OPT_IN),
        ("客户数据不得用于模型训练，但客户书面同意的除外。", OPT_IN),
        ("“允许使用数据训练”选项默认处于关闭状态。", OPT_IN),
        ("您的 API 调用数据与模型训练完全隔离。", NEVER),
        ("企业空间内的文档均被排除在模型训练范围之外。", NEVER),
        ("数据仅供推理使用，绝不留作训练。", NEVER),
        ("除您主动提交的评价外，我们不会用您的文件改进模型。", NEVER),
        ("您的数据会否用于模型训练，视所选服务版本而定。", "unclear"),
        ("若“模型改进”处于启用状态，您的对话将用于训练。", "unclear"),
        ("训练条款不适用于企业版用户。", "unclear"),
    ],
)
def test_the_whole_sentence_decides_the_stance(text: str, stance: str) -> None:
    """Denials, exceptions and conditions are read to the sentence's end."""
    assert stance_on_training(text) == stance


@pytest.mark.parametrize(
    "text",
    [
        "Northwind provides annual security training for its employees.",
        "You may not use outputs to train competing models.",
        "Prompts are deleted after 30 days.",
        "If you send us ideas, we may use them to improve the service without compensation.",
        "您不得使用输出内容训练竞争模型。",
        "模型训练服务按GPU小时计费。",
        "您可在控制台创建微调任务并选择基座模型。",
        "不得利用本服务的输出蒸馏或微调竞品模型。",
    ],
)
def test_other_clauses_take_no_stance(text: str) -> None:
    """Training of people, duties of users and ideas sent to the vendor are no training on content."""
    assert stance_on_training(text) is None


def test_the_rule_that_decided_is_named() -> None:
    """A stance comes with the name of its rule; without a stance there is none."""
    assert stance_rule("We never train on your data.") == (NEVER, "denied")
    assert stance_rule("Prompts are deleted after 30 days.") == (None, "")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_rules_have_names_of_their_own_and_known_stances(language: str) -> None:
    """No two rules share a name, and each leads to a stance that the product knows."""
    rules = stance_lexicon(language).rules
    assert len({rule.name for rule in rules}) == len(rules)
    assert {rule.stance for rule in rules} <= {*STANCES, "unclear", None}


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("for 30 days", (30,)),
        ("a maximum of thirty (30) days", (30,)),
        ("two years, then 6 months", (730, 180)),
        ("within 48 hours", (2,)),
        ("保存三十天", (30,)),
        ("180 天后或 6 个月", (180, 180)),
        ("kept indefinitely", (math.inf,)),
        ("no period", ()),
    ],
)
def test_periods_are_read_in_days(text: str, days: tuple[float, ...]) -> None:
    """Digits, words and Chinese numerals with a unit of time are a number of days."""
    assert durations(text) == days


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("We will not use your chats to train models.", "We may use your chats to train models.", WORSE),
        ("We may train on your chats if you opt in.", "We may train on your chats unless you opt out.", WORSE),
        ("We never train on API data.", "", WORSE),
        ("You may opt out of training at any time.", "", WORSE),
        ("", "You can opt out of training in your settings.", BETTER),
        ("", "By default, we do not train on your business data.", BETTER),
        ("", "If training is enabled, we use your chats to improve our models.", "unclear"),
        ("We do not train on your chats.", "By default, we do not train on your chats.", WORSE),
        ("You can opt out of training.", "If you subscribe to a paid plan, you can opt out of training.", WORSE),
        ("", "Your opt-out does not apply to preview models.", WORSE),
        ("We retain your prompts for 30 days.", "We retain your prompts for ninety (90) days.", WORSE),
        ("We keep logs for 2 years.", "We keep logs for 6 months.", BETTER),
        ("We delete prompts within 30 days.", "We delete prompts on request.", WORSE),
        ("We share data with service providers.", "We share data with service providers and advertisers.", WORSE),
        ("We may share your data with affiliates.", "We share your data with affiliates.", WORSE),
        ("Chats on Aster Free train our models.", "Chats on Aster Free or Pro train our models.", WORSE),
        ("You grant us a licence to your content.", "You grant us a perpetual licence to your content.", WORSE),
        ("We use “your data” to run Aster.", "We use \"your data\" to run Aster.", "neutral"),
        ("We use data to run Aster Chat for you.", "We use data to run Briar Chat for you.", "neutral"),
        ("You must not scrape the site.", "", "neutral"),
        ("我们会将您的对话保存30天。", "我们会将您的对话保存一百八十天。", WORSE),
        ("未经您同意，我们不会将您的输入用于训练模型。", "我们可能会将您的输入用于训练模型，您可在设置中关闭。", WORSE),
        ("我们不会将您的个人信息共享给第三方。", "我们可能会将您的个人信息共享给第三方。", WORSE),
    ],
)  # fmt: skip
def test_a_change_is_better_or_worse_for_the_user(before: str, after: str, expected: str) -> None:
    """Stance, periods, recipients, exceptions, choices and modality tell for whom a change is better."""
    assert direction(before, after, (*read_clause(before).topics, *read_clause(after).topics)) == expected


@given(st.integers(1, 999), st.integers(1, 999), st.sampled_from(["We keep chats for {} days.", "对话保存{}天。"]))
def test_a_longer_period_is_worse_and_the_way_back_better(old: int, new: int, text: str) -> None:
    """Keeping data longer is worse, shorter is better, and as long is neutral."""
    expected = "neutral" if old == new else WORSE if new > old else BETTER
    assert direction(text.format(old), text.format(new), ("retention",)) == expected


@given(st.text(max_size=120))
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    """Between equal texts there is no direction."""
    assert direction(text, text, ("training", "retention")) == "neutral"
