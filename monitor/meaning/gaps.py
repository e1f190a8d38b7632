"""Gaps that a script was to fill in, and nobody did: {LIMIT}, {{ price }}. A gap is no amount, and takes none away. Pure."""

from __future__ import annotations

import re

_GAP = re.compile(r"\{\{\s?[A-Za-z][\w.]{0,39}\s?\}\}|\{[A-Z][A-Z0-9_]{2,39}\}")
"""In small letters and single braces it is part of an address."""


def gaps(text: str) -> tuple[str, ...]:
    """The gaps of a text, each once.

    >>> gaps("Less than {FREE_LIMIT} requests, then {{ price }}; see /v1/models/{model}")
    ('{FREE_LIMIT}', '{{ price }}')
    """
    return tuple(dict.fromkeys(_GAP.findall(text)))
