"""Captures recorded elsewhere, taken into the archive: behind what it holds of their page, or into the page's past.

at or after the last capture -> pipeline.take: the road of a live check
before it                    -> weighed against what was known then -> recorded at its time; what stands now stays
    a version stood then, seen before and after      -> the capture shows it, or is kept apart
    no version is known for that time (a gap)        -> versions and changes, as a live check would have made them
where what came in meets a version that was there    -> a change between the two
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from monitor import decide, pipeline, reading
from monitor.apart import Run, here
from monitor.archive import Archive
from monitor.errors import DamagedRecord, LostCapture, ReadingError
from monitor.history.recorded import Ahead, Recording, Skipped
from monitor.model import Capture, Change, Document, Known, Page, Version
from monitor.pipeline import Judgement
from monitor.recipe import recipe
from monitor.records import Stood
from monitor.screen import LASTING

_log = logging.getLogger("monitor.intake")
_MOMENT = timedelta(microseconds=1)

Fate = Literal["taken", "known", "apart", "lost"]
"""What becomes of a recording: it was new; the archive had it; it is kept without a version; it could not be had."""


@dataclass(slots=True)
class Report:
    """What an import came to: how many recordings met which fate, and what was left out, with the reasons."""

    fates: Counter[Fate] = field(default_factory=Counter)
    pages: set[str] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)


class Intake:
    """Takes recordings in, page by page, those of a page in the order of their time. Tells nobody."""

    def __init__(self, archive: Archive, judgement: Judgement, report: Report, run: Run = here) -> None:
        """What was not read ahead is read where `run` does it."""
        self._archive = archive
        self._run = run
        self._judgement = replace(judgement, rules=())
        self._report = report
        self._page: _Page | None = None

    def fresh(self, recorded: Iterable[Recording]) -> tuple[Recording, ...]:
        """Those of one page's recordings that the archive does not hold; the others are counted, and need not be read."""
        some = tuple(recorded)
        if not some:
            return ()
        page = some[0].page
        self._report.pages.add(page.key)
        held = self._archive.captured(page)
        times = frozenset(at for at, _ in held)
        fresh = tuple(each for each in some if each.at not in times or not self._is_held(each, held))
        if not fresh:  # an import that was killed may have taken all in, and joined nothing
            with self._archive.together():
                _Page(page, self._archive, self._judgement, self._run).join()
        return fresh

    def _is_held(self, each: Recording, held: frozenset[tuple[datetime, str | None]]) -> bool:
        try:
            is_held = _identity(each.capture()) in held
        except LostCapture:  # named where it is taken
            return False
        self._report.fates["known"] += is_held
        return is_held

    def take(self, some: Sequence[Ahead]) -> list[Fate]:
        """Take recordings of one page in; what became of each. They are committed together: an import that is killed takes
        them again."""
        page = self.begin(some[0].page)
        with self._archive.together():
            fates = [self._take(each, page) for each in some]
        self._report.fates.update(fates)
        return fates

    def begin(self, page: Page) -> _Page:
        """Turn to a page; the one before is finished."""
        if self._page is None or self._page.page.key != page.key:
            self.finish()
            self._page = _Page(page, self._archive, self._judgement, self._run)
        return self._page

    def _take(self, each: Ahead, page: _Page) -> Fate:
        try:
            return page.take(each, each.capture())
        except LostCapture as error:
            self._report.skipped.append(Skipped(f"{each.page.key} at {each.at:%Y-%m-%dT%H:%M:%SZ}", str(error)))
            return "lost"

    def finish(self) -> None:
        """Join what came in last to what was there before. Also after an import that was cut short: the next one goes on."""
        if self._page:
            with self._archive.together():
                self._page.join()
            self._archive.clauses.catch_up()
        self._page = None


class _Page:
    """One page that recordings are taken into."""

    def __init__(self, page: Page, archive: Archive, judgement: Judgement, run: Run) -> None:
        self.page, self._archive, self._judgement, self._run = page, archive, judgement, run
        self._held = set(archive.captured(page))
        self._last_at = max((at for at, _ in self._held), default=None)
        self._past = archive.past(page)
        self._recipe = recipe(page)
        self._read: dict[int, Version | None] = {}
        # the capture brought into the past last, and what had gone wrong after it
        self._lately: tuple[int, Known] = (0, Known())
        self._is_read_anew = False

    def take(self, each: Ahead, capture: Capture) -> Fate:
        if _identity(capture) in self._held:
            return "known"
        self._held.add(_identity(capture))
        if self._last_at is not None and capture.at < self._last_at:
            return self._take_into_past(each, capture)
        if not self._is_read_anew:
            known = self._archive.known(self.page, capture.at)
            pipeline.reread(self.page, self._archive, known, capture.at, self._run)
            self._is_read_anew = True
        pipeline.take(self.page, capture, self._archive, self._judgement, each, self._run)
        self._last_at = capture.at
        return "taken"

    def _take_into_past(self, each: Ahead, capture: Capture) -> Fate:
        before, after = self._past.around(capture.at)
        in_gap = before is None or before.last_seen_at <= capture.at
        known = self._known(before, capture.at, in_gap=in_gap)
        outcome = pipeline.weigh(self.page, capture, known, self._archive, self._judgement, each, self._run)
        if outcome.version and in_gap and after and not after.loose and self._key(after) == outcome.version.key:
            # the change to it was told, or stands: it is not told again as an earlier one
            self._past.show(capture, after.id)
            return "taken"
        apart = outcome.version is not None and not in_gap
        outcome = (
            decide.apart(outcome)
            if apart
            else pipeline.dated(self.page, self._judgement, outcome, run=self._run).outcomes[0]
        )
        made = self._past.record(outcome)
        self._lately = (made.check, decide.afterwards(outcome, known))
        return "apart" if apart else "taken"

    def _known(self, before: Stood | None, at: datetime, *, in_gap: bool) -> Known:
        """What was known of the page at a time, by the present way of reading."""
        if before and before.edition != self._recipe and (version := self._version(before)):
            if in_gap:
                self._past.reread(replace(version, technical=True), at)
            else:
                known = replace(self._past.known(at), key=version.key, edition=version.edition, fingerprint="")
                return self._with_wrongs(known, at)
        return self._with_wrongs(self._past.known(at), at)

    def _with_wrongs(self, known: Known, at: datetime) -> Known:
        """The same, with what had gone wrong lately: it is known of the last capture taken in, or else found out again."""
        unseen = self._past.unseen(at)
        last, lately = self._lately
        if not unseen:
            lately = Known()
        elif unseen[-1] != last:
            lately = self._found_out(unseen)
        return replace(known, held=lately.held, failing_since=lately.failing_since, failures=lately.failures)

    def _found_out(self, unseen: tuple[int, ...]) -> Known:
        """What had gone wrong by the end of some captures, none of which showed a version: they are weighed once more."""
        lately = Known()
        for each in unseen:
            try:
                capture = _as_it_came(self._archive.capture(each))
                then = replace(
                    self._past.known(capture.at),
                    held=lately.held,
                    failing_since=lately.failing_since,
                    failures=lately.failures,
                )
                outcome = pipeline.weigh(self.page, capture, then, self._archive, self._judgement, run=self._run)
            except DamagedRecord as error:
                _log.warning("%s: %s", self.page.key, error)
            else:
                lately = decide.afterwards(outcome, then)
        return lately

    def _key(self, stood: Stood) -> str:
        version = self._version(stood) if stood.edition != self._recipe else None
        return version.key if version else stood.key

    def _version(self, stood: Stood) -> Version | None:
        """A version as it is read today; None where its bytes cannot be."""
        if stood.id not in self._read:
            try:
                with pipeline.guarded(self.page):
                    body, content_type = self._archive.content(stood.id)
                    self._read[stood.id] = self._run(reading.whole, self.page, body, content_type)
            except ReadingError as error:
                _log.warning("%s: version %d cannot be read again: %s", self.page.key, stood.id, error)
                self._read[stood.id] = None
        return self._read[stood.id]

    def _document(self, stood: Stood) -> Document | None:
        """What a version says, as it is read today; None where that cannot be had."""
        if stood.edition != self._recipe:
            version = self._version(stood)
            return version.document if version else None
        try:
            return self._archive.document(stood.id)
        except DamagedRecord as error:
            _log.warning("%s: %s", self.page.key, error)
            return None

    def join(self) -> None:
        """Where what came in meets a version that was there, the two are compared. It is recorded, and told to nobody."""
        if self._last_at is None:  # nothing could be had
            return
        for before, after in self._past.joints():
            if after.led_from == before.id:
                self._past.stretch(before, after)
            elif self._key(before) == self._key(after):
                self._past.join(before, after, None)
            elif (older := self._document(before)) and (newer := self._document(after)):
                self._past.join(before, after, self._change(older, newer, after))

    def _change(self, older: Document, newer: Document, after: Stood) -> Change | None:
        judgement = self._judgement
        change = self._run(reading.news, older, newer, self.page, judgement.language, judgement.overrides)
        return change and decide.back(
            change, self._key(after), self._past.known(after.seen_at - _MOMENT), after.seen_at
        )


def _identity(capture: Capture) -> tuple[datetime, str | None]:
    return capture.at, None if capture.body is None else capture.sha256


def _as_it_came(capture: Capture) -> Capture:
    """A recorded capture as it was before it was weighed; what may have been the document after all is asked again."""
    return replace(capture, outcome="ok", reason="") if capture.outcome in LASTING else capture
