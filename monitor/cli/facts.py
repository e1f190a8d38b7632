"""`facts`: what every vendor says on the questions that are kept track of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import click
from rich.text import Text

from monitor.cli import terminal
from monitor.cli.arguments import end_of
from monitor.cli.setup import Setup, as_json, common, now, print_json
from monitor.errors import UsageError
from monitor.facts import Reader, facts
from monitor.model import QUESTIONS, Fact
from monitor.records import PageState
from monitor.report.answers import COLUMNS, matrix
from monitor.report.catalogue import LANGUAGES, words_of
from monitor.report.facts import claims, fact_json, facts_csv, facts_html, facts_markdown
from monitor.report.style import Style
from monitor.words import printable

_WIDTH = 100
_FORMATS = ("table", "markdown", "html", "csv", "json")


@click.command("facts")
@click.option("--vendor", help="Only this vendor's.")
@click.option("--question", type=click.Choice(QUESTIONS), help="Only on this question.")
@click.option("--at", metavar="DATE", help="As of this date or time, rather than of now.")
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True, help="How it is written."
)
@click.option("--quotes", is_flag=True, help="Below the table, the words of the pages.")
@click.option("--article", is_flag=True, help="Write it as an article with its sources, in Markdown.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The language (default: the watchlist's).")
@as_json
@common
def facts_command(
    setup: Setup,
    vendor: str | None,
    question: str | None,
    at: str | None,
    form: str,
    quotes: bool,
    article: bool,
    language: str | None,
    json_: bool,
) -> None:
    """What every vendor says now on users' data and free offers, with its words, since when, and what it said before."""
    moment = end_of(at) if at else now()
    style = Style(language or setup.language())
    with setup.reading() as archive:
        _check(vendor, archive.pages())
        found = [fact for fact in facts(Reader(archive), moment, vendor) if question in (None, fact.now.question)]
    if json_ or form == "json":
        for fact in found:
            print_json(fact_json(fact, moment))
    elif article or form == "markdown":
        click.echo(facts_markdown(found, moment, style, article=article), nl=False)
    elif form == "html":
        click.echo(facts_html(found, moment, style), nl=False)
    elif form == "csv":
        click.echo(facts_csv(found, moment, style), nl=False)
    else:
        _print(found, moment, style, quotes=quotes)


def _check(vendor: str | None, pages: Sequence[PageState]) -> None:
    """Whether the archive has a vendor; UsageError with those that it has."""
    known = sorted({state.vendor for state in pages})
    if vendor is not None and vendor not in known:
        raise UsageError(f"the archive has no vendor {vendor!r}; it has {', '.join(known) or 'none yet'}")


def _print(found: Sequence[Fact], at: datetime, style: Style, *, quotes: bool) -> None:
    words = words_of(style)
    console = terminal.console()
    rows = matrix(found, words, at.date())
    if not rows:
        console.print(words.say("no-facts"))
        return
    head = [words.say("vendor"), *(words.say(column.name) for column in COLUMNS)]
    shown = terminal.table(head, [[row.name, *("\n".join(cell) for cell in row.cells)] for row in rows])
    console.print(shown, width=min(_WIDTH, console.width))
    for line in _quoted(found, at, style) if quotes else ():
        console.print(line)


def _quoted(found: Sequence[Fact], at: datetime, style: Style) -> Iterator[Text]:
    """Each fact with its words, where they stand, since when, and what it was before."""
    words = words_of(style)
    for row in matrix(found, words, at.date()):
        yield Text(f"\n{printable(row.name)}", "bold")
        for claim in claims(row.facts, at, words):
            yield Text(f"• {printable(words.label(claim.asked, claim.said))}")
            for quote in claim.quotes:
                yield Text(f"  “{printable(quote.text)}”", "italic")
                yield Text(f"  {printable(quote.source)}  {printable(quote.url)}", "dim")
            yield from (Text(f"  {printable(note)}", "dim") for note in claim.notes)


COMMANDS: tuple[click.Command, ...] = (facts_command,)
