"""JSON as a document: values under the headings that their keys make, arrays of flat objects as tables."""

from __future__ import annotations

import json

import pytest
from fakes import HTML
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ReadingError
from monitor.extract import read

JSON = "application/json"


def told(value: object, content_type: str = JSON) -> list[tuple[str, str, tuple[str, ...]]]:
    """Kind, text and trail of each block of a JSON document."""
    return [(block.kind, block.text, block.trail) for block in read(json.dumps(value).encode(), content_type).blocks]


def items(value: object) -> list[str]:
    return [text for kind, text, _ in told(value) if kind == "item"]


def test_a_value_stands_under_its_keys() -> None:
    """Each value is an item, and the keys above it are its headings."""
    assert told({"plans": {"free": {"messages": 20}}}) == [
        ("heading", "plans", ()),
        ("heading", "free", ("plans",)),
        ("item", "messages: 20", ("plans", "free")),
    ]


def test_values_come_before_the_objects_beside_them() -> None:
    """A value that follows an object does not stand under that object's heading."""
    assert ("item", "trains: false", ()) in told({"plans": {"free": "yes"}, "trains": False})


def test_an_array_of_values() -> None:
    """The values of an array are items without a name, in its order."""
    assert told({"models": ["large", "small"]})[1:] == [
        ("item", "large", ("models",)),
        ("item", "small", ("models",)),
    ]


def test_an_array_of_flat_objects_is_a_table() -> None:
    """Flat objects are rows, and their keys the columns, whatever order the keys come in."""
    value = {"plans": [{"name": "Free", "messages": 20}, {"messages": 900, "name": "Plus", "price": "9.50"}]}
    rows = [block for block in read(json.dumps(value).encode(), JSON).blocks if block.kind == "row"]
    assert [row.text for row in rows] == ["name | messages | price", "Free | 20 | ", "Plus | 900 | 9.50"]
    assert rows[1].columns == ("name", "messages", "price")
    assert rows[1].trail == ("plans",)


def test_objects_in_an_array_are_named_by_themselves() -> None:
    """An object in an array stands under the name that it gives itself, so that one put before it changes nothing for it."""
    plus = {"name": "Plus", "limits": {"messages": 900}}
    found = ("item", "messages: 900", ("plans", "Plus", "limits"))
    assert found in told({"plans": [plus]})
    assert found in told({"plans": [{"name": "Free", "limits": {"messages": 20}}, plus]})


def test_objects_without_a_name_are_counted() -> None:
    """An object in an array that gives itself no name stands under its number."""
    assert ("item", "messages: 20", ("plans", "plans 1", "limits")) in told({"plans": [{"limits": {"messages": 20}}]})


def test_values_are_read_as_they_stand() -> None:
    """Numbers keep their figures, true, false and null their words, and nothing is left out."""
    body = b'{"price": 1.50, "cap": 1e400, "count": ' + b"9" * 4301 + b', "trial": true, "end": null, "note": ""}'
    found = [block.text for block in read(body, JSON).blocks]
    assert found[:2] == ["price: 1.50", "cap: 1e400"]
    assert found[3:] == ["trial: true", "end: null", "note:"]


def test_no_text_is_broken() -> None:
    """Escaped NULs and halves of characters, which no archive can hold, do not come through."""
    assert items({"said": "we\0 train \ud83d on it"}) == ["said: we train ? on it"]


@pytest.mark.parametrize("content_type", ["", "text/plain", HTML, "application/ld+json; charset=utf-8"])
def test_json_is_known_by_its_looks(content_type: str) -> None:
    """A JSON object is one, whatever the server calls it."""
    assert told({"trains": False}, content_type) == [("item", "trains: false", ())]


@pytest.mark.parametrize("body", [b"[sic] We train.", b"{We train.}", b"", b'{"a": 1', b"[We train](/x)"])
def test_what_is_no_json_is_text(body: bytes) -> None:
    """What only looks like JSON, or is called so, is read as plain text."""
    assert read(body, JSON).text == read(body, "text/plain").text


def test_a_page_called_json_is_a_page() -> None:
    """An HTML page that is served as JSON is read as the page it is."""
    assert read(b"<!doctype html><body><p>We do not train.</p></body>", JSON).text == "We do not train."


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "unreadable"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "unreadable"),
        (b"[" * 102 + b"]" * 102, "unreadable"),
        (b"[" + b"1," * 1_000_000 + b"1]", "too_big"),
    ],
)
def test_json_is_bounded(body: bytes, outcome: str) -> None:
    """JSON that nests too deep or holds too many values is refused, and a reason given."""
    with pytest.raises(ReadingError, match="the JSON") as caught:
        read(body, "text/plain")
    assert caught.value.outcome == outcome


def test_wide_tables_are_bounded() -> None:
    """Objects that hardly agree on their keys are no table: each is read by itself."""
    assert len(items([{f"key {number}": number} for number in range(300)])) == 300


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner), max_leaves=8
)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(max_size=9), _VALUES))
def test_any_json_is_read(value: dict[str, object]) -> None:
    """Any JSON is read, the same each time, and the words of its texts are in the document."""
    body = json.dumps(value).encode()
    document = read(body, JSON)
    assert document == read(body, JSON)
    said = [
        word
        for text in value.values()
        if isinstance(text, str)
        for word in text.split()
        if word.isalnum() and word.isascii()
    ]
    assert all(word in document.text for word in said)
