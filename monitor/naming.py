"""What a vendor and a page may be called, by the page's address and title. Proposals, which people may overrule."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterator
from urllib.parse import unquote, urlsplit
from zlib import crc32

_REGISTRIES = frozenset(
    "ac ad asn co com ed edu firm gen go gob gouv gov govt gv ltd mil ne net nhs nom or org plc sch".split()
)
"""Names that the registry of a country keeps for kinds of owners: example.co.uk is one owner's, co.uk is nobody's."""
_HOSTINGS = frozenset(
    (
        "fly.dev framer.site freshdesk.com gitbook.io gitlab.io helpscoutdocs.com herokuapp.com intercom.help mintlify.app "
        "netlify.app onrender.com pages.dev readme.io readthedocs.io statuspage.io surge.sh vercel.app web.app webflow.io "
        "wixsite.com wordpress.com workers.dev zendesk.com"
    ).split()
)
"""Domains below which each name belongs to somebody else."""
_SHORT = 3
"""A label with fewer letters says too little alone: x.example is called xexample."""
_LONGEST_NAME, _LONGEST_SLUG = 40, 40
_PARTS = re.compile(r"\s+[|\-–—·:»/]\s+|\s*[|｜_]\s*|\s*[—–]{2}\s*")
_ROOM = re.compile(
    r"(?:^|\s+)(?:(?:help|support|privacy|trust|legal|developers?|api|docs|resource|policy|security|documentation)\s*)"
    r"(?:cent(?:er|re)|hub|portal|platform|docs|documentation|site)?$|(?:帮助|文档|支持|隐私|用户)中心$|开放平台$|官网$|文档$",
    re.I,
)
"""What the part of a site is called, behind the name of its owner."""
_LOCALE = re.compile(r"(?:[a-z]{2}|[a-z]{2}[-_](?:[a-z]{2}|hans|hant|[0-9]{3}))", re.I)
_ENDING = re.compile(r"\.(?:html?|xhtml|php|aspx?|jsp|md|markdown|txt|pdf|json)$", re.I)
_NUMBER = re.compile(r"^\d{3,}[-_ ]+|[-_ ]+\d{5,}$")
_IDENTIFIER = re.compile(r"[a-z]+\d+[a-z]|\d+[a-z]+\d|^[0-9a-f]{8,}$|^\W*\d[\d_-]*$", re.I)
"""Numbers and letters mixed: a key of some database, no name."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EMPTY_PAGES = frozenset({"index", "default", "home", "view", "page"})
_LITTLE = frozenset(
    "a an and as at by do does for from how i in is it of on or our the to we what which with you your".split()
)


def host_of(url: str) -> str:
    """The host that an address names, in lower case."""
    return (urlsplit(url).hostname or "").rstrip(".")


def registrable(host: str) -> str:
    """The part of a host's name that somebody registered: help.example.co.uk -> example.co.uk. A number is its own.

    >>> registrable("help.example.co.uk"), registrable("www.example.com"), registrable("acme.vercel.app")
    ('example.co.uk', 'example.com', 'acme.vercel.app')
    """
    labels = host.split(".")
    if _is_number(host) or len(labels) < 3:
        return host
    return ".".join(labels[-1 - _public_labels(labels) :])


def _public_labels(labels: list[str]) -> int:
    """How many labels at the end are nobody's own."""
    of_country = len(labels[-1]) == 2 and labels[-2] in _REGISTRIES
    return 2 if of_country or ".".join(labels[-2:]) in _HOSTINGS else 1


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def vendor_slug(host: str) -> str:
    """The short name of whoever registered a host's name.

    >>> vendor_slug("help.example.com"), vendor_slug("x.ai"), vendor_slug("127.0.0.1")
    ('example', 'xai', '127-0-0-1')
    """
    own = registrable(host)
    label, _, rest = own.partition(".")
    if _is_number(host):
        return _slug(host) or "vendor"
    return _slug(label if len(label) >= _SHORT else label + rest.replace(".", "-")) or "vendor"


def vendor_name(slug: str, site_name: str, title: str) -> str:
    """How people write a vendor's name: as the site calls itself, or the part of the title that the short name agrees with."""
    if (own := _without_room(site_name)) and len(own) <= _LONGEST_NAME:
        return own
    key = _letters(slug)
    parts = (_without_room(part) for part in _PARTS.split(title))
    named = (part for part in parts if len(part) <= _LONGEST_NAME and _agree(_letters(part), key))
    return next(named, slug.capitalize())


def _agree(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _SHORT and longer.startswith(shorter) and len(longer) <= 2 * len(shorter) + 2


def _without_room(name: str) -> str:
    return _ROOM.sub("", " ".join(name.split())).strip()


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def address_words(url: str) -> str:
    """The words in an address behind its host, as a reader would say them: /dataProcessing-terms -> data processing terms."""
    parts = urlsplit(url)
    path = _ENDING.sub("", unquote(parts.path).rstrip("/"))
    words = re.split(r"[\W_]+", _CAMEL.sub(" ", f"{path} {unquote(parts.fragment)}"))
    return " ".join(word.lower() for word in words if word and not word.isdigit())


def page_slug(url: str, title: str, vendor: str, otherwise: str) -> str:
    """A page's short name: the last word of its address, else what its title says, else `otherwise`.

    >>> page_slug("https://acme.example/policies/en-US/acme-terms-of-use.html", "", "acme", "terms")
    'terms-of-use'
    """
    return next(filter(None, _page_slugs(url, title, vendor)), otherwise)


def _page_slugs(url: str, title: str, vendor: str) -> Iterator[str]:
    yield _of_path(url, vendor)
    parts = [part for part in _PARTS.split(title) if not _agree(_letters(_without_room(part)), _letters(vendor))]
    for part in parts[:1]:
        slug = _own(part, vendor)
        yield slug if len(_letters(slug)) * 2 >= len(_letters(part)) else ""  # of a Chinese title little is left


def _of_path(url: str, vendor: str) -> str:
    segments = [_ENDING.sub("", segment) for segment in unquote(urlsplit(url).path).split("/") if segment]
    named = [each for each in segments if not _LOCALE.fullmatch(each) and each.lower() not in _EMPTY_PAGES]
    if not named:
        first, _, rest = host_of(url).partition(".")
        is_part = (
            rest and registrable(rest) == registrable(host_of(url)) and first != "www" and not _is_number(host_of(url))
        )
        return _own(first, vendor) if is_part else ""
    last = _NUMBER.sub("", named[-1])
    return "" if _IDENTIFIER.search(last) else _own(last, vendor)


def _own(text: str, vendor: str) -> str:
    """The text as a slug of bounded length, without the vendor's name."""
    slug = _slug(_CAMEL.sub("-", text))
    slug = slug.removeprefix(f"{vendor}-").removesuffix(f"-{vendor}")
    words = slug.split("-")
    while (
        len(words) > 1 and len(slug) > _LONGEST_SLUG and (len("-".join(words)) > _LONGEST_SLUG or words[-1] in _LITTLE)
    ):
        words.pop()
    short = "-".join(words)[:_LONGEST_SLUG].strip("-")
    return short if any(map(str.isalpha, short)) and short != vendor else ""


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("'", "").replace("’", "")).strip("-")


def short(name: str, kind: str) -> str:
    """A short name for something that has a name already; of one without Latin letters, its kind and a number of its own.

    >>> short("Le Chat", "service"), short("Café (beta)", "service"), short("青禾", "service")
    ('le-chat', 'cafe-beta', 'service-c67f62a6')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return _slug(plain)[:_LONGEST_SLUG].strip("-") or f"{kind}-{crc32(name.encode('utf-8', 'replace')):08x}"


def unique(slug: str, taken: Collection[str], language: str = "") -> str:
    """The slug, or one like it that is not taken: with the language, then with a number."""
    candidates = [slug, *([f"{slug}-{language.lower()}"] if language else [])]
    numbered = (f"{slug}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (*candidates, *numbered) if each not in taken)
