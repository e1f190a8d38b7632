"""What documents are called, in English and Chinese, where a sentence speaks of when they take effect."""

from __future__ import annotations

import re

DOCUMENT = (
    r"(?:terms|polic(?:y|ies)|agreements?|notices?|statements?|addend(?:um|a)|guidelines|conditions|documents?|rules|dpa|eula"
    r"|versions?|editions?|changes?|updates?|amendments?|modifications?|revisions?|prices|pricing|rates|limits|principles|commitments)\b"
)
SUBJECT = re.compile(
    r"\b(?:this|these|our|its|the|new|updated?|revised|amended|current|latest|following|such|all|any|both)\s+"
    rf"(?:(?!is\b|are\b|will\b)[\w’'-]+\s+){{0,5}}?{DOCUMENT}",
    re.I,
)
CHINESE_DOCUMENT = re.compile(
    r"协议|政策|条款|规则|规范|声明|须知|版本|新版|本版|本次|修订|更新|修改|变更|调整|公告|指引|约定|通知|说明|附录|价格|定价"
)
