"""A recorded change in the forms in which people and programs read it. Pure: no clock, no network, no archive."""

from monitor.report.message import message
from monitor.report.page import Entry, alerts_html, report_html
from monitor.report.payload import alert_json, amount_json, change_json, finding_json

__all__ = ["Entry", "alert_json", "alerts_html", "amount_json", "change_json", "finding_json", "message", "report_html"]
