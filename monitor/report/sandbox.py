"""The one door through which text from outside enters a form: always printable, and escaped wherever the form is HTML.

Templates run in jinja2's sandbox, with bounds on what they do: [0012](../../docs/decisions/0012-babel-catalogues.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import inf

from jinja2 import PackageLoader, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.loaders import BaseLoader, ChoiceLoader, FunctionLoader, PrefixLoader
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.report.passages import marked
from monitor.words import printable, web_link

OURS = "default/"
_PACKAGED = PrefixLoader({OURS.rstrip("/"): PackageLoader("monitor.report")})
_WITHOUT = ("safe", "random", "lipsum")
"""What jinja2 offers and no template needs: a way past escaping, chance, and text without end."""


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment with an operator's templates, and ours under `default/`, in which all templates take `most` steps at most.

    Escaping goes by the form that is written, not by the name of the template: a text included into HTML is escaped.
    """

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, templates: Mapping[str, str], *, html: bool, most: float = inf) -> None:
        super().__init__(
            loader=_loader(templates),
            autoescape=html,
            undefined=StrictUndefined,
            finalize=lambda value: printable(value) if isinstance(value, str) else value,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.most = self.left = most
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
            raise SecurityError(f"more than {self.most:,} steps")


def _loader(templates: Mapping[str, str]) -> BaseLoader:
    """An operator's templates, and ours under `default/`. Each is known by its name, which errors then tell."""

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        return (templates[name], name, lambda: True) if name in templates else None

    return ChoiceLoader([_PACKAGED, FunctionLoader(load)])
