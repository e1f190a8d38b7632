"""The word lists: data files in YAML, one a language or a subject.

What they hold is kept beside them as JSON, which is read thirty times as fast; `make lists` writes it anew. A file that was edited
since then is read itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

FOLDER = resources.files("monitor") / "meaning" / "data"
KEPT = FOLDER / "lists.json"


def word_list(name: str) -> Any:
    """What a data file holds."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    line = next((line for line in _kept() if line.startswith(f"{json.dumps(name)}:")), "")
    kept = json.loads(line.partition(":")[2].rstrip(",") or "{}")  # this list alone: most commands need one or two
    return kept["holds"] if kept.get("of") == digest(text) else _parsed(text)


def kept_form() -> str:
    """The file that keeps what every data file holds, a line each."""
    texts = {each.name: each.read_text(encoding="utf-8") for each in FOLDER.iterdir() if each.name.endswith(".yaml")}
    return a_line_each({name: {"of": digest(text), "holds": _parsed(text)} for name, text in texts.items()})


def digest(text: str) -> str:
    """What is kept of a text is kept by this: a text edited since has another."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def a_line_each(rows: Mapping[str, Any]) -> str:
    """A JSON object, sorted, each member on a line of its own: what one edit changes is a line of the diff."""
    lines = (
        f"{json.dumps(key)}:{json.dumps(rows[key], ensure_ascii=False, separators=(',', ':'))}" for key in sorted(rows)
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _parsed(text: str) -> Any:
    import yaml  # noqa: PLC0415 - only a file that was edited is parsed

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where PyYAML was built with it
    return yaml.load(text, Loader=loader)  # noqa: S506 (a safe one)


@cache
def _kept() -> tuple[str, ...]:
    return tuple(KEPT.read_text(encoding="utf-8").split("\n")) if KEPT.is_file() else ()
