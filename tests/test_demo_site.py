"""The demo's web site: what it serves in each stage, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from monitor.demo.site import DemoSite, pages
from monitor.extract import prepare, version
from monitor.model import PAGE_TYPES, Page

PAGES = {page.key: page for page in pages("http://demo.example")}
ONE_TEXT = ("northwind/terms", "qinghe/agreement")
"""Pages whose text is the same in both stages."""


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite() as running:
        yield running


def get(site: DemoSite, key: str, headers: dict[str, str] | None = None) -> httpx.Response:
    # Loading certificates, which loopback does not need, takes longer than everything else here.
    return httpx.get(f"{site.url}/{key}", headers=headers, trust_env=False, verify=False)


def text(page: Page, response: httpx.Response) -> str:
    return version(prepare(page, response.content, response.headers["Content-Type"])).document.text


def stages(site: DemoSite, key: str) -> tuple[str, str]:
    """The page's text before and after."""
    site.stage = 1
    before = text(PAGES[key], get(site, key))
    site.stage = 2
    return before, text(PAGES[key], get(site, key))


def test_pages_are_those_of_three_vendors() -> None:
    """Three vendors have three pages each, of types that a watchlist knows."""
    assert [page.vendor for page in PAGES.values()] == ["northwind"] * 3 + ["lumen"] * 3 + ["qinghe"] * 3
    assert {page.type for page in PAGES.values()} <= set(PAGE_TYPES)
    assert PAGES["qinghe/privacy"].url == "http://demo.example/qinghe/privacy"


@pytest.mark.parametrize("key", PAGES)
@pytest.mark.parametrize("stage", [1, 2])
def test_every_page_is_whole(site: DemoSite, key: str, stage: int) -> None:
    """Every page comes whole in both stages, with nothing left of the marks that its file holds."""
    site.stage = stage
    response = get(site, key)
    html = response.content.decode("gbk" if key == "qinghe/free-quota" else "utf-8")
    assert response.status_code == 200
    assert html.rstrip().endswith("</html>")
    assert not re.search(r"\{\{\w+\}\}|^[12]\|", html, re.MULTILINE)


@pytest.mark.parametrize("key", PAGES)
def test_every_visit_brings_other_bytes_with_one_text(site: DemoSite, key: str) -> None:
    """Two visits in one stage differ in their bytes, and not in what a reader reads."""
    first, second = get(site, key), get(site, key)
    versions = [
        version(prepare(PAGES[key], answer.content, answer.headers["Content-Type"])) for answer in (first, second)
    ]
    assert first.content != second.content
    assert versions[0].key == versions[1].key


def test_rotating_parts_repeat_from_run_to_run() -> None:
    """The nth visit gets the same bytes in every run of the demo."""
    answers = []
    for _ in range(2):
        with DemoSite() as site:
            answers.append([get(site, key).content for key in PAGES])
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("northwind/data-controls", "only if you turn on sharing", "By default, we use your conversations"),
        (
            "northwind/free-tokens",
            "Up to 10,000,000 free tokens a day",
            "Up to 1,000,000 free tokens a day across the models of the small",
        ),
        ("qinghe/free-quota", "每天可免费使用 50 万 tokens", "每天可免费使用 10 万 tokens"),
        ("lumen/consumer-terms", "an arbitrator in Bristol", "an arbitrator in Edinburgh"),
    ],
)
def test_stage_two_says_something_else(site: DemoSite, key: str, before: str, after: str) -> None:
    """What the demo tells stands in one stage only."""
    first, second = stages(site, key)
    assert (before in first, before in second) == (True, False)
    assert (after in first, after in second) == (False, True)


@pytest.mark.parametrize("key", ONE_TEXT)
def test_stage_two_changes_furniture_alone(site: DemoSite, key: str) -> None:
    """A page that gets another menu and another footer says the same in both stages, but for its counter."""
    first, second = (re.sub(r"\d+ days ago", "", side) for side in stages(site, key))
    assert first == second


def test_a_login_wall_is_served_as_if_it_were_the_page(site: DemoSite) -> None:
    """In stage 2 a login wall stands in the place of a page, with status 200."""
    first, second = stages(site, "lumen/pricing")
    assert "Rate limits" in first
    assert second.startswith("Sign in to continue")


def test_the_etag_is_honoured(site: DemoSite) -> None:
    """A conditional request for the page with an ETag is answered with 304 and no body."""
    etag = get(site, "qinghe/agreement").headers["ETag"]
    again = get(site, "qinghe/agreement", {"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert get(site, "qinghe/agreement", {"If-None-Match": '"other"'}).status_code == 200


def test_one_page_names_its_encoding_in_the_meta_tag_alone(site: DemoSite) -> None:
    """A page in GBK says so in its meta tag; the header of every other page names UTF-8."""
    kinds = {key: get(site, key).headers["Content-Type"] for key in PAGES}
    assert kinds.pop("qinghe/free-quota") == "text/html"
    assert set(kinds.values()) == {"text/html; charset=utf-8"}
    assert "免费额度" in get(site, "qinghe/free-quota").content.decode("gbk")


@pytest.mark.parametrize(
    "path", ["", "robots.txt", "northwind/header", "lumen/sign-in", "../site.py", "northwind/terms.html"]
)
def test_nothing_else_is_served(site: DemoSite, path: str) -> None:
    """Only the nine pages have an address; parts of pages and files beside them have none."""
    assert get(site, path).status_code == 404


def test_visits_leave_no_line_on_standard_error(site: DemoSite, capfd: pytest.CaptureFixture[str]) -> None:
    """The server is silent."""
    get(site, "northwind/terms")
    get(site, "nowhere")
    assert capfd.readouterr() == ("", "")
