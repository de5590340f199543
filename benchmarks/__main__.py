"""`python -m benchmarks --size 100000`: a night on fresh copies, held against the same night by hand.

What the dear words cost (series, ranks, scores) is measured by `python -m benchmarks.words --size 100000`.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.data import fresh_workspace
from benchmarks.many import measure_check
from benchmarks.report import Figures, by_package, render_report
from benchmarks.statements import check_statements
from engine.shipped import shipped_workspace

CHECKOUT = Path(__file__).parent.parent
RESULT = Path(__file__).parent / "results" / "latest.md"
ONE_RUN_FROM = 1_000_000
SMALL = 3_000
CHECKED = "silent-first-touch.yaml"
CHECKS = 5
PACKAGES_SHOWN = 12


class NotTheSame(Exception):
    """Two nights that should have left the same rows did not; there is nothing to compare."""


@dataclass(frozen=True)
class Bench:
    """One filled store, a place for its copies, and what is found out."""

    filled: Path
    scratch: Path
    figures: Figures

    def measure_round(self) -> None:
        """Every mode once, each on rows of its own; what is compared runs side by side."""
        with self._copy(self.filled) as by_hand, self._copy(self.filled) as by_engine:
            self._measure("hand", by_hand)
            self._measure("night", by_engine)
            done = _outcome(by_engine)
            _demand_equal("by hand and by the engine", _outcome(by_hand), done)
            self._measure("hand", by_hand, "hand again")
            self._measure("night", by_engine, "night again")
            _demand_equal("once and run again", done | {"runs": None}, _outcome(by_engine) | {"runs": None})
            self._measure("deliver", by_engine)
        with self._copy(self.filled) as folder:
            for mode in ("open", "plan", "counts", "read_in"):
                self._measure(mode, folder)

    def count_statements(self, small: Path) -> None:
        """The statements of a small night and of this one."""
        found = []
        for filled in (small, self.filled):
            with self._copy(filled) as folder:
                found.append(_run("statements", folder)["workflows"])
        self.figures.statements = check_statements(*found)

    def time_checks(self) -> None:
        """`wakeline check` of one file as from a shell, and where the time of its imports goes."""
        command = ["-m", "engine", "check", CHECKED, "--workspace", str(shipped_workspace())]
        for _ in range(CHECKS):
            started, before = time.perf_counter(), _cpu_of_children()
            _python(command)
            took = {"wall": time.perf_counter() - started, "cpu": _cpu_of_children() - before}
            self.figures.checks.append(took)
        told = _python(["-X", "importtime", *command]).stderr.splitlines()
        lines = [line for line in told if line.startswith("import time:")]
        self.figures.check_imports = by_package(lines, PACKAGES_SHOWN)

    def _measure(self, mode: str, folder: Path, name: str = "") -> None:
        figure = _run(mode, folder)
        self.figures.note(name or mode, figure)
        print(f"  {name or mode}: {figure['cpu']:.2f} s of CPU, {figure['peak_mb']:.0f} MB", file=sys.stderr)

    @contextmanager
    def _copy(self, filled: Path) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            workspace = Path(folder) / "workspace"
            fresh_workspace(filled, workspace)
            yield workspace


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _outcome(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = _run("outcome", folder)["outcome"]
    return found


def _demand_equal(names: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    different = {name: (one[name], other[name]) for name in one if one[name] != other[name]}
    if different:
        raise NotTheSame(f"the night {names} differs: {different}")


def _run(mode: str, argument: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_python(["-m", "benchmarks.modes", mode, str(argument)]).stdout)
    return found


def _python(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="customers (100000)")
    parser.add_argument("--repeat", type=int, default=0, help="runs of every mode (3; 1 from a million on)")
    parser.add_argument("--check", type=int, metavar="FILES", help="only check so many files (10000)")
    asked = parser.parse_args()
    if asked.check:
        measure_check(asked.check)
        return
    print(f"Filling a store with {asked.size:,} customers, unless one is kept ...", file=sys.stderr)
    small, filled = (Path(_run("fill", size)["folder"]) for size in (SMALL, asked.size))
    with tempfile.TemporaryDirectory(prefix="wakeline-bench-") as scratch:
        bench = Bench(filled, Path(scratch), Figures(asked.size))
        bench.count_statements(small)
        for _ in range(asked.repeat or (1 if asked.size >= ONE_RUN_FROM else 3)):
            bench.measure_round()
        bench.time_checks()
    report = render_report(bench.figures)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
