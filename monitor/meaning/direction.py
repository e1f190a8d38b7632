"""Says for whom a change is better: the user, or not. Pure.

The stances on training are compared first, then the periods, then signs: words whose coming is worse for the user and
whose going is better (an exception, a recipient), or the other way round (a denial, a choice).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from rapidfuzz.fuzz import token_set_ratio

from monitor.meaning.durations import durations
from monitor.meaning.lexicon import fold, language_of, topic_lexicon
from monitor.meaning.stance import STANCES, Decided, stance_rule
from monitor.model import Finding

Direction = Literal["worse for the user", "better for the user", "neutral", "unclear"]

WORSE: Direction = "worse for the user"
BETTER: Direction = "better for the user"

_ALIKE = 80
"""From this likeness (0 to 100) two passages without any sign are taken to say the same in other words."""

_DISCLAIMED = "others' training disclaimed"
_RIGHTS = frozenset({"right to opt out", "refusal by the user", "settings", "可以退出", "可关闭", "拒绝后停止"})
"""Stances told as a choice: the sentence gives the user something, the use itself is said elsewhere."""

_CHOICE_DENIED = re.compile(
    r"(?:opt-?out|preferences?|choices?|settings?)\b[^.;]{0,90}(?:not|no longer) (?:apply|cover|available|extend)"
    r"|can not (?:opt|delete|withdraw|be (?:deleted|withdrawn|undone))"
    r"|无法(?:撤回|删除)|不(?:支持|可)(?:撤回|删除|关闭)"
)
_BAD_SIGNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"not (?:be )?(?:responsible|liable)|no (?:representation|warrant)|not control\b|不承担",
        r"\bexcept\b|other than|\bunless (?!(?:\(\w\) )?(?:you|customers?|users?|the (?:user|customer)))|除外",
        r"perpetual|irrevocabl|sub-?licens|royalty-free|永久|不可撤销|不可撤回|转授权|再许可",
        r"without (?:\w+ ){0,3}?(?:restriction|compensation|obligation)|无偿",
        r"\b(?:may|will|can|we) (?:also )?(?:use|collect|store|retain|review|read|share|disclose|sell|transfer)\b"
        r"|(?<!不)(?:可|可能|会)(?:使用|收集|共享|保存|查看|披露)",
        r"(?:paid|subscri\w+)\b[^.;]{0,80}opt[- ]?out",
        r"\bby default,? (?:\w+ ){1,4}?not\b|\bnot\b[^.;]{0,60}\bby default\b|默认(?:开启|同意)",
        r"longer|reasonably necessary|as long as",
    )
)
_GOOD_SIGNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:not|never|no longer) (?:\w+ ){0,2}?(?:use|share|sell|disclose|collect|retain|store|train|review|log)\b"
        r"|(?:不会|绝不|不再)[^。；]{0,12}(?:使用|共享|出售|收集|保存|存储|用于|训练|披露)",
        r"\bopt|\bwithdraw|\bright to\b|\bcontrols? whether|\byou (?:can|may) (?:\w+ )?(?:delete|disable|object|choose)"
        r"|可[^。；]{0,12}(?:关闭|撤回|删除|拒绝|退出)|选择退出",
        r"(?:with|without|unless|obtain)[^.;]{0,30}(?:consent|permission|agree)|(?:未经|征得|取得)[^。；]{0,12}(?:同意|授权)",
        r"\b(?:only|solely|maximum of|no more than)\b|仅|最短",
        r"encrypt|de-?identif|anonymi[sz]|加密|匿名|去标识|脱敏",
        r"\bdelet(?:e|ed|ion)\b|删除|销毁",
    )
)
_TO_WHOM = re.compile(
    r"third[- ]part(?:y|ies)|affiliates?|partners?|advertisers?|data brokers?|law enforcement|public|service providers?"
    r"|第三方|关联(?:公司|方)|合作(?:方|伙伴)|广告(?:商|主)|公众"
)
_WHAT_FOR = re.compile(
    r"advertis\w+|marketing|personali[sz]\w+|research\b|profil\w+|analytics|营销|推广|广告|画像|研究"
)
_USE = re.compile(r"\bwe (?:may |will |also |can )*(?:use|train)\b|我们(?:可能|会|将)[^。；]{0,40}用于")
"""The use itself, said in the sentence that also says how to refuse it: no gift."""
_PLAN = re.compile(r"\b(?:free|paid|unpaid|discounted|trial|standard|enterprise)\b|免费|付费|企业版|个人版")
_PERHAPS = re.compile(r"\bmay\b|\bmight\b|可能")
_WORD = re.compile(r"\w+")


class _Sides(NamedTuple):
    """A passage before and after, folded, with what each says on training; `raw` keeps the capitals of names."""

    before: str
    after: str
    old: Decided
    new: Decided
    raw: tuple[str, str]
    topics: frozenset[str]


def leaning(finding: Finding) -> Direction:
    """For whom a finding is better: by its amounts where it has some, else by the words before and after."""
    old, new = finding.amount_before, finding.amount_after
    if old is None and new is None:
        return direction(finding.before, finding.after, (finding.topic,))
    if old and new and ((old.unit, old.per) != (new.unit, new.per) or old.value == new.value):
        return "unclear"
    return WORSE if new is None or (old and new.value < old.value) else BETTER


def direction(before: str, after: str, topics: Iterable[str]) -> Direction:
    """For whom the change is better. An empty side is an insertion or a deletion; `topics` are those of either side."""
    about = frozenset(topics)
    language = language_of(before + after)
    chosen = not about.isdisjoint({"training", "choice"})
    old, new = (stance_rule(text, language, about_training=chosen) for text in (before, after))
    sides = _Sides(_practice(before, language), _practice(after, language), old, new, (before, after), about)
    return next(verdict for judge in _JUDGES if (verdict := judge(sides)))


def _practice(text: str, language: str) -> str:
    """What is left of a text without its user's duties, which give and take nothing here."""
    return topic_lexicon(language).cut.sub(" ", fold(text)).strip()


def _same_words(sides: _Sides) -> Direction | None:
    return "neutral" if _WORD.findall(sides.before) == _WORD.findall(sides.after) else None


def _stances(sides: _Sides) -> Direction | None:
    old, new = sides.old.stance, sides.new.stance
    if _DISCLAIMED in (sides.old.rule, sides.new.rule):
        return None
    if "unclear" in (old, new):
        return "unclear"
    if old is None or new is None or old == new:
        return None
    return WORSE if STANCES.index(new) > STANCES.index(old) else BETTER


def _stance_alone(sides: _Sides) -> Direction | None:
    """A stance that came or went with its whole sentence."""
    if (sides.before and sides.after) or _DISCLAIMED in (sides.old.rule, sides.new.rule):
        return None
    decided, text = (sides.new, sides.after) if sides.after else (sides.old, sides.before)
    if decided.stance is None:
        return None
    promise = decided.stance == "does not train" or (decided.rule in _RIGHTS and not _USE.search(text))
    promise |= decided.stance == "trains only if opted in" and bool(_GOOD_SIGNS[0].search(text))
    return BETTER if promise == bool(sides.after) else WORSE


def _choice_denied(sides: _Sides) -> Direction | None:
    """A choice taken away in words that name the choice."""
    old, new = (bool(_CHOICE_DENIED.search(text)) for text in (sides.before, sides.after))
    return None if old == new else WORSE if new else BETTER


def _periods(sides: _Sides) -> Direction | None:
    """Data kept longer, or a limit that went, is worse."""
    if "retention" not in sides.topics:
        return None
    old, new = max(durations(sides.before), default=None), max(durations(sides.after), default=None)
    if old == new:
        return None
    if not old or not new:
        return WORSE if old else BETTER
    return WORSE if new > old else BETTER


def _signs(sides: _Sides) -> Direction | None:
    worse = better = 0
    for signs, sense in ((_BAD_SIGNS, 1), (_GOOD_SIGNS, -1)):
        for sign in signs:
            turn = sense * (bool(sign.search(sides.after)) - bool(sign.search(sides.before)))
            worse, better = worse + (turn > 0), better + (turn < 0)
    for named in (_TO_WHOM, _WHAT_FOR):
        old, new = set(named.findall(sides.before)), set(named.findall(sides.after))
        worse, better = worse + bool(new - old), better + bool(old - new)
    if worse and better:
        return "unclear"
    return WORSE if worse else BETTER if better else None


def _modality(sides: _Sides) -> Direction | None:
    """What might be done is now done, or the reverse, in the same words otherwise."""
    old, new = (bool(_PERHAPS.search(text)) for text in (sides.before, sides.after))
    if old == new or token_set_ratio(sides.before, sides.after) < _ALIKE:
        return None
    return WORSE if old else BETTER


def _scope(sides: _Sides) -> Direction | None:
    """A product named more or less: who trains widens its reach, who promises not to widens the promise."""
    old, new = (Counter(word for word in _WORD.findall(text) if word[0].isupper()) for text in sides.raw)
    if not sides.old.stance or sides.old.stance != sides.new.stance or bool(new - old) == bool(old - new):
        return None
    wider = bool(new - old)
    return BETTER if wider == (sides.new.stance == "does not train") else WORSE


def _plans(sides: _Sides) -> Direction | None:
    """Another plan named: whether it is the wider one cannot be told from the words."""
    return None if set(_PLAN.findall(sides.before)) == set(_PLAN.findall(sides.after)) else "unclear"


def _likeness(sides: _Sides) -> Direction:
    """Alike, and no sign: other words for the same."""
    return "neutral" if token_set_ratio(sides.before, sides.after) >= _ALIKE else "unclear"


_JUDGES: tuple[Callable[[_Sides], Direction | None], ...] = (
    _same_words, _choice_denied, _stances, _stance_alone, _periods, _signs, _modality, _scope, _plans, _likeness,
)  # fmt: skip
