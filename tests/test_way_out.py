"""How a text says that its reader can opt out, and which link leads there. All sentences and addresses are invented."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extract import links, read
from monitor.meaning.way_out import way_out
from monitor.model import Block, Document, Link, WayOut


def page(*texts: str, kind: str = "paragraph", trail: tuple[str, ...] = (), language: str = "") -> Document:
    return Document(tuple(Block(kind, text, trail) for text in texts), language=language)  # type: ignore[arg-type]


def said(*texts: str, trail: tuple[str, ...] = ()) -> str | None:
    found = way_out(page(*texts, trail=trail))
    return found.text if found else None


WAYS = [
    "You can opt out of training in Settings > Data Controls.",
    "If you do not want your chats used to train our models, switch off training in your settings.",
    "To opt out of model training, fill in this form.",
    "You may turn off “Improve the model for everyone” at any time; your chats will then not be used for training.",
    "You can choose whether your content is used to improve our models.",
    "We use prompts to train our models unless you opt out through your account settings.",
    "We use your content to improve our models unless you have switched off “Help us learn” in your settings.",
    "You have the right to object to the use of your data for training.",
    "You have the option to opt out of training by updating your account settings.",
    "Customers may opt out of the use of their inputs for model training by e-mailing privacy@northwind.example.",
    "Administrators can disable training on their organisation's prompts in the console.",
    "Read our instructions on how you can opt out of our use of your content to train our models.",
    "Turn off “Model improvement” under Settings, Privacy, and we will not train on your chats.",
    "Go to Settings and turn off training on your conversations.",
    "Please opt out of training via the privacy portal.",
    "You can exclude single projects from training in the dashboard.",
    "You can ask us not to use your content for training by writing to us.",
    "We offer a control which allows you to object to the use of your inputs for model training.",
    "You may tell us that you do not want your files used for model training.",
    "Training on your chats can be switched off in the settings at any time.",
    "You can opt out of training, or you can delete your account.",
    "You can object to our processing of your personal data at any time.",
    "You may withdraw your consent to the processing of your data.",
    "You can opt out of the sale of your personal information by contacting us.",
    "You can turn off telemetry about your usage in the settings.",
    "如果您不希望您的对话被用于模型训练，可以在设置中关闭该功能。",
    "您可以通过“设置-数据管理”选择退出模型训练。",
    "您可随时关闭“帮助改进模型”，关闭后我们不再使用您的对话训练模型。",
    "如您不同意我们将您的内容用于训练，请发送邮件至 privacy@qinghe.example。",
    "您可以在“隐私”页面撤回对模型训练的授权。",
    "若您拒绝将输入内容用于优化模型，可联系客服。",
    "用户可以在账号设置中停用“用于改善模型”开关。",
    "如需退出模型训练计划，请在控制台点击“退出”，我们将停止使用您的数据。",
    "您有权拒绝我们将您的数据用于模型训练。",
    "管理员可以在控制台关闭对话内容用于训练的选项。",
    "前往“设置”关闭“数据用于优化体验”，您的对话将不再用于训练。",
    "您可以要求我们停止将您的个人信息用于训练模型。",
    "你可以在“我的-隐私设置”中取消授权，取消后你的内容不会用于训练。",
    "您可以撤回您对处理个人信息的同意。",
    "您可以随时关闭使用数据的收集，并在设置中管理您的信息。",
]

NO_WAYS = [
    "We train on your chats.",
    "We never use your content to train our models.",
    "We use your chats for training only if you opt in.",
    "You cannot opt out of training.",
    "You can not turn off training on your chats.",
    "Training on your chats cannot be switched off.",
    "Even if you opt out, flagged chats are used to train our safety models.",
    "If you do not want your files used for training, do not upload them.",
    "How can I opt out of training?",
    "You can opt out of marketing e-mails at any time.",
    "You may unsubscribe from our newsletter by clicking the link in it.",
    "You can opt out of receiving promotional messages in your settings.",
    "You may opt out of arbitration by writing to us within 30 days.",
    "You have the right to opt out of this arbitration agreement by sending us your name.",
    "You can opt out of the class action waiver.",
    "You can turn off cookies in your browser.",
    "To refuse cookies, change the settings of your browser.",
    "Use our cookie banner to opt out of analytics cookies.",
    "You can opt out of interest-based advertising on the page of the alliance.",
    "You can install a browser add-on to opt out of analytics.",
    "You can close your account in the settings.",
    "You may delete your account and your conversations at any time.",
    "You may disable notifications in your device settings.",
    "You can turn off automatic renewal in your account.",
    "You may cancel your subscription in the settings.",
    "You may opt out of telemarketing by asking our agent.",
    "We may name you as a customer; you may revoke this use of your logo and content by e-mail.",
    "If you do not agree to these terms, you may not use the service.",
    "If you do not agree with this policy, you can stop using the service.",
    "Customers may object to a new sub-processor within 30 days.",
    "We may refuse, disable or remove content that breaks these terms.",
    "You may not disable our safety features.",
    "You have the right to withdraw from this contract within 14 days.",
    "我们会将您的对话用于训练模型。",
    "我们不会将您的内容用于训练。",
    "未经您同意，我们不会使用您的内容训练模型。",
    "您无法选择退出模型训练。",
    "即使您关闭了该功能，被举报的对话仍会用于训练。",
    "您可以随时退订营销短信。",
    "您可以在浏览器中关闭Cookie。",
    "您可以在设置中注销账号。",
    "您可以在设置中关闭推送通知。",
    "如您不同意本协议，请停止使用本服务。",
    "您可以随时取消自动续费。",
    "对违规用户，平台可以关闭账号并停止服务。",
    "使用完毕后，您应当安全退出账号。",
]


@pytest.mark.parametrize("text", WAYS)
def test_a_way_out_is_found(text: str) -> None:
    """What the reader can do, in the words that say it."""
    assert said("We make assistants.", text, "We like questions.") == text


@pytest.mark.parametrize("text", NO_WAYS)
def test_other_refusals_are_none(text: str) -> None:
    """Mail, cookies, courts, accounts and contracts; choices that are denied, and those that begin with the reader's yes."""
    assert said(text) is None


@pytest.mark.parametrize(
    "texts",
    [
        ("You can object to our processing of your data.", "You can opt out of training in the settings."),
        ("We train on chats unless you opt out.", "You can opt out of training in the settings."),
        ("You can opt out of the sale of your data by mail.", "You can opt out of training in the settings."),
        ("您可以撤回您对处理个人信息的同意。", "您可以在设置中关闭模型训练。"),
    ],
)
def test_training_and_how_come_first(texts: tuple[str, str]) -> None:
    """A clause on training before one on other uses; one that says how before one that does not; wherever they stand."""
    assert said(*texts) == said(*reversed(texts)) == texts[1]


def test_what_stands_around_a_switch_says_what_it_switches() -> None:
    """The clause before it, the clause behind it, its heading, or the list's lead."""
    assert said("We use your chats to train our models. You can switch this off in Settings.") is not None
    assert said("You can opt out in Settings. New chats will then not be used to train our models.") is not None
    assert (
        said("You can turn it off under Settings, Privacy.", trail=("How we use your chats to train models",))
        is not None
    )
    assert said("You can turn it off under Settings, Privacy.", trail=("Model training",)) is not None
    assert said("You can turn it off under Settings, Privacy.", trail=("How our kitchen works",)) is None
    table = Block("row", "Free | Yes, unless switched off", columns=("Plan", "Used to train models"))
    switch = Block("paragraph", "The switch is under Settings, Privacy.")
    assert way_out(Document((table, switch))) == WayOut("The switch is under Settings, Privacy.")
    items = Document((Block("item", "Turn it off in Settings.", ("To opt out of training:",)),))
    assert way_out(items) == WayOut("Turn it off in Settings.")
    assert said("您的对话会用于训练模型。您可以在“设置”中随时关闭。") == "您可以在“设置”中随时关闭。"


def test_an_item_is_quoted_with_the_lead_it_needs() -> None:
    """ "Writing to us" alone tells nobody what for."""
    item = Document((Block("item", "Writing to us at our office.", ("You can opt out of training on your data by:",)),))
    found = way_out(item)
    assert found is not None
    assert found.text == "You can opt out of training on your data by: Writing to us at our office."


FORM, HERE, POLICY = "https://northwind.example/form", "https://northwind.example/1", "https://northwind.example/policy"


@pytest.mark.parametrize(
    ("clause", "given_links", "url"),
    [
        ("You can opt out of training with this form.", [("this form", FORM)], FORM),
        ("You can opt out of training with THIS FORM.", [("This form", FORM)], FORM),
        ("You can opt out of training here.", [("here", HERE)], HERE),
        ("You can opt out of training here.", [("here", HERE), ("here", FORM)], ""),
        ("You can opt out of training with this form.", [("form", HERE), ("this form", FORM)], FORM),
        (
            "You can opt out of training as our Privacy Policy says.",
            [("Privacy Policy", POLICY), ("opt out", FORM)],
            FORM,
        ),
        ("You can opt out of training where it says so.", [("here", HERE)], ""),
        ("You can opt out of training at https://northwind.example/out.", [], "https://northwind.example/out"),
        ("You can opt out of training in Settings.", [("Opt out", FORM)], FORM),
        ("You can turn off training on your chats in Settings.", [("Data controls", FORM)], FORM),
        ("You can turn off training on your chats in Settings.", [("Opt out of cookies", FORM)], ""),
        ("You can turn off training on your chats in Settings.", [("Our plans", FORM), ("Help", HERE)], ""),
        ("You can opt out of training with this form.", [("this form", "javascript:alert(1)")], ""),
        ("You can opt out of training in Settings, Privacy.", [("Privacy", POLICY)], ""),
        ("You can opt out of training by writing to [email protected].", [("[email protected]", POLICY)], ""),
        ("您可以通过此表单选择退出模型训练。", [("此表单", FORM)], FORM),
        ("您可以在设置中关闭模型训练。", [("选择退出", FORM)], FORM),
    ],
)
def test_a_link_leads_to_the_way_out(clause: str, given_links: list[tuple[str, str]], url: str) -> None:
    """One in the clause, an address written out in it, or one elsewhere that is plainly an opt-out."""
    assert way_out(page(clause), [Link(*each) for each in given_links]) == WayOut(clause, url)


def test_a_page_of_html_is_read() -> None:
    """From bytes to the clause and its address."""
    body = (
        b"<!doctype html><main><h1>Privacy</h1><p>We use your chats to train our models. To opt out of training, fill in "
        b'<a href="/form">this form</a>.</p><p>Read <a href="/terms">our terms</a>.</p></main>'
    )
    found = way_out(read(body, "text/html"), links(body, "text/html", "https://northwind.example/privacy"))
    assert found == WayOut("To opt out of training, fill in this form.", FORM)


def test_a_cell_of_a_table_is_read() -> None:
    """Sentence by sentence: a row is no clause to quote."""
    row = Block("row", "Chats | We train our models on them. You can opt out of training in the settings. | 30 days")
    found = way_out(Document((row,)))
    assert found is not None
    assert found.text == "You can opt out of training in the settings."


@given(st.lists(st.text(max_size=120), max_size=5), st.lists(st.builds(Link, st.text(max_size=9), st.text(max_size=9))))
def test_no_text_is_too_odd(texts: list[str], some: list[Link]) -> None:
    """Whatever a page says and links, it is read without an error."""
    way_out(page(*texts), some)


@given(st.lists(st.sampled_from([*WAYS, *NO_WAYS]), max_size=8))
def test_what_is_found_stands_there(texts: list[str]) -> None:
    """The clause is one of the page's, word for word."""
    found = way_out(page(*texts))
    assert found is None or found.text in texts


@pytest.mark.parametrize(
    "text",
    ["opt out " * 40_000, "you can " * 40_000, "To opt out. " * 3_000, "可以关闭" * 60_000, "turn a b c " * 30_000],
)
def test_a_long_text_takes_no_long_time(text: str) -> None:
    """Time grows with the text, and not by its square."""
    started = time.process_time()
    way_out(page(text), [Link(f"link {number}", FORM) for number in range(2_000)])
    assert time.process_time() - started < 8
