"""A text as words, and questions as people write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.query import LONGEST, MOST_PHRASES, Phrase, Query, forms, marks, parse, words

CHINESE = "我们可能会将您的数据用于训练模型，除非您在设置中关闭。"


def phrase(text: str, *, prefix: bool = False) -> Phrase:
    return Phrase(tuple(text.split()), prefix)


# --- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Don’t TRAIN on it.", "don t train on it"),
        ("ＧＰＴ－４", "gpt 4"),
        ("naïve cafe\u0301 Ünïcode", "naive cafe unicode"),
        ("训练数据", "训 练 数 据"),
        ("用GPT4训练", "用 gpt4 训 练"),
        ("データ ｶﾞ", "デ ー タ ガ"),
        ("ข้อมูล", "ข้ อ มู ล"),
        ("데이터", "데 이 터"),
        (unicodedata.normalize("NFD", "데이터"), "데 이 터"),
        ("हिन्दी में", "हिन्दी में"),
        ("data¹ and OpenAI™", "data 1 and openai"),
        ("co\u00adop\u200berate", "cooperate"),
        ("葛\U000e0100", "葛"),
        ("$5 | 1,000 a_b", "5 1 000 a b"),
        ("\ud800\x00…🙂", ""),
        ("x" * 200, "x" * LONGEST),
    ],
)
def test_words_of_a_text(text: str, read: str) -> None:
    """Words are told by their letters, not by case, accents or width; scripts without spaces are read sign by sign."""
    assert forms(text) == read.split()


@given(st.text())
def test_words_stand_where_they_say(text: str) -> None:
    """Each word has its place in the text, one after the other, and nothing in it that a full-text search takes for a sign."""
    found = words(text)
    assert [word.form for word in found] == forms(text)
    places = [0, *(at for word in found for at in (word.start, word.end)), len(text)]
    assert places == sorted(places)
    for word in found:
        assert word.start < word.end
        assert all(sign.isalnum() or unicodedata.category(sign)[0] == "M" for sign in word.form)


# --- questions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "groups", "without"),
    [
        ("train data", [["train"], ["data"]], []),
        ("train AND data", [["train"], ["data"]], []),
        ('"Train our models"', [["train our models"]], []),
        ("“train our models”", [["train our models"]], []),
        ("「训练数据」", [["训 练 数 据"]], []),
        ("训练", [["训 练"]], []),
        ("well-known", [["well known"]], []),
        ("a OR b OR c d", [["a", "b", "c"], ["d"]], []),
        ("a or b", [["a"], ["or"], ["b"]], []),
        ('a "OR" b', [["a"], ["or"], ["b"]], []),
        ("train -api", [["train"]], ["api"]),
        ("train －api", [["train"]], ["api"]),
        ('train NOT api AND NOT "our models"', [["train"]], ["api", "our models"]),
        ("a - b ???", [["a"], ["b"]], []),
        ('"never closed', [["never closed"]], []),
        ("--drop tables; 'x'", [["tables"], ["x"]], ["drop"]),
    ],
)
def test_what_a_question_asks_for(text: str, groups: list[list[str]], without: list[str]) -> None:
    """All words must be there; quotes, OR and what is left out are as in other searches."""
    wanted = tuple(tuple(map(phrase, group)) for group in groups)
    assert parse(text) == Query(wanted, tuple(map(phrase, without)))


@pytest.mark.parametrize("text", ["train*", "TRAIN＊", '"train"*', "“train*”＊"])
def test_the_beginning_of_a_word(text: str) -> None:
    """A star asks for every word that begins so."""
    assert parse(text).groups == ((phrase("train", prefix=True),),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "no word in it"),
        (" *** ", "no word in it"),
        ("-api", "name a word to look for, too"),
        ("NOT api", "name a word to look for, too"),
        ("OR train", "OR needs a word before it"),
        ("train OR", "OR needs a word after it"),
        ("train OR ???", "OR needs a word after it"),
        ("train OR -api", "OR needs a word after it"),
        ("train NOT", "NOT needs a word after it"),
        ("train AND", "AND needs a word after it"),
        ("a " * (MOST_PHRASES + 1), "too much at once"),
        ("一" * 501, "too much at once"),
    ],
)
def test_a_question_that_asks_for_nothing_is_refused(text: str, expected: str) -> None:
    """Whoever asks for nothing, or for too much, is told what was expected."""
    with pytest.raises(UsageError, match=expected):
        parse(text)


# --- marks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("train*", "Training: we train, and never retrain.", ["Training", "train"]),
        ('"train our"', "We train our models; our train left.", ["train our"]),
        ("train our -models", "We train our models.", ["train", "our"]),
        ("训练 数据", "用于训练的数据。", ["训练", "数据"]),
        ("数据 据用", "您的数据用于训练", ["数据用"]),
        ("dont OR don't", "You don’t train.", ["don’t"]),
        ("cafe", "The Cafe\u0301 of naïveté", ["Cafe\u0301"]),
        ("nothing", "Some text.", []),
    ],
)
def test_where_what_was_found_stands(question: str, text: str, marked: list[str]) -> None:
    """What was asked for is marked as it stands in the text, each run of it once."""
    assert [text[start:end] for start, end in marks(parse(question), text)] == marked


@given(st.integers(0, len(CHINESE) - 1), st.integers(1, 9))
def test_any_run_of_chinese_is_found(start: int, length: int) -> None:
    """Whichever characters of a clause are asked for, be it two or one, they are found in it."""
    run = CHINESE[start : start + length]
    if forms(run):
        assert any(begin <= start + 1 and end >= start for begin, end in marks(parse(run), CHINESE))
