"""Reads what a clause says on training on users' content. Pure; the rules are in `data/stance_*.yaml`."""

from __future__ import annotations

from typing import NamedTuple

from monitor.meaning.lexicon import fold, language_of, stance_lexicon, topic_lexicon

STANCES = ("does not train", "trains only if opted in", "trains unless opted out", "trains")
"""The stances that can be compared, from the best for the user to the worst; `unclear` stands outside."""


class Decided(NamedTuple):
    """A stance and the name of the rule that decided it; both empty where training is not what the clause is about."""

    stance: str | None
    rule: str


def stance_on_training(text: str, language: str = "") -> str | None:
    """One of `STANCES`, "unclear", or None where the clause is not about training on users' content."""
    return stance_rule(text, language).stance


def stance_rule(text: str, language: str = "", *, about_training: bool = False) -> Decided:
    """The stance and the rule that decided it. `about_training`: take it as given that training is the subject."""
    language = language_of(text, language)
    folded = topic_lexicon(language).cut.sub(" ", fold(text))
    if not about_training and not _is_about_training(folded, language):
        return Decided(None, "")
    lexicon = stance_lexicon(language)
    denials = lexicon.cut.sub(" ", folded)
    for rule in lexicon.rules:
        if rule.matches(denials):
            return Decided(rule.stance, rule.name)
    return Decided(None, "")


def _is_about_training(folded: str, language: str) -> bool:
    return any(topic.words(folded) for topic in topic_lexicon(language).topics if topic.name == "training")
