"""`python -m benchmarks --size 100000`: the reference night, held against the same job by hand.

What the dear words cost (series, ranks, scores) is measured by `python -m benchmarks.words --size 100000`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import FULL_SIZE, RESULTS, Figures, Runs, kept_figures
from benchmarks.many import measure_check
from benchmarks.night import write_workspace
from benchmarks.outcome import Outcome, demand_equal
from benchmarks.report import render_report
from benchmarks.rounds import Figure, Round, in_fresh_process
from benchmarks.statements import SIZES, check_statements
from benchmarks.stores import FILLED_BY, KEPT_FROM, POSTGRES, SQLITE, filled_sqlite, lacks_postgres


def measure_night(size: int, rounds: int) -> Figures:
    """The night on every database that there is; raises NotTheSame where two sides did not the same."""
    figures, left = Figures(size), None
    for kind in FILLED_BY:
        if kind == POSTGRES and (why := lacks_postgres()):
            print(why, file=sys.stderr)
            continue
        found = _measure_on(kind, size, rounds, figures)
        if left is not None:
            demand_equal(f"the night on {SQLITE} and on {kind}", left, found)
        left = found
    figures.statements = dict(_count_statements())
    return figures


def _measure_on(kind: str, size: int, rounds: int, figures: Figures) -> Outcome:
    print(f"{size:,} customers on {kind}", file=sys.stderr)
    with FILLED_BY[kind](size) as copies:
        runs = Runs(kind, copies.version())

        def note(name: str, figure: Figure) -> None:
            runs.note(name, figure)
            print(f"  {name}: {figure['cpu']:.2f} s of CPU, {figure['peak_mb']:.0f} MB", file=sys.stderr)

        left = [Round(copies, note, hand_first=number % 2 == 0).run() for number in range(rounds)]
    figures.stores.append(runs)
    return left[0]


def _count_statements() -> dict[str, tuple[int, int | None]]:
    """The statements of two nights of different length."""
    found = []
    for size in SIZES:
        with (
            filled_sqlite(size) as copies,
            copies.copy() as url,
            tempfile.TemporaryDirectory(prefix="wakeline-bench-") as scratch,
        ):
            folder = Path(scratch) / "workspace"
            write_workspace(folder)
            found.append(in_fresh_process("statements", {"url": url, "folder": str(folder)})["workflows"])
    return check_statements(*found)


def main() -> None:
    """Measure, keep the figures, and print the report of this size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="customers (100000)")
    parser.add_argument("--repeat", type=int, default=0, help="runs of every mode (3; 1 from a million on)")
    parser.add_argument("--check", type=int, metavar="FILES", help="only check so many files (10000)")
    asked = parser.parse_args()
    if asked.check:
        measure_check(asked.check)
        return
    figures = measure_night(asked.size, asked.repeat or (1 if asked.size >= FULL_SIZE else 3))
    if asked.size >= KEPT_FROM:
        figures.keep()
        (RESULTS / "latest.md").write_text(render_report(kept_figures()), encoding="utf-8")
    print(render_report([figures]))


if __name__ == "__main__":
    main()
