"""Everything known -> one Outcome. The only place that says changed, unchanged, unreadable."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from monitor.clauses import alike
from monitor.model import (
    HEALTHY,
    OUTCOMES,
    Capture,
    Change,
    Document,
    Finding,
    Held,
    Known,
    Outcome,
    Page,
    Reminder,
    Rule,
    Settled,
    Version,
)
from monitor.routing import owe, remind
from monitor.schedule import Rhythm, after_failure, latest, next_check, sooner
from monitor.screen import LASTING, Trouble
from monitor.words import login_expired

FLAP = timedelta(days=30)
"""A text that stood within this time and returns is a flap: archived as a change, told to nobody.
97.6 % of the returns in recorded histories come within 14 days, and none past 30 was a flap."""
PERSISTS = timedelta(days=3)
PERSISTENT = 3
"""A text that was not believed (cut short, in another language) is accepted when it stood for so long and in so many checks."""
UNSETTLED = timedelta(hours=24)
"""A change that a second fetch does not confirm is held for no longer than this, and for no more than three checks."""
TWO_VARIANTS = "the change was not confirmed by a second fetch: two variants are served"
NO_TWO_AGREE = "the change was not confirmed by a second fetch, which showed another text again: held until two agree"
JUST_BACK = "hardly the last good text, and right after a failure: held until another capture"
SAME_NEWS = "another text than a moment before, with the same news"
ANOTHER_TEXT = "it shows another text than the captures around it, which were recorded before: no version"
LABELS_DIFFER = "only headings, captions or menu entries differ"


def unanswered(page: Page, capture: Capture, known: Known) -> Outcome:
    """The outcome of a capture that brought no document: a failure, or the server's word that nothing changed."""
    held = None if capture.outcome in HEALTHY else known.held
    return Outcome(capture, held=held, next_check_at=_next(page, capture, known))


def unchanged(page: Page, capture: Capture, known: Known, fingerprint: str) -> Outcome:
    """The outcome of a capture that shows the text that already stands."""
    return Outcome(capture, next_check_at=_next(page, capture, known), fingerprint=fingerprint)


def unreadable(page: Page, capture: Capture, known: Known, trouble: Trouble, key: str) -> Outcome:
    """The outcome of a capture that shows something else in the place of the document. The last good version stands."""
    failed = replace(capture, outcome=trouble.outcome, reason=trouble.reason)
    held = _hold(known.held, key, capture.at) if trouble.outcome in LASTING else known.held
    return Outcome(failed, held=held, next_check_at=_next(page, failed, known))


def as_before(outcome: Outcome, settled: Settled, known: Known) -> Outcome:
    """The outcome of a capture that was settled before, here or in another archive: what came of it then stands.

    What was no document then, or was held, begins no version. What was one, and can no longer be read, says so.
    """
    if settled.outcome not in HEALTHY:
        return replace(_without_change(outcome), capture=settled, fingerprint="")
    if outcome.capture.outcome not in HEALTHY:
        return outcome
    if settled.held:
        held = _hold(_unsettled(known), outcome.version.key, settled.at) if outcome.version else outcome.held
        return replace(_without_change(outcome), capture=settled, fingerprint="", held=held)
    return replace(outcome, capture=settled)


def persists(trouble: Trouble, known: Known, now: datetime) -> bool:
    """Whether a text that was not believed has stood for so long that it must be the document."""
    held = known.held
    return (
        trouble.outcome in LASTING
        and held is not None
        and held.times + 1 >= PERSISTENT
        and now - held.since >= PERSISTS
    )


def accepted(outcome: Outcome, known: Known) -> Outcome:
    """The outcome of a capture whose text was not believed at first, and says why it is now."""
    held = _hold(known.held, "", outcome.capture.at)
    return _noted(outcome, f"accepted after {held.times} checks since {held.since:%Y-%m-%d}: it persists")


def first(page: Page, capture: Capture, known: Known, version: Version) -> Outcome:
    """The outcome of the first good capture of a page: a version, and nothing to tell."""
    return Outcome(capture, version=version, next_check_at=_next(page, capture, known))


def changed(
    page: Page, capture: Capture, known: Known, change: Change | None, version: Version, rules: tuple[Rule, ...]
) -> Outcome:
    """The outcome of a capture that shows a new text, as it was judged: the change, and what is owed to whom."""
    if change is None:
        return _noted(unchanged(page, capture, known, version.fingerprint), LABELS_DIFFER)
    change = back(change, version.key, known, capture.at)
    return Outcome(
        capture,
        version,
        change,
        owe(page, change, rules, known.mutes, capture.at),
        next_check_at=_next(page, capture, known, changed=True),
    )


def back(change: Change, key: str, known: Known, now: datetime) -> Change:
    """The change to the text with that key; one that stood not long ago is back, and that is told to nobody."""
    if returned := _returns(key, known, now):
        return replace(change, verdict="quiet", why=f"the text of {returned:%Y-%m-%d} is back; {change.why}")
    return change


def upgraded(page: Page, capture: Capture, known: Known, version: Version) -> Outcome:
    """The outcome of a capture whose text differs because whoever recorded it reads the page in another way since then."""
    return Outcome(capture, replace(version, technical=True), next_check_at=_next(page, capture, known))


def apart(outcome: Outcome) -> Outcome:
    """What a capture comes to that shows another text than the ones before and after it, which are of one version: it is kept.

    It came in later than those, and what they say was told long ago: it begins no version.
    """
    return replace(_without_change(outcome), capture=replace(outcome.capture, reason=ANOTHER_TEXT), held=None)


def afterwards(outcome: Outcome, known: Known) -> Known:
    """What is known, after a capture, of what went wrong with its page lately."""
    if outcome.capture.outcome in HEALTHY:
        return Known(held=outcome.held)
    since = known.failing_since or outcome.capture.at
    return Known(held=outcome.held, failing_since=since, failures=known.failures + 1)


def without_login(outcome: Outcome, profile: str) -> Outcome:
    """The outcome of a page that was asked for with a vendor's login; a wall means that the login is no longer good."""
    if not profile or outcome.capture.outcome != "blocked_wall":
        return outcome
    return replace(outcome, capture=replace(outcome.capture, outcome="login_needed", reason=login_expired(profile)))


def through_browser(shell: Outcome, seen: Outcome) -> Outcome:
    """What a page comes to that showed no text over HTTP, and was looked at through a browser then.

    If that shows the document, a browser is needed from now on. A browser that is missing is said, so that somebody installs it.
    """
    if seen.capture.outcome == "browser_missing":
        reason = f"{shell.capture.reason}; {seen.capture.reason}"
        return replace(shell, capture=replace(shell.capture, reason=reason))
    if seen.capture.outcome in HEALTHY:
        return replace(seen, needs_browser=True)
    return shell


def doubtful(outcome: Outcome, known: Known) -> bool:
    """Whether a change needs a second look: somebody would be told of it, and no earlier fetch showed its text."""
    seen = known.held is not None and outcome.version is not None and known.held.key == outcome.version.key
    return outcome.change is not None and outcome.change.verdict != "quiet" and not seen


def recovered(outcome: Outcome, known: Known, before: Document) -> Outcome:
    """What a new text right after a failure comes to, seen by one capture: if it is hardly the last good one, it waits.

    A page that comes back is often half built, or shows its text twice. The next capture settles it, whatever it shows; what
    failures in between keep from settling is believed after three captures or 24 hours.
    """
    if outcome.change is None or outcome.version is None or alike(before, outcome.version.document):
        return outcome
    held = _hold(_unsettled(known), outcome.version.key, outcome.capture.at)
    seen = known.held is not None and known.held.key == held.key
    if seen or held.times >= PERSISTENT or outcome.capture.at - held.since >= UNSETTLED:
        return outcome
    return _on_hold(outcome, JUST_BACK, held)


def confirmed(first: Outcome, second: Outcome, known: Known) -> tuple[Outcome, Outcome]:
    """What two fetches in a row come to; the first showed a change, and each was settled as if it were alone.

    Where they agree, on the text or at least on the news in it, it is a change. Where they do not, the last good version
    stands and the text seen last is held; a change that stays unconfirmed for three checks or 24 hours is a change all the
    same, and says so. None is lost.
    """
    if second.capture.outcome not in HEALTHY:
        reason = second.capture.reason or OUTCOMES[second.capture.outcome]
        return _noted(first, f"not confirmed: {reason}"), replace(second, held=None)
    key = second.version.key if second.version else known.key
    if first.version and second.version and first.version.key == key:
        return first, replace(_without_change(second), fingerprint=second.version.fingerprint)
    if second.change and _news(first) and _news(first) == _news(second):
        return first, _noted(_without_change(second), SAME_NEWS)
    held = _hold(_unsettled(known), key, first.capture.at)
    if held.times >= PERSISTENT or first.capture.at - held.since >= UNSETTLED:
        note = f"unconfirmed: since {held.since:%Y-%m-%d %H:%M} UTC no second fetch has shown the same text"
        return _noted(first, note), replace(_noted(_without_change(second), note), fingerprint="")
    reason = TWO_VARIANTS if key == known.key else NO_TWO_AGREE
    return _on_hold(first, reason, held), _on_hold(second, reason, held)


def _news(outcome: Outcome) -> frozenset[Finding]:
    """What a change tells: its weightiest findings. A counter that turns at every fetch is not among them."""
    change = outcome.change
    return frozenset(f for f in change.findings if f.importance == change.importance) if change else frozenset()


def _on_hold(outcome: Outcome, reason: str, held: Held) -> Outcome:
    return replace(_noted(_without_change(outcome), reason), held=held)


def _unsettled(known: Known) -> Held | None:
    """What is held because two fetches disagreed. What is held because it was not believed was a failed check from the start."""
    held, failing = known.held, known.failing_since
    return held if held and (failing is None or held.since < failing) else None


def _without_change(outcome: Outcome) -> Outcome:
    return replace(outcome, version=None, change=None, owed=())


def _noted(outcome: Outcome, note: str) -> Outcome:
    """The outcome with a note on how sure it is: the reason of its capture, and the first words on why of its change."""
    change = outcome.change and replace(outcome.change, why=f"{note}; {outcome.change.why}")
    return replace(outcome, capture=replace(outcome.capture, reason=note), change=change)


def _returns(key: str, known: Known, now: datetime) -> datetime | None:
    return next((seen for earlier, seen in known.earlier if earlier == key and now - seen <= FLAP), None)


def _hold(held: Held | None, key: str, now: datetime) -> Held:
    return Held(key, now, 1) if held is None else Held(key, held.since, held.times + 1)


def taking_effect(page: Page, outcome: Outcome, day: date | None, reminder: Reminder | None = None) -> Outcome:
    """The outcome of a new text that says when it takes effect: if that day is to come, the page is looked at on it, and who is
    told of the change at once is reminded before it."""
    at, due = outcome.capture.at, outcome.next_check_at
    if day is None or due is None or day < at.date():
        return outcome
    is_told = outcome.change is not None and outcome.change.verdict == "alert"
    reminders = remind(outcome.owed, day, reminder) if reminder and is_told else ()
    checked_at = sooner(due, _rhythm(page), at, None, day)
    return replace(outcome, effective_on=day, next_check_at=checked_at, owed=(*outcome.owed, *reminders))


def too_far(page: Page, due: datetime, now: datetime) -> bool:
    """Whether a page's turn lies further ahead than any check could have set it: the clock was ahead then, or is behind now."""
    return due > latest(_rhythm(page), now)


def _rhythm(page: Page) -> Rhythm:
    return Rhythm(page.every, page.zone, page.phase)


def _next(page: Page, capture: Capture, known: Known, *, changed: bool = False) -> datetime:
    """When the page is due again: sooner while it is restless or about to take effect, and after a failure."""
    now, rhythm = capture.at, _rhythm(page)
    if capture.outcome not in HEALTHY:
        since = known.failing_since or now
        return after_failure(rhythm, known.failures + 1, since, capture.retry_after, now)
    changed_at = now if changed else known.changed_at
    return sooner(next_check(rhythm, now, now), rhythm, now, changed_at, known.effective_on)
