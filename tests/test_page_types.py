"""What a page is can be told by its title, its address and its text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor.meaning.page_types import page_type
from monitor.model import PAGE_TYPES
from monitor.naming import address_words, page_slug
from monitor.watchlist.loading import load

ROOT = Path(__file__).parent.parent


def told(title: str = "", address: str = "", text: str = "", amounts: Sequence[str] = (), opening: str = "") -> str:
    return page_type(title=title, address=address, place="", opening=opening, text=text, amounts=amounts)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Terms of Service", "terms"),
        ("End User License Agreement", "terms"),
        ("用户协议", "terms"),
        ("Commercial Terms", "commercial-terms"),
        ("Enterprise Agreement", "commercial-terms"),
        ("企业服务协议", "commercial-terms"),
        ("API Terms of Service", "developer-terms"),
        ("开放平台服务协议", "developer-terms"),
        ("Privacy Policy", "privacy"),
        ("隐私政策", "privacy"),
        ("How your data is used to improve model performance", "data-controls"),
        ("Data retention", "data-controls"),
        ("Opting out of training", "data-controls"),
        ("数据使用说明", "data-controls"),
        ("Free tier", "free-offer"),
        ("Service Credit Terms", "free-offer"),
        ("Rate limits", "free-offer"),
        ("新用户免费额度", "free-offer"),
        ("协作奖励计划", "free-offer"),
        ("Pricing", "pricing"),
        ("模型价格", "pricing"),
        ("Acceptable Use Policy", "usage-policy"),
        ("使用规范", "usage-policy"),
        ("Data Processing Addendum", "dpa"),
        ("数据处理协议", "dpa"),
        ("Sub-processors", "subprocessors"),
        ("第三方信息共享清单", "subprocessors"),
        ("Cookie Policy", "trackers"),
        ("Cookie 政策", "trackers"),
        ("Release notes", "changelog"),
        ("更新日志", "changelog"),
        ("Our company", "other"),
        ("", "other"),
    ],
)
def test_a_title_tells_the_type(title: str, kind: str) -> None:
    """In English and in Chinese, by the words that such pages are called by; the address says it as well."""
    assert told(title) == kind
    assert title.isascii() is False or told(address=title.lower()) == kind


def test_every_type_can_be_told() -> None:
    """No type is left out of the rules."""
    cases = test_a_title_tells_the_type.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {kind for _, kind in cases} == set(PAGE_TYPES)


def test_the_narrower_type_is_meant() -> None:
    """API terms at an address that only says terms are a developer's all the same."""
    assert told("API Terms", "legal terms", opening="Terms") == "developer-terms"


def test_without_a_name_the_text_decides() -> None:
    """Where neither title nor address says anything, the text does, and the amounts that it states."""
    assert told("Read this", text="By using the service you agree to be bound.") == "terms"
    assert told("Read this", text="本隐私政策适用于全部产品。") == "privacy"
    assert told("Models", amounts=["price"] * 3) == "pricing"
    assert told("Models", amounts=["free-amount"]) == "free-offer"


def test_the_addresses_of_the_shipped_watchlist_tell_most_types() -> None:
    """By nothing but its address, a page that has words in it is mostly known for what its owner says it is; where the words
    tell nothing, no type is guessed."""
    pages = load(ROOT / "watchlist.yaml").pages
    named = [page for page in pages if page_slug(page.url, "", page.vendor, "")]
    guesses = [(told(address=address_words(page.url)), page.type) for page in named]
    guessed = [(guess, type_) for guess, type_ in guesses if guess != "other"]
    assert len(guessed) >= 0.85 * len(named)
    assert sum(guess == type_ for guess, type_ in guessed) >= 0.9 * len(guessed)
