"""What was measured, as a table for people: medians, and ratios to the night by hand."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from engine.records.sqlite import driver

Figure = Mapping[str, Any]

LABELS = {
    "hand": "night by hand (SQL, texts by concatenation)",
    "night": "night by the engine",
    "hand again": "the same night again, by hand",
    "night again": "the same night again, by the engine (0 rows)",
    "open": "reading and compiling the workspace",
    "plan": "plan of each workflow, every effect as JSON",
    "counts": "plan of each workflow, counts and funnel only",
    "deliver": "delivery of what the night put out",
    "read_in": "import of the customers' CSV file",
}
AGAINST = {"night": "hand", "night again": "hand again", "plan": "hand", "counts": "hand"}
WORKED = {"night": ("effects", "effects"), "deliver": ("sent", "letters"), "read_in": ("rows", "rows")}


@dataclass
class Figures:
    """The runs of every mode, in the order they were made."""

    size: int
    runs: dict[str, list[Figure]] = field(default_factory=dict)
    statements: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    checks: list[Figure] = field(default_factory=list)
    check_imports: Sequence[tuple[str, float]] = ()

    def note(self, name: str, figure: Figure) -> None:
        """One run of a mode."""
        self.runs.setdefault(name, []).append(figure)

    def median(self, name: str, what: str) -> float:
        """The middle of all runs of a mode."""
        return float(statistics.median(run[what] for run in self.runs[name]))


def render_report(figures: Figures) -> str:
    """Markdown: one table, then statements and the cold check."""
    parts = [_title(figures), *_table(figures), "", *_statements(figures), "", *_check(figures)]
    return "\n".join(parts) + "\n"


def _title(figures: Figures) -> str:
    runs = max(map(len, figures.runs.values()))
    sqlite = driver().sqlite_version
    return (
        f"# {figures.size:,} customers\n\n"
        f"Medians of {runs} interleaved runs, each in a fresh process on a fresh copy. Both nights left "
        f"the same rows; ratios are of CPU seconds. Python {platform.python_version()}, SQLite {sqlite}.\n"
    )


def _table(figures: Figures) -> list[str]:
    lines = ["| | CPU s | ratio | wall s | peak MB | |", "|---|--:|--:|--:|--:|---|"]
    for name, label in LABELS.items():
        if name in figures.runs:
            cpu, wall, peak = (figures.median(name, what) for what in ("cpu", "wall", "peak_mb"))
            ratio, work = _ratio(figures, name), _work(figures, name)
            lines.append(f"| {label} | {cpu:.2f} | {ratio} | {wall:.2f} | {peak:.0f} | {work} |")
    return lines


def _ratio(figures: Figures, name: str) -> str:
    """The median of the ratios within each round: what ran side by side is compared."""
    if name not in AGAINST:
        return ""
    pairs = zip(figures.runs[name], figures.runs[AGAINST[name]], strict=True)
    return f"**{statistics.median(one['cpu'] / other['cpu'] for one, other in pairs):.2f}**"


def _work(figures: Figures, name: str) -> str:
    if name not in WORKED:
        return ""
    what, unit = WORKED[name]
    done = figures.median(name, what)
    return f"{done:,.0f} {unit}, {done / figures.median(name, 'cpu'):,.0f} a second"


def _statements(figures: Figures) -> list[str]:
    lines = ["| SQL statements | a run | more for each chunk |", "|---|--:|--:|"]
    for name, (run, chunk) in figures.statements.items():
        lines.append(f"| {name} | {run} | {'one chunk only' if chunk is None else chunk} |")
    return lines


def _check(figures: Figures) -> list[str]:
    found = "、".join(f"{name} {seconds * 1000:.0f}" for name, seconds in figures.check_imports)
    wall, cpu = (min(one[what] for one in figures.checks) for what in ("wall", "cpu"))
    best = f"best of {len(figures.checks)}: {wall:.2f} s ({cpu:.2f} of CPU)"
    return [
        f"`wakeline check` of one file, cold, {best}.",
        f"What it imports, in ms of its own: {found}.",
    ]


def by_package(lines: Sequence[str], most: int) -> list[tuple[str, float]]:
    """From the output of `-X importtime`: the packages that cost most, with their seconds."""
    spent: dict[str, float] = {}
    for line in lines:
        own, _, name = (part.strip() for part in line.removeprefix("import time:").split("|"))
        if own.isdigit():
            package = name.split(".", maxsplit=1)[0]
            spent[package] = spent.get(package, 0.0) + int(own) / 1e6
    return sorted(spent.items(), key=itemgetter(1), reverse=True)[:most]
