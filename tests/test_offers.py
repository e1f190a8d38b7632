"""What is an offer, with its amount, scope and conditions; and the many numbers that are none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.meaning.offers import offers
from monitor.model import Amount

Stated = set[tuple[float, str, str | None]]


def stated(text: str, columns: tuple[str, ...] = (), trail: tuple[str, ...] = ()) -> Stated:
    found = offers(text, columns, trail)
    return {(offer.amount.value, offer.amount.unit, offer.amount.per) for offer in found}


def amount(text: str) -> Amount:
    (offer,) = offers(text)
    return offer.amount


def test_a_row_lends_unit_and_period_where_its_column_names_a_plan() -> None:
    """Of "Requests per day | 50 | 500" under "Free | Pro" the first cell says what is counted."""
    assert stated("Requests per day | 50 | 500", ("", "Free", "Pro")) == {
        (50, "request", "day"),
        (500, "request", "day"),
    }


ENGLISH: list[tuple[str, Stated]] = [
    ("Grab 500,000 free tokens daily while the beta lasts", {(5e5, "token", "day")}),
    ("half a million tokens a day, free of charge", {(5e5, "token", "day")}),
    ("You get 5 free weekly evals", {(5, "run", "week")}),
    ("Free tier: 60 requests per hour", {(60, "request", "hour")}),
    ("Trial accounts: 5 calls/min", {(5, "request", "minute")}),
    ("30 requests every 24 h", {(30, "request", "day")}),
    ("300+ requests/day", {(300, "request", "day")}),
    ("100 requests per user per day", {(100, "request", "day")}),
    ("50 messages per 5-hour window", {(50, "message", "hour")}),
    ("8 images within 3 hours", {(8, "image", "hour")}),
    ("Rate limits: 3 RPM, 40k TPM, 200 RPD", {(3, "request", "minute"), (4e4, "token", "minute"), (200, "request", "day")}),
    ("RPM: 10, TPM: 250,000", {(10, "request", "minute"), (250_000, "token", "minute")}),
    ("Requests per day: 1,500", {(1500, "request", "day")}),
    ("Requests: 15/min, 1,500/day.", {(15, "request", "minute"), (1500, "request", "day")}),
    ("Limit: 60/min", {(60, "request", "minute")}),
    ("daily limit: 200 requests", {(200, "request", "day")}),
    ("5-15 RPM", {(5, "request", "minute"), (15, "request", "minute")}),
    ("1-2 million tokens a month", {(1e6, "token", "month"), (2e6, "token", "month")}),
    ("up to 1M (250k for tiers 1-2) tokens per day", {(1e6, "token", "day"), (25e4, "token", "day")}),
    ("20 RPM (5,000 with a verified phone)", {(20, "request", "minute"), (5000, "request", "minute")}),
    ("2,000 completions and 50 chat messages per month", {(2000, "completion", "month"), (50, "message", "month")}),
    ("25 prompt credits per month (equivalent to 100 prompts)", {(25, "credit", "month")}),
    ("250K complimentary tokens daily on large models and 2.5M on small ones", {(25e4, "token", "day"), (25e5, "token", "day")}),
    ("200 free requests, then 20 requests/day", {(200, "request", None), (20, "request", "day")}),
    ("0 requests/day", {(0, "request", "day")}),
    ("the first 1,000 requests each month are free", {(1000, "request", "month")}),
    ("reduced from 100 to 50 requests per day", {(50, "request", "day")}),
    ("5 concurrent requests", {(5, "request", None)}),
    ("60 free minutes per month", {(60, "minute", "month")}),
    ("Your plan: 10 image generations per day", {(10, "generation", "day")}),
    ("Receive $2.50 in free credit", {(2.5, "USD", None)}),
    ("Developers receive a $20 credit each month", {(20, "USD", "month")}),
    ("Price Free $200 Credit then pay-as-you-go", {(200, "USD", None)}),
    ("$1/month of included usage for builds and $25/month for hosting", {(1, "USD", "month"), (25, "USD", "month")}),
    ("Credits: $5 for 3 months", {(5, "USD", None)}),
    ("Get $5 when you sign up", {(5, "USD", "once")}),
    ("$7/month upon sign up", {(7, "USD", "month")}),
    ("one million free tokens for new customers", {(1e6, "token", "once")}),
    ("Earn $5 in credit for each new user you refer", {(5, "USD", None)}),
    ("a 40% discount on requests that you let us log", {(40, "percent", None)}),
    ("Receive 25% back on all shared traffic", {(25, "percent", None)}),
    ("250'000 tokens/dag | 1 mill. tokens/dag", {(25e4, "token", "day"), (1e6, "token", "day")}),
    ("20 requests/minute | 1000 requests/day with $10 credit balance", {(20, "request", "minute"), (1000, "request", "day")}),
    ("Free Users | subject to change, less than $0.10", {(0.1, "USD", None)}),
    ("200 messages | per month", {(200, "message", "month")}),
    ("Pro costs $20 per month and includes 500 requests per month", {(500, "request", "month")}),
]  # fmt: skip
CHINESE: list[tuple[str, Stated]] = [
    ("每天最多可获得高达 300 万个免费 Token", {(3e6, "token", "day")}),
    ("一共三千万 tokens 免费送", {(3e7, "token", None)}),
    ("每位用户每 3 小时可发送 80 条消息", {(80, "message", "hour")}),
    ("3小时80条消息", {(80, "message", "hour")}),
    ("每小时 100 次，每天 1000 次", {(100, "request", "hour"), (1000, "request", "day")}),
    ("每天 500 次请求，200 万 tokens", {(500, "request", "day"), (2e6, "token", "day")}),
    ("RPM：60；TPM：15万", {(60, "request", "minute"), (150_000, "token", "minute")}),
    ("限流：500 次 / 天", {(500, "request", "day")}),
    ("每分钟最多 60 次请求，超限返回状态码 429", {(60, "request", "minute")}),
    ("每日免费额度 50 万", {(5e5, "token", "day")}),
    ("每月可免费生成 100 张图", {(100, "image", "month")}),
    ("并发数：5", {(5, "request", None)}),
    ("免费版每天可使用 20 次，每次最多 4000 字符", {(20, "request", "day")}),
    ("100 万 token 免费额度，有效期 90 天", {(1e6, "token", None)}),
    ("新用户赠送 100 万 tokens", {(1e6, "token", "once")}),
    ("注册即送 ¥10 体验金", {(10, "CNY", "once")}),
    ("完成实名认证后赠送 12 元代金券", {(12, "CNY", None)}),
    ("每成功邀请一位新用户，双方各得 500 万 Tokens", {(5e6, "token", None)}),
    ("充值 100 元送 10 元", {(10, "CNY", None)}),
    ("限时 5 折", {(50, "percent", None)}),
    ("夜间打2.5折", {(75, "percent", None)}),
    ("降至原价的 80%", {(20, "percent", None)}),
    ("1日最大：2,000,000トークン", {(2e6, "token", "day")}),
]
NOTHING = [
    "You keep all rights in what you make.",
    "OUR LIABILITY SHALL NOT EXCEED FIFTY DOLLARS ($50)",
    "You must be at least 13 years old to use free credits.",
    "Conversations are kept for 30 days, feedback for up to 5 years.",
    "session token | 24 hours",
    "The model reads a 200K token context window.",
    "Each prompt may hold up to 8,000 tokens.",
    "up to 64,000 tokens per request",
    "max_tokens = 4096",
    "qed-9-2031-01-01 (128k)",
    "Prices start at $0.15 per 1M input tokens.",
    "Input | $3.00 / 1M tokens",
    "$20/month billed annually",
    "Free plan: $0 per month",
    "Buy 1,000 credits for $10",
    "Each image costs 4 credits.",
    "1 credit per message",
    "1 credit = 1 minute",
    "1,000 tokens ≈ 750 words",
    "Minimum top-up: $5",
    "> $50 spent | Tier 2",
    "Credits are valid for 12 months.",
    "The $10 monthly credit was discontinued.",
    "New accounts no longer receive $10 in free credits.",
    "You may make two requests for your data free of charge each year.",
    "an interest of 1.5% per month",
    "100% free of errors",
    "We process more than 1 billion requests every day.",
    "for companies with less than $1 million in annual revenue",
    "Members collect 3,000 points per stay.",
    "100+ connectors, 10 projects and 3 members",
    "credit card ending in 4242",
    "延长至2031年9月30日",
    "有效期：开通后180天内",
    "未满14周岁的用户",
    "我们会在15个工作日内答复",
    "日志默认保存 180 天",
    "6元起/百万输入tokens",
    "免费模型：0 元/千tokens",
    "超出后 0.1 元/次",
    "最低充值金额 10 元",
    "每张图片消耗 10 积分",
    "支持 128K 上下文，最大输出 8K tokens",
    "每日 50 万 tokens 的额度已取消",
    "您授予我们为期 3 年的免费许可",
]


@pytest.mark.parametrize(("text", "expected"), [*ENGLISH, *CHINESE])
def test_every_amount_on_offer_is_read(text: str, expected: Stated) -> None:
    """A text states exactly the amounts that it offers, with unit and period."""
    assert stated(text) == expected


@pytest.mark.parametrize("text", NOTHING)
def test_other_numbers_are_no_offers(text: str) -> None:
    """Prices, thresholds, sizes, ages, dates, periods and offers that are over offer nothing."""
    assert offers(text) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("100 requests/minute", "limits"),
        ("Free: 15 RPM", "limits"),
        ("1M free tokens a day", "free-amount"),
        ("$5 in credits", "free-amount"),
        ("30% off", "free-amount"),
    ],
)
def test_what_is_given_is_told_from_what_is_limited(text: str, kind: str) -> None:
    """A word for free makes a free amount, except of a rate by the minute; the rest are limits."""
    assert [offer.kind for offer in offers(text)] == [kind]


def test_a_window_of_several_periods_has_its_length() -> None:
    """ "Every 3 hours" is a period of an hour, three of them."""
    assert (amount("40 messages every 3 hours").per, amount("40 messages every 3 hours").every) == ("hour", 3)


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("limited to 50 messages a day", "up to"),
        ("每天最多可获得 50 次", "up to"),
        ("fewer than 50 messages a day", "less than"),
        ("at least 50 messages a day", "at least"),
        ("50 messages a day", None),
    ],
)
def test_a_bound_is_read_with_its_number(text: str, qualifier: str | None) -> None:
    """What bounds a number from above or below qualifies it."""
    assert amount(text).qualifier == qualifier


def test_the_columns_of_a_table_name_unit_and_period() -> None:
    """A cell that is only a number means what the head of its column says, and is for what the first cell names."""
    columns = ("Model", "Requests per minute", "TPM", "每日", "Context window", "Price")
    found = offers("Orla-2 | 60 | 1,000,000 | 50 万 tokens | 128K | $2.00", columns)
    assert [offer.amount for offer in found] == [
        Amount(60, "request", "minute", scope="Orla-2"),
        Amount(1_000_000, "token", "minute", scope="Orla-2"),
        Amount(500_000, "token", "day", scope="Orla-2"),
    ]


def test_a_column_with_several_rates_names_them_in_order() -> None:
    """Three numbers under three names are one of each."""
    expected = {(15, "request", "minute"), (1e6, "token", "minute"), (1500, "request", "day")}
    assert stated("Orla-2 | 15 / 1M / 1,500", ("Model", "RPM / TPM / RPD")) == expected


def test_money_under_a_head_of_credits_is_given_and_under_one_of_prices_asked() -> None:
    """The head of a column decides whether money is a gift."""
    assert stated("Team | $2.00", ("Plan", "Monthly credits")) == {(2, "USD", "month")}
    assert stated("Team | $2.00", ("Plan", "Monthly price"), trail=("Free credits",)) == set()


def test_the_heading_says_that_a_count_is_free() -> None:
    """A count without a period is an offer under a heading that gives it."""
    assert stated("100 credits", trail=("Free plan",)) == {(100, "credit", None)}
    assert stated("100 credits") == set()


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("1M tokens per day across orla-1, orla-1-mini and tern-9", "orla-1, orla-1-mini and tern-9"),
        ("1M tokens per day shared across orla-1, orla-2", "orla-1, orla-2"),
        ("Small group: 1M tokens per day", "Small group"),
        ("50 premium requests per month", "premium"),
        ("每款模型每天 50 万 tokens", "每款模型"),
        ("10 RPM per model", "per model"),
        ("Requests per day: 50", ""),
        ("1M free tokens for 3 months", ""),
    ],
)
def test_the_scope_is_the_words_for_what_the_amount_is(text: str, scope: str) -> None:
    """Models, groups and kinds of use are the scope; periods and the offer's own words are not."""
    assert amount(text).scope == scope


def test_an_exception_in_brackets_has_a_scope_of_its_own() -> None:
    """The second amount of "20 RPM, 1K RPD (9,000 for Orla-2)" is for what the bracket names."""
    found = offers("20 RPM, 1K RPD (9,000 for Orla-2)")
    assert found[2].amount == Amount(9000, "request", "day", scope="Orla-2")


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("New accounts receive $5 in free credits after adding a card", ("New accounts", "after adding a card")),
        ("$1 in free credits, valid 30 days", ("valid 30 days",)),
        ("100 requests/day with $10 credit balance", ("with $10 credit balance",)),
        ("完成实名认证后赠送 12 元代金券，有效期 3 个月", ("完成实名认证后", "有效期 3 个月")),
        ("企业用户：每天 50 万 tokens", ("企业用户",)),
        ("100 requests/day", ()),
    ],
)
def test_conditions_are_short_words_of_the_text(text: str, conditions: tuple[str, ...]) -> None:
    """Who gets it, for what and until when, verbatim."""
    assert amount(text).conditions == conditions


def test_each_amount_has_the_conditions_of_its_own_clause() -> None:
    """A condition that stands beside one amount is not one of the other."""
    first, second = offers("Credits: $5/month upon sign up, $30/month with payment method added")
    assert (first.amount.conditions, second.amount.conditions) == (("upon sign up",), ("with payment method added",))


def test_the_text_of_an_offer_is_its_sentence_verbatim() -> None:
    """What is quoted is the sentence or the cell, as it stands."""
    text = "We like you.  Get １０ free\u00a0credits! No card needed."
    assert [offer.text for offer in offers(text)] == ["Get １０ free\u00a0credits"]


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from([*"123/$%()|,.:-~每天万元次折", "free ", "tokens ", "per ", "day ", "up to ", "and ", "5k ", "\n", "RPM "]),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_any_text_is_read_and_quoted_verbatim(text: str) -> None:
    """Whatever a page says, reading never fails, and what it quotes stands in the page."""
    for offer in offers(text, columns=(text,), trail=(text,)):
        assert offer.text in text


@settings(max_examples=50)
@given(st.integers(1, 10**9), st.sampled_from(["token", "request", "message"]), st.sampled_from(["day", "month"]))
def test_a_limit_is_read_as_it_was_written(value: int, unit: str, per: str) -> None:
    """Any number of anything per period is read as that."""
    assert stated(f"Limited to {value:,} {unit}s per {per}.") == {(value, unit, per)}


@pytest.mark.parametrize("pattern", ["5/day ", "$1 ", "1 ( ", "5 tokens/day with a, ", "每天", "| 1 "])
def test_a_block_made_to_be_slow_is_read_in_little_time(pattern: str) -> None:
    """A megabyte in one block takes a few seconds at most, whatever it holds."""
    began = time.process_time()
    offers(pattern * (1_000_000 // len(pattern)))
    assert time.process_time() - began < 4
