"""A page is put into a watchlist, and whatever stood there stays as it was."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.watchlist import marks
from monitor.watchlist.editing import Entry, with_page
from monitor.watchlist.loading import parse

ROOT = Path(__file__).parent.parent
KEYS = (("type", "privacy"), ("url", "https://acme.example/privacy"))
ADDED = Entry("acme", "privacy", KEYS)
PLAIN = """\
version: 1
vendors:
  acme:
    pages:
      terms:
        type: terms
        url: https://acme.example/terms
"""
PRIVACY = """\
      privacy:
        type: privacy
        url: https://acme.example/privacy
"""


def edited(text: str, entry: Entry = ADDED) -> str:
    return with_page(text.encode(), entry, "w.yaml").decode()


def refusal(text: str, entry: Entry = ADDED) -> str:
    with pytest.raises(UsageError) as caught:
        edited(text, entry)
    return str(caught.value)


def test_a_page_is_added_behind_the_last_of_its_vendor() -> None:
    """The new lines stand at the end of the vendor's pages, as far in as the others."""
    assert edited(PLAIN) == PLAIN + PRIVACY


def test_a_new_vendor_is_added_behind_the_last() -> None:
    """A vendor that the file lacks comes at the end of the vendors, before whatever key follows."""
    rules = "rules: []\n"
    entry = Entry("lumen", "terms", (("type", "terms"), ("url", "https://lumen.example/")), "Lumen: AI")
    assert edited(PLAIN + rules, entry) == (
        PLAIN + '  lumen:\n    name: "Lumen: AI"\n    pages:\n      terms:\n        type: terms\n'
        "        url: https://lumen.example/\n" + rules
    )


def test_of_no_bytes_a_watchlist_is_made() -> None:
    """Where there is no file yet, the text is a sound watchlist of this one page."""
    made = with_page(b"", ADDED, "w.yaml")
    assert made.startswith(b"version: 1\n")
    assert [page.key for page in parse(made, Path("w.yaml"), {}).pages] == ["acme/privacy"]


def test_the_shipped_watchlist_takes_a_page_everywhere() -> None:
    """In the file that is shipped, vendors from the first to the last can get a page, and nothing but the new lines differs."""
    data = (ROOT / "watchlist.yaml").read_bytes()
    vendors = sorted({page.vendor for page in parse(data, Path("w.yaml"), {}).pages})
    for vendor in (*vendors[::9], vendors[-1]):
        result = with_page(data, Entry(vendor, "new-page", KEYS), "w.yaml")
        head, _, tail = result.partition(
            b"      new-page:\n        type: privacy\n        url: https://acme.example/privacy\n"
        )
        assert head + tail == data


def test_the_indentation_is_that_of_the_file() -> None:
    """Where the file indents by four columns, or three, so do the new lines."""
    text = "version: 1\nvendors:\n   acme:\n       pages:\n           terms:\n               type: terms\n               url: https://a.example\n"
    assert edited(text).removeprefix(text).splitlines()[:2] == ["           privacy:", "               type: privacy"]


def test_empty_lines_between_pages_are_kept_up() -> None:
    """Where pages are set apart by empty lines, so is the new one."""
    text = PLAIN + "\n      # the second\n" + PRIVACY.replace("privacy", "data")
    assert edited(text) == text + "\n" + PRIVACY


def test_line_ends_are_those_of_the_file() -> None:
    """A file with CRLF gets lines with CRLF, and a byte order mark stays where it was."""
    text = ("\ufeff" + PLAIN).replace("\n", "\r\n")
    assert edited(text) == text + PRIVACY.replace("\n", "\r\n")


def test_a_last_line_without_an_end_gets_one() -> None:
    """A file that does not end in a line break is not glued to what is added."""
    assert edited(PLAIN.rstrip("\n")) == PLAIN + PRIVACY


def test_pages_commented_out_stay_with_their_vendor() -> None:
    """Comments behind the last page that are as far in as pages are belong to it; those of the next vendor do not."""
    own = "      # old:\n      #   type: terms\n\n      # older:\n"
    others = "\n  # The next vendor.\n"
    assert edited(PLAIN + own + others) == PLAIN + own + PRIVACY + others


def test_the_end_of_a_document_stays_the_end() -> None:
    """Nothing is added behind a document's end, or below a comment at the left margin."""
    tail = "# the end\n...\n"
    assert edited("---\n" + PLAIN + tail) == "---\n" + PLAIN + PRIVACY + tail


@pytest.mark.parametrize("style", ["|", "|+", "|-", ">", ">+"])
def test_a_text_of_several_lines_is_not_added_to(style: str) -> None:
    """A note that is written on lines of its own says the same with a page behind it, whatever its last lines are."""
    text = PLAIN + f"        note: {style}\n          one\n          # no comment\n\n\n# a comment\n"
    before, after = (marks.read(each.encode(), "w").value for each in (text, edited(text)))
    assert isinstance(before, dict) and isinstance(after, dict)
    pages = after["vendors"]["acme"]["pages"]
    assert pages["terms"] == before["vendors"]["acme"]["pages"]["terms"] and set(pages) == {"terms", "privacy"}


def test_anchors_and_merges_are_no_hindrance() -> None:
    """Pages that borrow their keys from another entry do not hide where the last of them ends."""
    text = (
        PLAIN.replace("terms:\n", "terms: &common\n", 1)
        + "      more:\n        url: https://acme.example/more\n        <<: *common\n"
    )
    assert edited(text) == text + PRIVACY


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("version: 1\nvendors: {acme: {pages: {terms: {type: terms, url: https://a.ex}}}}\n", "w.yaml:2: vendors "),
        ("version: 1\nvendors:\n  acme: {pages: {terms: {type: terms, url: https://a.ex}}}\n", "w.yaml:3: vendors.acme "),
        ("version: 1\nvendors:\n  acme:\n    pages: {terms: {type: terms, url: https://a.ex}}\n", "w.yaml:4: vendors.acme.pages "),
    ],
)  # fmt: skip
def test_braces_are_refused(text: str, place: str) -> None:
    """What is written in braces is left to its owner, and the message says where it stands."""
    said = refusal(text)
    assert said.startswith(place) and "braces" in said


def test_a_new_vendor_may_stand_beside_one_in_braces() -> None:
    """Only what must be written to counts."""
    text = "version: 1\nvendors:\n  lumen: {pages: {terms: {type: terms, url: https://a.example}}}\n"
    assert edited(text) == text + "  acme:\n    pages:\n" + PRIVACY


def test_pages_that_two_vendors_share_are_refused() -> None:
    """A page added to one of them would appear with the other, too."""
    text = PLAIN.replace("pages:", "pages: &shared") + "  lumen:\n    pages: *shared\n"
    assert "without changing something else" in refusal(text)


def test_a_page_that_is_there_is_refused() -> None:
    """A name is never given twice."""
    assert "no place for terms" in refusal(PLAIN, Entry("acme", "terms", KEYS))


# --- for every layout ----------------------------------------------------------------------------------------------------

SLUGS = st.sampled_from("terms privacy dpa data-sharing no on 404 1e3 null a".split())
COMMENTS = st.sampled_from(["", "# about this", "", "#    far in: yes", "   # in a little"])


@st.composite
def layouts(draw: st.DrawFn) -> str:
    """A watchlist in one of many layouts."""
    step, newline = draw(st.integers(1, 5)), draw(st.sampled_from(["\n", "\r\n"]))
    indents = [" " * (step * depth) for depth in range(5)]
    between = draw(st.lists(st.sampled_from(["", "# between"]), max_size=2))
    lines = [
        draw(COMMENTS),
        *draw(st.sampled_from([["---"], []])),
        "version: 1",
        "vendors:" + draw(st.sampled_from(["", "  # all", " &v"])),
    ]
    for vendor in draw(st.lists(st.sampled_from(["acme", "lumen", "no"]), min_size=1, max_size=3, unique=True)):
        lines += [
            f"{indents[1]}'{vendor}':",
            *draw(st.sampled_from([[f"{indents[2]}name: A # b"], []])),
            f"{indents[2]}pages:",
        ]
        for page in draw(st.lists(SLUGS, min_size=1, max_size=3, unique=True)):
            lines += _page(draw, page, f"https://{vendor}.example/{page}", indents)
            lines += [draw(st.sampled_from(["", indents[3], indents[1]])) + each if each else "" for each in between]
        lines += [draw(COMMENTS)]
    lines += draw(st.sampled_from([["rules: []"], ["# the end", "..."], [""], ["", "#"]]))
    return newline.join(lines) + draw(st.sampled_from([newline, ""]))


def _page(draw: st.DrawFn, page: str, url: str, indents: Sequence[str]) -> list[str]:
    if draw(st.booleans()):
        return [f'{indents[3]}"{page}": {{type: terms, url: "{url}"}}  # in braces']
    last = draw(
        st.sampled_from(
            [
                [
                    f"{indents[4]}url: {url}  # here",
                    f"{indents[4]}note: |",
                    f"{indents[4]} # text",
                    f"{indents[4]} more",
                    "",
                ],
                [f"{indents[4]}url: {url} #\ta tab", f'{indents[4]}remove: [".a",', f'{indents[4]}  "b"]'],
                [f"{indents[4]}url: {url}", f"{indents[4]}remove:", f"{indents[4]}- footer"],
                [f"{indents[4]}url: {url}", f"{indents[4]}note: two", f"{indents[4]} lines"],
            ]
        )
    )
    return [f"{indents[3]}'{page}':", f"{indents[4]}type: terms", *last]


@given(layouts(), st.sampled_from(["acme", "lumen", "new", "yes"]), st.text(max_size=20))
def test_the_edit_adds_the_page_and_nothing_else(text: str, vendor: str, note: str) -> None:
    """In every layout the result says the old and the new, the new page last, and every old line is there in its order."""
    note = " ".join("".join(each for each in note if each.isprintable()).split())
    entry = Entry(vendor, "brand-new", (*KEYS, ("enabled", False), ("note", note)), "Name # 1")
    result = edited(text, entry)
    before, after = (marks.read(each.encode(), "w").value for each in (text, result))
    assert isinstance(before, dict) and isinstance(after, dict)
    expected = copy.deepcopy(before)
    expected["vendors"].setdefault(vendor, {"name": "Name # 1", "pages": {}})["pages"]["brand-new"] = dict(entry.keys)
    assert after == expected
    assert list(after["vendors"][vendor]["pages"])[-1] == "brand-new"
    left = iter(result.splitlines())
    assert all(line in left for line in text.splitlines())
