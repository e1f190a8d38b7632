"""Findings in one sentence each, in English and Chinese."""

from __future__ import annotations

import re

from monitor.meaning.amounts import amount_words, shift
from monitor.meaning.durations import period_words
from monitor.meaning.scopes import scope_words
from monitor.model import Disagreement, Offer, Reading

__all__ = ["amount_words", "contradicted", "gapped", "of_vendor", "stated", "without_vendor"]

NOTHING = Reading(())
TOPIC_NAMES = {
    "en": {
        "training": "use of your content for training", "choice": "your choice over the use of your data", "retention": "how long data is kept",
        "review": "people reading your content", "sharing": "who else gets your data", "transfer": "where data is stored or sent",
        "collection": "which data is collected and why", "deidentify": "de-identified or aggregated data", "licence": "rights in your content",
        "security": "protection of data", "children": "data of minors", "free-amount": "free usage", "free-terms": "conditions of a free offer",
        "limits": "usage limits", "price": "prices",
    },
    "zh": {
        "training": "将您的内容用于训练", "choice": "您对数据使用的选择", "retention": "数据保存多久", "review": "人工查看您的内容", "sharing": "数据还会提供给谁",
        "transfer": "数据存储或传输到哪里", "collection": "收集哪些数据、用于什么", "deidentify": "去标识化或汇总数据", "licence": "对您内容的权利",
        "security": "数据保护", "children": "未成年人的数据", "free-amount": "免费额度", "free-terms": "免费的条件", "limits": "用量限制", "price": "价格",
    },
}  # fmt: skip
_STANCES = {
    "en": {
        "trains": "trains on your content", "trains unless opted out": "trains on your content unless you opt out",
        "trains only if opted in": "trains on your content only if you opt in", "does not train": "does not train on your content",
        "unclear": "leaves open whether it trains on your content",
    },
    "zh": {
        "trains": "将您的内容用于训练", "trains unless opted out": "将您的内容用于训练，除非您选择退出", "trains only if opted in": "只有在您同意后才将您的内容用于训练",
        "does not train": "不将您的内容用于训练", "unclear": "未说明是否将您的内容用于训练",
    },
}  # fmt: skip
_STOOD = {
    "en": {
        "trains": "it did in any case", "trains unless opted out": "it did unless you opted out", "trains only if opted in": "only if you opted in",
        "does not train": "it did not", "unclear": "it left that open",
    },
    "zh": _STANCES["zh"] | {"trains": "一律将您的内容用于训练"},
}  # fmt: skip
_SAYS = {
    "en": {
        "kept": "how long data is kept: {old} → {new}", "flip": "now {new}{scope}; before, {old}", "open": "now {new}{scope}; before, it said that it {old}", "opened": "now {new}{scope}", "said": "now says that it {new}{scope}", "unsaid": "no longer says that it {old}{scope}",
        "added": "new clause on {topic}", "removed": "no longer says anything here on {topic}", "changed": "changed wording on {topic}",
        "amount": "{topic}: {old} → {new}{shift}", "new-amount": "{topic}: new, {new}", "no-amount": "{topic}: {old} no longer offered here",
        "otherwise": "{topic}: here {old}, there {new}", "gap": "{topic}: {old} → a gap that nobody filled in, {gap}", "filled": "{topic}: {new}, where a gap stood",
    },
    "zh": {
        "kept": "数据保存多久：{old} → {new}", "flip": "现在{new}{scope}；此前{old}", "open": "现在{new}{scope}；此前{old}", "opened": "现在{new}{scope}", "said": "现在声明{new}{scope}", "unsaid": "不再声明{old}{scope}",
        "added": "新增条款：{topic}", "removed": "删除条款：{topic}", "changed": "条款有变：{topic}",
        "amount": "{topic}：{old} → {new}{shift}", "new-amount": "{topic}：新增 {new}", "no-amount": "{topic}：不再提供 {old}",
        "otherwise": "{topic}：此处为{old}，彼处为{new}", "gap": "{topic}：{old} → 页面未填入数值（{gap}）", "filled": "{topic}：{new}（此前页面未填入数值）",
    },
}  # fmt: skip


_WORDINGS = ("added", "removed", "changed")
_OF_VENDOR = {
    "en": {"subject": "{vendor} {reading}", "heading": "{vendor}: {reading}"},
    "zh": {"subject": "{vendor}{reading}", "heading": "{vendor}：{reading}"},
}
_BEHIND_VENDOR = re.compile(r": |：| ?(?=now |no longer |现在|不再)")
"""What stands between a vendor's name and a reading, in every language."""


def of_vendor(vendor: str, topic: str, reading: str, language: str) -> str:
    """A reading as a sentence that names the vendor: of what it says on training the subject, of all else the heading."""
    if not vendor:
        return reading
    wordings = {_SAYS[language][form].format(topic=TOPIC_NAMES[language]["training"]) for form in _WORDINGS}
    form = "subject" if topic == "training" and reading not in wordings else "heading"
    gap = " " if form == "subject" and language == "zh" and vendor[-1].isascii() else ""
    return _OF_VENDOR[language][form].format(vendor=vendor + gap, reading=reading)


def without_vendor(sentence: str, vendor: str) -> str:
    """A sentence without the vendor's name that it begins with; as it is where it begins otherwise."""
    behind = _BEHIND_VENDOR.match(sentence, len(vendor)) if vendor and sentence.startswith(vendor) else None
    return sentence[behind.end() :] if behind else sentence


def stated(topic: str, old: Offer | Reading | None, new: Offer | Reading | None, language: str) -> str:
    """What changed on a topic, in one sentence: of two offers the amounts, of two readings the stances."""
    if isinstance(old, Offer) or isinstance(new, Offer):
        return _amounts(
            topic, old if isinstance(old, Offer) else None, new if isinstance(new, Offer) else None, language
        )
    return _said(topic, old, new, language)


def gapped(topic: str, old: Offer | None, new: Offer | None, gap: str, language: str) -> str:
    """What became of an amount where a gap stands now, or stood before."""
    was, now = (amount_words(offer.amount, language) if offer else "" for offer in (old, new))
    form = "gap" if old else "filled"
    return _SAYS[language][form].format(topic=TOPIC_NAMES[language][topic], old=was, new=now, gap=gap)


def contradicted(found: Disagreement, language: str) -> str:
    """What two pages say otherwise of one thing, in one sentence."""
    if found.amount_here and found.amount_there:
        here, there = (amount_words(amount, language) for amount in (found.amount_here, found.amount_there))
    else:
        here, there = (_STANCES[language][stance] for stance in (found.stance_here, found.stance_there))
    return _SAYS[language]["otherwise"].format(topic=TOPIC_NAMES[language][found.topic], old=here, new=there)


def _amounts(topic: str, old: Offer | None, new: Offer | None, language: str) -> str:
    if old and new:
        relative = shift(old.amount, new.amount)
        return _SAYS[language]["amount"].format(
            topic=TOPIC_NAMES[language][topic],
            old=amount_words(old.amount, language),
            new=amount_words(new.amount, language),
            shift=f" ({relative})" if relative else "",
        )
    form = "new-amount" if new else "no-amount"
    named = {
        "old": amount_words(old.amount, language) if old else "",
        "new": amount_words(new.amount, language) if new else "",
    }
    return _SAYS[language][form].format(topic=TOPIC_NAMES[language][topic], **named)


def _stance_form(before: str | None, after: str | None) -> str:
    if after == "unclear":
        return "open" if before else "opened"
    return "flip" if before and after else "said" if after else "unsaid"


def _said(topic: str, old: Reading | None, new: Reading | None, language: str) -> str:
    before, after = old.stance if old else None, new.stance if new else None
    if topic == "training" and before != after and not (before == "unclear" and after is None):
        form = _stance_form(before, after)
        past = _STOOD if form == "flip" else _STANCES
        scope = scope_words((new if new and after else old or NOTHING).scopes, language)
        return _SAYS[language][form].format(
            old=past[language].get(before or ""), new=_STANCES[language].get(after or ""), scope=scope
        )
    if topic == "retention" and old and new and old.period and new.period and old.period != new.period:
        kept, keeps = (period_words(reading.period or 0, language) for reading in (old, new))
        return _SAYS[language]["kept"].format(old=kept, new=keeps)
    had, has = bool(old and topic in old.topics), bool(new and topic in new.topics)
    form = "changed" if had and has else "added" if has else "removed"
    return _SAYS[language][form].format(topic=TOPIC_NAMES[language][topic])
