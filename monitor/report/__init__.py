"""Recorded changes, and how the monitor fares, in the forms in which people and programs read them.

Pure: no clock, no network, no archive.
"""

from monitor.report.answers import COLUMNS, matrix
from monitor.report.catalogue import words_of
from monitor.report.digest import digest_message
from monitor.report.facts import claims, fact_json, facts_csv, facts_html, facts_markdown
from monitor.report.forms import TEMPLATES
from monitor.report.lines import capture_json, delivery_json, subject_of, told_json
from monitor.report.markdown import digest_markdown
from monitor.report.message import message
from monitor.report.notice import line_of, notice_message, test_message
from monitor.report.page import Entry, alerts_html, report_html
from monitor.report.payload import alert_json, amount_json, change_json, disagreement_json, finding_json, stamp
from monitor.report.style import About, Style
from monitor.report.trial import trial

__all__ = [
    "COLUMNS",
    "TEMPLATES",
    "About",
    "Entry",
    "Style",
    "alert_json",
    "alerts_html",
    "amount_json",
    "capture_json",
    "change_json",
    "claims",
    "delivery_json",
    "digest_markdown",
    "digest_message",
    "disagreement_json",
    "fact_json",
    "facts_csv",
    "facts_html",
    "facts_markdown",
    "finding_json",
    "line_of",
    "matrix",
    "message",
    "notice_message",
    "report_html",
    "stamp",
    "subject_of",
    "test_message",
    "told_json",
    "trial",
    "words_of",
]
