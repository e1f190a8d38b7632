"""Feeds of changes, as readers of news take them: of everything, of a vendor, of a topic."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from flask import Blueprint, Response, render_template, request

from monitor.feeds import FeedEntry, atom_feed, entry_of, json_feed
from monitor.model import TOPICS
from monitor.records import ChangeRecord
from monitor.report.message import message
from monitor.web.context import Missing, absolute, archive, style, words

ROUTES = Blueprint("feeds", __name__)
MOST_ENTRIES = 50
FORMS = {"atom": ("application/atom+xml; charset=utf-8", atom_feed), "json": ("application/feed+json", json_feed)}


@ROUTES.get("/feeds")
def feeds() -> str:
    """Which feeds there are."""
    vendors = {each.vendor: each.vendor_name or each.vendor for each in archive().standings()}
    return render_template("feeds.html", vendors=vendors, topics=TOPICS)


@ROUTES.get("/feeds/all.<any(atom,json):form>")
def everything(form: str) -> Response:
    """The feed of all vendors."""
    return _feed(form, "", tuple(archive().changes(verdict="alert", limit=MOST_ENTRIES)))


@ROUTES.get("/feeds/vendors/<vendor>.<any(atom,json):form>")
def of_vendor(vendor: str, form: str) -> Response:
    """The feed of a vendor."""
    if not any(each.vendor == vendor for each in archive().standings()):
        raise Missing(f"the archive has no vendor {vendor}")
    return _feed(form, vendor, tuple(archive().changes(vendor=vendor, verdict="alert", limit=MOST_ENTRIES)))


@ROUTES.get("/feeds/topics/<topic>.<any(atom,json):form>")
def of_topic(topic: str, form: str) -> Response:
    """The feed of a topic."""
    if topic not in TOPICS:
        raise Missing(f"{topic} is no topic; there are {', '.join(TOPICS)}")
    found = tuple(archive().changes(topic=topic, verdict="alert", limit=MOST_ENTRIES))
    return _feed(form, words().say(topic), found)


def _feed(form: str, about: str, changes: tuple[ChangeRecord, ...]) -> Response:
    """A feed with what its reader needs to ask again cheaply: by its hash, and by the time of its newest change."""
    content_type, build = FORMS[form]
    title = f"Terms monitor: {about}" if about else "Terms monitor"
    address = absolute(request.endpoint or "feeds.feeds", **(request.view_args or {}))
    body = build([_entry(change) for change in changes], title, absolute("home.home"), address)
    answer = Response(body, content_type=content_type)
    answer.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    if changes:
        answer.last_modified = max(change.seen_at for change in changes).replace(microsecond=0)
    return answer.make_conditional(request)  # type: ignore[return-value]


def _entry(change: ChangeRecord) -> FeedEntry:
    """A change as an entry: the same id wherever the archive is served, and whatever its language."""
    key = f"{change.vendor}/{change.page} {change.seen_at.isoformat()} {change.after.snapshot}"
    entry = entry_of(message(change, style(), key=key))
    return replace(entry, url=absolute("changes.change", change_id=change.id))
