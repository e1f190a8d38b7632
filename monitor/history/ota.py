"""Repositories of Open Terms Archive: each commit a capture, its place and its words say of what.

The engine writes `Service/Terms Type.ext`, of terms made of several documents `Service/Terms Type #document.ext`, and commits
it alone, with the time of the fetch as the author's date. Versions are Markdown, snapshots what was served. The first words of
a message say whether the page changed, or the engine reads it in another way since then.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from monitor import naming
from monitor.errors import UsageError
from monitor.history import git
from monitor.history.git import Broken, Commit, File
from monitor.history.recorded import Skipped
from monitor.model import Capture, Page

_TECHNICAL = ("Apply technical or declaration upgrade on", "Refilter")
_RECORDS = ("First record of", "Record new changes of", "Start tracking", "Update", *_TECHNICAL)
_CONTENT_TYPES = {
    "htm": "text/html",
    "html": "text/html",
    "json": "application/json",
    "markdown": "text/markdown",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "xhtml": "application/xhtml+xml",
    "xml": "application/xml",
}
_ALSO_OTHER_FILES = frozenset({"json", "txt", "xml"})
"""What a repository may hold that is no document; where a commit says that it is a record, it is one."""
_TYPES = {
    "terms of service": "terms",
    "terms of use": "terms",
    "end user license agreement": "terms",
    "general conditions of sale": "terms",
    "parent organization terms": "terms",
    "commercial terms": "commercial-terms",
    "marketplace sellers conditions": "commercial-terms",
    "platform to business notice": "commercial-terms",
    "premium partner conditions": "commercial-terms",
    "developer terms": "developer-terms",
    "privacy policy": "privacy",
    "business privacy policy": "privacy",
    "parent organization privacy policy": "privacy",
    "acceptable use policy": "usage-policy",
    "community guidelines": "usage-policy",
    "restricted use policy": "usage-policy",
    "data controller agreement": "dpa",
    "data processor agreement": "dpa",
    "subprocessor list": "subprocessors",
    "service level agreement": "commercial-terms",
    "trackers policy": "trackers",
    "cookies policy": "trackers",
}
"""The types of terms of Open Terms Archive, in lower case -> ours; all others are `other`."""
_TRAILER = re.compile(r"^([A-Za-z0-9]+(?:-[A-Za-z0-9]+)*): *(\S.*)$", re.M)
_LOCATIONS = ("x-source-document-location", "source-document-location", "location", "source", "url")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a path says: the service, the type of its terms, of several documents which, and the file's ending."""

    service: str
    type: str
    document: str
    ending: str

    @property
    def page_type(self) -> str:
        """The type of page in our words."""
        return _TYPES.get(self.type.lower(), "other")

    @property
    def title(self) -> str:
        """The terms and the document, as one name."""
        return f"{self.type} #{self.document}" if self.document else self.type


Found = tuple[Commit, File, Terms]
"""A commit, the file that it left, and what its path says."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of a repository's captures: of one service, of one type of terms or of page, not before a time; empty: all.

    `page` is the page that they are taken for, if they are those of one document.
    """

    service: str = ""
    type: str = ""
    since: datetime | None = None
    page: Page | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """A capture that a commit recorded."""

    page: Page
    at: datetime
    technical: bool
    repository: Path
    oid: str
    content_type: str
    url: str
    headers: tuple[tuple[str, str], ...]

    def capture(self) -> Capture:
        """The capture, with its bytes. Raises LostCapture where the repository does not have them."""
        return Capture(
            at=self.at,
            url=self.url,
            outcome="ok",
            final_url=self.url,
            headers=self.headers,
            body=git.blob(self.repository, self.oid),
            content_type=self.content_type,
        )


def terms(path: str) -> Terms | None:
    """What a path in a repository says; None if it is not that of a document.

    >>> terms("Acme Chat/Terms of Service #api.html")
    Terms(service='Acme Chat', type='Terms of Service', document='api', ending='html')
    >>> terms("acme/privacy_policy.md").type, terms("README.md"), terms(".github/notes.md")
    ('privacy policy', None, None)
    """
    parts = PurePosixPath(path).parts
    stem, dot, ending = parts[-1].rpartition(".") if parts else ("", "", "")
    if len(parts) < 2 or not dot or any(part.startswith(".") for part in parts) or ending.lower() not in _CONTENT_TYPES:
        return None
    name, _, document = stem.partition(" #")
    said = name if " " in name else name.replace("_", " ")
    return Terms("/".join(parts[:-1]), said.strip(), document.strip(), ending.lower()) if said.strip() else None


def load(path: Path, wanted: Wanted) -> tuple[dict[str, tuple[Committed, ...]], list[Skipped]]:
    """The captures of a repository by page, each page's in the order of their time; and what is none, with the reason.

    Raises UsageError where there is no such repository, or nothing in it is wanted.
    """
    repository = git.Repository(path)
    skipped: list[Skipped] = []
    found = _found(repository, skipped)
    if not found:
        why = f": {skipped[0]}" if skipped else ""
        raise UsageError(f"{path}: no commit holds a document named `Service/Terms Type.md` (or .html, .pdf){why}")
    chosen, pages = _chosen(found, wanted, path), _pages(found)
    recorded = {}
    for each in chosen:
        page = wanted.page or pages[each]
        taken = _recordings(repository.path, page, found[each])
        recorded[page.key] = tuple(one for one in taken if wanted.since is None or one.at >= wanted.since)
    return {key: some for key, some in recorded.items() if some}, skipped


def _found(repository: git.Repository, skipped: list[Skipped]) -> dict[Terms, list[Found]]:
    """All documents, in the order in which they came first, each with the commits that left it and its file there."""
    found: dict[Terms, list[Found]] = defaultdict(list)
    for commit in repository.commits():
        if isinstance(commit, Broken):
            skipped.append(Skipped(f"commit {commit.id[:12]}", commit.why))
            continue
        for file, said in _documents(commit, skipped):
            found[replace(said, ending="")].append((commit, file, said))
    return found


def _documents(commit: Commit, skipped: list[Skipped]) -> Iterator[tuple[File, Terms]]:
    """The documents that a commit left. What looks like one and cannot be read is skipped, and named."""
    is_record = commit.message.startswith(_RECORDS)
    for file in commit.files:
        what = f"commit {commit.id[:12]}, {file.path.decode('utf-8', 'backslashreplace')}"
        try:
            said = terms(file.path.decode("utf-8"))
        except UnicodeDecodeError:
            skipped.append(Skipped(what, "its path is not UTF-8"))
            continue
        if said is None:
            if is_record and file.path.count(b"/"):
                skipped.append(Skipped(what, file.oddity or "not a kind of file that is read"))
        elif file.oddity:
            skipped.append(Skipped(what, f"{file.oddity}, not a document"))
        elif is_record or said.ending not in _ALSO_OTHER_FILES:
            yield file, said


def _pages(found: Mapping[Terms, list[Found]]) -> dict[Terms, Page]:
    """The pages of all documents. Names are given in the order in which documents came first, so that they stay what they are."""
    vendors: dict[str, str] = {}
    names: dict[str, set[str]] = defaultdict(set)
    pages = {}
    for each, commits in found.items():
        if each.service not in vendors:
            vendors[each.service] = naming.unique(naming.short(each.service, "service"), vendors.values())
        vendor = vendors[each.service]
        name = naming.unique(naming.short(each.title, "terms"), names[vendor])
        names[vendor].add(name)
        located = (_location(commit.message) for commit, _, _ in reversed(commits))
        pages[each] = Page(vendor, name, each.page_type, next(filter(None, located), ""), vendor_name=each.service)
    return pages


def _chosen(found: Iterable[Terms], wanted: Wanted, path: Path) -> list[Terms]:
    known = sorted(found, key=lambda each: (each.service, each.title))
    of_service = _matching(known, wanted.service, lambda each: (each.service, naming.short(each.service, "service")))
    if not of_service:
        raise UsageError(
            f"{path}: no service {wanted.service!r}{_near(wanted.service, {each.service for each in known})}"
        )
    of_type = _matching(of_service, wanted.type, lambda each: (each.type, each.title, each.page_type))
    if not of_type:
        kinds = {each.title for each in of_service} | {each.page_type for each in of_service}
        raise UsageError(f"{path}: no terms of the type {wanted.type!r}{_near(wanted.type, kinds)}")
    if wanted.page and len(of_type) > 1:
        names = ", ".join(f"{each.service}/{each.title}" for each in of_type[:5])
        raise UsageError(f"--page names one page, and {len(of_type)} documents are wanted ({names} ...): narrow them")
    return of_type


def _matching(known: list[Terms], wanted: str, names: Callable[[Terms], tuple[str, ...]]) -> list[Terms]:
    return [each for each in known if not wanted or wanted.lower() in (name.lower() for name in names(each))]


def _near(wanted: str, known: Iterable[str]) -> str:
    some = get_close_matches(wanted, known, 3) or sorted(known)[:8]
    return f"; there are, among others: {', '.join(some)}" if some else ""


def _recordings(repository: Path, page: Page, commits: Iterable[Found]) -> list[Committed]:
    """The captures of one document. Those of one second keep the order in which they were committed."""
    made = [_recording(repository, page, *each) for each in commits]
    return sorted(made, key=lambda each: each.at)


def _recording(repository: Path, page: Page, commit: Commit, file: File, said: Terms) -> Committed:
    trailers = tuple((name, value.strip()) for name, value in _TRAILER.findall(_body(commit.message)))
    subject = commit.message.partition("\n")[0].strip()
    return Committed(
        page=page,
        at=commit.at,
        technical=commit.message.startswith(_TECHNICAL),
        repository=repository,
        oid=file.oid,
        content_type=_CONTENT_TYPES[said.ending],
        url=_location(commit.message) or page.url,
        headers=(("X-Commit", commit.id), ("X-Commit-Subject", subject), *trailers),
    )


def _body(message: str) -> str:
    return message.partition("\n")[2]


def _location(message: str) -> str:
    """The address of the document, where the message has it."""
    said = {name.lower(): value.strip() for name, value in _TRAILER.findall(_body(message))}
    urls = (said.get(key, "") for key in _LOCATIONS)
    return next((url for url in urls if url.startswith(("http://", "https://"))), "")
