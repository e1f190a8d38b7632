"""Reads how a text says that its reader can keep data out of training, or refuse another use of it. Pure.

Whether a clause leaves a choice is told by the lexicons of topics and stances: where one can opt out, one is in. Best is a
clause on training (its own words, or those around it) that says what the reader can do, and where.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from monitor.clauses import clauses, split
from monitor.meaning.lexicon import fold, language_of, patterns
from monitor.meaning.stance import stance_rule
from monitor.meaning.surroundings import in_full
from monitor.meaning.topics import is_quiet, read_clause
from monitor.model import CELL, Clause, Document, Link, WayOut

_OUT = "trains unless opted out"
_NO_CHOICE = frozenset(
    "no choice left|even if opted out|nothing prevents it|told to stay away|不能退出|退出无效|无需同意|视为同意".split(
        "|"
    )
)
"""Rules on stances by which a clause takes a choice away, in words that seem to offer one."""
_BEFORE, _BEHIND = 4, 1
"""Clauses before and behind one that may say what it is that can be refused."""
_LEAD, _PLAIN = 140, 400
"""Characters of a lead that belongs to each of its items; of a clause that is understood by what stands around it."""
_LONGEST = 700
"""Characters of a clause that is read: what is longer is a page without sentences, and tells nobody what to do."""

_ADDRESS = re.compile(r"https?://[^\s<>\"'“”‘’()（）\[\]，。；、！？]{3,2000}")
_TRAILING = ".,;:!?*_"
_NAMES_TRAINING = 0
"""How near a clause is to training that names it: see `_distance`."""
_LEAST = 3
"""Characters of a link's words below which they stand in a clause by chance."""

Rank = tuple[int, int, bool, int]


def _has(name: str, text: str) -> bool:
    """Whether folded text holds words that the data file names so."""
    return patterns("way_out")[name].search(text) is not None


def _without_closing(text: str) -> str:
    """Folded text without the closing of accounts and the deletion of chats, which some name beside an opt-out."""
    return patterns("way_out")["closing"].sub(" ", fold(text))


def way_out(document: Document, links: Sequence[Link] = ()) -> WayOut | None:
    """How a text says that its reader can opt out, and the address that it links for it.

    What is opted out of by mail, in a browser or before a court, and closing the account, are other matters: None.
    """
    best = min(_found(document), key=_rank, default=None)
    return _told(best[1], links) if best else None


def way_out_of_training(document: Document, links: Sequence[Link] = ()) -> tuple[Clause, WayOut] | None:
    """How a text says that its reader can keep data out of training, and the clause that says so; None of any other use."""
    on_training = (each for each in _found(document) if each[0][1] == _NAMES_TRAINING)
    best = min(on_training, key=_rank, default=None)
    return (best[1], _told(best[1], links)) if best else None


def _rank(found: tuple[Rank, Clause]) -> Rank:
    return found[0]


def _told(clause: Clause, links: Sequence[Link]) -> WayOut:
    text = clause.text if _has("refusal", fold(clause.text)) else _full(clause)  # an item may need its lead
    return WayOut(text, _address(text, links))


def _found(document: Document) -> Iterator[tuple[Rank, Clause]]:
    """The clauses that name a way out, and how good each is: the least is best."""
    said = list(clauses(document))
    for place, clause in enumerate(said):
        around = said[max(0, place - _BEFORE) : place], said[place : place + 1 + _BEHIND]
        for part in _sentences(clause):
            if _leaves_a_choice(part) and (grade := _grade(part, *around, document.language)) is not None:
                yield (*grade, not _has("switch", fold(part.text)), place), part


def _sentences(clause: Clause) -> Iterator[Clause]:
    """A clause, or the sentences in the cells of a row."""
    if clause.block.kind != "row":
        yield clause
        return
    for cell in clause.text.split(CELL):
        yield from (replace(clause, text=text) for text in split(cell))


@lru_cache(maxsize=1 << 13)  # a new version repeats nearly all clauses of the one before it
def _leaves_a_choice(clause: Clause) -> bool:
    """Whether a clause says that its reader may refuse something."""
    full = _full(clause)
    if clause.block.kind == "heading" or full[-1:] in "?？" or len(full) > _LONGEST or is_quiet(clause.block.trail):
        return False
    if not _has("refusal", fold(full)):  # most clauses end here
        return False
    text = _without_closing(full)
    return _has("refusal", text) and not _has("never", text) and not _has("denied", text)


def _full(clause: Clause) -> str:
    """A clause with its lead ("To opt out:"), unless that is a paragraph of its own."""
    full = in_full(clause)
    return full if clause.block.kind != "row" and len(full) - len(clause.text) <= _LEAD else clause.text


def _grade(clause: Clause, before: Sequence[Clause], behind: Sequence[Clause], language: str) -> tuple[int, int] | None:
    """How well a clause tells a way out, and how near it is to training; None where it tells none."""
    text = _without_closing(_full(clause))
    offers, how = _has("offers", text), _has("how", text)
    near = [each for each in (*before, *behind) if each.block.trail == clause.block.trail]
    distance = _distance(clause, text, near, language)
    if distance > 0 and len(text) > _PLAIN:
        return None
    if not _is_open(_full(clause), text, language, sure=offers, near=distance < 2):
        return None
    if distance == 2:
        return (4 - how, 2) if offers and _is_on_data(clause, text, before[-1:], language) else None
    if offers and not (distance == 1 and _has("tracking", text)):
        return 1 - how, distance
    return (2, 0) if distance == 0 else None


def _is_open(full: str, text: str, language: str, *, sure: bool, near: bool) -> bool:
    """Whether the rules on stances leave a choice to the reader, or do not speak against words that are `sure` to offer it."""
    stance, rule = stance_rule(full, language_of(text, language), about_training=True)
    if stance == _OUT or not sure or rule in _NO_CHOICE:
        return stance == _OUT
    if stance == "trains":  # by default, for want of words known to it
        return near and len(text) <= _PLAIN and (_has("switch", text) or _has("chooses", text))
    return near or stance is None


def _distance(clause: Clause, text: str, around: Sequence[Clause], language: str) -> int:
    """How near a clause is to training: 0 it names it, 1 its heading or a neighbour does, 2 it is on another use of data."""
    if _on_training(_full(clause), language):
        return 0
    if not (_has("switch", text) or _has("these", fold(clause.text))):
        return 2
    lent = any(_on_training(_spelt_out(heading, language), language) for heading in clause.block.trail[-2:])
    return 1 if lent or any(_on_training(_with_columns(each), language) for each in around) else 2


def _spelt_out(heading: str, language: str) -> str:
    """A heading as a statement: "Model training" alone is a label, which states nothing."""
    return f"{heading}：你的数据" if language_of(heading, language) == "zh" else f"{heading}: your data"


def _with_columns(clause: Clause) -> str:
    return CELL.join((*clause.block.columns, _full(clause)))


def _topics(clause: Clause, language: str) -> tuple[str, ...]:
    return read_clause(_full(clause), clause.block.trail, language).topics


def _on_training(text: str, language: str) -> bool:
    return "training" in read_clause(text, (), language).topics or _has("training", fold(text))


def _is_on_data(clause: Clause, text: str, before: Sequence[Clause], language: str) -> bool:
    """Whether what can be refused is a use of data, though not training; "these purposes" are those just said."""
    said = [text, *(fold(heading) for heading in clause.block.trail[-2:])]
    near = [fold(_full(each)) for each in before] if _has("these", text) else []
    other = any(_has("tracking", each) or _has("never", each) for each in said + near)
    return not other and any(_has("data", each) for each in said) and "choice" in _topics(clause, language)


def _address(clause: str, links: Sequence[Link]) -> str:
    """The address for a clause: of a link within it, written out in it, or of a link elsewhere that is plainly an opt-out."""
    single = _single(links)
    folded = fold(clause)
    within = [
        words for words in single if len(words) >= _LEAST and not _has("elsewhere", words) and _stands(words, folded)
    ]
    if within:
        return single[max(within, key=_promise)]
    if written := _ADDRESS.search(clause):
        return written[0].rstrip(_TRAILING)
    plain = (words for words in single if _is_plain(words))
    return single[first] if (first := next(plain, "")) else ""


def _single(links: Sequence[Link]) -> dict[str, str]:
    """The address of each words that lead to one only: of "here" nobody can tell which."""
    leads: defaultdict[str, set[str]] = defaultdict(set)
    for link in links:
        if link.url.startswith(("https://", "http://")):
            leads[fold(link.text)].add(link.url)
    return {words: next(iter(urls)) for words, urls in leads.items() if len(urls) == 1}


def _promise(words: str) -> tuple[bool, bool, int]:
    """How likely a link in a clause leads to the way out: by its words, then by their length."""
    return _has("worded", words), not _has("named", words), len(words)


def _is_plain(words: str) -> bool:
    """Whether the words of a link, wherever it stands, say that it leads to an opt-out."""
    other = _has("never", words) or _has("tracking", words) or _has("closing", words)
    return _has("worded", words) and not other and "/" not in words


def _stands(words: str, text: str) -> bool:
    """Whether words stand in a text as words, rather than within others."""
    return words in text and re.search(rf"(?<![a-z0-9]){re.escape(words)}(?![a-z0-9])", text) is not None
