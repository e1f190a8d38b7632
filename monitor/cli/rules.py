"""The rules in force, as a table and as JSON: what the watchlist overrides, what the program says, and who is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Literal

from monitor import wiring
from monitor.hours import label
from monitor.meaning.rules import BUILT_IN, BuiltIn
from monitor.model import DATA_TOPICS, OFFER_TOPICS, TOPICS, Override, Rule
from monitor.watchlist import Watchlist

_GROUPS = {"data-usage": DATA_TOPICS, "offers": OFFER_TOPICS}
_FILTERS = ("types", "vendors", "pages", "change")


@dataclass(frozen=True, slots=True)
class Listed:
    """One rule in force, and what it is called: by its place in the watchlist, or by a name of the program's own."""

    kind: Literal["verdict", "built-in", "send"]
    name: str
    rule: Override | BuiltIn | Rule


def listed_rules(watchlist: Watchlist) -> tuple[Listed, ...]:
    """All rules in the order in which they are asked: of either sort of weighing the first that fits decides."""
    return (
        *(Listed("verdict", f"verdicts[{number}]", entry) for number, entry in enumerate(watchlist.verdicts)),
        *(Listed("built-in", rule.name, rule) for rule in BUILT_IN),
        *_sending(watchlist),
    )


def _sending(watchlist: Watchlist) -> Iterator[Listed]:
    """The rules of who is told; without one in the watchlist, the one that then holds."""
    for number, rule in enumerate(wiring.judgement(watchlist).rules):
        yield Listed("send", f"rules[{number}]" if watchlist.rules else "without rules", rule)


def rule_json(listed: Listed) -> dict[str, object]:
    """A rule as one object: which sort it is, its name, and what it says."""
    said = asdict(listed.rule)
    match listed.rule:
        case BuiltIn(reason=reason):
            said["reason"] = reason
            del said["text"]
        case Rule(digest=digest, escalate=escalate):
            said["digest"] = label(digest) if digest else None
            said["escalate"] = {"after": _span(escalate.after), "send": list(escalate.send)} if escalate else None
            del said["mentions"]
    return {"kind": listed.kind, "name": listed.name} | said


def rule_row(listed: Listed) -> list[str]:
    """A rule as a row: its name, what it says, on which topics, when, and the reason that it gives."""
    said, when, reason = _row(listed.rule)
    return [listed.name, said, _topics(listed.rule.topics), "; ".join(when) or "any", reason]


def _row(rule: Override | BuiltIn | Rule) -> tuple[str, list[str], str]:
    match rule:
        case Override():
            return rule.importance, [*_filters(rule), *_words(rule)], rule.because
        case BuiltIn():
            return rule.importance, [rule.when], rule.reason
        case Rule():
            least = "major" if rule.importance == "major" else "major or minor"
            return f"send: {', '.join(rule.send) or 'no channel'}", [least, *_filters(rule), *_times(rule)], ""


def _filters(rule: Override | Rule) -> list[str]:
    named = ((name, getattr(rule, name, ())) for name in _FILTERS)
    return [f"{name}: {', '.join(values)}" for name, values in named if values]


def _times(rule: Rule) -> Iterator[str]:
    if rule.digest:
        yield f"digest: {label(rule.digest)}"
    if rule.escalate:
        yield f"not acknowledged within {_span(rule.escalate.after)}: {', '.join(rule.escalate.send)}"
    if rule.urgent:
        yield "urgent"


def _span(length: timedelta) -> str:
    """A length of time as the watchlist has it: 4h, 90m, 2d."""
    minutes = int(length.total_seconds()) // 60
    unit, many = next((unit, many) for unit, many in (("d", 1440), ("h", 60), ("m", 1)) if minutes % many == 0)
    return f"{minutes // many}{unit}"


def _words(entry: Override) -> list[str]:
    return ["words: " + ", ".join(f"“{words}”" for words in entry.words)] if entry.words else []


def _topics(topics: tuple[str, ...]) -> str:
    """Topics in as few words as say it: groups by their name, and nearly all by those that are missing."""
    missing = [topic for topic in TOPICS if topics and topic not in topics]
    if len(missing) <= 2:
        return f"any but {', '.join(missing)}" if missing else "any"
    said = list(topics)
    for group, members in _GROUPS.items():
        if set(members) <= set(said):
            said = [group, *(topic for topic in said if topic not in members)]
    return ", ".join(said)
