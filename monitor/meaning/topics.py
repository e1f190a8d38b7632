"""Reads which topics a clause raises. Pure; the words that raise them are in `data/topics_*.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from monitor.meaning.durations import durations
from monitor.meaning.lexicon import fold, language_of, topic_lexicon
from monitor.meaning.scopes import scopes
from monitor.meaning.stance import stance_rule
from monitor.meaning.surroundings import in_full, is_code, names_recipients, points_back, sentences_before
from monitor.model import DATA_TOPICS, OFFER_TOPICS, TOPICS, Clause, Reading

_LEFT_TO_THE_USER = frozenset({"trains unless opted out", "trains only if opted in"})


def reading(clause: Clause, language: str) -> Reading:
    """What a clause says where it stands: under its headings, in its list or its table."""
    if is_code(clause.text):
        return Reading(())
    said = read_clause(in_full(clause), clause.block.trail, language)
    if said.topics:
        return said
    return Reading(("sharing",)) if names_recipients(clause.block) else _of_sentence_before(clause, language)


def _of_sentence_before(clause: Clause, language: str) -> Reading:
    """What a clause is on that points back."""
    if not points_back(clause):
        return Reading(())
    before = sentences_before(clause)
    read = (read_clause(sentence, clause.block.trail, language).topics for sentence in before)
    answers = before[0][-1:] in "?？"  # what an answer is on, be it an offer
    said = next(filter(None, (tuple(each for each in topics if answers or each in DATA_TOPICS) for topics in read)), ())
    return Reading(said, words=tuple(f"{topic}: as the sentence before" for topic in said))


# A new version repeats nearly all clauses of the one before it.
@lru_cache(maxsize=16_384)
def read_clause(text: str, trail: tuple[str, ...] = (), language: str = "") -> Reading:
    """What one clause says: topics, strongest first, its stance on training, and the words that raised each topic.

    `trail` holds the headings that the clause stands under, outermost first; they lend a topic to words too few to
    raise one alone. `language` is `en` or `zh`; empty, the script decides. Amounts are not read here.
    """
    language = language_of(text, language)
    heading = fold(" / ".join(trail[-2:]))
    folded = fold(text)
    found = {name: words for name, words in _raised(folded, heading, language) if words}
    stance = stance_rule(text, language).stance if "training" in found else None
    if stance in _LEFT_TO_THE_USER:
        found.setdefault("choice", [stance])
    topics = tuple(sorted(found, key=lambda name: (-len(found[name]), TOPICS.index(name))))
    words = tuple(f"{name}: {'; '.join(dict.fromkeys(found[name]))}" for name in topics)
    return Reading(
        topics, stance, words, scopes(text) if stance else (), _period(text) if "retention" in found else None
    )


def _period(text: str) -> float | None:
    periods = set(durations(text))
    return periods.pop() if len(periods) == 1 else None


def _raised(text: str, heading: str, language: str) -> Iterator[tuple[str, list[str]]]:
    lexicon = topic_lexicon(language)
    topics = lexicon.possible(text, _lent(heading, language))
    if not topics or _is_quiet(heading.rpartition(" / ")[2], language):
        return
    duties_cut = lexicon.cut.sub(" ", text)
    silent = lexicon.nothing.is_in(text)
    for topic in topics:
        about = text if topic.name in OFFER_TOPICS else duties_cut
        words = [] if silent else topic.words(about)
        yield topic.name, words or topic.words_under(heading, about)


@lru_cache(maxsize=1 << 10)  # many clauses stand under one heading
def _lent(heading: str, language: str) -> frozenset[str]:
    """The topics that a heading may lend to what stands below it."""
    return frozenset(topic.name for topic in topic_lexicon(language).topics if topic.lends(heading))


def is_quiet(trail: tuple[str, ...]) -> bool:
    """Whether nothing below the last of these headings speaks of what the vendor does or gives: other articles, chapters of law."""
    last = fold(trail[-1]) if trail else ""
    return _is_quiet(last, language_of(last))


@lru_cache(maxsize=1 << 10)
def _is_quiet(heading: str, language: str) -> bool:
    return bool(heading) and topic_lexicon(language).quiet_under.is_in(heading)
