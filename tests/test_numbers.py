"""Numbers in the forms that offers use, and digits that are none."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.meaning.numbers import fold, has_number, numbers

FORMS = {
    "1M": 1e6,
    "2.5 million": 2.5e6,
    "250k": 250e3,
    "1,000,000": 1e6,
    "1 000 000": 1e6,
    "1\u00a0000\u00a0000": 1e6,
    "1\u202f000": 1e3,
    "250'000": 250e3,
    "250’000": 250e3,
    "2,5 millions": 2.5e6,
    "1 mill.": 1e6,
    "1.000.000": 1e6,
    "10.000": 10e3,
    "€1.500,50": 1500.5,
    "1B": 1e9,
    "1e6": 1e6,
    "0.10": 0.1,
    "１００万": 1e6,
    "一百万": 1e6,
    "千万": 1e7,
    "1,000万": 1e7,
    "1，000万": 1e7,
    "50 万": 5e5,
    "50w tokens": 5e5,
    "每天50W": 5e5,
    "1亿": 1e8,
    "三千二百五十万": 32.5e6,
    "两万次": 2e4,
    "one hundred and twenty thousand": 120e3,
    "half a million": 5e5,
    "thirty (30) days": 30,
    "ONE HUNDRED DOLLARS ($100)": 100,
}


@pytest.mark.parametrize(("text", "value"), FORMS.items())
def test_each_written_form_is_read_as_its_value(text: str, value: float) -> None:
    """A number is one number, however it is written."""
    assert [number.value for number in numbers(text)] == [value]


@pytest.mark.parametrize(
    ("text", "values"), [("5-15", [5, 15]), ("100-1K", [100, 1000]), ("$5 and $25,000", [5, 25000])]
)
def test_both_ends_of_a_range_are_numbers(text: str, values: list[float]) -> None:
    """A range states two numbers, and the dash between them is no minus."""
    assert [number.value for number in numbers(text)] == values


@pytest.mark.parametrize(
    "text",
    [
        "orla-4.1-mini, o3 and tern3.3-70b",
        "ORLA-4-Flash",
        "Orla 2.5 Pro",
        "Tern 4 Large",
        "Tern 3.1 8B",
        "a 3.5-turbo model",
        "2025-04-04",
        "2025年9月30日",
        "9 月 30 日",
        "July 31, 2025",
        "31 July 2025",
        "7/14/25",
        "until the end of 2024",
        "at 00:00 UTC",
        "at 5 pm",
        "v1.2.3",
        "1.2.3",
        "Section 5.2",
        "第 3 条",
        "1. The Services",
        "(2) Prepaid plans",
        "tiers 1-2",
        "a 50W lamp",
        "一般情况下，第三方不得",
        "千万不要，数千万用户",
        "https://orla.example/100/200",
    ],
)
def test_digits_in_names_dates_and_references_are_no_numbers(text: str) -> None:
    """What only names, dates or numbers a thing is no quantity."""
    assert numbers(text) == ()


def test_a_number_knows_where_it_stands() -> None:
    """The span of a number is its verbatim text, scale word included."""
    text = "每天最多 １００万 个 Token"
    (number,) = numbers(text)
    assert text[number.start : number.end] == "１００万"


def _spellings(value: int) -> list[str]:
    grouped = f"{value:,}"
    separated = [grouped.replace(",", mark) for mark in ("'", "\u00a0", "\u202f")]
    wide = "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else char for char in grouped)
    scaled = [f"{value}k", f"{value} million", f"{value}万", f"{value} 亿"]
    return [str(value), grouped, wide, *separated, *scaled]


@settings(max_examples=60)
@given(st.integers(min_value=1, max_value=999_999))
def test_an_integer_survives_every_spelling(value: int) -> None:
    """An integer that is written in any form is read back as itself."""
    scales = [1] * 6 + [10**3, 10**6, 10**4, 10**8]
    read = [[number.value for number in numbers(f"up to {text} tokens")] for text in _spellings(value)]
    assert read == [[float(value * scale)] for scale in scales]


@settings(max_examples=100)
@given(
    st.text(
        alphabet=st.sampled_from("0123456789.,'()-/ kMB$年月日万亿千百十一二数第天次onehudrmilta\u00a0（１，"),
        max_size=60,
    )
)
def test_any_text_is_read_without_an_error_and_spans_do_not_overlap(text: str) -> None:
    """Whatever a page says, reading goes from left to right and never fails."""
    assert len(fold(text)) == len(text)
    found = numbers(text)
    assert all(number.start < number.end for number in found)
    assert all(one.end <= after.start for one, after in pairwise(found))
    assert not found or has_number(text)


@pytest.mark.parametrize("pattern", ["1", "a", "a-", "1,", "1 ( ", "一", "one ", "2024-", " "])
def test_reading_takes_time_linear_in_the_text(pattern: str) -> None:
    """A page made to be slow to read is not: 50 KB take well under two seconds on any machine."""
    began = time.process_time()
    numbers(pattern * (50_000 // len(pattern)))
    assert time.process_time() - began < 2


def test_a_scale_on_the_next_line_is_read() -> None:
    """A line break between digits and their scale, as in a narrow cell, is no obstacle."""
    assert [number.value for number in numbers("50\n万 tokens")] == [500_000]
