"""`watchlist list` and `watchlist validate` say of each page what its reader has to know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import cli

WATCHLIST = """\
version: 1
settings: {every: 1d, every_by_type: {pricing: 6h}}
vendors:
  northwind:
    name: {en: Northwind AI, zh: 北风智能}
    pages:
      eu-terms: {type: terms, url: https://northwind.example/eu, region: EU, note: read in May}
      pricing: {type: pricing, url: https://northwind.example/pricing, fetch: browser, language: en}
      prices: {type: pricing, url: https://northwind.example/prices.json, twin_of: northwind/pricing, unverified: true}
      usage: {type: free-offer, url: https://northwind.example/usage, enabled: false, needs: a login (owner)}
"""


@pytest.fixture
def watchlist(tmp_path: Path) -> str:
    path = tmp_path / "watchlist.yaml"
    path.write_text(WATCHLIST, "utf-8")
    return str(path)


def test_every_page_is_listed_with_what_is_to_be_known_of_it(watchlist: str) -> None:
    """Region, note, twin, an address nobody has opened, and what a page that is not enabled needs stand beside it."""
    output = CliRunner().invoke(cli, ["watchlist", "list", "--watchlist", watchlist]).stdout
    lines = {line.split()[0]: line for line in output.splitlines()}
    assert lines["northwind/eu-terms"].rstrip().endswith("EU; read in May")
    assert "6h" in lines["northwind/pricing"] and lines["northwind/pricing"].rstrip().endswith(" -")
    assert "address not yet opened; twin of northwind/pricing" in lines["northwind/prices"]
    assert "not enabled" in lines["northwind/usage"] and "needs a login (owner)" in lines["northwind/usage"]


def test_a_program_is_told_all_of_it(watchlist: str) -> None:
    """With --json each page is one object, whose keys are the same for all."""
    output = CliRunner().invoke(cli, ["watchlist", "list", "--watchlist", watchlist, "--json"]).stdout
    pages = [json.loads(line) for line in output.splitlines()]
    assert len({tuple(page) for page in pages}) == 1
    assert pages[0] == {
        "vendor": "northwind", "names": {"en": "Northwind AI", "zh": "北风智能"}, "page": "eu-terms", "type": "terms",
        "every": "1d", "enabled": True, "url": "https://northwind.example/eu", "language": None, "region": "EU",
        "fetch": "auto", "needs": None, "unverified": False, "twin_of": None, "note": "read in May",
    }  # fmt: skip
    assert (pages[2]["twin_of"], pages[2]["unverified"]) == ("northwind/pricing", True)
    assert (pages[3]["enabled"], pages[3]["needs"]) == (False, "a login (owner)")


def test_a_sound_watchlist_says_what_is_left_to_do(watchlist: str) -> None:
    """Validation counts what is not enabled, and the addresses that nobody has opened."""
    output = CliRunner().invoke(cli, ["watchlist", "validate", "--watchlist", watchlist]).stdout
    assert "3 pages of 1 vendor, 1 more not enabled, 1 not yet opened" in output
