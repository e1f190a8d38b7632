"""Is this the document at all? What stands in its place is named, and is neither a version nor a change."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.model import Document
from monitor.normalise import visible

SHORT = 2_500
"""Characters. Error pages, walls and bot checks are shorter; a sentence like theirs in a longer text is part of the document."""
_EMPTY = 40
_SHRUNK = 0.3
_MESSAGE = 240
_BARE = 12
"""Blocks of a page that shows an error and what surrounds it; a document of more has headings for what it tells."""
_WORTH = 1_500
"""Characters that a document must have had for its shrinking to say anything."""
LASTING = frozenset({"shrunk", "locale_changed"})
"""What may be true after all: a document cut short, moved to another language. Accepted when it persists."""

_PHRASES = {
    "blocked_challenge": re.compile(
        r"checking (?:if the site connection is secure|your browser)|verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot"
        r"|enable javascript and cookies to continue|unusual traffic|complete the (?:captcha|security check)|access denied"
        r"|you have been blocked|request unsuccessful|ddos protection|人机验证|安全验证|请完成验证|访问过于频繁",
        re.I,
    ),
    "blocked_wall": re.compile(  # as a call, at the start of a line: a help page may speak of logging in within a sentence
        r"(?:^|[.!?。！？，]\s*)(?:you (?:must|need to|have to) (?:be )?)?"
        r"(?:please (?:sign|log) ?in\b|(?:sign|log)(?:ged)? ?in (?:to (?:continue|view|access|see|your account)|is required|required)|(?:sign|log) ?in\W*$"
        r"|create (?:a free |an )?account to |forgot (?:your )?password|accept (?:all )?cookies to continue|subscribe to (?:read|continue)"
        r"|请先?登[录陆]|登[录陆]后(?:查看|可见|继续)|扫码登录)",
        re.I | re.M,
    ),
    "soft_error": re.compile(
        r"\b(?:error )?(?:404|500|502|503)\b\s*[:-]?\s*(?:error|not found|internal|bad gateway|service|page)|page (?:(?:you (?:are|were) looking for|could|can) ?)?(?:not|n't|cannot be|was not|could not be) found"
        r"|page (?:not found|isn.t available|doesn.t exist|does not exist|is not available|you (?:are|were|requested).{0,40}(?:exist|found|moved|removed))"
        r"|(?:can.t|cannot|couldn.t|unable to) (?:find|be found|load) (?:this|that|the) page|content (?:isn.t|is not) available|not found\W*$"
        r"|(?:document|page|file|site|resource|policy)\b[^.]{0,40}\b(?:could not|cannot|can.t|couldn.t) be (?:found|loaded|displayed)"
        r"|something went wrong|application error|client-side exception|internal server error|(?:unexpected|an) error (?:has )?occurred|temporarily unavailable"
        r"|(?:down|under|scheduled|undergoing) (?:for )?maintenance|be right back|^redirecting|you are being redirected"
        r"|seite (?:ist )?(?:\w+ )?nicht (?:verfügbar|gefunden)|page (?:introuvable|indisponible)|página no (?:encontrada|disponible)"
        r"|pagina (?:non trovata|niet gevonden)|ページが見つかりません|페이지를 찾을 수 없습니다"
        r"|页面(?:不存在|找不到|走丢|已删除|无法访问)|出错了|服务器(?:错误|繁忙)|系统维护|无法找到",
        re.I,
    ),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a text is not the page's document: an outcome's name, and the reason in words."""

    outcome: str
    reason: str


def screen(
    document: Document, *, size_before: int = 0, language_before: str = "", expected_language: str | None = None
) -> Trouble | None:
    """What stands in the place of the document, or None if it is the document.

    `size_before` (characters) and `language_before` are those of the page's last version; `expected_language` is the one that
    the watchlist names.
    """
    text = document.text
    size = len(text)
    if size < _EMPTY:
        return Trouble("thin", f"the page holds almost no text ({size} characters)")
    said = text[:SHORT] if size <= _MESSAGE or size < size_before * _SHRUNK else _opening(document)
    for outcome, phrase in _PHRASES.items():
        if found := phrase.search(said):
            return Trouble(outcome, f"the page says “{visible(found[0])}” in the place of the document")
    spoken = document.language
    if language_before and spoken and spoken != language_before and spoken != (expected_language or "")[:2]:
        return Trouble("locale_changed", f"the document came in “{spoken}” instead of “{language_before}”")
    if size_before >= _WORTH and size < size_before * _SHRUNK:
        return Trouble("shrunk", f"only {size:,} of {size_before:,} characters are left")
    return None


def _opening(document: Document) -> str:
    """What a page says first, and in one of few blocks every heading: there an error or a wall names itself.

    A help page may well speak of logging in further down, or of errors under a heading of their own, and a document put together from several addresses may begin with
    the error message of one of them.
    """
    short = len(document.text) <= SHORT
    bare = short and len(document.blocks) <= _BARE
    first = [block for block in document.blocks[: 3 if bare else 2] if len(block.text) <= _MESSAGE]
    headings = [block for block in document.blocks[3:] if bare and block.kind == "heading"]
    return "\n".join([document.title if short else "", *(block.text for block in first + headings)])
