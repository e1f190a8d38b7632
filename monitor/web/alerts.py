"""Alerts and their deliveries: what was told to whom, what is owed, what was given up."""

from __future__ import annotations

from flask import Blueprint, render_template

from monitor.records import AlertRecord, ChangeRecord
from monitor.report.troubles import line_of
from monitor.web.context import archive, found, number, reference, site, style

ROUTES = Blueprint("alerts", __name__)
MOST_ALERTS = 50


@ROUTES.get("/alerts")
def alerts() -> str:
    """The alerts, newest first, each with its deliveries."""
    most = number("limit", MOST_ALERTS, 200)
    listed = archive().alerts(limit=most, older=reference("older"))
    return render_template(
        "alerts.html",
        alerts=[(alert, *about(alert)) for alert in listed],
        older=listed[-1].id if len(listed) == most else None,
        stopped=archive().stopped(),
        mutes=archive().mutes(site().clock()),
    )


@ROUTES.get("/alerts/<id:alert_id>")
def alert(alert_id: int) -> str:
    """One alert with every delivery."""
    record = found(lambda: archive().alert(alert_id))
    change, lines = about(record)
    return render_template("alert.html", alert=record, change=change, lines=lines)


def about(alert: AlertRecord) -> tuple[ChangeRecord | None, tuple[str, ...]]:
    """What an alert is about: a change, or the monitor's own troubles in words."""
    change = archive().change(alert.change) if alert.change is not None else None
    return change, tuple(line_of(trouble, style()) for trouble in alert.troubles)
