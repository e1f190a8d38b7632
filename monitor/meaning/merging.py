"""Sentences split, merged, or put in another order: what is said in other sentences is not news.

A clause that seems to be gone, and whose words all stand in one new clause, was merged into it; a new one whose words all
stood in one old clause was split off. Such clauses are joined to the edit that they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from monitor.meaning.wording import words_of
from monitor.model import Clause, ClauseEdit
from monitor.normalise import comparable

_MOST = 150
"""Lone clauses a side that are held against each other; past that a document was rewritten whole."""
_LEAST = 3
"""Words of a clause that is found again; fewer stand anywhere."""
_LEAST_CHARACTERS = 4
_SUBJECT, _LONG = 4, 8
"""Characters of a subject that a sentence gets when it is split off another; what is left that does not stand there by chance."""
_DENYING = "不未无非勿别仅只除"


def merged(edits: Iterable[ClauseEdit]) -> tuple[ClauseEdit, ...]:
    """The edits, those of one sentence that became several, or the reverse, made one."""
    left = list(edits)
    gone, come = [e for e in left if e.after is None], [e for e in left if e.before is None]
    if max(len(gone), len(come)) > _MOST:
        return tuple(left)
    _join(left, gone, lambda edit: edit.after, _before_longer)
    _join(left, come, lambda edit: edit.before, _after_longer)
    return tuple(left)


def _join(
    left: list[ClauseEdit],
    lone: list[ClauseEdit],
    other_side: Callable[[ClauseEdit], Clause | None],
    longer: Callable[[ClauseEdit, ClauseEdit], ClauseEdit],
) -> None:
    for edit in lone:
        clause = edit.before or edit.after
        home = next((at for at, home in enumerate(left) if clause and _holds(other_side(home), clause)), None)
        if home is not None and edit in left:
            left[home] = longer(left[home], edit)
            left.remove(edit)


def _holds(home: Clause | None, clause: Clause) -> bool:
    """Whether all that a clause says stands in another one."""
    if home is None:
        return False
    said = comparable(clause.text)
    if not said.isascii() and any(text in comparable(home.text) for text in _without_subject(said.rstrip("。；;."))):
        return True
    words = words_of(clause.text)
    return len(words) >= _LEAST and words <= words_of(home.text)


def _without_subject(said: str) -> Iterator[str]:
    """A Chinese clause as it is, and without the few characters before it that say of what it speaks, where none of them denies."""
    if len(said) >= _LEAST_CHARACTERS:
        yield said
    for start in range(1, _SUBJECT + 1):
        if len(said) - start < _LONG or said[start - 1] in _DENYING:
            return
        yield said[start:]


def _before_longer(home: ClauseEdit, lone: ClauseEdit) -> ClauseEdit:
    return ClauseEdit(_together(home.before, lone.before), home.after)


def _after_longer(home: ClauseEdit, lone: ClauseEdit) -> ClauseEdit:
    return ClauseEdit(home.before, _together(home.after, lone.after))


def _together(one: Clause | None, other: Clause | None) -> Clause | None:
    """Two clauses as one: in the order and with the space of their block where they stand in one."""
    if one is None or other is None:
        return one or other
    first, second = sorted((one, other), key=lambda clause: one.block.text.find(clause.text))
    joint = f"{first.text} {second.text}", f"{first.text}{second.text}"  # Chinese sentences have no space between them
    return Clause(next((text for text in joint if text in one.block.text), joint[0]), one.block)
