"""What a sound watchlist says."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from monitor.errors import UsageError
from monitor.health import Watch
from monitor.model import DATA_TOPICS, OFFER_TOPICS, Digest, Escalation, Override, Page, QuietHours, Rule
from monitor.watchlist import (
    AppriseSettings,
    CommandSettings,
    EmailSettings,
    FeedSettings,
    HealthSettings,
    Settings,
    Watchlist,
    WebhookSettings,
    expand,
)
from monitor.watchlist.loading import load

FULL = """\
version: 1
settings:
  every: 2h
  every_by_type: {pricing: 6h, data-controls: 1w}
  language: zh
  archive: data/a.db
  contact: you@example.com
  confirm: 2m
  pause: 7s
  timezone: Asia/Shanghai
  quiet_hours: "22:00-07:30"
  storm: 20
  remind: 14d
  templates: mine
  archive_url: https://archive.example/terms/
  allow_private_addresses: true
health:
  send: [mail]
  after: 5
  free: 2GB
  heartbeat: "${HEARTBEAT_URL}"
channels:
  mail: {kind: email, to: [you@example.com], from: monitor@example.com, smtp: "${SMTP_URL}"}
  hook: {kind: webhook, url: "${WEBHOOK_URL}", secret: "${WEBHOOK_SECRET}"}
  chat: {kind: apprise, url: "${APPRISE_URL}", quiet_hours: false}
  own: {kind: command, run: [/usr/local/bin/tell, "${TOKEN}"], quiet_hours: "12:00-13:00"}
  news: {kind: feed, folder: feeds, url: https://archive.example/feeds}
rules:
  - {topics: [data-usage, offers], importance: major, send: [mail, chat]}
  - topics: [limits, offers]
    importance: minor
    send: [mail]
    digest: weekly
    vendors: [acme]
    pages: [acme/terms]
    types: [dpa]
  - {send: [news], digest: {every: weekly, on: friday, at: "17:30"}, escalate: {after: 4h, send: [chat]}, urgent: true}
  - {send: [news], digest: daily}
verdicts:
  - {topics: [offers, price], types: [pricing], importance: minor}
  - vendors: [acme]
    pages: [acme/terms]
    change: [added, removed]
    words: [service provider, 服务商]
    importance: none
    because: hosts come and go
vendors:
  acme:
    name: {en: Acme AI, zh: 艾克米}
    pages:
      terms:
        type: data-controls
        url: https://acme.example/terms
        select: main
        remove: [".related", "footer"]
        fetch: http
        every: 0 */6 * * *
        timezone: Europe/Berlin
        robots: false
        language: en
        region: EU
        unverified: true
        note: read by hand in May
  beta:
    pages:
      pricing: {type: pricing, url: http://beta.example:8080/}
      prices: {type: other, url: https://beta.example/prices.json, twin_of: beta/pricing}
      account: {type: other, url: https://beta.example/account, enabled: false, needs: a login}
"""
ZONE = "Asia/Shanghai"
SMALL = "version: 1\nvendors:\n  acme:\n    pages:\n      terms: {type: terms, url: https://acme.example/}\n"


def write(folder: Path, text: str | bytes) -> Path:
    (folder / "mine").mkdir(exist_ok=True)
    path = folder / "watchlist.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    """Each key of the file arrives in the values, variables of channels as they are written."""
    path = write(tmp_path, FULL)
    terms = Page(
        "acme", "terms", "data-controls", "https://acme.example/terms", "艾克米",
        "main", (".related", "footer"), "http", "0 */6 * * *", "en", "Europe/Berlin", robots=False, region="EU",
    )  # fmt: skip
    assert load(path, {}) == Watchlist(
        path=path,
        settings=Settings(
            "2h", "zh", tmp_path / "data/a.db", "you@example.com", 120, 7, "Asia/Shanghai", 20, 14, tmp_path / "mine",
            "https://archive.example/terms", allow_private_addresses=True,
        ),
        health=HealthSettings(Watch(5, 2_000_000_000), ("mail",), "${HEARTBEAT_URL}"),
        channels=(
            EmailSettings("mail", ("you@example.com",), "monitor@example.com", "${SMTP_URL}"),
            WebhookSettings("hook", "${WEBHOOK_URL}", "${WEBHOOK_SECRET}"),
            AppriseSettings("chat", "${APPRISE_URL}"),
            CommandSettings("own", ("/usr/local/bin/tell", "${TOKEN}")),
            FeedSettings("news", tmp_path / "feeds", "https://archive.example/feeds"),
        ),
        quiet={name: QuietHours(time(22), time(7, 30), ZONE) for name in ("mail", "hook", "news")}
        | {"own": QuietHours(time(12), time(13), ZONE)},
        rules=(
            Rule(("mail", "chat"), DATA_TOPICS + OFFER_TOPICS, mentions=Digest(zone=ZONE)),
            Rule(
                ("mail",), ("limits", "free-amount", "free-terms", "price"), "minor",
                ("acme",), ("acme/terms",), ("dpa",), Digest("weekly", zone=ZONE), mentions=Digest(zone=ZONE),
            ),
            Rule(
                ("news",), digest=Digest("weekly", time(17, 30), 4, ZONE), mentions=Digest(zone=ZONE),
                escalate=Escalation(timedelta(hours=4), ("chat",)), urgent=True,
            ),
            Rule(("news",), digest=Digest(zone=ZONE), mentions=Digest(zone=ZONE)),
        ),
        pages=(
            terms,
            Page("beta", "pricing", "pricing", "http://beta.example:8080/", "beta", every="6h", zone=ZONE),
            Page(
                "beta", "prices", "other", "https://beta.example/prices.json", "beta", every="2h", zone=ZONE,
                twin_of="beta/pricing",
            ),
        ),
        disabled=(Page("beta", "account", "other", "https://beta.example/account", "beta", every="2h", zone=ZONE),),
        notes={"acme/terms": "read by hand in May"},
        names={"acme": {"en": "Acme AI", "zh": "艾克米"}, "beta": {"en": "beta", "zh": "beta"}},
        needs={"beta/account": "a login"},
        unverified=frozenset({"acme/terms"}),
        verdicts=(
            Override("minor", ("free-amount", "free-terms", "limits", "price"), ("pricing",)),
            Override(
                "none", vendors=("acme",), pages=("acme/terms",), change=("added", "removed"),
                words=("service provider", "服务商"), because="hosts come and go",
            ),
        ),
    )  # fmt: skip


def test_defaults(tmp_path: Path) -> None:
    """A file with pages alone gets the defaults: every 12 hours, a second look after 5 seconds, English."""
    watchlist = load(write(tmp_path, SMALL), {})
    assert watchlist.settings == Settings(
        "12h",
        "en",
        tmp_path / "snapshots/archive.db",
        "",
        5,
        None,
        "UTC",
        10,
        7,
        None,
        "",
        allow_private_addresses=False,
    )
    assert (watchlist.health, watchlist.quiet) == (HealthSettings(Watch(3, 200_000_000)), {})
    assert watchlist.pages == (Page("acme", "terms", "terms", "https://acme.example/", "acme"),)
    assert (watchlist.channels, watchlist.rules, watchlist.verdicts, watchlist.disabled) == ((), (), (), ())
    assert (watchlist.notes, watchlist.needs, watchlist.unverified) == ({}, {}, frozenset())


@pytest.mark.parametrize(("language", "name"), [("en", "Acme AI"), ("zh", "艾克米")])
def test_a_vendor_is_called_by_its_name_in_the_language_of_alerts(tmp_path: Path, language: str, name: str) -> None:
    """Of the names of a vendor, pages carry the one that alerts begin with."""
    text = FULL.replace("language: zh", f"language: {language}", 1)
    assert load(write(tmp_path, text), {}).pages[0].vendor_name == name


def test_a_plain_name_is_that_in_every_language(tmp_path: Path) -> None:
    """A vendor that is called the same everywhere needs no more than its name."""
    text = SMALL.replace("    pages:", "    name: Acme AI\n    pages:")
    assert load(write(tmp_path, text), {}).names == {"acme": {"en": "Acme AI", "zh": "Acme AI"}}


def test_nobody_is_reminded_who_does_not_want_it(tmp_path: Path) -> None:
    """`remind: false` does without reminders."""
    assert load(write(tmp_path, SMALL + "settings: {remind: false}\n"), {}).settings.remind is None


@pytest.mark.parametrize(("said", "seconds"), [("0s", 0), ("90s", 90), ("10m", 600), ("false", None)])
def test_a_second_look_is_put_off_or_given_up(tmp_path: Path, said: str, seconds: int | None) -> None:
    """The pause before a second look is in seconds or minutes; `false` does without the look."""
    assert load(write(tmp_path, SMALL + f"settings: {{confirm: {said}}}\n"), {}).settings.confirm == seconds


@pytest.mark.parametrize(
    "empty", ["settings:\n", "channels:\n", "rules:\n", "verdicts:\n", "settings: {}\nchannels: {}\nrules: []\n"]
)
def test_sections_may_be_empty(tmp_path: Path, empty: str) -> None:
    """A section whose lines are all commented out is the same as none."""
    assert load(write(tmp_path, empty + SMALL), {}).pages == load(write(tmp_path, SMALL), {}).pages


def test_absolute_archive_stays(tmp_path: Path) -> None:
    """An archive with an absolute path is used as it is."""
    path = write(tmp_path, SMALL + "settings: {archive: /srv/archive.db}\n")
    assert load(path, {}).settings.archive == Path("/srv/archive.db")


def test_settings_read_the_environment(tmp_path: Path) -> None:
    """Variables in settings are read when the file is."""
    path = write(tmp_path, SMALL + 'settings: {contact: "${CONTACT}", archive: "${STATE}/a.db"}\n')
    settings = load(path, {"CONTACT": "you@example.com", "STATE": "/srv"}).settings
    assert (settings.contact, settings.archive) == ("you@example.com", Path("/srv/a.db"))


@pytest.mark.parametrize("change", ["\ufeff{}", "# first\n{}", "---\n{}", "{}...\n"])
def test_marks_of_other_editors_are_harmless(tmp_path: Path, change: str) -> None:
    """A byte order mark, a comment, document marks: the file reads the same."""
    assert load(write(tmp_path, change.format(SMALL)), {}).pages == load(write(tmp_path, SMALL), {}).pages


def test_windows_line_ends_are_harmless(tmp_path: Path) -> None:
    """A file with CRLF reads as one with LF."""
    assert load(write(tmp_path, FULL.replace("\n", "\r\n")), {}) == load(write(tmp_path, FULL), {})


def test_aliases_and_merges_mean_what_yaml_says(tmp_path: Path) -> None:
    """Anchors spare repetition: `<<` fills in what a mapping does not say itself, the first of several winning."""
    text = """\
version: 1
vendors:
  acme:
    pages:
      a: &a {type: terms, url: https://acme.example/a, every: 1d}
      b: &b {<<: *a, url: https://acme.example/b, select: main}
      c: {url: https://acme.example/c, <<: [*a, *b]}
"""
    pages = {page.name: page for page in load(write(tmp_path, text), {}).pages}
    assert (pages["b"].url, pages["b"].every, pages["b"].select) == ("https://acme.example/b", "1d", "main")
    assert (pages["c"].url, pages["c"].every, pages["c"].select) == ("https://acme.example/c", "1d", "main")


@pytest.mark.parametrize(
    "url", ["https://acme.example/a#b", "https://例子.example/条款", "http://[::1]:8080/x?y=1&z=2"]
)
def test_addresses_of_all_kinds(tmp_path: Path, url: str) -> None:
    """Fragments, other scripts and numbers are addresses too, and are kept as written."""
    text = SMALL.replace("url: https://acme.example/", f'url: "{url}"')
    assert load(write(tmp_path, text), {}).pages[0].url == url


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    """What a channel is told in confidence appears in no repr."""
    text = FULL.replace("${SMTP_URL}", "smtp://me:hush@mail.example").replace("${WEBHOOK_SECRET}", "hush")
    text = text.replace("${WEBHOOK_URL}", "https://hush.example").replace("${APPRISE_URL}", "tgram://hush")
    assert "hush" not in repr(load(write(tmp_path, text), {}))


def test_expand_reads_the_environment() -> None:
    """Each `${NAME}` is replaced by the variable's value, once; other text stays."""
    assert expand("a ${B_1} $C ${D}", {"B_1": "${D}", "D": "d"}, "channels.mail") == "a ${D} $C d"


@pytest.mark.parametrize("environ", [{}, {"SMTP_URL": ""}])
def test_expand_names_what_is_missing(environ: dict[str, str]) -> None:
    """A variable that is missing or empty is named, and so is the channel that needs it."""
    with pytest.raises(UsageError, match=r"channels\.mail needs the environment variable SMTP_URL"):
        expand("${SMTP_URL}", environ, "channels.mail")
