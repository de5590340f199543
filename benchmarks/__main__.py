"""`python -m benchmarks --size 100000`: the reference night, held against the same job by hand and by others.

Then what the dear words cost (series, ranks, scores); `--only words` measures these alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.editor.measuring import ROUNDS as OF_THE_EDITOR
from benchmarks.editor.measuring import measure_editor
from benchmarks.figures import FULL_SIZE, RESULTS, Figures, Runs, kept_figures
from benchmarks.growth import draw_growth
from benchmarks.many import measure_check
from benchmarks.night import write_workspace
from benchmarks.outcome import Outcome, demand_equal
from benchmarks.peers import lacks_peers
from benchmarks.peers.rounds import PeersRound
from benchmarks.report import render_report
from benchmarks.rounds import Figure, Note, Round, in_fresh_process
from benchmarks.statements import SIZES, check_statements
from benchmarks.stores import FILLED_BY, KEPT_FROM, POSTGRES, SQLITE, filled_sqlite, lacks_postgres
from benchmarks.words import ROUNDS, ROUNDS_AT_A_MILLION

NIGHT, PEERS, WORDS = "night", "peers", "words"


def measure_night(size: int, rounds: int) -> Figures:
    """The night on every database that there is; raises NotTheSame where two sides did not the same."""
    figures, left = Figures(size), None
    for kind in _kinds():
        found = _measure_on(kind, size, rounds, figures)
        if left is not None:
            demand_equal(f"the night on {SQLITE} and on {kind}", left, found)
        left = found
    figures.statements = dict(_count_statements())
    return figures


def _kinds() -> list[str]:
    """The databases that there are."""
    why = lacks_postgres()
    if why:
        print(why, file=sys.stderr)
    return [kind for kind in FILLED_BY if kind != POSTGRES or not why]


def measure_peers(size: int, rounds: int) -> Runs:
    """The night and its selections by others, on SQLite; raises NotTheSame as well."""
    if why := lacks_peers():
        print(why, file=sys.stderr)
    print(f"{size:,} customers on {SQLITE}, by others", file=sys.stderr)
    with filled_sqlite(size) as copies:
        runs = Runs(SQLITE, copies.version())
        for number in range(rounds):
            PeersRound(copies, _noting(runs)).run(with_orm=number == 0)
    return runs


def measure_words(size: int) -> dict[str, Figure]:
    """Database -> what the dear words take there."""
    found = {}
    for kind in _kinds():
        print(f"{size:,} customers on {kind}, the dear words", file=sys.stderr)
        rounds = ROUNDS if size < FULL_SIZE else ROUNDS_AT_A_MILLION
        with FILLED_BY[kind](size) as copies, copies.copy() as url:
            given = {"url": url, "rounds": str(rounds)}
            found[kind] = in_fresh_process(WORDS, given, module="benchmarks.words")["words"]
    return found


def _noting(runs: Runs) -> Note:
    def note(name: str, figure: Figure) -> None:
        runs.note(name, figure)
        print(f"  {name}: {figure['cpu']:.2f} s of CPU, {figure['peak_mb']:.0f} MB", file=sys.stderr)

    return note


def _measure_on(kind: str, size: int, rounds: int, figures: Figures) -> Outcome:
    print(f"{size:,} customers on {kind}", file=sys.stderr)
    with FILLED_BY[kind](size) as copies:
        runs = Runs(kind, copies.version())
        note = _noting(runs)
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


def _parts(size: int) -> Sequence[str]:
    """What is measured unless one is named: the peers, who hold every record in memory, up to a size."""
    if size < FULL_SIZE:
        return (NIGHT, PEERS, WORDS)
    print(
        f"The peers are left out at {size:,} customers, unless they are named (--only peers).",
        file=sys.stderr,
    )
    return (NIGHT, WORDS)


def _measure(size: int, rounds: int, parts: Sequence[str]) -> Figures:
    """These parts anew, the others as they were kept."""
    figures = measure_night(size, rounds) if NIGHT in parts else Figures(size)
    if PEERS in parts:
        figures.peers = measure_peers(size, rounds)
    if WORDS in parts:
        figures.words = measure_words(size)
    return figures.with_what_was_kept()


def main() -> None:
    """Measure, keep the figures, and print the report of this size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="customers (100000)")
    parser.add_argument("--repeat", type=int, default=0, help="runs of every mode (3; 1 from a million on)")
    parser.add_argument("--only", action="append", choices=(NIGHT, PEERS, WORDS), help="only this part")
    parser.add_argument("--check", type=int, metavar="FILES", help="only check so many files (10000)")
    parser.add_argument("--editor", action="store_true", help="only the budgets of the web editor")
    asked = parser.parse_args()
    if asked.editor:
        measure_editor(asked.repeat or OF_THE_EDITOR)
        return
    if asked.check:
        measure_check(asked.check)
        return
    rounds = asked.repeat or (1 if asked.size >= FULL_SIZE else 3)
    figures = _measure(asked.size, rounds, asked.only or _parts(asked.size))
    if asked.size >= KEPT_FROM:
        figures.keep()
        draw_growth(kept_figures(), RESULTS / "growth.svg")
        (RESULTS / "latest.md").write_text(render_report(kept_figures()), encoding="utf-8")
    print(render_report([figures]))


if __name__ == "__main__":
    main()
