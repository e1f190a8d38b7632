"""Plain text -> blocks: paragraphs between blank lines, list items by their marks."""

from __future__ import annotations

import re

from monitor.extract.blocks import Blocks
from monitor.model import Document

_PARAGRAPHS = re.compile(r"\n[ \t\r\f\v]*\n")
_ITEM = re.compile(r"^\s*(?:[-*•·●]|\d{1,3}[.)、]|[(（][a-z\d一二三四五六七八九十]{1,3}[)）])\s*")


def read(text: str) -> Document:
    """The document that a plain text holds. A line that starts as an item of a list does is one."""
    blocks = Blocks()
    for paragraph in _PARAGRAPHS.split(text):
        lines = paragraph.splitlines()
        if any(_ITEM.match(line) for line in lines):
            for line in lines:
                (blocks.item if _ITEM.match(line) else blocks.paragraph)(line)
        else:
            blocks.paragraph(paragraph)
    return Document(blocks=blocks.done())
