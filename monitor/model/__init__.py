"""The value types that the rooms hand to one another, in the order in which a check makes them.

All are frozen; collections are tuples; times are aware and in UTC. The words are those of the watchlist and the archive:
a *capture* is one attempt to get a page, a *snapshot* the bytes it brought, a *version* the text read out of them, a
*change* the difference between two versions, a *finding* one thing that a change means to a reader.
"""

from monitor.model.captured import Capture, Hop, Settled, Validators
from monitor.model.decided import Change, Held, Known, Outcome, Owed, Version
from monitor.model.facts import QUESTIONS, SCOPES, Answer, Evidence, Fact, Question, Scope, Source, State, Statement
from monitor.model.found import Amount, Disagreement, Effective, Finding, Offer, Reading, WayOut
from monitor.model.text import CELL, LEADS, Block, BlockKind, Clause, ClauseEdit, Document, Edit, Link, Span
from monitor.model.vocabulary import (
    DATA_TOPICS,
    HEALTHY,
    OFFER_TOPICS,
    OUTCOMES,
    PAGE_TYPES,
    TOPICS,
    Happened,
    Importance,
    Verdict,
)
from monitor.model.watched import Digest, Escalation, Mute, Override, Page, QuietHours, Reminder, Rule

__all__ = [
    "CELL",
    "DATA_TOPICS",
    "HEALTHY",
    "LEADS",
    "OFFER_TOPICS",
    "OUTCOMES",
    "PAGE_TYPES",
    "QUESTIONS",
    "SCOPES",
    "TOPICS",
    "Amount",
    "Answer",
    "Block",
    "BlockKind",
    "Capture",
    "Change",
    "Clause",
    "ClauseEdit",
    "Digest",
    "Disagreement",
    "Document",
    "Edit",
    "Effective",
    "Escalation",
    "Evidence",
    "Fact",
    "Finding",
    "Happened",
    "Held",
    "Hop",
    "Importance",
    "Known",
    "Link",
    "Mute",
    "Offer",
    "Outcome",
    "Override",
    "Owed",
    "Page",
    "Question",
    "QuietHours",
    "Reading",
    "Reminder",
    "Rule",
    "Scope",
    "Settled",
    "Source",
    "Span",
    "State",
    "Statement",
    "Validators",
    "Verdict",
    "Version",
    "WayOut",
]
