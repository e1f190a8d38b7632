"""Loads the lexicons: which words raise which topic or stance, kept as data, one file a language.

A rule is a regular expression (`like`) that may ask for other words elsewhere in the text (`needs`) or forbid them
(`without`), and says in its `why` what it is for. Patterns are made of named blocks: `{content}` stands for everything
that users put in or get out. All patterns meet folded text (see `fold`), so they are written in lower case, with plain
quotes and without contractions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TypedDict

from monitor.meaning.literals import Expression, Literals, Stems
from monitor.meaning.script import simplified
from monitor.meaning.sources import word_list
from monitor.normalise import CHINESE

LONGEST = 6_000
"""Characters of one text that are read. A clause is far shorter; the bound keeps hostile pages from costing minutes."""

_FOLDED = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "…": " ", "您": "你", "帐": "账"}
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff*", None)
)
CONTRACTIONS = ((r"\bwon't\b", "will not"), (r"\bcan't\b|\bcannot\b", "can not"), (r"n't\b", " not"))
_MARKER = re.compile(r"^(?:[^\w\"'(“《【]+|\(?(?:[ivx]{1,4}|[a-z]|\d{1,2}(?:\.\d{1,2})*)[.)、]\s*|（[^）]{1,3}）)+")
_INNER_DOT = re.compile(r"\.(?<=\w\.)(?=\w)")  # the dot first: there are few to try
_BLOCK = re.compile(r"\{([a-z_]+)\}")
_LATIN = re.compile(r"[a-z]+", re.IGNORECASE)
_NAMED = ("facts", "page_types", "way_out")
"""Data files of named expressions."""
_PLAINLY = 4
"""Chinese characters, or Latin words, that show a clause to be in another language than its page."""


class RuleSource(TypedDict, total=False):
    """One rule as the data files spell it."""

    like: str
    needs: str
    without: str
    why: str
    name: str
    stance: str | None
    heading: str


class TopicSource(TypedDict, total=False):
    """One topic as the data files spell it."""

    stems: list[str]
    cut: list[RuleSource]
    rules: list[RuleSource]
    under: list[RuleSource]


class LexiconSource(TypedDict, total=False):
    """A data file: building blocks, and the topics or the stances that are spelt with them."""

    words: bool
    blocks: dict[str, str]
    nothing: list[RuleSource]
    quiet_under: list[RuleSource]
    cut: list[RuleSource]
    topics: dict[str, TopicSource]
    rules: list[RuleSource]
    patterns: dict[str, list[RuleSource]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that say something, unless other words in the same text forbid it or are missing."""

    like: Expression
    needs: Expression | None = None
    without: Expression | None = None
    name: str = ""
    stance: str | None = None

    def matches(self, text: str) -> list[str]:
        """The words in `text` by which the rule holds; empty where it does not."""
        found = [match.group() for match in self.like.finditer(text)]
        if not found or (self.needs is not None and not self.needs.is_in(text)):
            return []
        return [] if self.without is not None and self.without.is_in(text) else found


@dataclass(frozen=True, slots=True)
class Prior:
    """What a heading lends to the few words below it: "30 days" under "Retention" is about retention."""

    heading: Expression
    like: Expression


@dataclass(frozen=True)  # without slots, which leave no place for what is worked out once
class Topic:
    """The words of one topic. `stems` is the cheap gate: none of them in the text, no topic."""

    name: str
    stems: Stems
    cut: Expression | None
    rules: tuple[Rule, ...]
    under: tuple[Prior, ...]

    def words(self, text: str) -> list[str]:
        """The words in folded `text` that raise the topic."""
        if not self.may_be_in(text):
            return []
        if self.cut is not None:
            text = self.cut.sub(" ", text)
        asked = self._asked  # before the text is asked
        held = self.stems.literals.within(text)
        return [word for any_of, rule in asked if held & any_of for word in rule.matches(text)]

    @cached_property
    def _asked(self) -> tuple[tuple[int, Rule], ...]:
        """The rules, each with the bits of which a text holds one where it may apply."""
        return tuple((rule.like.any_of, rule) for rule in self.rules)

    def may_be_in(self, text: str) -> bool:
        """Whether folded `text` holds any of the topic's stems."""
        return self.stems.within(text)

    def lends(self, heading: str) -> bool:
        """Whether a heading may lend the topic to what stands below it."""
        return bool(heading) and any(prior.heading.is_in(heading) for prior in self.under)

    def words_under(self, heading: str, text: str) -> list[str]:
        """The words in `text` that mean the topic only because of the headings above them."""
        if heading and self.cut is not None and self.lends(heading):
            text = self.cut.sub(" ", text)
        priors = (prior.like.search(text) for prior in self.under if heading and prior.heading.is_in(heading))
        return [match.group() for match in priors if match]


@dataclass(frozen=True, slots=True)
class TopicLexicon:
    """The topics of a language, and what has none: `nothing` by form, `quiet_under` by heading, `cut` in part."""

    literals: Literals
    topics: tuple[Topic, ...]
    nothing: Expression
    quiet_under: Expression
    cut: Expression

    def possible(self, text: str, lent: frozenset[str]) -> list[Topic]:
        """The topics of whose stems folded `text` holds one, and those that its heading lends."""
        held = self.literals.within(text)
        return [topic for topic in self.topics if topic.stems.among(held, text) or topic.name in lent]


@dataclass(frozen=True, slots=True)
class StanceLexicon:
    """The rules on stance in the order in which they are asked; `cut` are words that only look like a denial."""

    literals: Literals
    rules: tuple[Rule, ...]
    cut: Expression


@lru_cache(maxsize=1 << 12)  # many clauses stand under one heading, and each is asked for more than its topics
def fold(text: str) -> str:
    """The text as the patterns know it.

    Lower case, plain quotes, no list marker, contractions written out, and a dot only where a sentence may end.
    """
    plain = text.replace("*", "") if text.isascii() else simplified(text).translate(_FOLDED)
    folded = " ".join(plain.lower().split())
    if "'" in folded or "cannot" in folded:
        for short, full in CONTRACTIONS:
            folded = re.sub(short, full, folded)
    return _INNER_DOT.sub("·", _MARKER.sub("", folded)[:LONGEST])


def language_of(text: str, language: str = "") -> str:
    """`en` or `zh`: the language said, unless the script is plainly the other's, as in a page in both; else by the script, `zh`
    where there is a Chinese character for every four Latin words."""
    said = language[:2].lower()
    if (said == "en" and text.isascii()) or (said == "zh" and CHINESE.search(text)):
        return said
    chinese, latin = (len(script.findall(text[:LONGEST])) for script in (CHINESE, _LATIN))
    if said == "zh":
        return "en" if latin >= _PLAINLY else "zh"
    if said == "en":
        return "zh" if chinese >= _PLAINLY and chinese > 2 * latin else "en"
    return "zh" if chinese and chinese * 4 >= latin else "en"


@cache
def topic_lexicon(language: str) -> TopicLexicon:
    """The topics of `en` or `zh`, read once."""
    words: LexiconSource = word_list(f"topics_{language}.yaml")
    spell = _speller(words)
    return TopicLexicon(
        literals=spell.literals,
        topics=tuple(_topic(name, topic, spell) for name, topic in words["topics"].items()),
        nothing=spell.union(words["nothing"]),
        quiet_under=spell.union(words["quiet_under"]),
        cut=spell.union(words["cut"]),
    )


@cache
def stance_lexicon(language: str) -> StanceLexicon:
    """The stances of `en` or `zh`, read once."""
    words: LexiconSource = word_list(f"stance_{language}.yaml")
    spell = _speller(words)
    return StanceLexicon(
        literals=spell.literals,
        rules=tuple(spell.rule(rule, [rule["like"]]) for rule in words["rules"]),
        cut=spell.union(words["cut"]),
    )


@cache
def patterns(name: str) -> Mapping[str, Expression]:
    """The named expressions of a data file, read once."""
    words: LexiconSource = word_list(f"{name}.yaml")
    spell = _speller(words)
    return {key: spell.union(rules) for key, rules in words["patterns"].items()}


def load() -> None:
    """Read and compile all word lists now rather than with the first clause: processes that are forked then have them."""
    for lexicon in _lexicons():
        lexicon.literals.compile()


def every_pattern() -> Iterator[str]:
    """Each pattern of the word lists, as it is spelt out."""
    for lexicon in _lexicons():
        yield from (spelt for expression in lexicon.literals.expressions for spelt in expression.spelt)
    for name in _NAMED:
        yield from (spelt for expression in patterns(name).values() for spelt in expression.spelt)


def _lexicons() -> Iterator[TopicLexicon | StanceLexicon]:
    for language in ("en", "zh"):
        yield topic_lexicon(language)
        yield stance_lexicon(language)


class _Speller:
    """Writes out the blocks in patterns."""

    def __init__(self, blocks: Mapping[str, str], *, words: bool) -> None:
        self.blocks = blocks
        self.edge = r"\b" if words else ""
        self.literals = Literals()

    def expression(self, patterns: Iterable[str]) -> Expression:
        """One expression that matches where any of the patterns does (at a word's edge, where words have edges)."""
        return self.literals.expression(f"{self.edge}(?:{self.spelt(pattern)})" for pattern in patterns)

    def spelt(self, pattern: str) -> str:
        """The pattern with its blocks written out; blocks may name earlier ones."""
        while _BLOCK.search(pattern):
            pattern = _BLOCK.sub(lambda match: f"(?:{self.blocks[match[1]]})", pattern)
        return pattern

    def union(self, sources: Iterable[RuleSource]) -> Expression:
        """The patterns of all these rules as one."""
        return self.expression(source["like"] for source in sources)

    def rule(self, source: RuleSource, likes: Iterable[str]) -> Rule:
        """A rule that holds where any of `likes` matches, on the conditions of `source`."""
        needs, without = source.get("needs"), source.get("without")
        return Rule(
            like=self.expression(likes),
            needs=self.expression([needs]) if needs else None,
            without=self.expression([without]) if without else None,
            name=source.get("name", ""),
            stance=source.get("stance"),
        )


def _topic(name: str, source: TopicSource, spell: _Speller) -> Topic:
    groups: dict[tuple[str | None, str | None], list[RuleSource]] = {}
    for rule in source["rules"]:
        groups.setdefault((rule.get("needs"), rule.get("without")), []).append(rule)
    return Topic(
        name=name,
        stems=Stems(source["stems"], spell.literals),
        cut=spell.union(source["cut"]) if source.get("cut") else None,
        rules=tuple(spell.rule(rules[0], [rule["like"] for rule in rules]) for rules in groups.values()),
        under=tuple(
            Prior(spell.expression([prior["heading"]]), spell.expression([prior["like"]]))
            for prior in source.get("under", [])
        ),
    )


def _speller(source: LexiconSource) -> _Speller:
    return _Speller(source["blocks"], words=source["words"])
