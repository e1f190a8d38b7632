"""How a page would be watched, from a capture and a watchlist alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import CHINESE, HTML, START, page_of, terms

from monitor.errors import UsageError
from monitor.model import Capture
from monitor.proposal import Proposal, Wishes, propose
from monitor.watchlist import Watchlist
from monitor.watchlist.loading import empty, parse

URL = "https://help.northwind.example/legal/terms-of-use"
NONE = empty(Path("w.yaml"))


def capture(body: bytes | None = None, outcome: str = "ok", url: str = URL, final: str = "") -> Capture:
    body = terms() if body is None else body
    return Capture(START, url, outcome, final_url=final or url, status=200, body=body, content_type=HTML)


def proposed(
    some: Capture | None = None, watchlist: Watchlist = NONE, wishes: Wishes | None = None
) -> tuple[Proposal, dict[str, str | bool]]:
    proposal = propose(some or capture(), watchlist, wishes or Wishes())
    return proposal, dict(proposal.entry.keys)


def watching(**pages: str) -> Watchlist:
    """A watchlist of vendors with one page called terms-of-use each."""
    vendors = "".join(
        f"  {vendor}:\n    pages:\n      terms-of-use: {{type: terms, url: {url}}}\n" for vendor, url in pages.items()
    )
    return parse(f"version: 1\nvendors:\n{vendors}".encode(), Path("w.yaml"), {})


def test_a_page_is_proposed_by_what_it_is() -> None:
    """Vendor, name, type and language stand in the entry, and nothing that is a default."""
    proposal, keys = proposed()
    assert (proposal.entry.key, proposal.entry.vendor_name, proposal.is_new_vendor) == (
        "northwind/terms-of-use", "Northwind", True,
    )  # fmt: skip
    assert keys == {"type": "terms", "url": URL, "language": "en"}
    assert proposal.sight.clauses and "training" in proposal.sight.topics


def test_a_chinese_page_is_known_as_one() -> None:
    """The language is the one that the text is in."""
    assert proposed(capture(page_of(*CHINESE * 3)))[1]["language"] == "zh"


def test_a_vendor_that_is_watched_on_the_same_domain_is_meant() -> None:
    """Its name in the watchlist counts, on the same host before one that only shares the domain."""
    here, beside = "https://help.northwind.example/x", "https://northwind.example/x"
    proposal, _ = proposed(watchlist=watching(elsewhere="https://lumen.example/x", wind=beside))
    assert (proposal.entry.vendor, proposal.entry.vendor_name, proposal.is_new_vendor) == ("wind", "", False)
    proposal, _ = proposed(watchlist=watching(wind=beside, helpers=here))
    assert proposal.entry.vendor == "helpers"


def test_a_name_that_is_taken_is_not_given_again() -> None:
    """A second page of that name gets another, and whoever asks for the first is refused."""
    watched = watching(northwind="https://northwind.example/x")
    assert proposed(watchlist=watched)[0].entry.page == "terms-of-use-2"
    with pytest.raises(UsageError, match="northwind/terms-of-use is in the watchlist already"):
        proposed(watchlist=watched, wishes=Wishes(page="terms-of-use"))


def test_an_edition_in_another_language_is_called_by_it() -> None:
    """Two editions of one text are told apart by what tells them apart."""
    watched = watching(northwind="https://northwind.example/x, language: en")
    assert proposed(capture(page_of(*CHINESE * 3)), watched)[0].entry.page == "terms-of-use-zh"
    assert proposed(capture(), watched)[0].entry.page == "terms-of-use-2"


def test_the_site_says_its_name() -> None:
    """What a page calls its site is the name of a new vendor."""
    meta = b'<head><meta property="og:site_name" content="North &amp; Wind Help Center"></head><body>'
    assert proposed(capture(terms().replace(b"<body>", meta)))[0].entry.vendor_name == "North & Wind"


def test_a_page_that_is_not_the_document_keeps_its_address() -> None:
    """Where a front page or a login came instead, neither its address nor its title counts."""
    gone = capture(outcome="moved_to_root", final="https://help.northwind.example/")
    proposal, keys = proposed(replace(gone, reason="the page redirects to the front"))
    note = "could not be read when it was added: the page redirects to the front"
    assert keys == {"type": "terms", "url": URL, "enabled": False, "note": note}
    assert proposal.trouble and proposal.trouble.outcome == "moved_to_root"


def test_a_shell_with_some_words_is_known() -> None:
    """Markup that only scripts would fill is no document, though a line of text stands in it."""
    shell = (
        b"<html><body><p>Welcome to Northwind, the assistant for everybody who works.</p>"
        + b"<script>var a = 1;</script>" * 60
    )
    assert proposed(capture(shell + b"</body></html>"))[1]["fetch"] == "browser"


def test_a_short_page_without_scripts_is_a_document() -> None:
    """Not every short text is a shell."""
    assert (
        proposed(capture(page_of("We keep what you send to us for thirty days, and then it is gone.")))[0].trouble
        is None
    )


def test_what_is_written_down_stands_on_one_line() -> None:
    """Names and notes hold no line breaks and no signs that cannot be seen, wherever they come from."""
    entry = proposed(wishes=Wishes(name="A\nB\x00\u202e", note="one\n\ntwo"))[0].entry
    assert (entry.vendor_name, dict(entry.keys)["note"]) == ("A B", "one two")
