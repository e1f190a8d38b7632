"""The watchlist that comes with the program is sound, and says of each page what its reader has to know."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from monitor.model import PAGE_TYPES, Page
from monitor.watchlist import Watchlist
from monitor.watchlist.loading import load

ROOT = Path(__file__).parent.parent
SEED = {"openai", "anthropic", "xai", "deepseek", "volcengine"}
FREQUENT = {"free-offer", "data-controls", "pricing"}


@pytest.fixture(scope="module")
def shipped() -> Watchlist:
    return load(ROOT / "watchlist.yaml", {})


def pages(shipped: Watchlist) -> dict[str, Page]:
    return {page.key: page for page in shipped.listed}


def test_it_watches_the_public_pages_of_many_vendors(shipped: Watchlist) -> None:
    """All five vendors that trade tokens for data are in it, some thirty others, and no vendor without a page."""
    vendors = Counter(page.vendor for page in shipped.pages)
    assert len(shipped.pages) >= 130 and len(vendors) >= 35
    assert vendors.keys() >= SEED and all(vendors[vendor] >= 5 for vendor in SEED)
    assert set(shipped.names) - set(vendors) == {"community"}


def test_every_vendor_has_a_name_in_both_languages(shipped: Watchlist) -> None:
    """Chinese alerts call a vendor as its Chinese users do; none is left with its short name."""
    assert all(names.keys() == {"en", "zh"} and vendor not in names.values() for vendor, names in shipped.names.items())
    assert shipped.names["volcengine"] == {"en": "Volcengine Ark", "zh": "火山方舟"}
    assert all(names["en"].isascii() for names in shipped.names.values())


def test_every_address_is_one_of_the_web_and_stands_once(shipped: Watchlist) -> None:
    """Each page has an address of its own, over TLS, of a host with a name."""
    addresses = [page.url for page in shipped.listed]
    assert all(url.startswith("https://") and "." in (urlsplit(url).hostname or "") for url in addresses)
    assert len(set(addresses)) == len(addresses)


def test_every_type_is_one(shipped: Watchlist) -> None:
    """Nothing is called `other` but the list of somebody else."""
    assert {page.type for page in shipped.listed} <= set(PAGE_TYPES)
    assert [page.key for page in shipped.listed if page.type == "other"] == ["community/free-tiers"]


def test_what_is_not_checked_says_what_it_needs(shipped: Watchlist) -> None:
    """Pages behind a login are listed, never checked, and say so; nothing that is checked needs anything."""
    assert {page.key for page in shipped.disabled} == set(shipped.needs)
    logins = [key for key, needs in shipped.needs.items() if needs.startswith("a login")]
    assert len(logins) == len(shipped.needs) - 1 >= 12
    assert all(pages(shipped)[key].fetch == "browser" for key in logins)


def test_addresses_nobody_has_opened_are_marked(shipped: Watchlist) -> None:
    """An address that is known by analogy alone is marked, so that a failure there is no surprise."""
    assert {"openai/api-pricing", "deepseek/privacy-zh", "cohere/terms"} <= shipped.unverified
    assert len(shipped.unverified) < len(shipped.pages) / 5


def test_offers_are_checked_most_often(shipped: Watchlist) -> None:
    """Offers and data controls, which change without notice, are checked every six hours; the rest daily."""
    for page in shipped.listed:
        assert page.every == ("6h" if page.type in FREQUENT else "1d"), page.key


def test_an_edition_says_for_whom_it_is(shipped: Watchlist) -> None:
    """A page whose address names Europe or a country says so to its reader."""
    named = ("/eu-", "europe-privacy", "gl=IE", "/en-ie/", "/zh-CN/", "aliyun.com")
    editions = [page for page in shipped.listed if any(part in page.url for part in named)]
    assert len(editions) >= 12
    assert [page.key for page in editions if not page.region] == []


def test_every_language_is_said_but_where_it_changed(shipped: Watchlist) -> None:
    """The server is asked for the language that is watched; of JSON none is expected, nor where it came in both."""
    assert {page.key for page in shipped.listed if page.language is None} == {"kimi/terms"}
    assert {page.language for page in shipped.listed} == {"en", "zh", None}


def test_no_selector_rests_on_a_generated_name(shipped: Watchlist) -> None:
    """Names that a build makes (`_8Gt`, `lLLio`) change with the next one, and would leave nothing to read."""
    selectors = [page.select for page in shipped.listed if page.select]
    assert len(selectors) >= 40
    assert [each for each in selectors if "__" in each or each in ("body", "div")] == []


@pytest.mark.parametrize("path", ["README.md", "docs/watchlist.md", "CHANGELOG.md"])
def test_what_is_written_of_it_is_so(shipped: Watchlist, path: str) -> None:
    """The numbers of pages and vendors that the documentation names are those of the file."""
    text = (ROOT / path).read_text(encoding="utf-8")
    vendors = {page.vendor for page in shipped.pages}
    assert f"{len(shipped.pages)} public pages of {len(vendors)} AI vendors" in text
    browser = sum(page.fetch == "browser" for page in shipped.pages)
    assert path == "CHANGELOG.md" or f"{browser} of them need a browser" in text or f"{browser} pages are known" in text
    assert path == "README.md" or f"lists {len(shipped.disabled)} more" in text


def test_its_examples_are_sound(tmp_path: Path) -> None:
    """The channels and rules that it shows in comments work once they are uncommented."""
    text = (ROOT / "watchlist.yaml").read_text(encoding="utf-8")
    path = tmp_path / "watchlist.yaml"
    path.write_text("".join(_uncommented(line) for line in text.splitlines(keepends=True)), encoding="utf-8")
    watchlist = load(path, {})
    assert [channel.kind for channel in watchlist.channels] == ["email", "webhook", "apprise"]
    assert (len(watchlist.rules), len(watchlist.verdicts)) == (2, 1)
    assert watchlist.settings.contact


def _uncommented(line: str) -> str:
    """A line that shows an entry as one that is; what is said in words stays a comment."""
    shows = line.startswith(("  # - {", "  # contact:", "  # allow")) or (
        line.startswith("  # ") and ": {kind:" in line
    )
    return line.replace("# ", "", 1) if shows else line
