"""A change as an alert: a subject that says it all, a text, an HTML page and a JSON body."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from monitor.model import Document, Effective, Link, WayOut
from monitor.records import ChangeRecord, Message, TwinSays
from monitor.report.catalogue import Words, words_of
from monitor.report.forms import fill
from monitor.report.payload import alert_json
from monitor.report.style import Style
from monitor.report.told import found_in, others_in, tell
from monitor.words import web_link


def message(
    record: ChangeRecord,
    style: Style,
    *,
    key: str = "",
    before: Document | None = None,
    after: Document | None = None,
    links: Sequence[Link] = (),
    effective: Effective | None = None,
    way_out: WayOut | None = None,
    repeat: bool = False,
    alert: int | None = None,
    reminds_of: date | None = None,
    twins: Sequence[TwinSays] = (),
) -> Message:
    """The alert about a change; with both documents it also lists what else changed on the page.

    However large the change, each form stays small enough for a mail server: what is left out is counted, and where all of it
    stands is said. `key` is the delivery's, the same for every attempt. `links` are the new text's: those that the findings'
    words carry are shown. A `repeat` says first that nobody has acknowledged the alert, and how to: by its number, `alert`; a
    reminder, that what was told takes effect on the day it `reminds_of`. `twins` are pages that say otherwise what this one says.
    """
    words = words_of(style)
    told = tell(
        record,
        style,
        words,
        findings=found_in(record, links=links),
        others=others_in(record, before, after),
        effective=effective,
        way_out=way_out,
        twins=twins,
    )
    forms = fill(
        "mail",
        style,
        words,
        kind="alert",
        subject=_subject(told.subject, words, repeat=repeat, reminds_of=reminds_of),
        change=told,
        repeat=repeat,
        reminds_of=reminds_of,
        acknowledge=f"monitor alerts ack {alert}" if alert is not None else "",
    )
    return Message(
        key=key,
        thread=f"{record.vendor}/{record.page}",
        subject=forms.subject,
        text=forms.text,
        html=forms.html,
        payload=alert_json(record, key=key, effective=effective, way_out=way_out, reminds_of=reminds_of, twins=twins),
        at=record.seen_at,
        url=web_link(record.url),
        vendors=(record.vendor,),
        topics=record.change.topics,
        fault=forms.fault,
    )


def _subject(subject: str, words: Words, *, repeat: bool, reminds_of: date | None) -> str:
    if reminds_of:
        return words.say("reminder-subject", day=words.day(reminds_of), subject=subject)
    return words.say("repeat-subject", subject=subject) if repeat else subject
