"""What stands in the place of a document is told from the document."""

from __future__ import annotations

import pytest
from fakes import CHINESE, PARAGRAPHS, document

from monitor.model import OUTCOMES
from monitor.screen import LASTING, Trouble, screen

LONG = " ".join(PARAGRAPHS) * 3
PLACEHOLDERS = [
    (
        "blocked_challenge",
        "Just a second. Checking your browser before you reach acme.example. This takes five seconds.",
    ),
    ("blocked_challenge", "One more step: verify you are human by completing the action below. Reference 7f3a."),
    ("blocked_challenge", "Access denied. Our systems saw unusual traffic from your network. Reference number 18.4d."),
    ("blocked_challenge", "为了确认是您本人在访问，请先完成安全验证，验证通过之后页面会自动跳转到您要看的内容。"),
    ("blocked_wall", "Welcome back to Acme. Please log in with your work account to go on. New here? Ask your admin."),
    ("blocked_wall", "Sign in to continue to Acme Docs. Email, password. Forgot password? Use single sign-on instead."),
    (
        "blocked_wall",
        "青禾智能开放平台。请先登录后再查看本页的全部内容，您可以使用手机号码或者扫码登录，首次使用请注册。",
    ),
    ("soft_error", "404. The page you were looking for could not be found. Go to the front page, or search our help."),
    (
        "soft_error",
        "Sorry, something went wrong on our side. Please try again in a few minutes, or go to our status page.",
    ),
    (
        "soft_error",
        "We are down for maintenance and will be back in an hour. Thank you for your patience, from all at Acme.",
    ),
    (
        "soft_error",
        "抱歉，您访问的页面不存在或者已经被移走，请检查网址是否正确，或者返回首页继续浏览其他内容，谢谢您的理解。",
    ),
]
GENUINE = {
    "an interface's limits": (
        "Rate limits",
        "Errors",
        "A 401 error means that the key is missing. A 500 error means that something failed on our side.",
        *(f"Limit {number}: {number * 10} requests a minute." for number in range(1, 13)),
    ),
    "a short notice on data": (
        "How we use your data",
        "Acme does not train its models on what you send. If you turn on sharing in your settings, we use your chats to train.",
        "We delete chats 30 days after you do.",
    ),
    "a short offer": ("Free tier", "Every account gets 500 free messages a day. Unused messages end at midnight, UTC."),
    "short terms in Chinese": CHINESE,
    "long terms on errors": (
        *PARAGRAPHS,
        "If an error has occurred in your bill, or something went wrong with a payment, write to us within 30 days.",
        "A link to a third party may lead to a page that could not be found; we answer for our own pages alone.",
        *PARAGRAPHS,
        "We may take the service down for maintenance, and answer with error 503 while it is temporarily unavailable.",
        *PARAGRAPHS,
    ),
    "long terms on accounts": (
        *PARAGRAPHS,
        "You must create an account to use the assistant, and sign in to continue a chat on another device.",
        "We may ask you to verify that you are human where we see unusual traffic from your network.",
        *PARAGRAPHS,
        "Please log in to your account to delete your chats. Access denied to minors below the age of 16.",
        *PARAGRAPHS,
    ),
    "a short help page on opting out": (
        "Opting out of training",
        "You decide whether we train on your chats. To opt out, log in to your account, open Settings, then Privacy, and turn "
        "off the switch named Improve the model. The setting holds for every chat that you begin after that.",
        "If something in the app looks wrong, write to our support team. We answer within two working days.",
    ),
}


@pytest.mark.parametrize(("outcome", "text"), PLACEHOLDERS)
@pytest.mark.parametrize("size_before", [0, 20_000])
def test_a_placeholder_is_named(outcome: str, text: str, size_before: int) -> None:
    """Bot checks, walls and error pages are told from a document, and quoted, on a first check and later."""
    found = screen(document(text), size_before=size_before)
    assert found is not None
    assert found.outcome == outcome
    assert "“" in found.reason


@pytest.mark.parametrize("name", GENUINE)
def test_a_genuine_document_passes(name: str) -> None:
    """Short documents, and long ones that speak of errors, logins and bot checks, are documents."""
    text = document(*GENUINE[name], language="zh" if "Chinese" in name else "en")
    assert screen(text) is None
    assert screen(text, size_before=len(text.text), language_before=text.language) is None


@pytest.mark.parametrize("text", ["", "Loading…", "Acme\nTerms"])
def test_an_empty_shell_is_thin(text: str) -> None:
    """A page with next to no text has not been rendered, or holds nothing."""
    found = screen(document(text), size_before=10_000, language_before="en")
    assert found is not None and found.outcome == "thin"


def test_a_document_cut_short_is_named() -> None:
    """Less than three tenths of a document that was long is not believed; half of it is."""
    third, half = document(LONG[: len(LONG) // 4]), document(LONG[: len(LONG) // 2])
    found = screen(third, size_before=len(LONG))
    assert found is not None and found.outcome == "shrunk"
    assert f"{len(LONG):,}" in found.reason
    assert screen(half, size_before=len(LONG)) is None


def test_a_small_document_may_shrink() -> None:
    """The shrinking of what was short says nothing."""
    assert screen(document(PARAGRAPHS[3]), size_before=600) is None


def test_another_language_is_named() -> None:
    """A document that comes in another language than before is not believed, unless the watchlist asks for that language."""
    chinese = document(*CHINESE, language="zh")
    found = screen(chinese, size_before=500, language_before="en")
    assert found is not None and found.outcome == "locale_changed"
    assert "zh" in found.reason and "en" in found.reason
    assert screen(chinese, size_before=500, language_before="en", expected_language="zh-CN") is None
    assert screen(chinese, language_before="") is None
    assert screen(document(*CHINESE, language=""), language_before="en") is None


def test_every_trouble_has_a_name_that_people_are_told() -> None:
    """What lasts, and what is named, are outcomes that the model explains."""
    named = {outcome for outcome, _ in PLACEHOLDERS} | LASTING
    assert named <= set(OUTCOMES)
    assert isinstance(screen(document("")), Trouble)
