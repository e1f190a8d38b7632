"""Open Terms Archive repositories are read as they are, and nothing in them acts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import DAY, PARAGRAPHS, START, TRAINS
from git_fakes import Repo

from monitor.errors import LostCapture, UsageError
from monitor.history import git, ota
from monitor.history.ota import Wanted
from monitor.model import PAGE_TYPES, Page

SNAPSHOT = "This version was recorded after extracting from snapshot https://git.example/snapshots/commit/5d41402abc4b2a76b9719d911017c592"
PATH = "Acme Chat/Terms of Service.md"


def markdown(fifth: str = PARAGRAPHS[4]) -> bytes:
    return ("# Terms\n\n" + "\n\n".join((*PARAGRAPHS[:4], fifth, *PARAGRAPHS[5:])) + "\n").encode()


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    git.close()


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository of versions with a page, its change, and a technical upgrade."""
    made = Repo.at(tmp_path / "versions")
    made.record(-9, "Initial commit", "README.md", body=b"# Versions")
    made.record(0, "First record of Acme Chat Terms of Service", PATH, body=markdown(), trailer=SNAPSHOT)
    made.record(3, "Record new changes of Acme Chat Terms of Service", PATH, body=markdown(TRAINS), trailer=SNAPSHOT)
    made.record(
        3,
        "Apply technical or declaration upgrade on Acme Chat Terms of Service",
        PATH,
        body=b"# The terms\n" + markdown(TRAINS),
    )
    return made


def load(path: Path, **wanted: object) -> tuple[dict[str, tuple[ota.Committed, ...]], list[str]]:
    pages, skipped = ota.load(path, Wanted(**wanted))  # type: ignore[arg-type]
    return pages, [str(each) for each in skipped]


def test_each_commit_is_a_capture_of_its_page(repo: Repo) -> None:
    """A commit is a capture at its author's date; service and type come from the path, whether it is technical from the words."""
    pages, skipped = load(repo.path)
    assert list(pages) == ["acme-chat/terms-of-service"] and skipped == []
    first, changed, upgraded = pages["acme-chat/terms-of-service"]
    assert (first.page.vendor_name, first.page.type) == ("Acme Chat", "terms")
    assert [each.at for each in (first, changed, upgraded)] == [START, START + 3 * DAY, START + 3 * DAY]
    assert [each.technical for each in (first, changed, upgraded)] == [False, False, True]
    capture = changed.capture()
    assert (capture.body, capture.content_type, capture.outcome) == (markdown(TRAINS), "text/markdown", "ok")
    assert capture.header("X-Commit-Subject") == "Record new changes of Acme Chat Terms of Service"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("Acme/Privacy Policy.html", ("Acme", "Privacy Policy", "", "privacy")),
        ("Acme/privacy_policy.md", ("Acme", "privacy policy", "", "privacy")),
        ("Acme/Terms of Service #api.pdf", ("Acme", "Terms of Service", "api", "terms")),
        ("Acme/Data Processor Agreement.json", ("Acme", "Data Processor Agreement", "", "dpa")),
        ("Acme/Trackers Policy.md", ("Acme", "Trackers Policy", "", "trackers")),
        ("Acme/Developer Terms.md", ("Acme", "Developer Terms", "", "developer-terms")),
        ("Acme/Commercial Terms.md", ("Acme", "Commercial Terms", "", "commercial-terms")),
        ("Acme/Acceptable Use Policy.md", ("Acme", "Acceptable Use Policy", "", "usage-policy")),
        ("Acme/Imprint.md", ("Acme", "Imprint", "", "other")),
        ("README.md", None),
        (".github/pull_request.md", None),
        ("Acme/logo.svg", None),
        ("Acme/ #api.md", None),
        ("Acme/LICENSE", None),
    ],
)
def test_a_path_says_service_and_type(path: str, said: tuple[str, ...] | None) -> None:
    """The folder is the service, the file's name the type and the document; what is no such path is no document."""
    terms = ota.terms(path)
    assert (terms and (terms.service, terms.type, terms.document, terms.page_type)) == said


def test_their_types_are_ours() -> None:
    """Each type of terms that is known there is a type of page here."""
    assert set(ota._TYPES.values()) <= set(PAGE_TYPES)


def test_snapshots_say_where_they_come_from(tmp_path: Path) -> None:
    """The address that a snapshot's message names is the page's, and the capture's; earlier captures keep their own."""
    repo = Repo.at(tmp_path / "snapshots")
    for day, place in enumerate(("https://acme.example/tos", "https://acme.example/legal/terms")):
        trailer = f"X-engine-version: 2.5.0\nX-fetcher: htmlOnly\nX-source-document-location: {place}"
        repo.record(
            day,
            "Record new changes of Acme Terms of Service",
            "Acme/Terms of Service.html",
            body=markdown() + bytes([65 + day]),
            trailer=trailer,
        )
    pages, _ = load(repo.path)
    old, new = pages["acme/terms-of-service"]
    assert old.page.url == new.page.url == new.url == "https://acme.example/legal/terms"
    assert old.capture().final_url == "https://acme.example/tos"
    assert old.capture().header("x-fetcher") == "htmlOnly"


def test_old_words_are_understood(tmp_path: Path) -> None:
    """Messages of earlier editions of the engine: "Start tracking", "Update", and "Refilter" for a technical upgrade."""
    repo = Repo.at(tmp_path / "old")
    for day, word in enumerate(("Start tracking", "Update", "Refilter")):
        repo.record(day, f"{word} Acme Privacy Policy", "Acme/privacy_policy.md", body=markdown() + bytes([65 + day]))
    [some] = load(repo.path)[0].values()
    assert [each.technical for each in some] == [False, False, True]


def test_names_are_one_for_each_and_stay(tmp_path: Path) -> None:
    """Services and terms whose names differ only in their signs get names of their own, in the order in which they came."""
    repo = Repo.at(tmp_path / "names")
    for day, service in enumerate(("Acme!", "acme", "青禾")):
        repo.record(day, f"First record of {service}", f"{service}/Terms of Service.md", body=markdown())
    names = [(some[0].page.vendor_name, some[0].page.vendor) for some in load(repo.path)[0].values()]
    assert sorted(names)[:2] == [("Acme!", "acme"), ("acme", "acme-2")] and names[2][1].startswith("service-")
    repo.record(5, "First record of Acme Privacy Policy", "acme/Privacy Policy.md", body=markdown())
    assert {key for key in load(repo.path)[0] if key.startswith("acme-2/")} == {
        "acme-2/terms-of-service",
        "acme-2/privacy-policy",
    }


def test_a_repository_is_narrowed(repo: Repo) -> None:
    """By service, by type in their words or ours, and by date; what is not there is named with what is."""
    repo.record(5, "First record of Lumen Privacy Policy", "Lumen/Privacy Policy.md", body=markdown())
    assert list(load(repo.path, service="lumen")[0]) == ["lumen/privacy-policy"]
    for kind in ("Terms of Service", "terms of service", "terms"):
        assert list(load(repo.path, type=kind)[0]) == ["acme-chat/terms-of-service"]
    [some] = load(repo.path, service="Acme Chat", since=START + DAY)[0].values()
    assert len(some) == 2
    with pytest.raises(UsageError, match="no service 'Lumin'; there are, among others: Lumen"):
        load(repo.path, service="Lumin")
    with pytest.raises(UsageError, match="no terms of the type 'pricing'"):
        load(repo.path, type="pricing")


def test_terms_are_taken_for_a_page_that_is_watched(repo: Repo) -> None:
    """One document can be taken for a page of another name; two cannot."""
    page = Page("acme", "tos", "other", "https://acme.example/tos")
    assert list(load(repo.path, page=page)[0]) == ["acme/tos"]
    repo.record(5, "First record of Lumen Privacy Policy", "Lumen/Privacy Policy.md", body=markdown())
    with pytest.raises(UsageError, match="2 documents are wanted"):
        load(repo.path, page=page)


@pytest.mark.parametrize("kind", ["bare", "mirror", "shared", "packed", "detached"])
def test_any_form_of_a_repository_is_read(repo: Repo, tmp_path: Path, kind: str) -> None:
    """A bare one, a mirror, one that borrows objects, a packed one, and one whose head is detached say the same."""
    path = tmp_path / kind
    match kind:
        case "packed":
            repo.git("gc", "--quiet")
            path = repo.path
        case "detached":
            repo.git("checkout", "--quiet", "--detach")
            path = repo.path
        case _:
            repo.git("clone", "--quiet", f"--{kind}", str(repo.path), str(path))
    [some] = load(path)[0].values()
    assert [each.capture().body for each in some][:2] == [markdown(), markdown(TRAINS)]


def test_what_a_merge_brings_together_comes_once(repo: Repo) -> None:
    """The captures of a side branch are taken from its commits; what the merge itself changed is one more."""
    repo.git("checkout", "--quiet", "-b", "side", "HEAD~2")
    repo.record(1, "First record of Acme Chat Privacy Policy", "Acme Chat/Privacy Policy.md", body=markdown())
    repo.git("checkout", "--quiet", "main")
    repo.git("merge", "--quiet", "--no-edit", "side", at=START + 8 * DAY)
    pages, skipped = load(repo.path)
    assert {key: len(some) for key, some in pages.items()} == {
        "acme-chat/terms-of-service": 3,
        "acme-chat/privacy-policy": 1,
    }
    assert skipped == []


def test_a_deletion_is_no_capture(repo: Repo) -> None:
    """A commit that removes a document says nothing of what was served."""
    repo.git("rm", "--quiet", "--", PATH)
    repo.record(9, "Remove Acme Chat")
    [some] = load(repo.path)[0].values()
    assert len(some) == 3


def test_what_is_no_plain_file_is_named(repo: Repo) -> None:
    """Symbolic links, submodules, paths that are not UTF-8 and files of no known kind are left out, each with its reason."""
    folder = repo.path / "Acme Chat"
    (folder / "Privacy Policy.md").symlink_to("Terms of Service.md")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.md")).write_bytes(markdown())
    (folder / "Imprint.docx").write_bytes(b"PK")
    repo.git("add", "--all")
    repo.git(
        "update-index", "--add", "--cacheinfo", f"160000,{repo.git('rev-parse', 'HEAD')},Acme Chat/Seller Terms.md"
    )
    repo.record(5, "Record new changes of Acme Chat Privacy Policy")
    pages, skipped = load(repo.path)
    assert len(pages) == 1 and len(skipped) == 4
    for words in ("a symbolic link", "a submodule", "not UTF-8", "not a kind of file"):
        assert any(words in each for each in skipped), skipped


def test_a_missing_object_costs_its_capture(repo: Repo) -> None:
    """An object that is gone is named where its turn comes; the other captures are there."""
    repo.loose(repo.git("rev-parse", f"HEAD~1:{PATH}")).unlink()
    [some] = load(repo.path)[0].values()
    with pytest.raises(LostCapture, match="has no object"):
        some[1].capture()
    assert some[2].capture().body and some[0].capture().body


def test_a_broken_object_costs_its_capture(repo: Repo) -> None:
    """An object whose bytes are damaged is named, in git's words; git is begun again for the others."""
    file = repo.loose(repo.git("rev-parse", f"HEAD~1:{PATH}"))
    file.chmod(0o644)
    file.write_bytes(b"\x78\x01broken" + file.read_bytes()[20:])
    [some] = load(repo.path)[0].values()
    with pytest.raises(LostCapture, match=r"cannot read the object|has no object"):
        some[1].capture()
    assert some[2].capture().body and some[0].capture().body


@pytest.mark.parametrize("broken", ["tree", "commit"])
def test_a_broken_commit_costs_what_it_hides(repo: Repo, broken: str) -> None:
    """A commit whose tree is gone is left out and named, and so is what lies behind one that is gone itself; the rest is taken."""
    last = repo.record(6, "Record new changes of Acme Chat Terms of Service", PATH, body=markdown() + b"!")
    repo.loose(repo.git("rev-parse", "HEAD~1^{tree}" if broken == "tree" else "HEAD~2")).unlink()
    pages, skipped = load(repo.path)
    [some] = pages.values()
    assert skipped and all("commit " in each for each in skipped)
    if broken == "tree":
        assert len(some) == len(skipped) == 2
    else:
        assert [each.headers[0] for each in some] == [("X-Commit", last)] and "before it" in skipped[0]


def test_a_document_larger_than_any_page_is_left_out(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A blob of a size that no page of terms has is named, and not read."""
    monkeypatch.setattr(git, "_LARGEST", 2_000)
    repo.record(6, "Record new changes of Acme Chat Terms of Service", PATH, body=b"x" * 5_000)
    [some] = load(repo.path)[0].values()
    with pytest.raises(LostCapture, match="5,000 bytes"):
        some[-1].capture()
    assert some[0].capture().body


def test_a_shallow_clone_says_what_it_cannot_tell(repo: Repo, tmp_path: Path) -> None:
    """What the first commit of a shallow clone changed is unknown; it is left out and named, and later ones are taken."""
    path = tmp_path / "shallow"
    repo.git("clone", "--quiet", "--depth=2", f"file://{repo.path}", str(path))
    pages, skipped = load(path)
    [some] = pages.values()
    assert len(some) == 1 and some[0].technical
    assert len(skipped) == 1 and "shallow clone" in skipped[0]


def test_a_partial_clone_stays_off_the_network(repo: Repo, tmp_path: Path) -> None:
    """Objects that a partial clone lacks are not fetched, though its remote is there; each is named."""
    path = tmp_path / "partial"
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "--quiet", "--bare", "--filter=blob:none", f"file://{repo.path}", str(path))
    objects = sorted(path.rglob("objects/**/*"))
    [some] = load(path)[0].values()
    with pytest.raises(LostCapture, match="object"):
        some[0].capture()
    assert sorted(path.rglob("objects/**/*")) == objects


@pytest.mark.parametrize(
    "setting", ["core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "gpg.program", "core.askPass"]
)
def test_nothing_in_a_repository_acts(repo: Repo, tmp_path: Path, setting: str) -> None:
    """No setting, hook or attribute of a repository starts a program while it is read."""
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for key in (setting, "diff.evil.textconv", "diff.evil.command", "filter.evil.smudge", "filter.evil.process"):
        repo.git("config", key, str(trap))
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "core.hooksPath", str(tmp_path))
    (repo.path / ".git/info/attributes").write_text("* diff=evil filter=evil\n")
    (tmp_path / "post-checkout").symlink_to(trap)
    [some] = load(repo.path)[0].values()
    assert some[0].capture().body
    assert not (tmp_path / "sprung").exists()


def test_what_is_no_repository_is_refused(tmp_path: Path) -> None:
    """A folder, a file, nothing at all, a folder within a repository, and one without commits: each in words."""
    outer = Repo.at(tmp_path / "outer")
    with pytest.raises(UsageError, match="the branch main has no commit"):
        load(outer.path)
    outer.record(0, "Initial commit", "README.md", "inner/notes.svg", body=b"#")
    with pytest.raises(UsageError, match="no commit holds a document"):
        load(outer.path)
    for path, words in (
        (tmp_path, "not a git repository"),
        (outer.path / "inner", "not a git repository"),
        (outer.path / "README.md", "a file"),
        (tmp_path / "nowhere", "no such file"),
    ):
        with pytest.raises(UsageError, match=words):
            load(path)


def test_a_head_that_names_no_branch_is_explained(repo: Repo) -> None:
    """A repository whose HEAD names a branch that is not there says which there are."""
    repo.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    with pytest.raises(UsageError, match="the branch trunk has no commit; it has main"):
        load(repo.path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_repository_needs_a_word(repo: Repo) -> None:
    """A repository of another user is not read until its reader says that it is safe, and is told how."""
    for path in (repo.path, repo.path / ".git"):
        os.chown(path, 4321, 4321)
    with pytest.raises(UsageError, match=r"safe\.directory"):
        load(repo.path)


def test_without_git_it_says_what_is_missing(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where git is not installed, that is what is said."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match="git is not installed"):
        load(repo.path)


def test_an_impossible_date_is_named(repo: Repo) -> None:
    """A commit whose author's date is none, or beyond all calendars, is left out."""
    tree, parent = repo.git("rev-parse", "HEAD^{tree}"), repo.git("rev-parse", "HEAD~1")
    for when in ("99999999999999 +0000", "soon"):
        text = f"tree {tree}\nparent {parent}\nauthor A <a@b.example> {when}\ncommitter A <a@b.example> 1 +0000\n\nUpdate\n"
        done = subprocess.run(
            ["git", "-C", str(repo.path), "hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
            input=text.encode(), capture_output=True, check=True,
        )  # fmt: skip
        repo.git("update-ref", "refs/heads/main", done.stdout.decode().strip())
        _, skipped = load(repo.path)
        assert (len(skipped) == 1 and "date" in skipped[0]) or "does not say when" in skipped[0]
