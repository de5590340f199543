"""What was measured, as tables for people: medians, ratios within a round, and the goals beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.figures import GOALS, JUDGED_FROM, Figures, Judged, Runs, judged_growth
from benchmarks.peers.report import peers_section
from benchmarks.words import words_table
from engine.records.statements import PORTION_RECORDS

LABELS: Mapping[str, str] = {
    "read files": "reading and compiling the workspace",
    "hand": "backlog night by hand (SQL, texts by concatenation)",
    "night": "backlog night by the engine",
    "night, other templates": "the same with templates that are left to Python",
    "hand again": "the same night again, by hand",
    "night again": "the same night again, by the engine (0 rows)",
    "hand again, by a worker": "the same, in a process that has run it before, by hand",
    "night again, by a worker": "the same, in a process that has run it before, by the engine",
    "hand steady": "steady night by hand (1 % of the customers changed)",
    "night steady": "steady night by the engine",
    "hand steady, by a worker": "the same the day after, in a process that has run the last night, by hand",
    "night steady, by a worker": "the same day after, by the engine",
    "plan": "dry run of each workflow, every effect as JSON",
    "counts": "dry run of each workflow, counts and funnel only",
    "plan night": "dry run of the whole night, every effect as JSON",
    "select": "the selections alone",
    "who": "dry run of each workflow, only who and how many effects",
    "funnel": "the same with its funnel: near misses by how much, what is missing",
    "night, recording": "backlog night that keeps every record's answers",
}


_AGAINST = {"night": "night", "select": "selections"}


def render_report(all_sizes: Sequence[Figures]) -> str:
    """Markdown: what all figures share, then a section a size, then how it grows."""
    parts = [_HEAD]
    for figures in all_sizes:
        parts += ["\n".join(_size(figures))]
    growth = list(judged_growth(all_sizes))
    if growth:
        lines = ["## From 100,000 to 1,000,000", "", "| | found | goal | |", "|---|--:|--:|---|"]
        lines += [f"| {one.what} | {_judged(one)} |" for one in growth]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


_HEAD = """\
# The reference night

Six workflows (`benchmarks/reference`) on customers with five orders and five follow-ups each; the same job
by hand is in `benchmarks/hand`. Medians of interleaved runs, each in a fresh process; what comes after
another run comes on the same copy, and "in a process that has run it before" in the same process. CPU
seconds, on PostgreSQL with those of the server's process for us; memory is that of our process. Ratios are
medians of those within a round. Before any is shown, both sides have left the same rows on both databases:
customers, tasks, enrollments, journal, outbox, runs."""


def _size(figures: Figures) -> Iterator[str]:
    yield f"## {figures.size:,} customers"
    for runs in figures.stores:
        count = max(map(len, runs.runs.values()))
        yield ""
        told = f"{count} {'run' if count == 1 else 'runs'}"
        yield f"{runs.kind} {runs.version}, Python {figures.python}, {told}:"
        yield ""
        yield from _table(figures.size, runs)
    if figures.peers is not None:
        yield ""
        yield from peers_section(figures.size, figures.peers)
    if figures.words:
        yield ""
        yield from words_table(figures.words, judged=figures.size >= JUDGED_FROM)
    if figures.statements:
        yield ""
        yield from _statements(figures.statements)
    if figures.size < JUDGED_FROM:
        yield ""
        yield f"The goals are set for {JUDGED_FROM:,} customers and more."


def _table(size: int, runs: Runs) -> Iterator[str]:
    yield "| | CPU s | µs a customer | wall s | peak MB | ratio | goal | |"
    yield "|---|--:|--:|--:|--:|--:|--:|---|"
    for name, label in LABELS.items():
        if name in runs.runs:
            cpu, wall, peak = (runs.median(name, what) for what in ("cpu", "wall", "peak_mb"))
            numbers = f"{cpu:.2f} | {cpu / size * 1e6:.1f} | {wall:.2f} | {peak:.0f}"
            yield f"| {label} | {numbers} | {_held(name, size, runs)} |"


def _held(name: str, size: int, runs: Runs) -> str:
    """Ratio, goal and verdict."""
    goal = GOALS.get(name)
    if goal is None or goal.against not in runs.runs:
        return " | | "
    ratio, limit = runs.ratio(name, goal.against), goal.limit(runs.kind, size)
    shown = f"{ratio:.2f} × {_AGAINST.get(goal.against, 'hand')}"
    if limit is None:
        return f"{shown} | | "
    return f"{shown} | ≤ {limit:g} | {verdict(is_met=round(ratio, 2) <= limit)}"


def _judged(one: Judged) -> str:
    return f"{one.found:.2f} | ≤ {one.limit:g} | {verdict(is_met=one.is_met)}"


def verdict(*, is_met: bool) -> str:
    """Whether a goal is reached, in a word."""
    return "met" if is_met else "**missed**"


def _statements(found: Mapping[str, Sequence[int | None]]) -> Iterator[str]:
    yield f"| SQL statements on SQLite | a run | more for each {PORTION_RECORDS:,} records |"
    yield "|---|--:|--:|"
    for name, (run, chunk) in found.items():
        yield f"| {name} | {run} | {'too few' if chunk is None else chunk} |"
