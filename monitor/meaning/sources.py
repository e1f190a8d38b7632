"""The word lists: data files in YAML, one a language or a subject.

What they hold is kept beside them as JSON, which is read thirty times as fast; `make lists` writes it anew. A file that was edited
since then is read itself.
"""

from __future__ import annotations

import hashlib
import json
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
    return kept["holds"] if kept.get("of") == _digest(text) else _parsed(text)


def kept_form() -> str:
    """The file that keeps what every data file holds, a line each."""
    texts = {each.name: each.read_text(encoding="utf-8") for each in FOLDER.iterdir() if each.name.endswith(".yaml")}
    rows = {name: {"of": _digest(texts[name]), "holds": _parsed(texts[name])} for name in sorted(texts)}
    lines = (f"{json.dumps(name)}:{json.dumps(row, ensure_ascii=False)}" for name, row in rows.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _parsed(text: str) -> Any:
    import yaml  # noqa: PLC0415 - only a file that was edited is parsed

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where PyYAML was built with it
    return yaml.load(text, Loader=loader)  # noqa: S506 (a safe one)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _kept() -> tuple[str, ...]:
    return tuple(KEPT.read_text(encoding="utf-8").split("\n")) if KEPT.is_file() else ()
