"""What was measured in the editor, as a table beside its budgets."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.editor.budgets import BUDGETS, WEIGHTS, Weight
from benchmarks.report import verdict

_HEAD = """\
# The editor

`wakeline edit` and a Chromium that has seen nothing before, on the workspace that ships; the dry run on the
reference night. Medians, by the page's own clock: from the key or the click to the picture that shows what
came of it; an analysis from the question, which the page asks a quarter of a second after the last key."""


def render_editor(rounds: Sequence[Mapping[str, float]], weights: Mapping[str, Weight]) -> str:
    """Markdown."""
    told = f"{len(rounds)} {'round' if len(rounds) == 1 else 'rounds'}{_busy()}:"
    return "\n".join([_HEAD, "", told, "", *_times(rounds), "", *_weights(weights)]) + "\n"


def _busy() -> str:
    """A word where others were at work too: what is missed then may be met on a quiet machine."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    return f", on a busy machine (load {load:.1f} on {cores} cores)" if load > cores else ""


def _times(rounds: Sequence[Mapping[str, float]]) -> Iterator[str]:
    yield "| | ms | slowest | budget | of it | |"
    yield "|---|--:|--:|--:|--:|---|"
    for name, budget in BUDGETS.items():
        some = [one[name] for one in rounds]
        middle = statistics.median(some)
        told = f"{middle:,.0f} | {max(some):,.0f} | ≤ {budget.limit:,} | {middle / budget.limit:.2f}"
        yield f"| {budget.label} | {told} | {verdict(is_met=middle <= budget.limit)} |"


def _weights(weights: Mapping[str, Weight]) -> Iterator[str]:
    yield "| what a page loads | kB | kB compressed | budget | |"
    yield "|---|--:|--:|--:|---|"
    for entry, found in weights.items():
        most = WEIGHTS[entry]
        is_met = found.plain <= most.plain and found.packed <= most.packed
        told = f"{found.plain / 1000:.1f} | {found.packed / 1000:.1f}"
        limit = f"≤ {most.plain // 1000} / {most.packed // 1000}"
        yield f"| {entry.removesuffix('.ts')} | {told} | {limit} | {verdict(is_met=is_met)} |"
