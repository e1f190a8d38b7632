"""The words of the watchlist and the archive: kinds of pages, topics, outcomes."""

from __future__ import annotations

from typing import Literal

PAGE_TYPES = (
    "terms", "commercial-terms", "developer-terms", "privacy", "data-controls", "free-offer", "pricing", "usage-policy",
    "dpa", "subprocessors", "trackers", "changelog", "other",
)  # fmt: skip
DATA_TOPICS = (
    "training", "choice", "retention", "review", "sharing", "transfer", "collection", "deidentify", "licence", "security",
    "children",
)  # fmt: skip
OFFER_TOPICS = ("free-amount", "free-terms", "limits", "price")
TOPICS = DATA_TOPICS + OFFER_TOPICS

Importance = Literal["major", "minor", "none"]
Verdict = Literal["alert", "note", "quiet"]
Happened = Literal["added", "removed", "changed"]
"""What became of a clause that a finding is about."""

OUTCOMES: dict[str, str] = {
    # the page is as it should be
    "ok": "read",
    "not_modified": "the server says that nothing changed",
    # the transport failed
    "dns_error": "the name of the host could not be resolved",
    "connect_error": "no connection to the host",
    "tls_error": "the host's certificate was not accepted",
    "timeout": "the answer took too long",
    "truncated": "the answer broke off in the middle",
    "too_big": "the answer is larger than a page of terms can be",
    "bad_encoding": "the answer could not be decompressed",
    "too_many_redirects": "the page redirects in a circle or too often",
    "blocked_target": "the address is not a public web address",
    "http_error": "the server answered with an error",
    "rate_limited": "the server asks to come back later",
    "robots": "the site's robots.txt asks programs not to fetch the page",
    # the browser failed
    "browser_error": "the browser could not show the page",
    "browser_missing": "the page needs a browser, and none is installed",
    # something came, but it is not the document
    "blocked_challenge": "a bot check stands in the place of the page",
    "blocked_wall": "a login or consent wall stands in the place of the page",
    "login_needed": "the page needs a login, and none that is stored is good for it",
    "soft_error": "an error page was served as if it were the document",
    "moved_to_root": "the page redirects to the site's front page",
    "thin": "the page holds almost no text",
    "shrunk": "most of the document is gone",
    "other_document": "another document stands at this address",
    "locale_changed": "the document came in another language",
    "wrong_type": "the answer is not a document that can be read",
    "unreadable": "the document could not be read",
    "interrupted": "the check was interrupted",
}
"""Outcome of a capture -> what it means, in words. Only `ok` and `not_modified` keep a page healthy."""
HEALTHY = frozenset({"ok", "not_modified"})
