"""Text -> the form in which two texts are compared. What it folds can never make a change.

Invisible characters, the shape of quotes and dashes, list numbers, relative dates, "(opens in a new window)" and masked e-mail
addresses differ between two captures of a page whose document is the same.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from monitor.model import Block

CHINESE = re.compile(r"[\u3400-\u9fff]")
"""A Chinese character, which is a word by itself wherever words are compared."""
BROKEN_LINE = "\u2028"
"""Where a line ends in text whose tags are gone."""
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
QUOTES = '"“”„‟″«»＂「」『』'
_FOLDS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´＇", "'"),
        **dict.fromkeys(QUOTES, '"'),
        **dict.fromkeys("‐‑‒–—―−－", "-"),
        **dict.fromkeys("•·●▪◦‣∙■□–", "-"),
        "…": "...",
        "您": "你",
    }
)
_UNITS = (
    r"thousand|million|billion|trillion|[kmb]|tokens?|credits?|points?|requests?|calls?|messages?|images?|characters?|runs?|seconds?|"
    r"minutes?|hours?|days?|weeks?|months?|years?|usd|eur|cny|rmb|gbp|dollars?|euros?|yuan|cents?|percent|[kmgt]i?b|free|per|times|x"
)
_NUMBERED = (  # the 2.1 in front of a sentence; never in front of a unit: "1.5 million tokens" and "3.5万次" are amounts
    r"\d{1,3}(?:\.\d{1,3}){1,4}"
    rf"(?:(?=\s+[^\W\d_])(?!\s+(?:{_UNITS})\b)|(?=\s*[\u4e00-\u9fff])(?!\s*[万亿千百元美个次天小分秒倍折月年]))"
)
_ENUMERATOR = re.compile(
    r"^(?:[-*+>#]+\s*|(?:section|article|part)\s+(?=\d)"
    r"|[(（]?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-z]|[ivxl]{1,5}|[一二三四五六七八九十]{1,3})[.)）、:]+(?!\d)\s*"
    rf"|{_NUMBERED}\s*)+",
    re.I,
)
_NOISE = re.compile(
    r"\(opens in (?:a )?new (?:window|tab)\)|\[email[\s\xa0]protected\]"
    r"|(?<![\w.+-])[\w.+-]{1,64}(?:@|\s?\[at\]\s?)[\w-]+(?:(?:\.|\s?\[dot\]\s?)[\w-]+)+"
    r"|\b(?:an?|one|\d{1,6}|over an?|about an?|last)\s+(?:second|minute|hour|day|week|month|year)s?\s+ago\b"
    r"|\b(?:just now|yesterday)\b"
    r"|(?:©|\(c\)|copyright)\s*(?:©\s*)?(?:\d{4}\s*-\s*)?\d{4}"
    r"|(?<!\d)\d{1,6}\s*(?:秒|分钟|小时|天|周|个月|年)前",
    re.I,
)
_NOISE_MARKS = ("@", "[at]", "protected]", " ago", "opens in", "just now", "yesterday", "©", "(c)", "copyright", "前")
"""What every kind of noise holds, in lower case: cheaper to look for than the kinds."""
_TWICE = re.compile(r"([.,;])\1(?!\1)")
_COLON = re.compile(r"(?<!\d):|:(?!\d)")  # "Updated: May 1" and "Updated May 1"; never 9:30
_FURNITURE = re.compile(
    r"(?:table of )?contents|on this page|in this (?:article|document|section)|目录|was this (?:page|article) helpful\W*"
    r"|(?:change|select|choose)(?: (?:your|a|the))? language|back to top|print(?: this page)?|share(?: this (?:page|article))?"
    r"|©.{0,120}|.{0,60}\ball rights reserved\b.{0,60}|download(?: (?:as )?pdf)?|previous|next|menu|search|close|open|copy link"
    r"|a drop-?down (?:list|menu)\b.{0,120}\blanguages?\b.{0,60}",
    re.I,
)
_LONGEST_CAPTION = 250
"""Captions of a page's controls, whole: they say nothing of the document, wherever they stand."""


def visible(text: str) -> str:
    """`text` as a reader sees it: invisible characters dropped, white space folded."""
    return " ".join((text if text.isascii() else _INVISIBLE.sub("", text)).split())


def unshaped(text: str) -> str:
    """`text` with one shape for each sign: quotes, dashes, bullets, full-width and half-width forms."""
    return unicodedata.normalize("NFKC", text.translate(_FOLDS)).translate(_FOLDS)


@lru_cache(maxsize=1 << 15)  # most of a page's text stood there the last time, too
def comparable(text: str) -> str:
    """The form of one block's or clause's text in which it is compared; equal forms say the same.

    >>> comparable("2.1  Don’t share — see here (opens in a new window)") == comparable("3) Don't share - see here")
    True
    """
    folded = visible(text)
    if not folded.isascii():
        folded = unshaped(folded)
    lowered = folded.lower()
    if any(mark in lowered for mark in _NOISE_MARKS):
        folded = _NOISE.sub("", folded).strip()
    folded = _ENUMERATOR.sub("", _TWICE.sub(r"\1", folded))
    if len(folded) <= _LONGEST_CAPTION and _FURNITURE.fullmatch(folded.rstrip(" :?.")):
        return ""
    folded = "".join(folded.split())
    return (_COLON.sub("", folded) if ":" in folded else folded).casefold()


def key(blocks: Iterable[Block]) -> str:
    """SHA-256 in hex of the text as compared: two documents with one key say the same words in the same order.

    Where one block ends and the next begins is layout, and so is a block that is printed a second time.
    """
    said = dict.fromkeys(comparable(block.text) for block in blocks)
    return hashlib.sha256("".join(said).encode("utf-8", "surrogatepass")).hexdigest()
