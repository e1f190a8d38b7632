"""Alerts on their way through servers that fail, and a program that is killed: nothing is lost, nothing is invented.

    python soak/alerts.py thousand --count 1000 --seed 7
    python soak/alerts.py kill --kills 200 --seed 7
    python soak/alerts.py all

Everything runs on loopback, in a folder that is removed. Prints a line of figures for each soak, and what went against the
promises of the docs; the exit status is then 1. A seed gives the same faults and the same moments, as far as the machine is
as fast.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scenarios import Result, kill, thousand


def results(what: str, seed: int, count: int, kills: int) -> Iterator[Result]:
    """The soaks asked for, one after the other."""
    for storm in (False, True) if what in ("all", "thousand") else ():
        with tempfile.TemporaryDirectory() as folder:
            yield thousand(Path(folder), seed, count, _say, storm=storm)
    if what in ("all", "kill"):
        with tempfile.TemporaryDirectory() as folder:
            yield kill(Path(folder), seed, kills, _say)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Run the soaks, and say what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("all", "thousand", "kill"))
    parser.add_argument("--seed", type=int, default=1, help="which faults and moments (default: 1)")
    parser.add_argument("--count", type=int, default=1000, help="how many pages change (default: 1000)")
    parser.add_argument("--kills", type=int, default=200, help="how often the program is killed (default: 200)")
    asked = parser.parse_args()
    broken = 0
    for result in results(asked.what, asked.seed, asked.count, asked.kills):
        print(result.line, flush=True)
        for violation in result.violations:
            print(f"  VIOLATED: {violation}", flush=True)
        broken += len(result.violations)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
