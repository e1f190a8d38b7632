"""What a broken watchlist is told: the file, the line, the key, and what was expected."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import Mistake, WatchlistError
from monitor.watchlist.loading import load, parse

TEN = """\
version: 1
settings:
  evry: 6h
  language: de
channels:
  mail: {kind: pigeon}
rules:
  - send: [mial]
    topics: [retentoin]
vendors:
  acme:
    pages:
      terms:
        type: termz
        url: ftp://acme.example/
        selct: main
      Privacy:
        type: privacy
        url: https://acme.example/privacy
        every: 5 minutes
"""
HEAD = "version: 1\n"
PAGE = "vendors:\n  acme:\n    pages:\n      terms: {type: terms, url: https://acme.example/}\n"


def mistakes(data: str | bytes) -> tuple[Mistake, ...]:
    with pytest.raises(WatchlistError) as caught:
        parse(data if isinstance(data, bytes) else data.encode(), Path("w.yaml"), {})
    return caught.value.mistakes


def page(entry: str) -> str:
    """A watchlist whose line 5 is one page's entry."""
    return f"{HEAD}vendors:\n  acme:\n    pages:\n      terms: {{type: terms, {entry}}}\n"


def vendor(entry: str) -> str:
    """A watchlist whose line 3 is one vendor's entry."""
    return f"{HEAD}vendors:\n  acme: {{{entry}, pages: {{terms: {{type: terms, url: https://acme.example/}}}}}}\n"


def channel(entry: str) -> str:
    return f"{HEAD}{PAGE}channels:\n  c: {{{entry}}}\n"


def rule(entry: str) -> str:
    return f"{HEAD}{PAGE}channels:\n  mail: {{kind: apprise, url: tgram://x}}\nrules:\n  - {{{entry}}}\n"


def verdict(entry: str) -> str:
    return f"{HEAD}{PAGE}verdicts:\n  - {{{entry}}}\n"


def test_ten_mistakes_are_reported_at_once() -> None:
    """Every mistake is told in one go, sorted by line, with its key and what was expected there."""
    assert [(mistake.line, mistake.key) for mistake in mistakes(TEN)] == [
        (3, "settings.evry"),
        (4, "settings.language"),
        (6, "channels.mail.kind"),
        (8, "rules[0].send[0]"),
        (9, "rules[0].topics[0]"),
        (14, "vendors.acme.pages.terms.type"),
        (15, "vendors.acme.pages.terms.url"),
        (16, "vendors.acme.pages.terms.selct"),
        (17, "vendors.acme.pages.Privacy"),
        (20, "vendors.acme.pages.Privacy.every"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "key", "expected"),
    [
        # the file
        ("", 1, "file", "empty"),
        ("# nothing\n", 1, "file", "empty"),
        ("- a\n", 1, "file", "expected keys and values"),
        ("\ufeff", 1, "file", "empty"),
        (b"version: 1\nvendors: \xff\xfe\n", 2, "file", "UTF-8"),
        ("version: 1\n".encode("utf-16"), 1, "file", "UTF-8"),
        (b"version: 1\r\na: \x00", 2, "file", "control character"),
        (b"#" * 1_000_001, 1, "file", "at most 1,000,000 bytes"),
        # YAML
        ("version: 1\n\tvendors: 2\n", 2, "syntax", "a tab stands here"),
        ("version: 1\r\nvendors: {\r\n", 3, "syntax", "not YAML"),
        ("version: 1\nevery: */5 * * * *\n", 2, "syntax", "in quotes"),
        ("version: 1\n---\nversion: 1\n", 2, "syntax", "another document"),
        (HEAD + PAGE + "version: 1\n", 6, "version", "stands twice, first on line 1"),
        (HEAD + PAGE + "      terms: 5\n", 6, "vendors.acme.pages.terms", "stands twice, first on line 5"),
        (page("url: !!python/object/apply:os.system [id]"), 5, "vendors.acme.pages.terms.url", "!!python/object/apply"),
        (page("note: !secret x, url: https://acme.example/"), 5, "vendors.acme.pages.terms.note", "the tag `!secret`"),
        (page("note: 2024-02-31, url: https://acme.example/"), 5, "vendors.acme.pages.terms.note", "no such date"),
        (HEAD + PAGE + "? [a]\n: 1\n", 6, "file", "where a key belongs"),
        (HEAD + PAGE + "<<: 5\n", 6, "file", "expected a mapping after `<<`"),
        # the top
        (PAGE, 1, "version", "missing"),
        ("version: 2\n" + PAGE, 1, "version", "expected 1"),
        (HEAD, 1, "vendors", "missing"),
        (HEAD + "vendors: {}\n", 2, "vendors", "at least one"),
        (HEAD + "vendors:\n", 2, "vendors", "expected keys and values"),
        (HEAD + PAGE + "vendor: {}\n", 6, "vendor", "did you mean `vendors`?"),
        (HEAD + PAGE + "zzz: 1\n", 6, "zzz", "expected one of channels, health, rules, settings, vendors, verdicts, version"),
        # settings
        (HEAD + PAGE + "settings:\n  every: 0 25 * * *\n", 7, "settings.every", "cron field hour"),
        (HEAD + PAGE + "settings:\n  archive: ''\n", 7, "settings.archive", "some text"),
        (HEAD + PAGE + "settings:\n  contact: ${WHO}\n", 7, "settings.contact", "environment variable WHO"),
        (HEAD + PAGE + "settings: {allow_private_addresses: 1}\n", 6, "settings.allow_private_addresses", "true or"),
        *(
            (HEAD + PAGE + f"settings: {{confirm: {said}}}\n", 6, "settings.confirm", "from `0s` to `10m`")
            for said in ("5", "true", "5h", "11m", "601s", "-1s", "''", "")
        ),
        *(
            (HEAD + PAGE + f"settings: {{remind: {said}}}\n", 6, "settings.remind", "from `1d` to `99d`, or false")
            for said in ("7", "true", "0d", "100d", "2w", "''", "")
        ),
        (HEAD + PAGE + "settings:\n  every_by_type: {termz: 1d}\n", 7, "settings.every_by_type.termz", "did you mean `terms`?"),
        (HEAD + PAGE + "settings:\n  every_by_type: {terms: 1x}\n", 7, "settings.every_by_type.terms", "`15m`"),
        (HEAD + PAGE + "settings: {every_by_type: 6h}\n", 6, "settings.every_by_type", "expected keys and values"),
        # channels
        (channel("kind: webhok, url: https://a.example"), 7, "channels.c.kind", "did you mean `webhook`?"),
        (channel("kind: pigeon"), 7, "channels.c.kind", "expected one of apprise, command, email, feed, webhook"),
        (channel("url: https://a.example"), 7, "channels.c.kind", "expected one of email, webhook, apprise"),
        (channel("kind: webhook"), 7, "channels.c.url", "missing"),
        (channel("kind: webhook, url: file:///etc"), 7, "channels.c.url", "https://"),
        (channel('kind: webhook, url: "${A-B}"'), 7, "channels.c.url", "written as `${NAME}`"),
        (channel('kind: webhook, url: https://a.example, secret: ""'), 7, "channels.c.secret", "some text"),
        (channel("kind: apprise, url: chat"), 7, "channels.c.url", "address of apprise"),
        (channel("kind: apprise, urll: tgram://x, url: tgram://x"), 7, "channels.c.urll", "did you mean `url`?"),
        (channel("kind: email, to: a@b.example, from: a@b.example, smtp: smtp://h"), 7, "channels.c.to", "a list"),
        (channel("kind: email, to: [ab], from: a@b.example, smtp: smtp://h"), 7, "channels.c.to[0]", "you@example.com"),
        (channel("kind: email, to: [a@b.example], from: a@b.example, smtp: h"), 7, "channels.c.smtp", "smtp://"),
        (HEAD + PAGE + "channels:\n  My Mail: {kind: apprise, url: tgram://x}\n", 7, "channels.My Mail", "a name"),
        # rules
        (rule("topics: [training]"), 9, "rules[0].send", "missing"),
        (rule("send: []"), 9, "rules[0].send", "at least one"),
        (rule("send: [mial]"), 9, "rules[0].send[0]", "did you mean `mail`?"),
        (rule("send: [mail], topics: [trainin]"), 9, "rules[0].topics[0]", "did you mean `training`?"),
        (rule("send: [mail], types: [privcy]"), 9, "rules[0].types[0]", "did you mean `privacy`?"),
        (rule("send: [mail], vendors: [acne]"), 9, "rules[0].vendors[0]", "did you mean `acme`?"),
        (rule("send: [mail], pages: [acme/term]"), 9, "rules[0].pages[0]", "did you mean `acme/terms`?"),
        (rule("send: [mail], importance: huge"), 9, "rules[0].importance", "expected 'major' or 'minor'"),
        (rule("send: [mail], digest: 3"), 9, "rules[0].digest", "expected daily, weekly, or like"),
        (rule("send: [mail], digest: monthly"), 9, "rules[0].digest", "expected daily, weekly, or like"),
        (rule("send: [mail], digest: {at: noon}"), 9, "rules[0].digest.every", "missing"),
        (rule("send: [mail], digest: {every: daily, at: noon}"), 9, "rules[0].digest.at", "a time of day"),
        (rule("send: [mail], digest: {every: weekly, on: freitag}"), 9, "rules[0].digest.on", "did you mean `friday`?"),
        (rule("send: [mail], digest: {every: daily, on: friday}"), 9, "rules[0].digest", "a daily one has none"),
        (rule("send: [mail], digest: {evry: daily}"), 9, "rules[0].digest.evry", "did you mean `every`?"),
        (rule("send: [mail], escalate: {after: soon, send: [mail]}"), 9, "rules[0].escalate.after", "like `30m`, `4h`"),
        (rule("send: [mail], escalate: {after: 4h, send: [chat]}"), 9, "rules[0].escalate.send[0]", "unknown channel"),
        (rule("send: [mail], urgent: maybe"), 9, "rules[0].urgent", "true or false"),
        # times, health
        (HEAD + "settings: {timezone: Mars/Base}\n" + PAGE, 2, "settings.timezone", "a time zone like"),
        (HEAD + "settings: {quiet_hours: late}\n" + PAGE, 2, "settings.quiet_hours", '"22:00-07:00"'),
        (HEAD + 'settings: {quiet_hours: "07:00-07:00"}\n' + PAGE, 2, "settings.quiet_hours", "different times"),
        (HEAD + "settings: {quiet_hours: true}\n" + PAGE, 2, "settings.quiet_hours", '"22:00-07:00"'),
        (HEAD + "settings: {storm: 0}\n" + PAGE, 2, "settings.storm", "from 1 to 1000, or false"),
        (HEAD + "settings: {storm: true}\n" + PAGE, 2, "settings.storm", "from 1 to 1000, or false"),
        (HEAD + "settings: {templates: nowhere}\n" + PAGE, 2, "settings.templates", "expected a folder"),
        (HEAD + "settings: {archive_url: here}\n" + PAGE, 2, "settings.archive_url", "an address like"),
        (HEAD + "health: {send: [mail]}\n" + PAGE, 2, "health.send[0]", "there is none yet"),
        (HEAD + "health: {after: 0}\n" + PAGE, 2, "health.after", "at least 1"),
        (HEAD + "health: {after: 101}\n" + PAGE, 2, "health.after", "at most 100"),
        (HEAD + "health: {after: three}\n" + PAGE, 2, "health.after", "a whole number"),
        (HEAD + "health: {free: little}\n" + PAGE, 2, "health.free", "like `200MB`"),
        (HEAD + "health: {heartbeat: often}\n" + PAGE, 2, "health.heartbeat", "an address like"),
        (HEAD + "health: {heartbeet: x}\n" + PAGE, 2, "health.heartbeet", "did you mean `heartbeat`?"),
        (HEAD + "channels: {own: {kind: command, run: []}}\n" + PAGE, 2, "channels.own.run", "at least one"),
        (HEAD + "channels: {news: {kind: feed}}\n" + PAGE, 2, "channels.news.folder", "missing"),
        (HEAD + PAGE + "rules:\n  - {send: [mail]}\n", 7, "rules[0].send[0]", "there is none yet"),
        # verdicts
        (verdict("topics: [training]"), 7, "verdicts[0].importance", "missing"),
        (verdict("importance: minr, topics: [training]"), 7, "verdicts[0].importance", "did you mean `minor`?"),
        (verdict("importance: major"), 7, "verdicts[0]", "this fits every finding; expected at least one filter of topics"),
        (verdict("importance: major, words: [], because: x"), 7, "verdicts[0]", "this fits every finding"),
        (verdict("importance: none, topics: [offer]"), 7, "verdicts[0].topics[0]", "did you mean `offers`?"),
        (verdict("importance: none, types: [privcy]"), 7, "verdicts[0].types[0]", "did you mean `privacy`?"),
        (verdict("importance: none, vendors: [acne]"), 7, "verdicts[0].vendors[0]", "did you mean `acme`?"),
        (verdict("importance: none, pages: [acme/term]"), 7, "verdicts[0].pages[0]", "did you mean `acme/terms`?"),
        (verdict("importance: none, change: [remove]"), 7, "verdicts[0].change[0]", "did you mean `removed`?"),
        (verdict("importance: none, words: retention"), 7, "verdicts[0].words", "a list"),
        (verdict("importance: none, words: [30]"), 7, "verdicts[0].words[0]", "in quotes"),
        (verdict("importance: none, words: [' - ']"), 7, "verdicts[0].words[0]", "a word or a phrase"),
        (verdict("importance: none, word: [retention]"), 7, "verdicts[0].word", "did you mean `words`?"),
        (HEAD + PAGE + "verdicts: {importance: none}\n", 6, "verdicts", "a list"),
        # pages
        (page(""), 5, "vendors.acme.pages.terms.url", "missing"),
        (page("url: acme.example"), 5, "vendors.acme.pages.terms.url", "https://example.com/terms"),
        (page("url: 'https://'"), 5, "vendors.acme.pages.terms.url", "https://example.com/terms"),
        (page("url: 'https://a b.example/'"), 5, "vendors.acme.pages.terms.url", "no spaces"),
        (page("url: 'https://[x/'"), 5, "vendors.acme.pages.terms.url", "https://example.com/terms"),
        (page("url: 'https://a.example:99999/'"), 5, "vendors.acme.pages.terms.url", "https://example.com/terms"),
        (page("url: https://a.example/, select: 'a['"), 5, "vendors.acme.pages.terms.select", "CSS selector"),
        (page("url: https://a.example/, remove: ['a>>']"), 5, "vendors.acme.pages.terms.remove[0]", "CSS selector"),
        (page("url: https://a.example/, every: 6"), 5, "vendors.acme.pages.terms.every", "expected text"),
        (page("url: https://a.example/, every: 30s"), 5, "vendors.acme.pages.terms.every", "`15m`"),
        (page("url: https://a.example/, language: english"), 5, "vendors.acme.pages.terms.language", "language code"),
        (page("url: https://a.example/, language: no"), 5, "vendors.acme.pages.terms.language", "in quotes"),
        (page("url: https://a.example/, fetch: curl"), 5, "vendors.acme.pages.terms.fetch", "'http' or 'browser'"),
        (page("url: https://a.example/, enabled: maybe"), 5, "vendors.acme.pages.terms.enabled", "true or false"),
        (HEAD + "vendors:\n  acme: {}\n", 3, "vendors.acme.pages", "missing"),
        (HEAD + "vendors:\n  acme: {pages: {}}\n", 3, "vendors.acme.pages", "at least one"),
        (HEAD + "vendors:\n  acme: {nmae: A, pages: {}}\n", 3, "vendors.acme.nmae", "did you mean `name`?"),
        (vendor("name: [A, B]"), 3, "vendors.acme.name", "like {en: Northwind AI, zh: 北风智能}"),
        (vendor("name: {en: A}"), 3, "vendors.acme.name.zh", "missing"),
        (vendor("name: {en: A, zh: ''}"), 3, "vendors.acme.name.zh", "some text"),
        (vendor("name: {en: A, zh: B, fr: C}"), 3, "vendors.acme.name.fr", "expected one of en, zh"),
        (page("url: https://a.example/, region: europe"), 5, "vendors.acme.pages.terms.region", "like EU, CN or US"),
        (page("url: https://a.example/, region: no"), 5, "vendors.acme.pages.terms.region", "in quotes"),
        (page("url: https://a.example/, needs: true"), 5, "vendors.acme.pages.terms.needs", "in quotes"),
        (page("url: https://a.example/, unverified: 1"), 5, "vendors.acme.pages.terms.unverified", "true or false"),
        (page("url: https://a.example/, twin_of: acme/term"), 5, "vendors.acme.pages.terms.twin_of", "did you mean `acme/terms`?"),
        (page("url: https://a.example/, twin_of: acme/terms"), 5, "vendors.acme.pages.terms.twin_of", "no twin itself"),
        (
            page("url: https://a.example/, twin_of: acme/b")
            + "      b: {type: terms, url: https://b.example/, twin_of: acme/c}\n"
            + "      c: {type: terms, url: https://c.example/}\n",
            5, "vendors.acme.pages.terms.twin_of", "acme/b is the twin of acme/c",
        ),
        (HEAD + PAGE.replace("acme:", "Acme AI:"), 3, "vendors.Acme AI", "a name of a-z"),
        (
            HEAD + PAGE + "      again: {type: terms, url: https://acme.example/#top}\n",
            6, "vendors.acme.pages.again.url", "already watched as acme/terms",
        ),
    ],
)  # fmt: skip
def test_bad_files(text: str | bytes, line: int, key: str, expected: str) -> None:
    """Each way to break a watchlist is told with its line, its key and what was expected."""
    found = [mistake for mistake in mistakes(text) if (mistake.line, mistake.key) == (line, key)]
    assert len(found) == 1, mistakes(text)
    assert expected in found[0].expected


def test_links_between_entries_are_checked_in_a_broken_file() -> None:
    """A wrong name in a rule and an address watched twice are told although the shape is wrong elsewhere."""
    text = f"version: 7\n{PAGE}      b: {{type: terms, url: https://acme.example/}}\nrules:\n  - {{send: [x]}}\n"
    assert [mistake.key for mistake in mistakes(text)] == ["version", "vendors.acme.pages.b.url", "rules[0].send[0]"]


def test_a_misspelt_filter_is_one_mistake() -> None:
    """An entry whose only filter is misspelt is told of the name, not that it has no filter."""
    keys = [mistake.key for mistake in mistakes(verdict("importance: none, topcis: [training]"))]
    assert keys == ["verdicts[0].topcis"]


def test_verdicts_without_a_filter_are_told_in_a_broken_file() -> None:
    """An entry that fits every finding is told with its line though the shape is wrong elsewhere."""
    text = verdict("importance: none").replace("version: 1", "version: 7")
    assert [(mistake.line, mistake.key) for mistake in mistakes(text)] == [(1, "version"), (7, "verdicts[0]")]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "a: " + "{a: " * 1000,
        "a: &a [*a]",
        "a: &a {<<: *a}",
        "a: &a {<<: [*a, *a], b: *a}",
        "a: &a [1,2,3,4,5,6,7,8,9]\n"
        + "".join(f"{n}: &{n} [{','.join([f'*{o}'] * 9)}]\n" for o, n in zip("abcdefgh", "bcdefghi", strict=True)),
    ],
)
def test_bombs_are_refused(text: str) -> None:
    """Deep nesting, circles and aliases of aliases are refused instead of eating the memory."""
    assert "nested too deeply" in mistakes(text)[-1].expected


def test_secrets_are_not_in_mistakes() -> None:
    """A mistake in a channel never repeats what the channel was told in confidence."""
    entry = 'kind: webhook, url: "ftp://hush", secret: [hush], urll: hush'
    password = "      p: {type: terms, url: https://me:hush@acme.example/}\n"
    assert "hush" not in "\n".join(map(str, mistakes(channel(entry).replace(PAGE, PAGE + password))))


def test_missing_file_is_told(tmp_path: Path) -> None:
    """A watchlist that cannot be read is a mistake of its own, not a traceback."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(WatchlistError, match="cannot be read") as caught:
            load(path, {})
        assert caught.value.exit_status == 2


@settings(max_examples=80)
@given(st.integers(0, len(TEN) - 1), st.text("\t\n :[]{}*&!<>|'\"#%@,-?a1\x00é", max_size=3))
def test_damage_never_escapes_as_another_error(position: int, damage: str) -> None:
    """Whatever a slip of the editor does to a file, its mistakes come as mistakes, on lines that the file has."""
    text = TEN[:position] + damage + TEN[position + 1 :]
    assert all(1 <= mistake.line <= text.count("\n") + 1 for mistake in mistakes(text))
