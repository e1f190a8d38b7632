"""The lines of printed pages -> a document as plain HTML: paragraphs joined, hyphens undone, running titles gone."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

HYPHEN = "\x02"
"""Stands within a line for the hyphen that parted a word at the end of a printed line, and may belong to the word."""
_EDGE = 3
"""Lines at the top and at the bottom of a page among which running titles and page numbers stand."""
_MOST = 0.4
"""Share of the pages on which a running title stands; below one half, because left and right pages may differ."""
_LARGER, _WIDER = 1.1, 1.15
"""How much larger than the body a heading is; how much wider than between its lines a gap between paragraphs."""
_LEADING = 1.2
_LONGEST_TITLE = 200
"""Characters of a heading or running title at most."""
_ENDS = tuple(".!?:;。！？：；")
_CLOSING = "\"'”’)]）】」"
_BULLET = re.compile(r"[•·●▪◦‣∙■□○*–—-]\s+")
_NUMBER = re.compile(r"(?:\d{1,3}[.)、]|[(（][a-z\d一二三四五六七八九十]{1,4}[)）]|[a-z][.)])\s")
_FIGURES = re.compile(r"\d{1,4}")
_PARTED = re.compile(rf"\b(\w+){HYPHEN}(\w+)")
_COMPOUND = re.compile(r"\b\w+-\w+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page as printed, which is never empty: `size` in points; `bold` if it begins and ends so.

    `above` is the distance to the line before, from baseline to baseline, in units of its size; None where that tells
    nothing: at the top of a page or a column.
    """

    text: str
    size: float
    bold: bool
    above: float | None


@dataclass(frozen=True, slots=True)
class _Body:
    """How most of a document is printed, and the sizes larger than that, the largest first."""

    bold: bool
    leading: float
    larger: tuple[float, ...]

    def level(self, line: Line) -> int:
        """The level of the heading that a line is by its size; 0 for none."""
        return min(self.larger.index(line.size) + 1, 6) if line.size in self.larger else 0

    def stands_out(self, line: Line) -> bool:
        """Whether a line is bold where most are not."""
        return line.bold and not self.bold


def markup(pages: Sequence[Sequence[Line]]) -> str:
    """The pages' document as HTML: h1 to h6 by size, p (within it b if all of it is bold), li."""
    lines = [line for page in _without_running_titles(pages) for line in page]
    body = _body(lines)
    compounds = frozenset(match[0] for line in lines for match in _COMPOUND.finditer(line.text))
    return "\n".join(_element(part, body, compounds) for part in _parts(lines, body))


def _without_running_titles(pages: Sequence[Sequence[Line]]) -> Iterator[Sequence[Line]]:
    """The pages without the lines at their edges that most pages share, but for the number of the page."""
    counts = Counter(form for number, page in enumerate(pages) for form in _edge_forms(page, number))
    often = max(2, len(pages) * _MOST)
    running = {form for form, count in counts.items() if count >= often}
    for number, page in enumerate(pages):
        kept = [line for at, line in enumerate(page) if not (_is_edge(page, at) and _forms(line, number) & running)]
        yield [replace(kept[0], above=None), *kept[1:]] if kept else kept


def _edge_forms(page: Sequence[Line], number: int) -> set[str]:
    return {form for at, line in enumerate(page) if _is_edge(page, at) for form in _forms(line, number)}


def _is_edge(page: Sequence[Line], at: int) -> bool:
    return at < _EDGE or at >= len(page) - _EDGE


def _forms(line: Line, number: int) -> set[str]:
    """A line as it is, and with each of its figures counted from the page's number: "Page #+1 of 9"."""
    if len(line.text) > _LONGEST_TITLE:
        return set()
    text = f"{line.size} {line.text}"
    figures = _FIGURES.finditer(text, len(text) - len(line.text))
    return {text} | {f"{text[: each.start()]}#{int(each[0]) - number:+}{text[each.end() :]}" for each in figures}


def _body(lines: Sequence[Line]) -> _Body:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    size = _commonest(sizes, 0.0)
    bold = sum(len(line.text) for line in lines if line.bold) > sizes.total() / 2
    within = Counter(round(line.above, 1) for before, line in pairwise(lines) if line.above and not _ends(before))
    larger = sorted((each for each in sizes if each > size * _LARGER), reverse=True)
    return _Body(bold, _commonest(within, _LEADING), tuple(larger))


def _commonest(counts: Counter[float], otherwise: float) -> float:
    return counts.most_common(1)[0][0] if counts else otherwise


def _parts(lines: Iterable[Line], body: _Body) -> Iterator[list[Line]]:
    """The lines of each heading, item and paragraph."""
    part: list[Line] = []
    for line in lines:
        if part and _begins(line, part[-1], body):
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _begins(line: Line, before: Line, body: _Body) -> bool:
    """Whether a line begins something new rather than going on with the line before."""
    if _BULLET.match(line.text) or body.level(line) != body.level(before):
        return True
    if line.above is not None and line.above > body.leading * _WIDER:
        return True
    ended = _ends(before)
    if ended and (line.above is None or _NUMBER.match(line.text)):
        return True
    return body.stands_out(line) != body.stands_out(before) and (ended or not line.text[0].islower())


def _ends(line: Line) -> bool:
    """Whether a line ends with the end of a sentence, or of an item."""
    return line.text.rstrip(_CLOSING).endswith(_ENDS)


def _element(part: list[Line], body: _Body, compounds: frozenset[str]) -> str:
    text = html.escape(_joined(part, compounds), quote=False)
    level = body.level(part[0])
    if level and len(text) <= _LONGEST_TITLE:
        return f"<h{level}>{text}</h{level}>"
    if _BULLET.match(text) or _NUMBER.match(text):
        return f"<li>{_BULLET.sub('', text, count=1)}</li>"
    return f"<p><b>{text}</b></p>" if all(map(body.stands_out, part)) else f"<p>{text}</p>"


def _joined(part: list[Line], compounds: frozenset[str]) -> str:
    """The text of lines that go on, with the hyphens undone that only parted a word: those of no compound used elsewhere."""
    text = part[0].text
    for line in part[1:]:
        close = text[-1] in f"-{HYPHEN}" or (_is_wide(text[-1]) and _is_wide(line.text[0]))
        text += line.text if close else f" {line.text}"
    return _PARTED.sub(lambda word: _whole(word[1], word[2], compounds), text).replace(HYPHEN, "")


def _whole(left: str, right: str, compounds: frozenset[str]) -> str:
    return compound if (compound := f"{left}-{right}") in compounds else left + right


def _is_wide(character: str) -> bool:
    """Whether a character is Chinese or Japanese, which are written without spaces."""
    return unicodedata.east_asian_width(character) in "WF"
