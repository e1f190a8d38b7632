"""How much an edit of a clause matters to a reader: major (tell), minor (mention), none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from monitor.extract.blocks import LEADS
from monitor.meaning.topics import read_clause
from monitor.meaning.wording import PLANS, WORD, differing, differing_terms, weighty
from monitor.model import DATA_TOPICS, Clause, ClauseEdit, Importance, Page, Reading, Span
from monitor.words import spans

_BY_THE_WORD = frozenset({"training", "retention", "review", "sharing", "transfer", "licence", "free-amount"})
"""Topics on which one word may be the change: a purpose, a period, a reader, a recipient, a country, a right."""
_BY_THE_HEADING = frozenset({"free-terms", "limits"})
"""Topics whose statements do not name them: "You need a verified phone number", under "What you get for free"."""
_OF_THE_VENDOR = frozenset({"review"})
"""Topics that a page on what users may do speaks of only where it says what the vendor does."""
_FEW_WORDS = 3
_TURNING = frozenset(
    "not no never nor may will must might could should only solely exclusively strictly unless except until default opt consent "
    "without always any all 不 未 非 除非 仅 只 可 可以 必须 默认 等 仅限 "
    "january february march april june july august september october november december".split()
)
_LABEL_WORDS = 9
_RENAMED = 3
"""So often must one name be put in another's place to make a renaming. A plan is no name: who is on it gets its terms."""


@dataclass(frozen=True, slots=True)
class Weight:
    """How much an edit matters, and the rule that says so."""

    importance: Importance
    rule: str


Renamings = tuple[tuple[str, str], ...]


def weigh(edit: ClauseEdit, topic: str, old: Reading, new: Reading, renamed: Renamings, page: Page) -> Weight:
    """How much an edit matters for one topic that the clause has before or after it."""
    if edit.before is None or edit.after is None:
        return _weigh_one(edit, topic, page)
    before, after = _texts(edit.before, edit.after, renamed)
    deleted, inserted = differing(before, after) if topic in DATA_TOPICS else differing_terms(before, after)
    if not deleted and not inserted:
        return Weight("none", "the wording alone differs")
    if topic in DATA_TOPICS and edit.before.text != edit.after.text and _swaps_names(edit.before, edit.after):
        return Weight("minor", f"one name stands in the place of another: -{deleted} +{inserted}")
    if topic == "training" and old.stance != new.stance and old.stance and new.stance:
        return Weight("major", f"the stance turned from {old.stance!r} to {new.stance!r}")
    if _is_label(edit.after) and _is_label(edit.before):
        return Weight("none", "a label, not a statement")
    said = "the clause did not speak of it before" if topic not in old.topics else "the clause no longer speaks of it"
    if (topic in old.topics) == (topic in new.topics):
        said = f"words of the clause differ: -{deleted} +{inserted}"
        if topic not in _BY_THE_WORD and _is_wording(f"{deleted} {inserted}"):
            return Weight("minor", said)
    return _for_page(edit, topic, page, said)


def _texts(before: Clause, after: Clause, renamed: Renamings) -> tuple[str, str]:
    """Two editions of a clause, names that were put in the place of others apart; one that only changed its list, in full."""
    if before.text == after.text:
        return in_full(before), in_full(after)
    return _with_new_names(before.text, renamed), after.text


def _is_wording(differing_words: str) -> bool:
    """Whether words that differ are few and turn nothing: no figure, no plan, no "not", "may" or "unless" among them."""
    return len(differing_words.split()) <= _FEW_WORDS and not _turns(differing_words)


def _turns(words: str) -> bool:
    """Whether words turn a sense: a figure, a plan, a "not", "may" or "unless" is among them."""
    return any(
        word in _TURNING or word in PLANS or any(map(str.isdigit, word))
        for word in words.lower().replace("-", " ").replace("+", " ").split()
    )


def _weigh_one(edit: ClauseEdit, topic: str, page: Page) -> Weight:
    """The weight of a clause that was added or removed whole."""
    if all(map(_is_label, _editions(edit))):
        return Weight("none", "a label, not a statement")
    return _for_page(edit, topic, page, f"a clause on it was {'removed' if edit.after is None else 'added'}")


def _editions(edit: ClauseEdit) -> tuple[Clause, ...]:
    return tuple(clause for clause in (edit.before, edit.after) if clause)


@lru_cache(maxsize=1 << 6)  # asked once for each topic of an edit
def _swaps_names(before: Clause, after: Clause) -> bool:
    """Whether all that differs are names, one in the place of another: a product renamed, another recipient named."""
    differ = [span for span in spans(before.text, after.text) if span.kind != "kept" and weighty([span.text])]
    return 2 * len(list(_swaps(before, after))) == len(differ)


def _for_page(edit: ClauseEdit, topic: str, page: Page, rule: str) -> Weight:
    lent = not any(topic in read_clause(in_full(clause)).topics for clause in _editions(edit))
    if lent and topic not in _BY_THE_HEADING and not _turns(rule):
        return Weight("minor", f"{rule}; the heading above it lends the topic")
    if page.type == "usage-policy" and topic not in _OF_THE_VENDOR:
        return Weight("minor", f"{rule}; the page is about what users may do")
    if topic == "price":
        return Weight("minor", f"{rule}; what is paid is no offer")
    return Weight("major", rule)


def in_full(clause: Clause) -> str:
    """A clause as it is meant: an item of a list says what its lead ("We never train on:") says of it."""
    lead = clause.block.trail[-1:] if clause.block.kind in ("item", "row") else ()
    return f"{lead[0]} {clause.text}" if lead and lead[0][-1:] in LEADS else clause.text


def _is_label(clause: Clause) -> bool:
    """Whether a clause is a title, a menu entry or a caption: a few words that state nothing."""
    text = clause.text
    if text[-1:] in "?？":
        return True
    if clause.block.kind == "row" or text[-1:] in ".;:!。；：！":
        return False
    words = WORD.findall(text)
    if clause.block.kind == "heading":
        return True
    if in_full(clause) != text:
        return False
    titled = sum(word[:1].isupper() for word in words) * 2 > len(words)
    return len(words) <= _LABEL_WORDS and (titled or (bool(words) and words[0].endswith("ing")))


def renamings(edits: Iterable[ClauseEdit]) -> Renamings:
    """Names put in the place of others throughout a document: a product renamed, not its terms changed."""
    pairs = Counter(pair for edit in edits if edit.before and edit.after for pair in _swaps(edit.before, edit.after))
    return tuple(pair for pair, times in pairs.items() if times >= _RENAMED)


def _swaps(before: Clause, after: Clause) -> Iterator[tuple[str, str]]:
    """Names of one clause and those that stand in their place in its other edition."""
    found = spans(before.text, after.text)
    for deleted, inserted in pairwise(found):
        pair = _name(deleted, "deleted"), _name(inserted, "inserted")
        if all(pair):
            yield pair


def _name(span: Span, kind: str) -> str:
    text = span.text.strip(" ,.;:()’'\"“”")
    named = span.kind == kind and 0 < len(text) <= 40 and all(word[:1].isupper() for word in text.split())
    plan = not PLANS.isdisjoint(text.lower().split())
    return text if named and not plan and not any(char.isdigit() for char in text) else ""


def _with_new_names(text: str, renamed: Renamings) -> str:
    for old, new in renamed:
        text = text.replace(old, new)
    return text
