"""Reads how a text says that its reader can keep data out of training, or refuse another use of it. Pure.

Whether a clause leaves a choice is told by the lexicons of topics and stances: where one can opt out, one is in. Best is a
clause on training (its own words, or those around it) that says what the reader can do, and where.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.clauses import clauses, split
from monitor.extract.blocks import CELL
from monitor.meaning.lexicon import fold, language_of
from monitor.meaning.stance import stance_rule
from monitor.meaning.topics import is_quiet, read_clause
from monitor.meaning.weight import in_full
from monitor.model import Clause, Document, Link, WayOut

_OUT = "trains unless opted out"
_NO_CHOICE = frozenset(
    "no choice left/even if opted out/nothing prevents it/told to stay away/不能退出/退出无效/无需同意/视为同意".split(
        "/"
    )
)
"""Rules on stances by which a clause takes a choice away, in words that seem to offer one."""
_BEFORE, _BEHIND = 4, 1
"""Clauses before and behind one that may say what it is that can be refused."""
_LEAD, _PLAIN = 140, 400
"""Characters of a lead that belongs to each of its items; of a clause on training that offers something else besides."""
_LONGEST = 700
"""Characters of a clause that is read: what is longer is a page without sentences, and tells nobody what to do."""

_USER = (
    r"(?:you|users?|customers?|the customer|administrators?|admins?|owners?|organi[sz]ations?|individuals?|people|they|anyone|teams?|members?"
    r"|subscribers?|developers?|parents?)"
)
_REFUSE = (
    r"(?:opt(?:s|ed|ing)?[- ]?out|(?:turn|switch|toggl)(?:e|s|ed|ing)? (?:[\w\"'’&-]+ ){0,10}?off|disabl(?:e|es|ed|ing)|deactivat(?:e|es|ed|ing)"
    r"|object(?:s|ed|ing)?\b|refuse|declin(?:e|ed|ing)|withdraw|revoke|untick|uncheck|deselect|exclud(?:e|ed|ing)|withhold|prevent|stop"
    r"|keep [^.;]{0,60}?(?:out of|from)|(?:choose|decide|control|select|elect) (?:whether|if|not|how)|(?:ask|tell|request|instruct)[^.;]{0,30}? not to"
    r"|choose not|(?:unsubscribe|remove) [^.;]{0,40}? from (?:training|model|improv))"
)
_SETTINGS = r"(?:manage|change|adjust|update|review)\b[^.;]{0,60}?(?:settings?|preferences|choices|controls?)\b"
_OFFERS = re.compile(
    rf"\b{_USER}\b (?:\w+ ){{0,3}}?(?:can|may|could|able to|free to|have the (?:right|option|ability|choice)|has the (?:right|option|ability|choice))\b"
    rf"[^.;]{{0,140}}?\b(?:{_REFUSE}|{_SETTINGS})"
    rf"|\b(?:to|(?:like|want|wish|prefer)s? to) {_REFUSE}[^.;]{{0,160}}?\b(?:settings?|form|portal|page|link|click|visit|go to|e-?mail|contact|write|submit|use|here|toggle|switch|select|open)\b"
    rf"|^(?:please )?(?:turn|switch|toggle|disable|untick|uncheck|deselect|go to|open|visit|navigate to|click|select|in your|in the|under|from)\b[^.;]{{0,120}}?{_REFUSE}"
    rf"|^(?:please )?{_REFUSE}[^.;]{{0,120}}?\b(?:in|under|through|via|at) "
    r"|\b(?:rights?|option|ability|ways?|choice|possibility) (?:to|of) (?:opt|object|refus|declin|withdraw|exclud|stop)"
    r"|opt(?:s|ed|ing)?[- ]?out\b[^.;]{0,60}?\b(?:by|via|through|using|in|under|at) (?:[\w'’]+ ){0,4}?(?:settings?|controls?|console|form|portal|dashboard|page|account|e-?mail\w*|contact\w*|us|toggle|switch)"
    rf"|(?:unless|until|except where|where) (?:an? |the )?{_USER} (?:\w+ ){{0,2}}?{_REFUSE}[^.;]{{0,80}}?\b(?:in|through|via|under|using|with) (?:\w+ ){{0,3}}?"
    r"(?:settings?|controls?|console|form|portal|dashboard|account|profile|preferences|admin\w*)"
    rf"|\b(?:allow|enable|let)s? {_USER} (?:to )?{_REFUSE}"
    r"|\b(?:tell|let|inform|notify) us\b[^.;]{0,60}?\b(?:object|not (?:want|wish|agree)|prefer not)"
    r"|\b(?:switch|toggle|setting|option|control)s? (?:[\w\"'’-]+ ){0,8}?(?:is|are|sits?|stands?|lives?|can be found) (?:found )?(?:under|in|at|on) "
    r"|can (?:always |also )?be (?:switched off|turned off|disabled|deactivated|withdrawn|stopped)"
    r"|(?:你|用户|客户|管理员|监护人)[^。；]{0,100}?(?:可|有权|能够|请|需|联系)[^。；]{0,80}?(?:关闭|关掉|停用|退出|拒绝|撤回|撤销|取消|停止|反对|不再|不将)"
    r"|(?:不希望|不愿|不同意|不想|反对|拒绝)[^。；]{0,80}?(?:可|请|联系|通过|设置|申请)"
    r"|(?:如需|如要|若要|若需|想要)(?:关闭|退出|停止|拒绝|取消)[^。；]{0,60}?(?:可|请|联系|通过|设置)"
    r"|^(?:可|请|在|通过|前往|进入|打开)[^。；]{0,80}?(?:关闭|关掉|停用|退出|拒绝|撤回|取消)"
)
"""What the reader can do, in words that offer it."""
_HOW = re.compile(
    r"\b(?:settings?|controls?|preferences|toggl\w+|switch\w*|forms?|portal|dashboard|console|menu|link|click\w*|visit\w*|e-?mail\w*|contact\w*"
    r"|writ(?:e|ing) to|submit\w*|turn(?:ing|ed)? (?:[\w\"'’&-]+ ){0,10}?off|disabl\w+|untick\w*|uncheck\w*|here|instructions|help cent(?:er|re)|options?)\b|https?:|@"
    r"|设置|开关|联系|邮箱|邮件|表单|页面|点击|路径|关闭|客服|“我的|按钮"
)
_REFUSAL = re.compile(
    rf"\b{_REFUSE}|\b{_SETTINGS}|\b(?:switch|toggle)\b|not (?:\w+ )?(?:want|wish|agree|like)|关闭|关掉|停用|退出|拒绝|撤回|撤销|取消|不希望|不愿|不同意|不想|停止|反对|不再"
)
_NEVER = re.compile(
    r"\bcookies?\b|arbitrat|class action|\bjury\b|unsubscrib\w+ from (?!training)|newsletter|auto-?renew|automatic renewal|sub-?processor"
    r"|opt(?:s|ed|ing)?[- ]?out (?:of|from) (?:\w+ ){0,4}?(?:marketing|promotion\w*|e-?mails?|communications?|messages|notifications?|calls|texts?)"
    r"|receiv\w* (?:\w+ ){0,5}?(?:e-?mails?|messages|communications|calls|texts|newsletters?|notifications?)|notifications? from us"
    r"|退订|(?:营销|推广|商业)(?:类|性)?(?:短信|邮件|信息|消息)|推送|短信|仲裁|续费|续订|违规|违反|违约|弹窗"
    r"|not (?:agree|accept|consent)\b[^.;]{0,30}?\b(?:this|these|the|our|any)\b[^.;]{0,30}?(?:terms|policy|agreement|changes?|notice)|(?:不同意|不接受|拒绝)(?:本|该|上述|以上|修改|变更|此)"
)
"""What people opt out of that keeps no data of theirs from being used."""
_TRACKING = re.compile(
    r"\bmarketing\b|\bads?\b|advertis|pixels?\b|beacons?\b|do not track|\bdnt\b|global privacy control|browser|analytics|\bdevices?\b|\bidfa\b|sdk"
    r"|transactions?|refund|purchase|payments?|\bcontract\b|withdrawal (?:form|period|information)|embed|会员|支付|广告|浏览器|权限"
)
"""What else is refused where training is not spoken of: ways of being followed and of paying."""
_CLOSING = re.compile(
    r"(?:clos|delet|disabl|deactivat|terminat|cancel|remov)\w* (?:\w+ ){0,4}?(?:accounts?|subscriptions?|membership|chats?|conversations?|history)\b"
    r"|(?:注销|关闭|删除|停用)[^。；，]{0,8}账[号户]|注销|取消订阅"
)
_DENIED = re.compile(
    r"\b(?:can|could|may|will|are|is|be) (?:no longer|not) (?:be (?:able to )?)?(?:opt|turn|switch|disable|withdraw|refuse|object|able)"
    r"|(?:opt(?:s|ed|ing)?[- ]?out|preferences?|choices?|settings?)\b[^;]{0,160}?\b(?:does|do|is|are|will) not (?:apply|cover|available|extend|honou?red)"
    r"|(?:不能|无法|不可|不支持|不得)[^。；，]{0,8}(?:关闭|退出|拒绝|撤回|停用|取消)"
)
_DATA = re.compile(
    r"\b(?:data|information|content|conversations?|inputs?|prompts?|telemetry|usage|process\w*|what we hold)\b|信息|数据|内容|对话|输入"
)
_SWITCH = re.compile(
    r"opt(?:s|ed|ing)?[- ]?out|(?:turn|switch|toggl)\w* (?:[\w\"'’&-]+ ){0,10}?off|\b(?:switch|toggle|settings?|controls?|exclude)\b"
    r"|(?:choose|decide|control) (?:whether|if|how)|关闭|关掉|退出|开关|设置"
)
"""What is refused by a switch rather than by law: what it switches stands around it."""
_MODELS = re.compile(
    r"\b(?:train|improv|develop|fine-tun)\w* (?:of )?(?:\w+ ){0,4}?(?:models?|ai|artificial intelligence|algorithms?)\b|\bmodel (?:training|improvement)\b"
)
"""Training whatever it is that is trained on: "your Property"."""
_THESE = re.compile(r"\b(?:this|these|such|it)\b|该|此|上述|这")
_WORDED = re.compile(
    r"opt(?:ing)?[- ]?out\b|data controls?\b|(?:turn|switch)(?:ing)? off (?:model )?(?:training|improvement)|do not train"
    r"|选择退出|退出(?:训练|计划|改进)|数据(?:控制|管理)|关闭(?:训练|模型)",
)
"""Words of a link that leads to an opt-out wherever it stands."""
_ELSE = re.compile(
    r"\b(?:plans?|pricing|prices|subscriptions?|status|blog)\b|价格|套餐|^(?:privacy|terms|legal|cookies?|docs|security|trust|隐私|条款)$"
)
"""Words of a link that may stand in a clause, and lead elsewhere: entries of a site's menu."""
_NAME = re.compile(
    r"(?:\w+ ){0,4}?(?:policy|terms(?: of \w+)?|agreement|notice|statement)|《[^》]*》|[^。]{0,12}(?:政策|协议|条款)"
)
"""Words of a link that lead to a document, rather than to where something can be done."""
_ADDRESS = re.compile(r"https?://[^\s<>\"'“”‘’()（）\[\]，。；、！？]{3,2000}")
_TRAILING = ".,;:!?*_"
_LEAST = 3
"""Characters of a link's words below which they stand in a clause by chance."""

Rank = tuple[int, int, bool, int]


def way_out(document: Document, links: Sequence[Link] = ()) -> WayOut | None:
    """How a text says that its reader can opt out, and the address that it links for it.

    What is opted out of by mail, in a browser or before a court, and closing the account, are other matters: None.
    """
    best = min(_found(document), key=lambda each: each[0], default=None)
    if best is None:
        return None
    text = best[1].text if _REFUSAL.search(fold(best[1].text)) else _full(best[1])  # an item may need its lead
    return WayOut(text, _address(text, links))


def _found(document: Document) -> Iterator[tuple[Rank, Clause]]:
    """The clauses that name a way out, and how good each is: the least is best."""
    said = list(clauses(document))
    for place, clause in enumerate(said):
        around = said[max(0, place - _BEFORE) : place], said[place : place + 1 + _BEHIND]
        for part in _sentences(clause):
            if _leaves_a_choice(part) and (grade := _grade(part, *around, document.language)) is not None:
                yield (*grade, _SWITCH.search(fold(part.text)) is None, place), part


def _sentences(clause: Clause) -> Iterator[Clause]:
    """A clause, or the sentences in the cells of a row."""
    if clause.block.kind != "row":
        yield clause
        return
    for cell in clause.text.split(CELL):
        yield from (replace(clause, text=text) for text in split(cell))


def _leaves_a_choice(clause: Clause) -> bool:
    """Whether a clause says that its reader may refuse something."""
    full = _full(clause)
    if clause.block.kind == "heading" or full[-1:] in "?？" or len(full) > _LONGEST or is_quiet(clause.block.trail):
        return False
    text = _CLOSING.sub(" ", fold(full))
    return _REFUSAL.search(text) is not None and not _NEVER.search(text) and not _DENIED.search(text)


def _full(clause: Clause) -> str:
    """A clause with its lead ("To opt out:"), unless that is a paragraph of its own."""
    full = in_full(clause)
    return full if clause.block.kind != "row" and len(full) - len(clause.text) <= _LEAD else clause.text


def _grade(clause: Clause, before: Sequence[Clause], behind: Sequence[Clause], language: str) -> tuple[int, int] | None:
    """How well a clause tells a way out, and how near it is to training; None where it tells none."""
    text = _CLOSING.sub(" ", fold(_full(clause)))
    offers, how = _OFFERS.search(text) is not None, _HOW.search(text) is not None
    around = [each for each in (*before, *behind) if each.block.trail == clause.block.trail]
    distance = _distance(clause, text, around, language)
    stance, rule = stance_rule(_full(clause), language_of(text, language), about_training=True)
    if rule in _NO_CHOICE or not (stance == _OUT or (offers and (distance < 2 or stance is None))):
        return None
    if stance == "trains" and (len(text) > _PLAIN or not _SWITCH.search(text)):
        return None
    if distance == 2:
        general = offers and _is_on_data(clause, text, before[-1:], language)
        return (4 - how, 2) if general else None
    if offers and not (distance == 1 and _TRACKING.search(text)):
        return 1 - how, distance
    return (2, 0) if distance == 0 else None


def _distance(clause: Clause, text: str, around: Sequence[Clause], language: str) -> int:
    """How near a clause is to training: 0 it names it, 1 its heading or a neighbour does, 2 it is on another use of data."""
    if _on_training(_full(clause), language):
        return 0
    if not (_SWITCH.search(text) or _THESE.search(fold(clause.text))):
        return 2
    lent = any(_on_training(f"{heading}: 你的数据 / your data", language) for heading in clause.block.trail[-2:])
    return 1 if lent or any(_on_training(_with_columns(each), language) for each in around) else 2


def _with_columns(clause: Clause) -> str:
    return CELL.join((*clause.block.columns, _full(clause)))


def _topics(clause: Clause, language: str) -> tuple[str, ...]:
    return read_clause(_full(clause), clause.block.trail, language).topics


def _on_training(text: str, language: str) -> bool:
    return "training" in read_clause(text, (), language).topics or _MODELS.search(fold(text)) is not None


def _is_on_data(clause: Clause, text: str, before: Sequence[Clause], language: str) -> bool:
    """Whether what can be refused is a use of data, though not training; "these purposes" are those just said."""
    said = [text, *(fold(heading) for heading in clause.block.trail[-2:])]
    near = [fold(_full(each)) for each in before] if _THESE.search(text) else []
    other = any(_TRACKING.search(each) or _NEVER.search(each) for each in said + near)
    return not other and any(map(_DATA.search, said)) and "choice" in _topics(clause, language)


def _address(clause: str, links: Sequence[Link]) -> str:
    """The address for a clause: of a link within it, written out in it, or of a link elsewhere that is plainly an opt-out."""
    single = _single(links)
    folded = fold(clause)
    within = [words for words in single if len(words) >= _LEAST and not _ELSE.search(words) and _stands(words, folded)]
    if within:
        return single[max(within, key=_promise)]
    if written := _ADDRESS.search(clause):
        return written[0].rstrip(_TRAILING)
    plain = (words for words in single if _is_plain(words))
    return single[first] if (first := next(plain, "")) else ""


def _single(links: Sequence[Link]) -> dict[str, str]:
    """The address of each words that lead to one only: of "here" nobody can tell which."""
    leads: defaultdict[str, set[str]] = defaultdict(set)
    for link in links:
        if link.url.startswith(("https://", "http://")):
            leads[fold(link.text)].add(link.url)
    return {words: next(iter(urls)) for words, urls in leads.items() if len(urls) == 1}


def _promise(words: str) -> tuple[bool, bool, int]:
    """How likely a link in a clause leads to the way out: by its words, then by their length."""
    return _WORDED.search(words) is not None, _NAME.fullmatch(words) is None, len(words)


def _is_plain(words: str) -> bool:
    """Whether the words of a link, wherever it stands, say that it leads to an opt-out."""
    other = _NEVER.search(words) or _TRACKING.search(words) or _CLOSING.search(words)
    return _WORDED.search(words) is not None and not other and "/" not in words


def _stands(words: str, text: str) -> bool:
    """Whether words stand in a text as words, rather than within others."""
    return re.search(rf"(?<![a-z0-9]){re.escape(words)}(?![a-z0-9])", text) is not None
