"""The one door through which text from outside enters a form: always printable, and escaped wherever the form is HTML.

Our own templates are in `templates/`; an operator's may stand in their place, and find ours under `default/`. Templates run in
jinja2's sandbox, with bounds: whatever is wrong with an operator's, the default is filled instead, and the fault is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from traceback import walk_tb

from jinja2 import PackageLoader, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.loaders import BaseLoader, ChoiceLoader, FunctionLoader, PrefixLoader
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.report.catalogue import Words
from monitor.report.passages import marked, place
from monitor.report.style import Style
from monitor.words import one_line, printable

TEMPLATES = (
    "subject.txt", "mail.txt", "mail.html", "digest.txt", "digest.html", "notice.txt", "notice.html",
)  # fmt: skip
"""The templates that an operator can have of their own."""

MOST_OUTPUT = 2_000_000
MOST_STEPS = 1_000_000
"""What an operator's template may write, in characters, and go round loops and call things, all told."""

MOST_SUBJECT = 200
MOST_FAULT = 300
_DEFAULT = "default/"
_WITHOUT = ("safe", "random", "lipsum")
"""What jinja2 offers and no template needs: a way past escaping, chance, and text without end."""


@dataclass(frozen=True, slots=True)
class Forms:
    """A message in words: its subject, its text, its HTML, and what is wrong with the templates that should have written it."""

    subject: str
    text: str
    html: str
    fault: str


class _Sandbox(ImmutableSandboxedEnvironment):
    """jinja2's sandbox, which cannot stop escaping, and in which a template takes at most `most` steps."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, loader: BaseLoader, *, html: bool, most: float) -> None:
        super().__init__(
            loader=loader,
            autoescape=html,
            undefined=StrictUndefined,
            finalize=lambda value: printable(value) if isinstance(value, str) else value,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.left = most
        self.filters.update(marked=marked, web_link=web_link, counted=self.counted)
        for name in _WITHOUT:
            self.filters.pop(name, None)
            self.globals.pop(name, None)

    def counted(self, items: Iterable[object]) -> Iterator[object]:
        """The items, each of them one step."""
        for item in items:
            self._step()
            yield item

    def call(__self, __context: Context, __obj: object, *args: object, **kwargs: object) -> object:  # noqa: N805
        __self._step()
        return super().call(__context, __obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Products of numbers; powers and long repetitions are how a short template takes all memory."""
        if operator == "**" or not all(isinstance(side, int | float) for side in (left, right)):
            raise SecurityError(f"{operator} is for numbers only" if operator == "*" else "there are no powers here")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The template's tree, every loop in it counted."""
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.EvalContextModifier):
            raise TemplateSyntaxError("escaping cannot be changed", node.lineno, name, filename)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None, lineno=loop.lineno)
        return tree

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise SecurityError(f"more than {MOST_STEPS:,} steps")


def web_link(url: str) -> str:
    """The address if a reader may safely follow it, else nothing: `javascript:` and its like are never linked."""
    return url if url.lower().startswith(("http://", "https://")) and url.isprintable() else ""


def render(template: str, words: Words, **values: object) -> str:
    """One of our own templates, filled in."""
    environment = _ours(html=template.endswith(".html"))
    return environment.get_template(_DEFAULT + template).render({**_vocabulary(words), **values})


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
    environment = _Sandbox(_theirs(style.templates), html=name.endswith(".html"), most=MOST_STEPS)
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
def _ours(*, html: bool) -> _Sandbox:
    return _Sandbox(PrefixLoader({"default": PackageLoader("monitor.report")}), html=html, most=float("inf"))


def _theirs(templates: Mapping[str, str]) -> BaseLoader:
    """An operator's templates, and ours under `default/`. Each is known by its name, which errors then tell."""

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        return (templates[name], name, lambda: True) if name in templates else None

    return ChoiceLoader([PrefixLoader({"default": PackageLoader("monitor.report")}), FunctionLoader(load)])


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
