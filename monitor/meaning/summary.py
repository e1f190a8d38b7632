"""A change in one sentence: of which vendor, what its weightiest finding says, and how much more there is."""

from __future__ import annotations

from monitor.meaning.phrases import TOPIC_NAMES, of_vendor
from monitor.meaning.rules import STANCE
from monitor.model import Finding

_FORMS = {
    "en": {
        "more": "{first}; also {others}",
        "none": "the text changed, but nothing on data or offers",
        "join": ", ",
        "overridden": "the text changed, but nothing in it matters by the watchlist's verdicts",
    },
    "zh": {
        "more": "{first}；另涉及{others}",
        "none": "文本有变，但不涉及数据使用或免费额度",
        "join": "、",
        "overridden": "文本有变，但按监控清单的判定均不重要",
    },
}
_FOREIGN = {
    "en": "the text changed; it is not understood in this language ({spoken})",
    "zh": "文本有变；无法理解该语言（{spoken}）",
}
_NAMED = 3


def foreign(spoken: str, language: str, vendor: str = "") -> str:
    """What is said of a change in a language (ISO 639-1) that is not understood."""
    return of_vendor(vendor, "", _FOREIGN[language].format(spoken=spoken), language)


def summary(findings: tuple[Finding, ...], language: str, vendor: str = "") -> str:
    """The reading of the first finding, and the names of the other topics; findings come with what leads in front.

    It is a sentence that names the vendor; without a vendor, as where two files are compared, it is the reading alone.
    """
    forms = _FORMS[language]
    told = [finding for finding in findings if finding.importance != "none"]
    if not told:
        return of_vendor(vendor, "", forms["overridden" if findings else "none"], language)
    first = told[0]
    said = of_vendor(vendor, first.topic, first.reading, language)
    others = [topic for topic in dict.fromkeys(finding.topic for finding in told) if topic != first.topic][:_NAMED]
    if not others:
        return said
    return forms["more"].format(first=said, others=forms["join"].join(TOPIC_NAMES[language][topic] for topic in others))


def rank(finding: Finding) -> tuple[bool, bool]:
    """What comes first: the major before the minor, amounts and stances before mere clauses."""
    typed = finding.amount_before is not None or finding.amount_after is not None or STANCE.gave(finding.rule)
    return finding.importance != "major", not typed
