"""Chinese in traditional characters -> as the word lists have it: in simplified ones, and in the words of the mainland. Pure."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_TRADITIONAL = re.compile("[個們這為與發時來對說經過還進選項務資訊數據網國會學將關開體應該後於從當無處護權條閉戶費額]")
"""Characters one of which stands in nearly every traditional sentence, and in no simplified one."""


def simplified(text: str) -> str:
    """The text as it would be written on the mainland: 使用者 as 用户, 伺服器 as 服务器."""
    return _converted(text, "tw2sp") if _is_traditional(text) else text


def by_character(text: str) -> str:
    """The text with each character in its simplified form; every place in it stays where it was."""
    plain = _converted(text, "t2s") if _is_traditional(text) else text
    return plain if len(plain) == len(text) else text


def _is_traditional(text: str) -> bool:
    return not text.isascii() and _TRADITIONAL.search(text) is not None


@lru_cache(maxsize=1 << 10)  # a clause is asked for its topics, its offers and its periods
def _converted(text: str, way: str) -> str:
    converted: str = _converter(way).convert(text)
    return converted


@cache
def _converter(way: str) -> OpenCC:
    from opencc import OpenCC  # noqa: PLC0415 - most pages need none

    return OpenCC(way)
