"""`search`, `blame`: clauses of the archive by their words, and since when each clause of a page stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

import click
from rich.text import Text

from monitor import query
from monitor.cli import terminal
from monitor.cli.arguments import end_of, instant, page_key
from monitor.cli.setup import Setup, as_json, common, print_json, stamp
from monitor.errors import UsageError
from monitor.lookup import Blamed, Hit, blamed, hits
from monitor.model import TOPICS
from monitor.records import RecordedClause, Spell, Wanted
from monitor.words import counted, printable

FOUND = ("**", "**")
"""What stands around the words that were found where there is no bold."""
MOST_SPELLS = 3


class _Question(click.Command):
    """A command whose arguments may begin with a minus: `-word` leaves out. No option of it but -h has one dash."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        out = [
            f"NOT {arg[1:]}" if arg[:1] == "-" and arg[1:2] not in ("", "-") and arg != "-h" else arg for arg in args
        ]
        return super().parse_args(ctx, out[:end] + args[end:])


@click.command(cls=_Question)
@click.argument("words", nargs=-1)
@click.option("--vendor", help="Only this vendor's.")
@click.option("--page", metavar="VENDOR/PAGE", help="Only this page's.")
@click.option("--topic", type=click.Choice(TOPICS), help="Only those that speak of this topic.")
@click.option("--since", metavar="DATE", help="Only those that stood on this date or later.")
@click.option("--until", metavar="DATE", help="Only those that stood on this date or before.")
@click.option("--at", metavar="DATE", help="Only those that stood on this date.")
@click.option("--now", "standing", is_flag=True, help="Only those that stand.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many to show.")
@click.option("--reindex", is_flag=True, help="Make the index again, from the documents; then nothing is searched.")
@as_json
@common
def search(
    setup: Setup,
    words: tuple[str, ...],
    vendor: str | None,
    page: str | None,
    topic: str | None,
    since: str | None,
    until: str | None,
    at: str | None,
    standing: bool,
    limit: int,
    reindex: bool,
    json_: bool,
) -> None:
    """The clauses that hold these WORDS, of every page and every time, the best first.

    '"exact words"' in quotes stand next to each other; train* is every word that begins so; a OR b is one of them; NOT word, or
    -word, leaves out. Chinese is found by any run of its characters.
    """
    if reindex:
        _reindex(setup, words)
        return
    asked = query.parse(" ".join(words))
    if page:
        vendor, page = page_key(page)
    wanted = Wanted(vendor, page, *_window(since, until, at))
    with setup.reading() as archive:
        found = archive.clauses.search(asked, wanted, standing=standing, limit=None if topic else limit + 1)
        told = list(islice(hits(found, asked, topic), limit + 1))
        unindexed = archive.clauses.behind()
    _print(told[:limit], json_)
    setup.say(_closing(len(told), limit) + _missing(unindexed))


def _reindex(setup: Setup, words: Sequence[str]) -> None:
    if words:
        raise UsageError("--reindex takes no words")
    with setup.writing() as archive:
        archive.clauses.reindex()
    setup.say(f"{setup.archive_path()}: the index of clauses was made again")


def _window(since: str | None, until: str | None, at: str | None) -> tuple[datetime | None, datetime | None]:
    """The time from which and the time until which a clause may have stood."""
    if at and (since or until):
        raise UsageError(
            "--at is one time, --since and --until are the ends of a longer one: give the one or the others"
        )
    since, until = at or since, at or until
    return (end_of(since) if at and since else instant(since) if since else None), (end_of(until) if until else None)


def _closing(many: int, limit: int) -> str:
    if not many:
        return "nothing was found"
    return terminal.more(limit) if many > limit else counted(many, "clause")


def _missing(unindexed: int) -> str:
    """What a search cannot know yet, after the archive of an earlier program was brought up to date in part."""
    return (
        f"; {counted(unindexed, 'version')} cannot be searched yet: `monitor check` goes on with it"
        if unindexed
        else ""
    )


def _print(told: Sequence[Hit], json_: bool) -> None:
    console = terminal.console()
    for hit in told:
        if json_:
            print_json(_hit_json(hit))
            continue
        clause = hit.clause
        console.print(
            Text(f"{clause.vendor}/{clause.page}", "bold")
            .append(f"  {_times(clause)}", "" if clause.stands else "red")
            .append(f"  {', '.join(hit.topics)}", "yellow")
        )
        if trail := terminal.headings(clause.last.trail):
            console.print(Text(f"  {trail}", "dim"))
        console.print(Text("  ").append(_marked(clause.text, hit.marks, signs=not console.is_terminal)))
        console.print(Text(f"  {_command(clause)}\n", "dim"))


def _marked(text: str, marks: Sequence[tuple[int, int]], *, signs: bool) -> Text:
    """A clause with what was found in it in bold, or between signs that survive a pipe; what is far from it is folded."""
    opening, closing = FOUND if signs else ("", "")
    shown, at = Text(), 0
    for start, end in marks:
        shown.append(terminal.folded(printable(text[at:start])))
        shown.append(f"{opening}{printable(text[start:end])}{closing}", "bold green")
        at = end
    return shown.append(terminal.folded(printable(text[at:])))


def _times(clause: RecordedClause) -> str:
    """Since when, or from when until when, a clause stood; the last spell first."""
    last, *earlier = reversed(clause.spells)
    shown = [_in_words(last), *(f"before that {_in_words(spell)}" for spell in earlier[: MOST_SPELLS - 1])]
    return "; ".join((*shown, *(["and earlier"] if len(earlier) >= MOST_SPELLS else [])))


def _in_words(spell: Spell) -> str:
    """A spell in words. What another reading of the page brought or took away says nothing of the page itself."""
    reading = ", as read," if spell.as_read else ""
    since = terminal.when(spell.since) + (" or before" if spell.brought_by is None and not spell.as_read else "")
    if spell.ended is None:
        return f"stands{reading} since {since}"
    until = terminal.when(spell.last_seen_at) + (", as read" if spell.ended_as_read else "")
    return f"stood{reading} from {since} until {until}"


def _command(clause: RecordedClause) -> str:
    """The command that shows where a clause came from or, when it is gone, where it went."""
    change = clause.last.brought_by if clause.stands else clause.last.dropped_by
    if change is not None:
        return f"monitor show {change}"
    at = "" if clause.stands else f" --at {clause.last.last_seen_at:%Y-%m-%dT%H:%MZ}"
    return f"monitor blame {clause.vendor}/{clause.page}{at}"


def _hit_json(hit: Hit) -> dict[str, object]:
    clause = hit.clause
    return {
        "vendor": clause.vendor,
        "page": clause.page,
        "text": clause.text,
        "marks": [list(mark) for mark in hit.marks],
        "kind": clause.last.kind,
        "trail": list(clause.last.trail),
        "topics": list(hit.topics),
        "stands": clause.stands,
        "first_seen_at": stamp(clause.spells[0].since),
        "last_seen_at": stamp(clause.last.last_seen_at),
        "spells": [_spell_json(spell) for spell in clause.spells],
    }


def _spell_json(spell: Spell) -> dict[str, object]:
    return {
        "since": stamp(spell.since),
        "began_version": spell.began,
        "brought_by": spell.brought_by,
        "as_read": spell.as_read,
        "last_seen_at": stamp(spell.last_seen_at),
        "ended_version": spell.ended,
        "dropped_by": spell.dropped_by,
        "ended_as_read": spell.ended_as_read,
    }


@click.command()
@click.argument("page", metavar="VENDOR/PAGE")
@click.option("--at", metavar="DATE", help="The version in force on this date (default: the last one).")
@click.option("--topic", type=click.Choice(TOPICS), help="Only the clauses that speak of this topic.")
@as_json
@common
def blame(setup: Setup, page: str, at: str | None, topic: str | None, json_: bool) -> None:
    """Since when each clause of a page stands, and the change that brought it."""
    with setup.reading() as archive:
        found = archive.clauses.blame(*page_key(page), end_of(at) if at else None)
        unindexed = archive.clauses.behind()
    told = list(blamed(found, topic))
    if json_:
        for each in told:
            print_json(_blamed_json(each))
    else:
        for line in _lines(told, context=bool(topic)):
            terminal.console().print(line)
    setup.say(_ends(told) + _missing(unindexed))


def _lines(told: Sequence[Blamed], *, context: bool) -> Iterator[Text]:
    """A line a clause; with `context` also one for the headings that it stands under, as these are not among the clauses."""
    newest = max((each.spell.since for each in told if each.spell), default=None)
    under: tuple[str, ...] = ()
    for each in told:
        block = each.clause.block
        if context and block.trail != under:
            under = block.trail
            yield Text(f"{'':28}{terminal.headings(under)}", "dim")
        style = "green" if each.spell and each.spell.since == newest else ""
        since = terminal.when(each.spell.since if each.spell else None)
        text = Text(f"{since:16}  {_origin(each.spell):8}  ", style)
        shown = printable(each.clause.text)
        yield text.append(shown, "bold") if block.kind == "heading" else text.append(f"  {shown}", style)


def _origin(spell: Spell | None) -> str:
    """What brought a clause: a change, the page's first version, or another reading of it."""
    if spell is None:
        return "-"
    return f"#{spell.brought_by}" if spell.brought_by else "as read" if spell.as_read else "first"


def _ends(told: Sequence[Blamed]) -> str:
    """The oldest and the newest of these clauses."""
    times = sorted(each.spell.since for each in told if each.spell)
    if not times:
        return "no clause"
    return f"{counted(len(told), 'clause')}, the oldest of {terminal.when(times[0])}, the newest of {terminal.when(times[-1])}"


def _blamed_json(each: Blamed) -> dict[str, object]:
    spell, block = each.spell, each.clause.block
    return {
        "text": each.clause.text,
        "kind": block.kind,
        "trail": list(block.trail),
        "topics": list(each.topics),
        "since": stamp(spell.since) if spell else None,
        "version": spell.began if spell else None,
        "change": spell.brought_by if spell else None,
        "as_read": bool(spell and spell.as_read),
    }


COMMANDS: tuple[click.Command, ...] = (search, blame)
