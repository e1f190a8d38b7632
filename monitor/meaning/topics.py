"""Reads which topics a clause raises. Pure; the words that raise them are in `data/topics_*.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from monitor.meaning.lexicon import TopicLexicon, fold, language_of, topic_lexicon
from monitor.meaning.stance import stance_rule
from monitor.model import OFFER_TOPICS, TOPICS, Reading

_LEFT_TO_THE_USER = frozenset({"trains unless opted out", "trains only if opted in"})


# A new version repeats nearly all clauses of the one before it.
@lru_cache(maxsize=16_384)
def read_clause(text: str, trail: tuple[str, ...] = (), language: str = "") -> Reading:
    """What one clause says: topics, strongest first, its stance on training, and the words that raised each topic.

    `trail` holds the headings that the clause stands under, outermost first; they lend a topic to words too few to
    raise one alone. `language` is `en` or `zh`; empty, the script decides. Amounts are not read here.
    """
    language = language_of(text, language)
    lexicon = topic_lexicon(language)
    heading = fold(" / ".join(trail[-2:]))
    folded = fold(text)
    found = {name: words for name, words in _raised(folded, heading, lexicon) if words}
    stance = stance_rule(text, language).stance if "training" in found else None
    if stance in _LEFT_TO_THE_USER:
        found.setdefault("choice", [stance])
    topics = tuple(sorted(found, key=lambda name: (-len(found[name]), TOPICS.index(name))))
    return Reading(topics, stance, tuple(f"{name}: {'; '.join(dict.fromkeys(found[name]))}" for name in topics))


def _raised(text: str, heading: str, lexicon: TopicLexicon) -> Iterator[tuple[str, list[str]]]:
    last = heading.rpartition(" / ")[2]
    if last and lexicon.quiet_under.search(last):
        return
    duties_cut = lexicon.cut.sub(" ", text)
    silent = bool(lexicon.nothing.search(text))
    for topic in lexicon.topics:
        about = text if topic.name in OFFER_TOPICS else duties_cut
        words = [] if silent else topic.words(about)
        yield topic.name, words or topic.words_under(heading, about)
