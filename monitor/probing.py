"""What stands at the address of a page that is listed already: is it reached, is it what its entry says, what is to be corrected.

A page is opened over HTTP and, where that shows no text, through a browser: two captures, of which nothing is recorded. What they
show is held against the page's entry, without a look at anything else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from monitor.errors import UsageError
from monitor.extract.language import language
from monitor.meaning.gaps import gaps
from monitor.model import DATA_TOPICS, OFFER_TOPICS, Capture, Document, Known, Page, Validators
from monitor.proposal import Sight, see, type_of
from monitor.screen import Trouble
from monitor.watchlist.kinds import page_url
from monitor.watchlist.values import bare
from monitor.words import counted, one_line

_log = logging.getLogger("monitor.probing")

PERMANENT = frozenset({301, 308})
_MISSING = frozenset({404, 410})
_TROUBLES = {
    "blocked_wall": "needs-login", "login_needed": "needs-login", "blocked_challenge": "bot-check", "thin": "empty",
}  # fmt: skip
"""Outcomes that a remark calls by another name."""
_BROWSER = frozenset({"thin", "blocked_challenge", "login_needed"})
"""What stands in the document's place that a browser may get past."""
_MOST_PLACEHOLDERS = 3
_FAMILIES = (
    {"terms", "commercial-terms", "developer-terms"}, {"privacy"}, {"usage-policy"}, {"dpa"}, {"subprocessors"}, {"trackers"},
)  # fmt: skip
"""Types that a page names itself by so plainly that another one is a slip; those in one family are told apart by people alone."""
_DATA, _OFFERS = frozenset(DATA_TOPICS), frozenset(OFFER_TOPICS)
_EXPECTED: dict[str, tuple[frozenset[str], str]] = {
    **dict.fromkeys(("terms", "commercial-terms", "developer-terms"), (_DATA | _OFFERS, "users' data or on an offer")),
    **dict.fromkeys(("privacy", "data-controls", "dpa", "subprocessors"), (_DATA, "users' data")),
    **dict.fromkeys(("free-offer", "pricing"), (_OFFERS, "an offer or a price")),
}
"""Types -> the topics of which one has to stand in such a page, in words, too."""
_SHARE, _SENTENCE = 0.2, 20
"""Share of a page from which a second language counts, in characters; blocks of fewer tell no language."""


class Fetcher(Protocol):
    """Gets a page; whatever happens ends as a Capture."""

    def fetch(self, url: str, validators: Validators, now: datetime, language: str | None = None) -> Capture: ...


class Way(Protocol):
    """Says how a page is fetched, given what is known of it."""

    def __call__(self, page: Page, known: Known, /) -> Fetcher: ...


@dataclass(frozen=True, slots=True)
class Look:
    """What one capture of a page shows, read by its selector if that `selects` something."""

    capture: Capture
    sight: Sight
    selects: bool
    by_browser: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of opening a page: the look that shows most of it, and whether it needed the browser, or lacked one."""

    page: Page
    look: Look
    needs_browser: bool = False
    lacks_browser: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is not as the watchlist says, or that its reader should know."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Probe:
    """What a page's address proved to be. `corrections` are those of its entry, as far as they are sure."""

    page: Page
    look: Look
    remarks: tuple[Remark, ...] = ()
    corrections: tuple[tuple[str, str | bool | None], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the document could be read."""
        return self.look.sight.trouble is None


def open_page(page: Page, way: Way, clock: Callable[[], datetime]) -> Opened:
    """Open a page as a check would, and look at it through a browser where it came without its text, or with gaps in it."""
    plain = _look(page, way, clock, by_browser=page.fetch == "browser")
    if page.fetch != "auto" or not _asks_for_browser(plain.sight):
        return Opened(page, plain)
    seen = _look(page, way, clock, by_browser=True)
    if seen.capture.outcome == "browser_missing":
        return Opened(page, plain, lacks_browser=True)
    return Opened(page, seen, needs_browser=True) if _shows_more(seen.sight, plain.sight) else Opened(page, plain)


def _look(page: Page, way: Way, clock: Callable[[], datetime], *, by_browser: bool) -> Look:
    fetcher = way(page, Known(needs_browser=by_browser))
    capture = fetcher.fetch(page.url, Validators(), clock(), page.language)
    try:
        return Look(capture, see(capture, page.select), selects=True, by_browser=by_browser)
    except UsageError:  # the selector names nothing: what is there is read without it
        return Look(capture, see(capture), selects=False, by_browser=by_browser)
    except Exception as error:  # one page never stops the others
        _log.exception("%s could not be read", page.key)
        trouble = Trouble("unreadable", f"the document could not be read: {type(error).__name__}")
        return Look(capture, Sight(trouble=trouble), selects=True, by_browser=by_browser)


def _asks_for_browser(sight: Sight) -> bool:
    return bool(placeholders(sight.document)) if sight.trouble is None else sight.trouble.outcome in _BROWSER


def _shows_more(seen: Sight, plain: Sight) -> bool:
    """Whether the browser shows what HTTP did not: the text, or figures in the place of gaps."""
    if seen.trouble or plain.trouble:
        return seen.trouble is None
    return len(placeholders(seen.document)) < len(placeholders(plain.document))


def probe(opened: Opened, *, unverified: bool = False, watched: Collection[str] = ()) -> Probe:
    """What a page that was opened is, held against its entry. `watched` are the addresses of the other pages."""
    remarks = tuple(_remarks(opened, watched))
    kinds = {remark.kind for remark in remarks}
    sure = _corrections(opened.look, kinds, unverified=unverified) if opened.look.sight.trouble is None else ()
    return Probe(opened.page, opened.look, remarks, tuple(sure))


# --- what is to be said -------------------------------------------------------------------------------------------------------


def _remarks(opened: Opened, watched: Collection[str]) -> Iterator[Remark]:
    page, capture, sight = opened.page, opened.look.capture, opened.look.sight
    yield from _of_address(page, capture, sight, watched)
    if opened.lacks_browser:
        yield Remark("lacks-browser", "a browser may show more of it, and none is installed")
    if opened.needs_browser:
        yield Remark("needs-browser", "it shows its text in a browser alone")
    if sight.trouble:
        yield _of_trouble(capture, sight.trouble)
        return
    if not opened.look.selects:
        yield Remark("selector", f"its selector {page.select!r} matches nothing")
    yield from _of_text(page, sight)


def _of_address(page: Page, capture: Capture, sight: Sight, watched: Collection[str]) -> Iterator[Remark]:
    """Where the address leads to, if that is elsewhere."""
    if not capture.final_url or bare(capture.final_url) == bare(page.url):
        return
    if bare(capture.final_url) in {bare(url) for url in watched}:
        yield Remark("double", f"it leads to {capture.final_url}, which is watched already")
    elif _moved_for_good(page, capture, sight):
        yield Remark("moved", f"it has moved for good to {capture.final_url}")
    else:
        yield Remark("redirect", f"it redirects to {capture.final_url}")


def _moved_for_good(page: Page, capture: Capture, sight: Sight) -> bool:
    """Whether every step to where the document was read says that it is for good, and none leads to another language."""
    steps = {hop.status for hop in capture.hops}
    return (
        sight.trouble is None
        and bool(steps)
        and steps <= PERMANENT
        and _is_sound(capture.final_url)
        and urlsplit(capture.final_url).scheme >= urlsplit(page.url).scheme  # not from https to http
        and not _comes_in_another_language(page, sight)
    )


def _is_sound(url: str) -> bool:
    try:
        page_url(url)
    except ValueError:
        return False
    return True


def _of_trouble(capture: Capture, trouble: Trouble) -> Remark:
    """Why the document could not be read."""
    kind = "not-found" if capture.status in _MISSING else _TROUBLES.get(trouble.outcome)
    return Remark(kind or trouble.outcome.replace("_", "-"), one_line(trouble.reason, 200))


def _of_text(page: Page, sight: Sight) -> Iterator[Remark]:
    spoken = languages(sight.document)
    if len(spoken) > 1:
        yield Remark("languages", f"it is in {' and '.join(spoken)}")
    elif page.language and _comes_in_another_language(page, sight):
        yield Remark("language", f"it came in {sight.document.language}, not in {page.language}")
    guess = type_of(page.url, sight)
    families = [next((each for each in _FAMILIES if kind in each), None) for kind in (guess, page.type)]
    if all(families) and families[0] != families[1]:
        yield Remark("type", f"it reads like {guess}, and is listed as {page.type}")
    topics, words = _EXPECTED.get(page.type, (frozenset(), ""))
    if topics and topics.isdisjoint((*sight.topics, *sight.offers)):
        yield Remark("nothing", f"no clause on {words} was read in it")
    if found := placeholders(sight.document):
        more = f" and {len(found) - _MOST_PLACEHOLDERS} more" if len(found) > _MOST_PLACEHOLDERS else ""
        yield Remark("placeholders", f"nobody filled in {', '.join(found[:_MOST_PLACEHOLDERS])}{more}")


def _comes_in_another_language(page: Page, sight: Sight) -> bool:
    found = sight.document.language
    return bool(found) and bool(page.language) and found[:2] != (page.language or "")[:2].lower()


def placeholders(document: Document) -> tuple[str, ...]:
    """The gaps of a document that a script was to fill in, each once."""
    return gaps(document.text)


def languages(document: Document) -> tuple[str, ...]:
    """The languages in which a fair share of a document is, the most spoken first."""
    sizes: dict[str, int] = {}
    for block in document.blocks:
        if len(block.text) >= _SENTENCE and (spoken := language(block.text)):
            sizes[spoken] = sizes.get(spoken, 0) + len(block.text)
    total = sum(sizes.values())
    return tuple(sorted((each for each in sizes if sizes[each] >= _SHARE * total), key=lambda each: -sizes[each]))


# --- what is to be corrected --------------------------------------------------------------------------------------------------


def _corrections(look: Look, kinds: Collection[str], *, unverified: bool) -> Iterator[tuple[str, str | bool | None]]:
    """What is sure of a page whose document was read."""
    if "moved" in kinds:
        yield "url", look.capture.final_url
    if "needs-browser" in kinds:
        yield "fetch", "browser"
    if "language" in kinds and not look.capture.hops:
        yield "language", look.sight.document.language
    if unverified and not {"type", "double"} & set(kinds):
        yield "unverified", None


def said_of(probe: Probe) -> str:
    """What a page proved to be, in one line."""
    remarks = [remark.text for remark in probe.remarks]
    if not probe.is_open:
        return "; ".join(["not opened", *remarks])
    sight = probe.look.sight
    size = f"{counted(sight.clauses, 'clause')} in {sight.document.language or 'a language not known'}"
    offers = f", {counted(len(sight.offers), 'amount')}" if sight.offers else ""
    way = " by the browser" if probe.look.by_browser else ""
    return "; ".join([f"opened{way}: {size}{offers}", *remarks])
