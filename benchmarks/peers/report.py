"""What the peers take, as a table: how many times what the engine takes, and the goals beside it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from benchmarks.figures import JUDGED_FROM, Runs
from benchmarks.peers.modes import BY_ENGINE

Line = tuple[str, str, str, float | None]
"""Name, label, against what, at least so many times."""

NIGHTS: Sequence[Line] = (
    ("night", "backlog night by the engine", "", None),
    ("hand", "by hand in SQL", "night", None),
    ("dict loop", "a loop over dictionaries, a statement for every effect", "night", 7),
    ("orm", "SQLAlchemy's objects, conditions in SQL", "night", 20),
)
SELECTIONS: Sequence[Line] = (
    (BY_ENGINE, "all six selections by the engine", "", None),
    ("functions", "Python functions by hand, with loading", BY_ENGINE, None),
    ("zen at once", "zen-engine, six rules as one compiled expression, with loading", BY_ENGINE, 2),
    ("zen each", "zen-engine, a compiled expression each, with loading", BY_ENGINE, None),
    ("interpreted", "(field, operator, value) interpreted, with loading", BY_ENGINE, None),
    ("c7n", "Cloud Custodian's ValueFilter, with loading", BY_ENGINE, 5),
    ("rule-engine", "rule-engine, with loading", BY_ENGINE, 12),
)
HAND_TO_LOOP = 9
"""So many times faster than the dict loop the hand has to be, or it is no measure."""


def peers_section(size: int, runs: Runs) -> Iterator[str]:
    """Markdown lines; a peer that was not there has none."""
    yield "Others on SQLite; each night of theirs left the same rows, each selection of theirs the same keys:"
    yield ""
    yield "| | CPU s | µs a customer | peak MB | times the engine's | goal | |"
    yield "|---|--:|--:|--:|--:|--:|---|"
    for name, label, against, goal in (*NIGHTS, *SELECTIONS):
        if name in runs.runs:
            cpu, peak = (runs.median(name, what) for what in ("cpu", "peak_mb"))
            found = _times(runs, name, against) if against else None
            numbers = f"{cpu:.2f} | {cpu / size * 1e6:.1f} | {peak:.0f}"
            yield f"| {label} | {numbers} | {_held(found, goal, size)} |"
    times = _times(runs, "dict loop", "hand")
    yield ""
    yield f"The night by hand is {times:.1f} times faster than the loop (goal: {HAND_TO_LOOP})."


def _times(runs: Runs, name: str, against: str) -> float:
    """The median of the ratios within each round; the slowest peer has fewer of them."""
    pairs = zip(runs.runs[name], runs.runs[against], strict=False)
    return float(statistics.median(one["cpu"] / other["cpu"] for one, other in pairs))


def _held(found: float | None, goal: float | None, size: int) -> str:
    if found is None:
        return " | | "
    if goal is None or size < JUDGED_FROM:
        return f"{found:.1f} | | "
    return f"{found:.1f} | ≥ {goal:g} | {'met' if found >= goal else '**missed**'}"
