"""The forms of a message: its subject, its text and its HTML, by our templates or by an operator's.

Whatever is wrong with an operator's template, the default is filled instead, and the fault is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from traceback import walk_tb

from jinja2 import TemplateSyntaxError
from jinja2.exceptions import SecurityError

from monitor.report.catalogue import Words
from monitor.report.passages import place
from monitor.report.sandbox import OURS, Sandbox
from monitor.report.style import Style
from monitor.words import one_line

TEMPLATES = (
    "subject.txt", "mail.txt", "mail.html", "digest.txt", "digest.html", "notice.txt", "notice.html",
)  # fmt: skip
"""The templates that an operator can have of their own."""

MOST_OUTPUT = 2_000_000
MOST_STEPS = 200_000
"""What an operator's template may write, in characters, and go round loops and call things, all told."""

MOST_SUBJECT = 200
MOST_FAULT = 300


@dataclass(frozen=True, slots=True)
class Forms:
    """A message in words: its subject, its text, its HTML, and what is wrong with the templates that should have written it."""

    subject: str
    text: str
    html: str
    fault: str


def render(template: str, words: Words, **values: object) -> str:
    """One of our own templates, filled in."""
    environment = _ours(html=template.endswith(".html"))
    return environment.get_template(OURS + template).render({**_vocabulary(words), **values})


def fill(form: str, style: Style, words: Words, **values: object) -> Forms:
    """The subject, the text and the HTML of a message: by the operator's templates where these are sound, else by ours.

    `form` is the stem of the templates' names; `values` hold `subject`, the one to be used without a template. Where any template
    has a fault, all forms are filled again and told of it, so that the reader of any of them learns of it.
    """
    names = ("subject.txt", f"{form}.txt", f"{form}.html")
    filled = {name: _try(name, style, words, {**values, "fault": ""}) for name in names if name in style.templates}
    fault = "; ".join(each.fault for each in filled.values() if each.fault)
    told = {**values, "fault": fault}
    if fault:
        filled = {name: _try(name, style, words, told) for name, each in filled.items() if not each.fault}
    sound = {name: each.output for name, each in filled.items() if not each.fault}
    subject, text, html = (sound[name] if name in sound else render(name, words, **told) for name in names)
    return Forms(
        one_line(subject, MOST_SUBJECT) or one_line(str(values["subject"]), MOST_SUBJECT),
        re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        html,
        fault,
    )


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What an operator's template wrote, or what is wrong with it."""

    output: str = ""
    fault: str = ""


def _try(name: str, style: Style, words: Words, values: Mapping[str, object]) -> _Attempt:
    """An operator's template, filled within its bounds. Nothing that can be wrong with it is raised."""
    environment = Sandbox(style.templates, html=name.endswith(".html"), most=MOST_STEPS)
    try:
        template = environment.get_template(name)
        return _Attempt("".join(_bounded(template.generate({**_vocabulary(words), **values}))))
    except Exception as error:
        return _Attempt(fault=one_line(_fault(name, error, style.templates), MOST_FAULT))


def _bounded(pieces: Iterable[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST_OUTPUT:
            raise SecurityError(f"more than {MOST_OUTPUT:,} characters")
        yield piece


def _fault(name: str, error: Exception, templates: Mapping[str, str]) -> str:
    """`mail.html, line 3: 'colour' is undefined`."""
    lines = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    where = [(file, line) for file, line in lines if file in templates]
    if isinstance(error, TemplateSyntaxError):
        where.append((error.name or name, error.lineno))
    file, line = where[-1] if where else (name, 1)
    return f"{file}, line {line}: {getattr(error, 'message', None) or error or type(error).__name__}"


@cache
def _ours(*, html: bool) -> Sandbox:
    return Sandbox({}, html=html)


def _vocabulary(words: Words) -> dict[str, object]:
    """What every template can say, in the reader's language."""
    return {
        "language": words.language,
        "say": words.say,
        "count": words.count,
        "label": words.label,
        "number": words.number,
        "day": words.day,
        "when": words.when,
        "place": partial(place, words=words),
    }
