"""Which language a text is in: by script, and by the commonest little words. Enough to see that a page switched language."""

from __future__ import annotations

import re
from collections import Counter

_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_WORD = re.compile(r"[^\W\d_]+")
_LITTLE = {
    "en": "the of and to in that is for you or with not are this by be your we our may",
    "de": "der die und das den von zu mit ist nicht für auf eine wir sie oder werden dem im ihre",
    "fr": "le la les des et vous de en est nous pour une que dans aux votre sur par ou pas",
    "es": "el los las y de que en para por una con su del se no usted nuestros sus al lo",
    "it": "il di e la che per un non con del sono nostri gli alla dei nel della una si le",
    "pt": "o os as e de que para com não uma do da em por seus nossos você dos ao ou",
    "nl": "de het een en van voor met niet wij uw zijn op dat die aan door te onze of worden",
    "sv": "och att som för med den det inte av på en till är du vi kan din våra om eller",
    "pl": "i w na do z nie się że jest oraz przez dla są lub od danych które nas może po",
}
_LITTLE_WORDS = {language: frozenset(words.split()) for language, words in _LITTLE.items()}
_SAMPLE = 6_000
_FEW = 0.08
"""Share of little words below which a text in Latin letters is in none of the languages known here."""
_SOME = 4
"""Little words that tell the language of a list of names all the same, if no other language has half as many."""


def language(text: str) -> str:
    """ISO 639-1 code of the language of `text`; empty where it cannot be told (too short, or none of those known)."""
    sample = text[:_SAMPLE]
    letters = sum(map(str.isalpha, sample)) or 1
    share = {
        code: len(script.findall(sample)) / letters
        for code, script in {"ko": _HANGUL, "ja": _KANA, "zh": _CJK, "ru": _CYRILLIC, "ar": _ARABIC}.items()
    }
    by_script = next((code for code, part in share.items() if part > 0.15), "")
    return by_script or _by_words(sample)


def _by_words(sample: str) -> str:
    words = [word.lower() for word in _WORD.findall(sample)]
    counts = Counter({code: sum(word in little for word in words) for code, little in _LITTLE_WORDS.items()})
    (best, count), (_, second) = counts.most_common(2)
    sure = count >= _FEW * len(words) or (count >= _SOME and count >= 2 * second)
    return best if count and sure else ""
