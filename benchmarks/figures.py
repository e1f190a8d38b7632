"""The scorers on recorded histories, as figures that must not fall.

    python benchmarks/figures.py SHARED [--misses]

SHARED holds `bench/histories.py`, `bench/phrases.py` and `corpus/`. Prints a line a corpus, the five corpora of real pages
together, the same by vendor families, what is read in single sentences and pairs, and the same for the pages and sentences in
`written/`; then names every figure that lies below its floor in `floors.toml` beside this file. Exit status 1 if one does.

By families: the histories are parted into five groups of vendors, and each group is scored alone. Nothing in the program is
learnt from histories; word lists and thresholds were written with all of them in view, so this shows how figures vary from
vendor to vendor, and no more than that.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from monitor.meaning.direction import direction
from monitor.meaning.topics import read_clause

HERE = Path(__file__).parent
MONITOR = [str(Path(sys.executable).parent / "monitor")]
FIVE = ("pages", "terms", "general", "more", "zh")
FOLDS = 5
WRITTEN = (
    "plain",
    "hard",
    "turns",
    "usual",
    "edits",
    "agreements",
    "privacy",
    "limits",
    "chinese",
    "mixed",
    "recast",
    "small",
    "local",
)
"""Pages and sentences in `written/`, made for this project by people who had not seen its rules; `hard` ones mean to deceive."""
FAMILIES = {
    "openai": ("chatgpt", "dall-e", "sora"),
    "mistral": ("le-chat", "mistral-ai", "vibe"),
    "github": ("github-copilot",),
    "meta": ("llama-api",),
    "google": ("google-generative-ai-services", "gemini"),
    "codeium": ("windsurf", "devin"),
}
"""Vendors whose pages share texts; every other vendor is a family of its own."""
Figures = dict[str, float]


class Told(NamedTuple):
    """One capture of a history: whether it had to be told, was worth telling, and was told; the topics of what was rightly told."""

    family: str
    must: bool
    worth: bool
    alerted: bool
    said: frozenset[str]
    true: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shared:
    """What stands beside the repository: the scorers and the histories."""

    folder: Path
    histories: ModuleType

    def corpus(self, name: str) -> Path:
        """The folder of one corpus."""
        return self.folder / "corpus" / f"{name}-dev"


def main() -> int:
    """Print the figures; 1 if one lies below its floor."""
    folder = Path(sys.argv[1])
    sys.path.insert(0, str(folder / "bench"))
    shared = Shared(folder, importlib.import_module("histories"))
    told: list[Told] = []
    figures: Figures = {}
    for name in (*FIVE, "offers"):
        scored, captures = score(shared.histories, shared.corpus(name), name)
        figures |= {f"{name}.{key}": value for key, value in scored.items() if isinstance(value, int | float)}
        told += captures if name in FIVE else []
    figures |= (
        together(told) | by_families(told) | sentences(shared, shared.corpus("phrases"), "phrases") | pairs(shared)
    )
    for name in WRITTEN:
        scored, _ = score(shared.histories, HERE / "written" / name / "pairs", name)
        figures |= {f"{name}.{key}": value for key, value in scored.items() if isinstance(value, int | float)}
        if (phrases := HERE / "written" / name / "phrases").exists():
            figures |= sentences(shared, phrases, f"{name}.phrases")
    below = list(fallen(figures, tomllib.loads((HERE / "floors.toml").read_text("utf-8"))))
    print("\n".join(below) or "every figure is at its floor or above")
    return 1 if below else 0


def score(module: ModuleType, corpus: Path, name: str) -> tuple[dict[str, Any], list[Told]]:
    """The figures of one corpus, and what was told of each of its captures; one import serves both."""
    changes, seconds = module.run_monitor(MONITOR, module.unpack(corpus))
    with answering(module, (changes, seconds)):
        scored: dict[str, Any] = module.score(corpus, MONITOR)
    show(name, scored)
    for row in (*scored["_missed"], *scored["_false"]) if "--misses" in sys.argv else ():
        print("   ", *row)
    return scored, list(_told(module.lines(corpus / "labels.jsonl"), changes, module))


@contextmanager
def answering(module: ModuleType, answer: object) -> Iterator[None]:
    """The scorer, given the changes that were read already."""
    run, module.run_monitor = module.run_monitor, lambda *_: answer  # type: ignore[attr-defined]
    try:
        yield
    finally:
        module.run_monitor = run  # type: ignore[attr-defined]


def _told(labels: list[dict[str, Any]], changes: list[dict[str, Any]], module: ModuleType) -> Iterator[Told]:
    alerts = {(c["vendor"], c["page"], module.instant(c["seen_at"])): c for c in changes if c["verdict"] == "alert"}
    known = {(x["vendor"], x["page"], module.instant(x["fetched_at"])): x for x in labels}
    for key in alerts.keys() | known.keys():
        importance = known[key]["importance"] if key in known else 0
        hit = key in alerts and importance >= 1
        said, true = (alerts[key]["topics"], known[key]["topics"]) if hit else ((), ())
        yield Told(family(key[0]), importance == 2, importance >= 1, key in alerts, frozenset(said), frozenset(true))


def family(vendor: str) -> str:
    """The family that a vendor belongs to."""
    return next((name for name, vendors in FAMILIES.items() if vendor in vendors), vendor)


def together(told: Iterable[Told]) -> Figures:
    """Recall and precision over captures of several corpora, and the topics' micro-averaged F1."""
    some = list(told)
    named = sum(len(one.said) + len(one.true) for one in some)
    topics = {"topic_f1": 2 * sum(len(one.said & one.true) for one in some) / named}
    figures = {f"five.{key}": value for key, value in (rates(some) | topics).items()}
    show("the five together", figures)
    return figures


def rates(told: Iterable[Told]) -> Figures:
    """Recall over what had to be told, precision over what was told."""
    some = list(told)
    must, alerted = [one for one in some if one.must], [one for one in some if one.alerted]
    return {
        "recall": sum(one.alerted for one in must) / len(must) if must else 1.0,
        "precision": sum(one.worth for one in alerted) / len(alerted) if alerted else 1.0,
    }


def by_families(told: list[Told]) -> Figures:
    """The figures of each fold of vendor families, and their means weighted by what they hold."""
    sizes = sorted({one.family for one in told}, key=lambda name: (-sum(one.family == name for one in told), name))
    folds = [rates(one for one in told if sizes.index(one.family) % FOLDS == fold) for fold in range(FOLDS)]
    for number, fold in enumerate(folds, 1):
        show(f"families {number} of {FOLDS}", fold)
    return {f"folds.{key}": sum(fold[key] for fold in folds) / FOLDS for key in ("recall", "precision")}


def sentences(shared: Shared, folder: Path, name: str) -> Figures:
    """What is read in single sentences."""
    command = [sys.executable, "-B", str(shared.folder / "bench" / "phrases.py"), str(folder)]
    out = subprocess.run([*command, "--json", "--monitor", MONITOR[0]], check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    figures = {f"{name}.{key}": value for key, value in json.loads(out.stdout).items() if key != "folder"}
    show(name, figures)
    return figures


def pairs(shared: Shared) -> Figures:
    """Topics and direction of sentences before and after."""
    rows = [json.loads(line) for line in (shared.corpus("phrases") / "pairs.jsonl").read_text("utf-8").splitlines()]
    read = [{*read_clause(row["old"]).topics, *read_clause(row["new"]).topics} for row in rows]
    right = sum(len(topics & set(row["topics"])) for topics, row in zip(read, rows, strict=True))
    said = sum(map(len, read)) + sum(len(row["topics"]) for row in rows)
    leans = sum(direction(row["old"], row["new"], row["topics"]) == row["direction"] for row in rows)
    figures = {"pairs.topic_f1": 2 * right / said, "pairs.direction": leans / len(rows)}
    show("pairs", figures)
    return figures


def fallen(figures: Figures, floors: dict[str, Any]) -> Iterator[str]:
    """The figures that lie below their floor, or above it where less is better."""
    for name, floor in floors["at_least"].items():
        if figures[name] < floor:
            yield f"{name} is {figures[name]:.3f}, below its floor of {floor}"
    for name, ceiling in floors["at_most"].items():
        if figures[name] > ceiling:
            yield f"{name} is {figures[name]:.3f}, above its ceiling of {ceiling}"


def show(name: str, figures: dict[str, Any]) -> None:
    """One line of figures."""
    kept = {key.rpartition(".")[2]: value for key, value in figures.items() if isinstance(value, int | float)}
    print(
        f"{name}: "
        + "  ".join(
            f"{key} {value:.3f}" if isinstance(value, float) else f"{key} {value}" for key, value in kept.items()
        )
    )


if __name__ == "__main__":
    sys.exit(main())
