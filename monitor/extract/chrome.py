"""Cutting a page's furniture: what surrounds the document (menus, footers, banners, scripts) and what nobody sees.

selectolax (lexbor) parses as a browser does, so deep or unclosed markup loses nothing, and takes about a millisecond a page. The
rules know what furniture is, never where a site keeps it: article extractors, which look for "the text", lose legal text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.errors import ReadingError
from monitor.normalise import BROKEN_LINE, visible

INVISIBLE = ("head script style noscript template svg iframe object canvas audio video datalist input textarea").split()
_FURNITURE = (
    "nav, footer, aside, dialog, select, menu, "
    "[role=navigation], [role=contentinfo], [role=dialog], [role=alertdialog], [role=banner], [role=search], [role=menu], "
    "[role=menubar], [role=complementary], [aria-modal=true], [role=status], [role=alert], [role=tooltip]"
)
_HIDDEN = (
    "[hidden], [aria-hidden=true], [style*='display:none'], [style*='display: none'], "
    "[style*='visibility:hidden'], [style*='visibility: hidden']"
)
_BANNER_NAMES = "cookie consent onetrust newsletter feedback skip- breadcrumb sr-only visually".split()
_BANNER = ", ".join(  # what has no such attribute is passed over at once
    f"[{attribute}]:is(" + ", ".join(f"[{attribute}*='{name}' i]" for name in _BANNER_NAMES) + ")"
    for attribute in ("class", "id")
)
_MENU_LINKS, _MENU_SHARE, _MENU_LABEL = 4, 0.8, 45
"""A menu: at least so many links, holding so much of the text, so many characters long on average."""
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_TAG = re.compile(r"</?([a-zA-Z][^\s/>]*)((?:\s+[^\s=>]+(?:=\"[^\"]*\")?)*)\s*/?>")
_ASKED = re.compile(r"(?<=\s)(?:(href=\"#?)|role=\"heading\"|aria-level=\"[1-6]\")")
_MANY, _DEEPEST = 4_000, 512
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr p li td th tr option".split())
_CONTAINERS = re.compile(r"(?:</?(?!html|head|body|title|script|style|br)[a-zA-Z][^<>]*>\s*)+")
_MOST_TAGS, _HUGE_TAG = 150_000, 20_000
_HUGE_TAGS = re.compile(rf"<([a-zA-Z][a-zA-Z0-9]*)\s[^<>]{{{_HUGE_TAG},}}>")
_INLINE = frozenset(
    "span font em i u small big sup sub mark code abbr cite q s time bdi bdo wbr img picture source label".split()
)
"""Tags that a reading of blocks looks through: without them it has half as much to build."""
_BOXES = frozenset(
    (
        "address article aside blockquote br center dd details div dl fieldset figcaption figure footer form header hr "
        "legend main nav p pre section"
    ).split()
)
"""Tags that do no more than begin a new line."""
_ROLE = 'role="heading"'
_WHOLE = ("html", "body", "main")
_CONTENT = ("main", "article", "section")


def parse(html: str) -> LexborHTMLParser:
    """The page as a browser's parser sees it."""
    return LexborHTMLParser(_bounded(html))


def _bounded(html: str) -> str:
    """Markup that a parser takes minutes over, cut to what can be meant: huge tags to their names, bottomless nesting flat.

    Raises ReadingError `too_big` for more elements than the reading has memory for.
    """
    if _has_stretch(html) and html.count("=") > _HUGE_TAG // 2:
        html = _HUGE_TAGS.sub(r"<\1>", html)
    brackets = html.count("<")
    if brackets > _MOST_TAGS and (tags := brackets - html.count("</") - html.count("<!")) > _MOST_TAGS:
        raise ReadingError("too_big", f"the page has {tags:,} tags; one that is read has at most {_MOST_TAGS:,}")
    return html if brackets < _MANY or _depth(html) <= _DEEPEST else _CONTAINERS.sub("<br>", html)


def _has_stretch(html: str) -> bool:
    """Whether there is a part without a bracket among parts so small that a huge tag fills one of them."""
    size = _HUGE_TAG // 2
    return any(
        html.find("<", start, start + size) < 0 and html.find(">", start, start + size) < 0
        for start in range(0, len(html), size)
    )


def _depth(html: str) -> int:
    deepest = depth = 0
    for tag in _ANY_TAG.finditer(html):
        depth += -1 if tag[1] else tag[2].lower() not in _VOID
        deepest = max(deepest, depth)
    return deepest


def title(tree: LexborHTMLParser) -> str:
    """The page's title; empty where it has none."""
    node = tree.css_first("title")
    return visible(node.text()) if node else ""


def language(tree: LexborHTMLParser) -> str:
    """The language that the page says it is in; empty where it says none."""
    return (tree.root.attributes.get("lang") or "") if tree.root else ""


def site_name(tree: LexborHTMLParser) -> str:
    """What the site calls itself; empty where it does not say."""
    node = tree.css_first("meta[property='og:site_name'], meta[name='og:site_name'], meta[name='application-name']")
    return visible(node.attributes.get("content") or "") if node else ""


def strip(tree: LexborHTMLParser) -> LexborHTMLParser:
    """Drop what no reader sees (scripts, styles, templates), in place, and return the tree."""
    tree.strip_tags(INVISIBLE, recursive=True)
    return tree


def cut(tree: LexborHTMLParser) -> LexborHTMLParser:
    """Cut the furniture out of `tree`, in place, and return it."""
    if tree.body is not None:
        _drop(list(_furniture(tree, len(_text(tree.body)) or 1)))
    return tree


def skeleton(tree: LexborHTMLParser) -> str:
    """The tree as markup that holds its text and tags, and of the attributes only those that the reading of blocks asks for.

    Classes, ids, link targets and nonces, which rotate from one request to the next, are gone; of a link it is left whether
    it leads to another place on the same page.
    """
    return _skeleton(tree.html or "")


@lru_cache(maxsize=2)  # of two captures in a row, one in three shows the same markup once the furniture is cut
def _skeleton(markup: str) -> str:
    end = markup.rfind("-->") + 3  # behind the last end no comment is closed, and looking for one costs its square
    markup = _COMMENT.sub("", markup[:end]) + markup[end:]
    boxes = _BOXES if _ROLE not in markup else frozenset()  # whose end tag would not say that it ends a heading
    before, *pieces = markup.split("<")
    tags = [(_bare(tag, boxes), text) for tag, _, text in (piece.partition(">") for piece in pieces)]
    if any(tag is None for tag, _ in tags):  # a bracket within an attribute's value
        return _TAG.sub(lambda tag: _bare(tag[0][1:-1], boxes) or "", markup)
    return before + "".join(_on_lines(tags))


def _on_lines(tags: Iterable[tuple[str | None, str]]) -> Iterator[str]:
    """Tags and the text behind each, one line break where several stand together."""
    broken = False
    for tag, text in tags:
        if tag and not (broken and tag == BROKEN_LINE):
            yield tag
            broken = tag == BROKEN_LINE
        if text and not (broken and text.isspace()):
            yield text
            broken = False


@lru_cache(maxsize=1 << 14)  # of a page's tags most stand there many times
def _bare(markup: str, boxes: frozenset[str]) -> str | None:
    """What is left of a tag, given without its brackets; None where it is no whole tag."""
    tag = _TAG.fullmatch(f"<{markup}>")
    if tag is None:
        return None if markup.count('"') % 2 else ""
    if tag[1] in _INLINE:
        return ""
    if markup[0] == "/":
        return BROKEN_LINE if tag[1] in boxes else f"<{markup}>"
    asked = (f'{found[1]}"' if found[1] else found[0] for found in _ASKED.finditer(tag[2])) if tag[2] else ()
    kept = " ".join((tag[1], *asked))
    return BROKEN_LINE if kept in boxes else f"<{kept}>"


def _furniture(tree: LexborHTMLParser, whole: int) -> Iterator[LexborNode]:
    """What is not the document; `whole` is the length of the page's text, against which each candidate is weighed."""
    # A page whose dialog stands open hides everything else from screen readers: that is the document, not a duplicate.
    named = _controlled(tree)
    yield from (node for node in tree.css(_HIDDEN) if not _opens(node, named) and len(_text(node)) <= whole / 2)
    yield from (node for node in tree.css(_FURNITURE) if len(_text(node)) <= whole / 2)
    yield from (node for node in tree.css("header") if not _within(node, _CONTENT) and len(_text(node)) <= whole / 4)
    yield from (node for node in tree.css("form") if len(_text(node)) <= whole / 4)
    yield from (node for node in tree.css("button, [role=button]") if not _titles(node))
    yield from (node for node in tree.css("ul, ol") if _is_menu(node))
    yield from (node for node in tree.css(_BANNER) if node.tag not in _WHOLE and len(_text(node)) <= whole / 4)


def _drop(nodes: list[LexborNode]) -> None:
    """Take `nodes` out of their tree. One inside another goes with it: lexbor frees a node's children with the node."""
    doomed = {node.mem_id for node in nodes}
    for node in [node for node in nodes if not any(parent.mem_id in doomed for parent in _parents(node))]:
        if node.mem_id in doomed:
            doomed.discard(node.mem_id)
            node.decompose()


def _parents(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _is_menu(node: LexborNode) -> bool:
    """Whether a list is a menu: many links, short ones, and hardly a word beside them."""
    links = [len(_text(link).strip()) for link in node.css("a[href]")]
    if len(links) < _MENU_LINKS:
        return False
    said = len("".join(_text(node).split()))
    return sum(links) >= said * _MENU_SHARE and sum(links) / len(links) <= _MENU_LABEL


def _text(node: LexborNode) -> str:
    return node.text(deep=True) or ""


def _controlled(tree: LexborHTMLParser) -> frozenset[str]:
    """The ids of elements that some control of the page opens."""
    controls = tree.css("[aria-controls], a[href^='#'], [data-target^='#']")
    names = (node.attributes.get(name) or "" for node in controls for name in ("aria-controls", "href", "data-target"))
    return frozenset(name.lstrip("#") for name in names) - {""}


def _opens(node: LexborNode, named: frozenset[str]) -> bool:
    """Whether a hidden element is one that a reader can open: a tab's panel, an accordion's, one that a control names."""
    attributes = node.attributes
    panel = attributes.get("role") in ("tabpanel", "region") or attributes.get("hidden") == "until-found"
    return panel or (attributes.get("id") or "") in named


def _within(node: LexborNode, tags: tuple[str, ...]) -> bool:
    return any(parent.tag in tags for parent in _parents(node))


def _titles(button: LexborNode) -> bool:
    """Whether a button is the title of an accordion's panel rather than a command."""
    return "aria-expanded" in button.attributes or _within(
        button, ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt")
    )
