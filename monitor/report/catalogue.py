"""The words, dates and numbers of alerts and reports, in each language in which they are written.

The words are gettext catalogues beside this module, `locale/LANGUAGE/LC_MESSAGES/monitor.po`. Their keys are symbols, not
sentences, so that English is a language like the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from monitor.report.style import Style

_LOCALE = files("monitor.report") / "locale"
_LOCALES = {"en": "en_GB"}
"""Where a language is written in several ways, the one whose dates these words expect: 8 July 2026, and no July 8."""

LANGUAGES = tuple(sorted(folder.name for folder in _LOCALE.iterdir()))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, and the way it writes dates and numbers; times are told in `zone`."""

    language: str
    zone: tzinfo
    locale: Locale
    translations: NullTranslations

    def say(self, key: str, **values: object) -> str:
        """The words under a key, filled in; the key itself, as it is, where there are none."""
        words = str(self.translations.gettext(key))
        return words.format(**values) if values and words != key else words

    def count(self, key: str, count: int, **values: object) -> str:
        """The words under a key in the form that the number asks for."""
        words = str(self.translations.ngettext(key, key, count))
        return words.format(count=self.number(count), **values) if words != key else words

    def label(self, key: str, value: str) -> str:
        """`Page: value`."""
        return self.say(key) + self.say("colon") + value

    def number(self, value: float) -> str:
        """A number, its digits grouped."""
        return format_decimal(value, locale=self.locale)

    def region(self, code: str) -> str:
        """The name of a country, or of the European Union; the code where it is none."""
        return str(self.locale.territories.get(code, code))

    def day(self, day: date) -> str:
        """`8 July 2026`."""
        return _day(day.date() if isinstance(day, datetime) else day, self.locale)

    def when(self, moment: datetime) -> str:
        """A time to the minute: `2 Mar 2026, 10:00 UTC`."""
        return self._moment(moment, format_date(moment.astimezone(self.zone), "medium", locale=self.locale))

    def lately(self, moment: datetime) -> str:
        """A time of these days, without its year: `2 Mar, 10:00 UTC`."""
        return self._moment(moment, format_skeleton("MMMd", moment, tzinfo=self.zone, locale=self.locale))

    def _moment(self, moment: datetime, day: str) -> str:
        clock = format_time(moment, "HH:mm", tzinfo=self.zone, locale=self.locale)
        offset = format_datetime(moment, "xxx", tzinfo=self.zone, locale=self.locale)
        return self.say("moment", date=day, time=clock, zone="UTC" + offset.replace("+00:00", ""))


@lru_cache(maxsize=1 << 10)  # a table names the same days in every row
def _day(day: date, locale: Locale) -> str:
    return str(format_date(day, "long", locale=locale))


def words_of(style: Style, room: str = "") -> Words:
    """The words for a reader; English where the language has no catalogue, UTC where the zone is unknown.

    `room` is a package that has words of its own, in a folder `locale` like this one's.
    """
    language = style.language.split("-")[0].lower()
    return _words(language if language in LANGUAGES else "en", style.zone, room)


def catalogue(language: str, room: str = "monitor.report") -> Catalog:
    """The catalogue of a language as a room keeps it."""
    file = files(room) / "locale" / language / "LC_MESSAGES" / "monitor.po"
    return read_po(BytesIO(file.read_bytes()), locale=language)


@cache
def _words(language: str, zone: str, room: str) -> Words:
    translations = _translations(catalogue(language))
    if room:
        translations.merge(_translations(catalogue(language, room)))
    return Words(language, _zone(zone), Locale.parse(_LOCALES.get(language, language)), translations)


def _translations(words: Catalog) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, words)
    compiled.seek(0)
    return Translations(compiled)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # an alert in another zone is better than none
        return UTC
