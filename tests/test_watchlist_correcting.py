"""Keys of a page are corrected in the text of a watchlist, and every other line stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.watchlist.correcting import Corrections, corrected
from monitor.watchlist.loading import parse

ROOT = Path(__file__).parent.parent
TEXT = """\
# Ours.
version: 1
vendors:
  acme:
    name: Acme AI   # as they write it
    pages:
      # the first
      terms:
        type: terms
        url: https://acme.example/terms   # old
        unverified: true  # by analogy

        note: "kept: as it is"
      data: {type: data-controls, url: 'https://acme.example/data', unverified: true, language: en}
"""


def edited(page: str, text: str = TEXT, **corrections: str | bool | None) -> str:
    return corrected(text.encode(), page, corrections, "w.yaml").decode()


def test_a_value_is_written_in_the_place_of_the_old_one() -> None:
    """The rest of its line stays, a comment behind it too."""
    result = edited("acme/terms", url="https://acme.example/legal/terms")
    assert result == TEXT.replace("https://acme.example/terms   # old", "https://acme.example/legal/terms   # old")


def test_a_key_that_goes_leaves_its_comment() -> None:
    """Nobody's words are lost with it."""
    assert edited("acme/terms", unverified=None) == TEXT.replace("unverified: true  # by analogy", "# by analogy")


def test_a_new_key_stands_where_it_belongs() -> None:
    """Behind those that are written before it, indented as they are."""
    url = "        url: https://acme.example/terms   # old\n"
    expected = TEXT.replace(url, f"{url}        fetch: browser\n")
    assert edited("acme/terms", fetch="browser") == expected
    assert edited("acme/terms", fetch="browser", language="zh") == expected.replace(
        "        fetch: browser\n", "        fetch: browser\n        language: zh\n"
    )


def test_an_entry_in_braces_is_corrected_in_its_line() -> None:
    """With one comma more, or one less."""
    line = TEXT.splitlines()[-1]
    corrections: Corrections = {
        "url": "https://acme.example/d",
        "fetch": "browser",
        "unverified": None,
        "language": "zh",
    }
    result = corrected(TEXT.encode(), "acme/data", corrections, "w.yaml").decode()
    assert result.splitlines()[:-1] == TEXT.splitlines()[:-1]
    assert result.splitlines()[-1] == (
        "      data: {type: data-controls, url: https://acme.example/d, fetch: browser, language: zh}"
    )
    last = line.replace(", language: en", "")
    assert edited("acme/data", TEXT.replace(line, last), unverified=None).splitlines()[-1] == last.replace(
        ", unverified: true", ""
    )
    first = "      data: {unverified: true, type: terms, url: https://a.example}"
    assert "{type: terms" in edited("acme/data", TEXT.replace(line, first), unverified=None)


def test_line_ends_and_marks_of_other_editors_stay() -> None:
    """CRLF, and a byte order mark."""
    text = "\ufeff" + TEXT.replace("\n", "\r\n")
    result = edited("acme/terms", text, unverified=None, fetch="browser")
    assert result == "\ufeff" + edited("acme/terms", unverified=None, fetch="browser").replace("\n", "\r\n")
    assert "\r\r" not in result


def test_a_last_line_without_an_end_gets_one() -> None:
    """What is added stands on a line of its own."""
    text = "version: 1\nvendors:\n  a:\n    pages:\n      b:\n        type: terms\n        url: https://a.example"
    assert edited("a/b", text, fetch="browser") == f"{text}\n        fetch: browser\n"


def test_what_another_entry_lends_is_overruled() -> None:
    """A key that comes by `<<` cannot be taken out there: it would be gone elsewhere, too."""
    text = """\
version: 1
vendors:
  a:
    pages:
      b: &b
        type: terms
        url: https://a.example/b
        unverified: true
      c:
        <<: *b
        url: https://a.example/c
"""
    result = edited("a/c", text, unverified=None)
    assert result == text + "        unverified: false\n"
    with pytest.raises(UsageError, match=r"correct it by hand: unverified: \(remove it\)"):
        edited("a/b", text, unverified=None)


@pytest.mark.parametrize("page", ["acme/none", "none/terms", "acme"])
def test_a_page_that_is_not_there_is_said(page: str) -> None:
    """Its entry may be an alias of another."""
    with pytest.raises(UsageError, match="not written out here"):
        edited(page, fetch="browser")


def test_the_shipped_watchlist_can_be_corrected_everywhere() -> None:
    """Pages from the first to the last, with nothing but their own lines changed."""
    data = (ROOT / "watchlist.yaml").read_bytes()
    pages = parse(data, Path("w.yaml"), {}).listed
    for page in (*pages[::20], pages[-1]):
        after = corrected(
            data, page.key, {"url": "https://x.example/", "fetch": "browser", "unverified": None}, "w.yaml"
        )
        before, now = data.decode().splitlines(), after.decode().splitlines()
        assert (
            len(set(before) - set(now)) <= 2 and len(set(now) - set(before)) <= 1 and abs(len(now) - len(before)) <= 1
        )
        assert (
            next(each.url for each in parse(after, Path("w.yaml"), {}).listed if each.key == page.key)
            == "https://x.example/"
        )


KEYS = ("url", "fetch", "language", "unverified", "select", "note")
VALUES = st.one_of(st.none(), st.booleans(), st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30))


@settings(max_examples=60)
@given(st.sampled_from(["acme/terms", "acme/data"]), st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4))
def test_whatever_is_corrected_is_what_it_says_then(page: str, corrections: dict[str, str | bool | None]) -> None:
    """Either the text says exactly the corrections more, or nothing is written."""
    try:
        result = corrected(TEXT.encode(), page, corrections, "w.yaml")
    except UsageError:
        return
    for comment in ("# Ours.", "# as they write it", "# the first", "# old", "# by analogy"):
        assert comment in result.decode()
