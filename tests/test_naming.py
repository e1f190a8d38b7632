"""What vendors and pages are called, by addresses and titles alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.naming import address_words, page_slug, registrable, unique, vendor_name, vendor_slug


@pytest.mark.parametrize(
    ("host", "own", "slug"),
    [
        ("help.northwind.example", "northwind.example", "northwind"),
        ("northwind.com", "northwind.com", "northwind"),
        ("a.b.northwind.co.uk", "northwind.co.uk", "northwind"),
        ("docs.northwind.com.cn", "northwind.com.cn", "northwind"),
        ("policies.web.de", "web.de", "web"),
        ("docs.q.ai", "q.ai", "qai"),
        ("northwind.vercel.app", "northwind.vercel.app", "northwind"),
        ("docs.northwind.pages.dev", "northwind.pages.dev", "northwind"),
        ("127.0.0.1", "127.0.0.1", "127-0-0-1"),
        ("2001:db8::1", "2001:db8::1", "2001-db8-1"),
        ("localhost", "localhost", "localhost"),
        ("xn--fiq228c.example", "xn--fiq228c.example", "xn-fiq228c"),
    ],
)
def test_a_vendor_is_called_as_its_domain(host: str, own: str, slug: str) -> None:
    """The registered part of a host's name is the vendor's, whatever stands before it and whatever registry keeps it."""
    assert (registrable(host), vendor_slug(host)) == (own, slug)


@pytest.mark.parametrize(
    ("site", "title", "name"),
    [
        ("Northwind AI", "Terms", "Northwind AI"),
        ("Northwind Help Center", "", "Northwind"),
        ("北风智能帮助中心", "", "北风智能"),
        ("Help Center", "Terms of Use | Northwind AI", "Northwind AI"),
        ("", "North Wind — Terms", "North Wind"),
        ("", "How we use northwind data", "Northwind"),
        ("", "Privacy - Northwind API Docs", "Northwind"),
        ("x" * 50, "", "Northwind"),
    ],
)
def test_a_vendor_is_named_as_its_site_calls_itself(site: str, title: str, name: str) -> None:
    """The site's own name without the room of it comes first, then the part of the title that is like the domain."""
    assert vendor_name("northwind", site, title) == name


@pytest.mark.parametrize(
    ("path", "title", "slug"),
    [
        ("/legal/terms-of-service", "", "terms-of-service"),
        ("/policies/en-US/northwind-terms-of-use.html", "", "terms-of-use"),
        ("/en/articles/10023548-how-long-do-you-store-my-data", "", "how-long-do-you-store-my-data"),
        ("/user/agreement/modelUse", "", "model-use"),
        ("/docs/82379/1391869?lang=zh", "Reward plan | Northwind", "reward-plan"),
        ("/docs/82379/1391869?lang=zh", "Northwind - Reward plan", "reward-plan"),
        ("/docs/82379/1391869", "协作奖励计划", "other"),
        ("/doc/s/zmh4stou3", "", "other"),
        ("/legal/terms/", "", "terms"),
        ("/sign-in", "", "sign-in"),
        ("/legal/index.html", "", "legal"),
        ("/", "", "other"),
        ("/%E6%9D%A1%E6%AC%BE", "", "other"),
        ("/a-name-that-is-far-longer-than-anybody-would-want-to-write", "", "a-name-that-is-far-longer-than-anybody"),
    ],
)
def test_a_page_is_called_as_its_address(path: str, title: str, slug: str) -> None:
    """The last word of the address that is none of a database's keys; else the title, where that has words for it."""
    assert page_slug(f"https://northwind.example{path}", title, "northwind", "other") == slug


def test_a_front_page_is_called_as_its_host() -> None:
    """The front page of a part of the site is called as that part."""
    assert page_slug("https://privacy.northwind.example/", "", "northwind", "other") == "privacy"
    assert page_slug("https://www.northwind.example/", "", "northwind", "other") == "other"


def test_a_name_that_is_taken_gets_the_language_then_a_number() -> None:
    """No page takes the name of another; two editions of one are told apart by their language."""
    assert unique("terms", [], "zh") == "terms"
    assert unique("terms", ["terms"], "zh") == "terms-zh"
    assert unique("terms", ["terms", "terms-zh"], "zh") == "terms-2"
    assert unique("terms", ["terms", "terms-2"]) == "terms-3"


def test_an_address_is_read_as_words() -> None:
    """What types are told by are words, without numbers and endings."""
    assert (
        address_words("https://a.example/Legal/dataProcessing_terms.html?x=1#top") == "legal data processing terms top"
    )


@given(st.from_regex(r"[a-z0-9.:-]{1,20}", fullmatch=True), st.text(max_size=30), st.text(max_size=30))
def test_every_name_can_be_written(host: str, path: str, title: str) -> None:
    """Whatever stands in an address or a title, the names are such as a watchlist takes."""
    slugs = [vendor_slug(host), page_slug(f"https://acme.example/{path}", title, "acme", "other")]
    assert [slug for slug in slugs if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug)] == []
