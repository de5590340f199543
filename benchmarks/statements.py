"""Which SQL statements a night sends, and that their number depends on chunks only, never on records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.night import clock_of, reference_workspace
from engine import apply
from engine.by_hand import run_workflow
from engine.pipeline import store_of
from engine.records.selection import MATCHED
from engine.records.statements import PORTION_RECORDS

Statements = tuple[int, int | None]
"""How many a run sends, and how many more for each chunk; None where both sizes had as many chunks."""
SIZES = (3_000, 40_000)
"""Two nights that differ in their chunks."""


def count_statements(folder: Path, url: str) -> dict[str, Any]:
    """Workflow -> chunks, and how often each statement was sent; an executemany counts once.

    The chunks are as long as a portion, so that nothing is sent twice for a chunk.
    """
    apply.CHUNK_RECORDS = PORTION_RECORDS
    workspace = reference_workspace(folder)
    found: dict[str, Any] = {}
    with store_of(workspace, url).write(clock_of(workspace)) as session:
        sent: Counter[str] = Counter()
        sa.event.listen(session.connection, "before_cursor_execute", _count_in(sent))
        for workflow in workspace.due_order():
            sent.clear()
            result = run_workflow(session, workspace, workflow)
            chunks = -(-result.started // PORTION_RECORDS)
            found[workflow.id] = {"chunks": chunks, "sent": dict(sent)}
    return found


def _count_in(sent: Counter[str]) -> Any:
    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent[statement] += 1

    return count


def check_statements(small: Mapping[str, Any], large: Mapping[str, Any]) -> dict[str, Statements]:
    """Workflow -> statements a run and a chunk, from nights on two sizes; asserts that this is all."""
    return {name: _check(name, small[name], large[name]) for name in large}


def _check(name: str, small: Mapping[str, Any], large: Mapping[str, Any]) -> Statements:
    selections = [times for sql, times in large["sent"].items() if sql.startswith(f"INSERT INTO {MATCHED}")]
    assert selections == [1], f"{name} selects in more than one statement"
    more_chunks = large["chunks"] - small["chunks"]
    a_run = a_chunk = 0
    for statement in {**small["sent"], **large["sent"]}:
        in_small, in_large = (sent["sent"].get(statement, 0) for sent in (small, large))
        once_a_chunk, rest = divmod(in_large - in_small, max(more_chunks, 1))
        once_a_run = in_small - once_a_chunk * small["chunks"]
        is_explained = not rest and once_a_chunk >= 0 and once_a_run >= 0
        assert is_explained, f"{name}: {in_small}, then {in_large} times: {statement}"
        a_run, a_chunk = a_run + once_a_run, a_chunk + once_a_chunk
    return a_run, a_chunk if more_chunks else None
