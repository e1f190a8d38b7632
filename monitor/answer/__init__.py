"""What an answer of a web server amounts to, whoever recorded it: a live fetch, or an archive of the web."""

from monitor.answer.judging import Answer, judge, retry_after
from monitor.answer.limits import Limits

__all__ = ["Answer", "Limits", "judge", "retry_after"]
