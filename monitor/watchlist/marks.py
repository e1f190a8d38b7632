"""YAML as plain values, with the line of every key.

Means what `yaml.safe_load` means, but a key that stands twice is a mistake, keys are text (`no:` is "no"), and size,
depth and aliases are bounded: a few lines of aliases to aliases can stand for gigabytes.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import yaml

from monitor.errors import Mistake, WatchlistError

Place = tuple[str | int, ...]
"""Keys and list positions on the way from the root to a value."""

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_VALUES = 100_000

_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {_TAG + name for name in ("null", "bool", "int", "float", "str", "timestamp", "seq", "map", "merge")}


@dataclass(slots=True)
class Marked:
    """A file's values, the line of each, and what is wrong with the YAML itself."""

    file: str
    value: object = None
    lines: dict[Place, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, path: Place, expected: str) -> Mistake:
        """A mistake at `path`; on the line of what surrounds it where `path` itself is missing."""
        near = path
        while near and near not in self.lines:
            near = near[:-1]
        return Mistake(self.file, self.lines.get(near, 1), dotted(path) or "file", expected)


def dotted(path: Place) -> str:
    """`vendors.openai.pages`, `rules[0].send`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def read(data: bytes, file: str) -> Marked:
    """Read YAML. Raises WatchlistError where no values can be had at all; lesser mistakes are in the result."""
    builder = _Builder(Marked(file))
    builder.marked.value = builder.build(compose(data, file), (), 0)
    return builder.marked


def compose(data: bytes, file: str) -> yaml.Node:
    """The nodes of YAML, each with the place where it stands. Raises WatchlistError where there are none."""
    if len(data) > MAX_BYTES:
        raise _fatal(file, 1, "file", f"expected at most {MAX_BYTES:,} bytes")
    try:
        root = _composed(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _fatal(file, line, "file", "this is not UTF-8; expected a file saved as UTF-8") from error
    except yaml.reader.ReaderError as error:
        line = data.decode("utf-8-sig").count("\n", 0, error.position) + 1
        raise _fatal(file, line, "file", "a control character stands here; expected text") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _fatal(file, line, "syntax", _in_words(error)) from error
    if root is None:
        raise _fatal(file, 1, "file", "the file is empty; expected `version: 1`, then `vendors:`")
    return root


def _composed(text: str) -> yaml.Node | None:
    """The tree of a file's nodes: by libyaml, which is ten times as fast, unless something is wrong, of which it says less."""
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError):
            if _is_shallow(text):
                return yaml.compose(text, Loader=yaml.CSafeLoader)
    return yaml.compose(text, Loader=_BoundedLoader)


def _is_shallow(text: str) -> bool:
    """Whether nothing is nested more deeply than it may be."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth >= MAX_DEPTH:
            return False
    return True


class _BoundedLoader(yaml.SafeLoader):
    """Refuses nesting that the recursion of the composer could not stand."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, "nested too deeply", parent.start_mark if parent else None)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Builder:
    """Turns nodes into values, noting lines and mistakes on the way."""

    def __init__(self, marked: Marked) -> None:
        self.marked = marked
        self.scalars = yaml.constructor.SafeConstructor()
        self.values = 0

    def build(self, node: yaml.Node, path: Place, depth: int) -> object:
        """The value of `node`, which stands at `path`; merged mappings make `depth` exceed the path's length."""
        self.values += 1
        line = node.start_mark.line + 1
        self.marked.lines.setdefault(path, line)
        if depth > MAX_DEPTH or self.values > MAX_VALUES:
            raise _fatal(self.marked.file, line, dotted(path), "nested too deeply, or too many aliases; write it out")
        if not self._plain(node, path):
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Place, depth: int) -> dict[str, object]:
        values: dict[str, object] = {}
        merged: list[yaml.Node] = []
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._note(line, path, "a list or a mapping stands where a key belongs; put brackets in quotes")
            elif key_node.tag == _TAG + "merge":
                merged += value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
            elif key_node.value in values:
                here = (*path, key_node.value)
                self._note(line, here, f"this key stands twice, first on line {self.marked.lines[here]}")
            elif self._plain(key_node, path):
                here = (*path, key_node.value)
                self.marked.lines.setdefault(here, line)
                values[key_node.value] = self.build(value_node, here, depth + 1)
        for source in merged:
            self._merge(source, values, path, depth)
        return values

    def _merge(self, source: yaml.Node, values: dict[str, object], path: Place, depth: int) -> None:
        """`<<: *defaults`: the keys of another mapping, where this one does not say otherwise."""
        others = self.build(source, path, depth + 1)
        if not isinstance(others, dict):
            self._note(source.start_mark.line + 1, path, "expected a mapping after `<<`")
            return
        for key, value in others.items():
            values.setdefault(key, value)

    def _scalar(self, node: yaml.Node, path: Place) -> object:
        try:
            value: object = self.scalars.construct_object(node)
        except ValueError:  # a date such as 2024-02-31
            self._note(node.start_mark.line + 1, path, "no such date or number; put text in quotes")
            return None
        return value

    def _plain(self, node: yaml.Node, path: Place) -> bool:
        """Whether the node has no tag but YAML's plain ones; a tag can name a Python object to be made."""
        if node.tag in _PLAIN_TAGS:
            return True
        tag = node.tag.replace(_TAG, "!!")
        self._note(node.start_mark.line + 1, path, f"the tag `{tag}` is not allowed; expected a plain value")
        return False

    def _note(self, line: int, path: Place, expected: str) -> None:
        self.marked.mistakes.append(Mistake(self.marked.file, line, dotted(path) or "file", expected))


def _fatal(file: str, line: int, key: str, expected: str) -> WatchlistError:
    return WatchlistError((Mistake(file, line, key, expected),))


def _in_words(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem)
    if "'\\t'" in problem:
        return "a tab stands here; expected spaces, YAML does not indent with tabs"
    return (
        f"this is not YAML ({problem}); look at the indentation, and put text that begins with `*`, `[`, `{{` "
        "or holds `: ` in quotes"
    )
