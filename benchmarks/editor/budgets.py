"""What a person at the editor may have to wait for at most, and what its code may weigh."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CUSTOMERS = 10_000
KILO = 1000


@dataclass(frozen=True)
class Budget:
    """One thing a person waits for, from what they do to the picture that shows what came of it."""

    name: str
    label: str
    limit: int
    """Milliseconds."""


BUDGETS = {
    budget.name: budget
    for budget in (
        Budget("ready", "page of a workflow, until its first analysis is shown", 2_000),
        Budget("50 lines", "analysis of a file of 50 lines", 400),
        Budget("500 lines", "analysis of a file of 500 lines", 900),
        Budget("completion", "what may stand here, after Ctrl+Space", 300),
        Budget("form", "a box ticked in the form, until all that follows is shown", 400),
        Budget("dry run", f"dry run of {CUSTOMERS:,} customers, until the first are shown", 2_000),
    )
}


@dataclass(frozen=True)
class Weight:
    """Bytes of what a page loads: as it is, and compressed."""

    plain: int
    packed: int


WEIGHTS: Mapping[str, Weight] = {
    "app.ts": Weight(90 * KILO, 30 * KILO),
    "editor.ts": Weight(560 * KILO, 185 * KILO),
}
"""Of everything that the page loads for it; the page of a workflow loads both."""


def weight_of(entry: str, folder: Path) -> Weight:
    """What a page with this entry loads from a folder that the build has filled."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    entries = {"app.ts", entry}
    names = {manifest[each]["file"] for each in entries}
    names |= {chunk for each in entries for chunk in manifest[each]["chunks"]}
    plain = sum((folder / name).stat().st_size for name in names)
    return Weight(plain, sum((folder / f"{name}.gz").stat().st_size for name in names))
