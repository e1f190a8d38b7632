"""The word lists: data files in YAML, one a language or a subject."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where PyYAML was built with it: ten times as fast


def word_list(name: str) -> Any:
    """What a data file holds."""
    text = (resources.files("monitor") / "meaning" / "data" / name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe one)
