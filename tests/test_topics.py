"""What clauses are about. All sentences and vendors are invented."""

from __future__ import annotations

import time
from importlib import resources

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.meaning.lexicon import LONGEST, fold, language_of, topic_lexicon
from monitor.meaning.topics import read_clause
from monitor.model import TOPICS

SAID = [
    ("Members can use what they made privately.", "licence"),
    ("Providers are bound to delete the requests within 30 days.", "retention"),
    ("Gatherstone may route requests to another region.", "transfer"),
    ("Ads are never matched with the content of messages.", "collection"),
    ("Northwind may route requests to another region where capacity is exhausted.", "transfer"),
    ("No data goes to third countries.", "transfer"),
    ("Free members receive 40 pearls each week.", "free-terms"),
    ("The box is ticked at the outset.", "choice"),
    ("Private mode can be switched on by anybody.", "choice"),
    ("我们会把兴趣标签给广告合作方。", "sharing"),
    ("Chats with Reverb are not used to pick the ads you see.", "collection"),
    ("Helm does not look at bank details or tax file numbers.", "collection"),
    ("Mood notes are used only to show you your own trends.", "collection"),
    ("Accounts that nobody has signed in to for 12 months are deleted.", "retention"),
    ("The work is done by annotators of a partner firm.", "review"),
    ("Joining is voluntary, and you may leave with effect from the next quarter.", "choice"),
    ("The switch is off until you turn it on.", "choice"),
    ("You can try Pro for two weeks without entering a card.", "free-terms"),
    ("Once the credit is spent, the account turns into a paid one.", "free-terms"),
    ("Credits you have not spent stay valid for one further month.", "free-terms"),
    ("The allowance fills up again every five hours.", "limits"),
    ("尖峰时段得转送至新加坡的运算节点处理。", "transfer"),
    ("凡命中规则者，由外包审核团队的工作人员调阅原图。", "review"),
    ("This notice explains how we handle the personal data of people who use Northwind.", ""),
    ("You must be at least 18, or 16 with the consent of a parent, to enter into a contract with us.", ""),
    ("To the extent permitted, we are liable up to the amount of the free credit.", ""),
    ("预付费资源包支持七天无理由退款。", ""),
    ("Northwind may use your prompts and generated images to train and fine-tune its diffusion models.", "training"),
    ("We never use files uploaded by paying customers to train any model.", "training"),
    ("Customer data sent through the API is excluded from training.", "training"),
    ("To improve and develop our products and services.", "training"),
    ("我们可能会使用你的输入和输出内容来优化我们的模型。", "training"),
    ("青禾智能承诺不会使用企业客户的数据训练大模型。", "training"),
    (
        "Unless you switch off model improvement in your privacy settings, your chats improve our models.",
        "training choice",
    ),
    ("Without your prior permission, Larkspur will not use your recordings to develop its models.", "training choice"),
    ("We will only train on your data if you have given us explicit consent.", "training choice"),
    ("To object to the use of your chats for training, submit the form on our privacy page.", "training choice"),
    ("未经您的单独同意，我们不会将您上传的文件用于模型训练。", "training choice"),
    ("如您不希望对话内容被用于模型训练，可在设置中关闭“体验改进计划”。", "training choice"),
    ("Prompts and completions are deleted from our servers after 30 days.", "retention"),
    ("We keep your personal data for as long as your account is active.", "retention"),
    ("Backup copies may persist for up to ninety (90) days after deletion.", "retention"),
    ("我们仅在实现服务目的所必需的最短期限内保存您的个人信息。", "retention"),
    ("A small team of trained reviewers may read conversations that were flagged for abuse.", "review"),
    ("Our contractors annotate a sample of user inputs to measure quality.", "review"),
    ("为提升标注质量，我们的标注人员可能会查看经脱敏处理的对话记录。", "review deidentify"),
    ("We share your account information with our hosting providers and payment processors.", "sharing"),
    ("We do not sell your personal information to third parties.", "sharing"),
    ("If Brightleaf is acquired, your information may be transferred to the new owner.", "sharing"),
    ("我们会将您的设备信息共享给合作的第三方广告服务商。", "sharing"),
    ("Your data may be stored and processed in the United States and other countries.", "transfer"),
    ("For transfers outside the EEA we rely on Standard Contractual Clauses.", "transfer"),
    ("我们在中华人民共和国境内收集的个人信息，存储于境内的服务器。", "transfer collection"),
    ("When you register, we collect your name, e-mail address and phone number.", "collection"),
    ("We rely on legitimate interests to process your personal data for fraud prevention.", "collection"),
    ("We may publish aggregated statistics that do not identify you.", "deidentify"),
    ("As between the parties, you own all outputs generated from your inputs.", "licence"),
    ("You grant Northwind a worldwide, royalty-free licence to host and reproduce your content.", "licence"),
    ("您在本服务中生成的内容的权利归您所有。", "licence"),
    ("平台可以把用户与智能助手之间的往来消息纳入训练集。", "training"),
    ("“用于改进”开关初始为打开状态，您可以手动关掉。", "training choice"),
    ("标注员会听取语音片段以改进识别模型。", "review training"),
    ("请勿输入敏感信息，因为对话可能由真人审阅。", "review"),
    ("关联公司可使用您的内容训练其模型。", "sharing training"),
    ("我们不会把您的手机号卖给任何广告公司。", "sharing"),
    ("根据法院或公安机关的合法要求，我们可能提供您的账号信息。", "sharing"),
    ("我们不会将您的个人信息传输至境外。", "transfer"),
    ("登录时系统自动上报设备型号、系统版本和网络类型。", "collection"),
    ("对于您提出的改进建议，我们可无偿采纳并用于完善产品。", "licence training"),
    ("家长可联系我们删除孩子的个人信息。", "children choice"),
    ("完成实名认证后系统自动发放，每个主体限领一次。", "free-terms"),
    ("高峰时段可能对免费用户限速。", "limits"),
    ("月卡由30元调整为25元。", "price"),
    ("All traffic is encrypted in transit and at rest.", "security"),
    ("Northwind provides annual security training for its employees.", "security"),
    ("We do not knowingly collect personal information from children under 13.", "children collection"),
    ("Unused trial credits expire 30 days after sign-up and can not be refunded.", "free-terms"),
    ("新用户注册后可领取免费额度，额度有效期为30天，到期自动清零。", "free-terms"),
    ("The API is subject to rate limits that depend on your tier.", "limits"),
    ("We may increase our prices at any time.", "price"),
    ("We never sell your profile.", "sharing"),
    ("We release videos and audit trails only upon a court order.", "sharing"),
    ("We may give harbours your planned arrival.", "sharing"),
    ("We license these datasets to other companies for a fee.", "sharing"),
    ("我们仅向药店和快递公司提供完成服务所需的信息。", "sharing"),
    ("Keystroke timing and the contents of the clipboard when you paste.", "collection"),
    ("We use the precise position of your device.", "collection"),
    ("Our graders go through prompts every week.", "review"),
    ("该计划默认关闭，您可随时更改。", "choice"),
    ("We include your requests in the material used to build new versions only if you ask us to.", "training choice"),
    ("Team can be tried by ten people for 30 days.", "free-terms"),
    ("You own all images and videos you create.", "licence"),
]
LOOK_ALIKES = [
    "You may not use the outputs to train a model that competes with Northwind.",
    "Use outputs to develop models that compete with the Services.",
    "We retain all right, title and interest in and to the service.",
    "You may opt out of this arbitration agreement by writing to us within 30 days.",
    "You can unsubscribe from our newsletter or opt out of marketing e-mails at any time.",
    "If you have questions, feel free to contact us at any time.",
    "THE SERVICE IS PROVIDED AS IS WITHOUT WARRANTY OF ANY KIND.",
    "You must not upload content that exploits or harms minors.",
    "You are responsible for keeping your password confidential and for all use of your data by others.",
    "We grant you a limited, non-exclusive licence to use the software.",
    "In no event shall our aggregate liability exceed the fees you paid.",
    "We are constantly improving the service and may change its features.",
    "“Output” means anything that the service generates from your input and data.",
    "Last updated: 4 May 2031",
    "Privacy policy",
    "您不得利用本服务生成的内容训练与我们竞争的模型。",
    "本协议的订立、执行和解释均适用中华人民共和国法律。",
    "我们保留追究违约用户法律责任的权利。",
    "未经我们事先书面许可，任何人不得将本网站内容用于训练数据集。",
    "基座模型在公开语料上完成预训练。",
    "平台授予您一项可撤销的、不可转让的使用本软件的权利。",
    "我们不断打磨产品，提升使用体验。",
    "学习助手可以帮助学生整理笔记。",
    "Fixed: content of pinned tabs was not retained after a restart.",
    "If more than a tenth of the training content was watched, we retain the whole price.",
    "We are not liable for indirect or consequential damages, including loss of data or training runs.",
    "We may suspend an account that shares access with others.",
]


@pytest.mark.parametrize(("text", "topics"), SAID)
def test_a_clause_has_the_topics_it_speaks_of(text: str, topics: str) -> None:
    """A clause raises all topics that it speaks of, and no other."""
    assert set(read_clause(text).topics) == set(topics.split())


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_look_alikes_have_no_topic(text: str) -> None:
    """Duties of users, property of the vendor, warranties, addresses and labels raise nothing."""
    assert read_clause(text).topics == ()


@pytest.mark.parametrize(
    ("text", "trail", "topic"),
    [
        ("30 days", ("Privacy", "Data retention"), "retention"),
        ("IP address", ("Information we collect",), "collection"),
        ("Law enforcement", ("Who we share your data with",), "sharing"),
        ("180 天", ("信息的存储", "存储期限"), "retention"),
    ],
)
def test_a_heading_lends_its_topic_to_few_words(text: str, trail: tuple[str, ...], topic: str) -> None:
    """Words too few to say something alone take their topic from the heading above, and only from there."""
    assert read_clause(text, trail).topics == (topic,)
    assert read_clause(text).topics == ()


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Dispute resolution", "Messages are deleted after 30 days."),
        ("12. Acceptable use", "Messages are deleted after 30 days."),
        ("争议解决", "对话内容保存三十天。"),
    ],
)
def test_some_chapters_say_nothing_on_data(heading: str, text: str) -> None:
    """Nothing is raised below headings on disputes and conduct, whatever the words."""
    assert read_clause(text, (heading,)).topics == ()
    assert read_clause(text).topics == ("retention",)


def test_topics_are_ordered_by_strength() -> None:
    """The topic with most words comes first; of equals the one that weighs more."""
    text = "Logs are deleted after 7 days, backups are erased after 30 days, and your data trains our models."
    assert read_clause(text).topics[0] == "retention"
    assert read_clause("We train our models on your chats and sell your data.").topics[0] == "training"


def test_the_words_behind_a_topic_are_told() -> None:
    """A reading names, per topic, the words that raised it."""
    words = read_clause("We do not sell your personal information to third parties.").words
    assert [word.partition(": ")[0] for word in words] == ["sharing"]
    assert "sell your personal information" in words[0]


@pytest.mark.parametrize("plain", ["We don't sell user data; it isn't used to train models."])
def test_typography_changes_nothing(plain: str) -> None:
    """Capitals, curly quotes, list markers and invisible characters change no reading."""
    odd = "(iv) " + plain.upper().replace("'", "’").replace(" ", "\u00a0\u200b")
    assert (read_clause(odd).topics, read_clause(odd).stance) == (read_clause(plain).topics, read_clause(plain).stance)


@pytest.mark.parametrize(
    ("text", "said", "language"),
    [
        ("We store data.", "", "en"),
        ("我们使用 Northwind API 处理数据。", "", "zh"),
        ("We store data.", "zh-CN", "zh"),
        ("", "", "en"),
    ],
)
def test_the_language_is_the_one_said_or_that_of_the_script(text: str, said: str, language: str) -> None:
    """A language said is believed; otherwise the script decides."""
    assert language_of(text, said) == language


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_rule_says_why_it_is_there(language: str) -> None:
    """Each topic is a known one, and each rule of the lexicon carries a reason."""
    assert {topic.name for topic in topic_lexicon(language).topics} <= set(TOPICS)
    for kind in ("topics", "stance"):
        path = resources.files("monitor") / "meaning" / "data" / f"{kind}_{language}.yaml"
        source = yaml.safe_load(path.read_text(encoding="utf-8"))
        rules = [*source.get("rules", []), *source["cut"], *source.get("nothing", []), *source.get("quiet_under", [])]
        for topic in source.get("topics", {}).values():
            rules += [*topic["rules"], *topic.get("cut", [])]
        assert [rule["like"] for rule in rules if not rule.get("why")] == []


@given(st.text(max_size=300))
@settings(max_examples=80, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    """Whatever the text, the reading holds known topics, each with its words, and a stance only on training."""
    reading = read_clause(text)
    assert set(reading.topics) <= set(TOPICS)
    assert len(reading.words) == len(reading.topics)
    assert reading.stance is None or "training" in reading.topics


@pytest.mark.parametrize(
    "unit",
    [
        "we use your data to train ",
        "share content with third parties ",
        "unless you opt out ",
        "我们将你的数据用于",
        "、",
        "n't ",
    ],
)
def test_a_hostile_text_costs_little(unit: str) -> None:
    """A megabyte of half-matching words is read in well under two seconds."""
    text = unit * (1_000_000 // len(unit))
    start = time.monotonic()
    read_clause(text)
    assert time.monotonic() - start < 2
    assert len(fold(text)) <= LONGEST
