"""How much an edit of a clause matters to a reader: major (tell), minor (mention), none."""

from __future__ import annotations

from functools import lru_cache

from monitor.meaning.lexicon import language_of
from monitor.meaning.renaming import swaps
from monitor.meaning.rules import (
    ADDED,
    FEW_WORDS,
    FOR_USERS,
    LABEL,
    LEFT,
    LENT,
    MOST_WORDS,
    NAMES,
    PAID,
    REMOVED,
    REWORDED,
    SAME_WORDS,
    SPOKEN,
    STANCE,
    UNSPOKEN,
    WORDS,
    Weight,
)
from monitor.meaning.surroundings import in_full, points_back
from monitor.meaning.topics import read_clause
from monitor.meaning.vocabulary import knows
from monitor.meaning.wording import (
    DENYING,
    LIMITING,
    PLANS,
    PUNCTUATION,
    TURNING_CHARACTERS,
    WORD,
    differing,
    differing_terms,
    many,
    sense,
    weighty,
)
from monitor.model import DATA_TOPICS, Clause, ClauseEdit, Page, Reading
from monitor.words import spans

_TURNING = frozenset(
    "not no never nor may will must might could should only solely exclusively strictly unless except until default opt consent "
    "without always any all precise exact off enabled disabled 不 未 非 除非 仅 只 可 可以 必须 默认 等 仅限 开启 关闭 "
    "january february march april june july august september october november december".split()
)
_MINDED = frozenset(
    "biometric biometrics geometry faceprint voiceprint fingerprint fingerprints keystroke keystrokes clipboard broker brokers "
    "advertising advertisers ads attribution audiences 人脸 声纹 指纹 广告 parent parents parental guardian guardians".split()
)
"""Kinds of data, and those who get or guard it, that a reader minds even where a single word names them."""
_USED = frozenset("use uses used".split())
_VOICE = _USED | frozenset("do does neither nor own ours anyone anybody someone somebody else whether".split())
_ANSWERS = frozenset(("yes", "no"))
_LABEL_WORDS = 9


def weigh(edit: ClauseEdit, topic: str, old: Reading, new: Reading, page: Page) -> Weight:
    """How much an edit matters for one topic that the clause has before or after it."""
    if edit.before is None or edit.after is None:
        return _weigh_one(edit, topic, page)
    before, after = _texts(edit.before, edit.after)
    deleted, inserted = differing(before, after) if topic in DATA_TOPICS else differing_terms(before, after)
    if (not deleted and not inserted) or _is_joined(*sorted((before, after), key=len)):
        return SAME_WORDS.weight()
    if topic in NAMES.topics and edit.before.text != edit.after.text and _swaps_names(edit.before, edit.after):
        return NAMES.weight(deleted=deleted, inserted=inserted)
    if topic in STANCE.topics and old.stance != new.stance and old.stance and new.stance:
        return STANCE.weight(old=old.stance, new=new.stance)
    if topic in STANCE.topics and old.stance and old.stance == new.stance and _is_voice(deleted, inserted):
        return SAME_WORDS.weight()
    if _is_label(edit.after) and _is_label(edit.before):
        return LABEL.weight()
    if topic in REWORDED.topics and _is_reworded(before, after, deleted, inserted):
        return REWORDED.weight(deleted=deleted, inserted=inserted)
    if (topic in old.topics) != (topic in new.topics):
        return _for_page(edit, topic, page, (SPOKEN if topic in new.topics else UNSPOKEN).weight(), turns=True)
    words = f"{deleted} {inserted}"
    if topic in FEW_WORDS.topics and _is_wording(words):
        return FEW_WORDS.weight(deleted=deleted, inserted=inserted)
    return _for_page(edit, topic, page, WORDS.weight(deleted=deleted, inserted=inserted), turns=_turns(words))


def _texts(before: Clause, after: Clause) -> tuple[str, str]:
    """Two editions of a clause; one that only changed its list, or went into or out of one, in full."""
    if before.text == after.text or before.block.kind != after.block.kind:
        return in_full(before), in_full(after)
    return before.text, after.text


def _is_joined(short: str, long: str) -> bool:
    """Whether a longer text is a sentence with a label stuck to it, as layouts do: "Legal team@acme.exampleThe purposes are"."""
    rest = long.removesuffix(short)
    return len(rest) < len(long) and rest[-1:].islower() and short[:1].isupper() and not read_clause(rest).topics


def _is_wording(differing_words: str) -> bool:
    """Whether words that differ are few and turn nothing: no figure, no plan, no "not", "may" or "unless" among them."""
    return many(differing_words.split()) <= MOST_WORDS and not _turns(differing_words)


def _is_reworded(before: str, after: str, deleted: str, inserted: str) -> bool:
    """Whether words were replaced, and not only added, none of which the word lists know or a reader minds.

    A "not" or an "only" may have moved, if the clause denies or limits as it did: "not unless" is "only if".
    """
    words = f"{deleted} {inserted}".split()
    signs = [word for word in words if word.lower() in DENYING or word.lower() in LIMITING]
    others = [word for word in words if word not in signs]
    if not deleted or _turns(" ".join(others)) or (signs and sense(before) != sense(after)):
        return False
    language, opening = language_of(after), {text.split()[0].strip(PUNCTUATION) for text in (before, after) if text}
    return not any((word[:1].isupper() and word not in opening) or knows(word, language) for word in others)


def _is_voice(deleted: str, inserted: str) -> bool:
    """Whether words that differ only turn a sentence round: "we do not use it", "it is not used". The stance must be the same."""
    old, new = set(deleted.lower().split()), set(inserted.lower().split())
    return old | new <= _VOICE and bool(old & _USED) == bool(new & _USED)


def _turns(words: str) -> bool:
    """Whether words turn a sense: a figure, a plan, a "not", "may" or "unless" is among them."""
    found = words.replace("-", " ").replace("+", " ").split()
    plans = (word.lower() in PLANS and word != "plus" for word in found)  # the little word is no plan
    turning = (word in _TURNING or word in _MINDED or any(map(str.isdigit, word)) for word in map(str.lower, found))
    return any(plans) or any(turning) or not TURNING_CHARACTERS.isdisjoint(words)


def _weigh_one(edit: ClauseEdit, topic: str, page: Page) -> Weight:
    """The weight of a clause that was added or removed whole."""
    if has_left(edit, page):
        return LEFT.weight()
    if all(map(_is_label, _editions(edit))):
        return LABEL.weight()
    minded = any(map(_is_minded, _editions(edit)))
    return _for_page(edit, topic, page, (REMOVED if edit.after is None else ADDED).weight(), turns=minded)


def _is_minded(clause: Clause) -> bool:
    """Whether a clause names what a reader minds even in a list of recipients or of kinds of data."""
    words = clause.text.lower()
    return not _MINDED.isdisjoint(WORD.findall(words)) or any(word in words for word in _MINDED if not word.isascii())


def has_left(edit: ClauseEdit, page: Page) -> bool:
    """Whether a clause went from a page that keeps the newest news alone: it is old, and says nothing by going."""
    return page.type == "changelog" and edit.after is None


def _editions(edit: ClauseEdit) -> tuple[Clause, ...]:
    return tuple(clause for clause in (edit.before, edit.after) if clause)


@lru_cache(maxsize=1 << 6)  # asked once for each topic of an edit
def _swaps_names(before: Clause, after: Clause) -> bool:
    """Whether all that differs are names, one in the place of another: a product renamed, another recipient named."""
    found = spans(before.text, after.text)
    differ = [span for span in found if span.kind != "kept" and weighty([span.text])]
    if any(span.text.strip().lower() in _ANSWERS for span in differ):
        return False
    return 2 * len(list(swaps(found))) == len(differ)


def _for_page(edit: ClauseEdit, topic: str, page: Page, said: Weight, *, turns: bool) -> Weight:
    """What was said of an edit, or less: where the clause does not name the topic, or such pages are not about it."""
    lent = not any(topic in read_clause(in_full(clause)).topics or points_back(clause) for clause in _editions(edit))
    if lent and topic in LENT.topics and not turns:
        return LENT.weight(said=said.rule)
    if page.type == "usage-policy" and topic in FOR_USERS.topics:
        return FOR_USERS.weight(said=said.rule)
    if topic in PAID.topics:
        return PAID.weight(said=said.rule)
    return said


def _is_label(clause: Clause) -> bool:
    """Whether a clause is a title, a menu entry or a caption: a few words that state nothing."""
    text = clause.text
    if text[-1:] in "?？→»›":
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
