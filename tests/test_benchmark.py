"""The benchmark compares nights that leave the same rows, or says that they do not."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from benchmarks import hand
from benchmarks.figures import Figures, Runs, kept_figures
from benchmarks.filling import fill_database
from benchmarks.modes import measure
from benchmarks.night import REFERENCE, WORKFLOWS, in_other_words
from benchmarks.outcome import TABLES, NotTheSame, Outcome, demand_equal, outcome_of
from benchmarks.report import LABELS, render_report
from benchmarks.rounds import Round
from benchmarks.stores import SQLITE, Copies, PostgresCopies, filled_sqlite
from engine.examples import try_examples
from engine.model.diagnostics import Problems
from engine.model.effects import Column, Fixed, Notice, Text
from engine.model.entities import FieldType
from engine.model.operands import Gate
from engine.model.values import Show
from engine.phrasing import phrase_batch
from engine.records.database import database_at
from engine.text import parse_text
from engine.workspace import open_workspace
from tests.postgres import Server

SIZE = 100
FILLED = "filled_for_the_benchmark"
NEVER = {"failures"}
"""What a night without mistakes leaves empty."""
SPOILED = {
    "customers": "UPDATE customers SET woken = '2026-03-31' WHERE id = 'C0000002'",
    "tasks": "UPDATE tasks SET text = text || ' ' WHERE id = (SELECT max(id) FROM tasks)",
    "enrollments": "UPDATE wakeline_enrollments SET once_key = '' WHERE id = 1",
    "journal": "UPDATE wakeline_journal SET details = replace(details, '[', '[1,') WHERE enrollment = 1",
    "outbox": "DELETE FROM wakeline_outbox WHERE id = (SELECT max(id) FROM wakeline_outbox)",
    "failures": "INSERT INTO wakeline_failures VALUES (1, 'C0000001', 'actions/0', 'W602', '{}')",
    "runs": "UPDATE wakeline_runs SET started = started - 1 WHERE id = 6",
}
"""Table -> what changes one row of it."""


def test_the_reference_workspace_has_no_mistakes_and_its_examples_hold() -> None:
    workspace, problems = open_workspace(REFERENCE), Problems()

    assert not workspace.has_errors, workspace.diagnostics
    due = workspace.due_order()
    assert tuple(one.id for one in due) == WORKFLOWS
    tried = [outcome for one in due for outcome in try_examples(workspace, one, problems)]
    assert len(tried) == 2 * len(WORKFLOWS)
    assert all(one.passed for one in tried)


def test_hand_and_engine_leave_the_same_rows_on_both_databases(server: Server) -> None:
    fill_database(server, SIZE, FILLED)
    with filled_sqlite(SIZE) as copies:
        on_sqlite = _round(copies)
    on_postgres = _round(PostgresCopies(server, FILLED))

    demand_equal("the two databases", on_sqlite, on_postgres)
    assert {name for name, (rows, _) in on_sqlite.items() if not rows} == NEVER


def test_a_job_by_hand_that_leaves_something_out_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand, "JOBS", hand.JOBS[:-1])

    with filled_sqlite(SIZE) as copies, pytest.raises(NotTheSame, match="by hand and by the engine"):
        _round(copies)


def _round(copies: Copies) -> Outcome:
    """Raises NotTheSame where two sides differ, after any of the nights; every mode was measured."""
    noted: dict[str, Any] = {}
    left = Round(copies, noted.__setitem__, measure).run()
    assert set(noted) == set(LABELS)
    assert noted["night"]["hits"] == noted["hand"]["hits"] > 0
    assert noted["night steady"]["hits"] == noted["hand steady"]["hits"] > 0
    assert noted["night steady, by a worker"]["hits"] == noted["hand steady, by a worker"]["hits"] > 0
    assert noted["night again, by a worker"]["hits"] == noted["hand again, by a worker"]["hits"] == 0
    assert noted["select"]["hits"] == noted["who"]["hits"] == noted["funnel"]["hits"] > 0
    assert noted["night, recording"]["hits"] == noted["night"]["hits"]
    assert noted["night again"]["hits"] == noted["night again"]["effects"] == 0
    return left


@pytest.fixture(scope="module")
def done() -> Iterator[str]:
    """A store after a night by hand."""
    with filled_sqlite(SIZE) as copies, copies.copy() as url:
        measure("hand", {"url": url, "folder": str(REFERENCE)})
        yield url


def _copy(url: str, folder: Path) -> str:
    """A store of one test's own."""
    shutil.copyfile(url.removeprefix("sqlite:///"), folder / "wakeline.db")
    return f"sqlite:///{folder / 'wakeline.db'}"


def _execute(url: str, statement: str) -> int:
    """How many rows a statement has changed."""
    with database_at(url, "UTC").connect(read_only=False) as connection, connection.begin():
        return connection.exec_driver_sql(statement).rowcount


@pytest.mark.parametrize("table", TABLES)
def test_a_single_row_that_differs_stops_the_comparison(done: str, tmp_path: Path, table: str) -> None:
    """Each table is looked at."""
    url = _copy(done, tmp_path)
    before = outcome_of(url)
    assert _execute(url, SPOILED[table]) == 1

    with pytest.raises(NotTheSame, match=f"{{'{table}':"):
        demand_equal("one row", before, outcome_of(url))


def test_json_that_says_the_same_is_the_same(done: str, tmp_path: Path) -> None:
    """The hand puts objects together in another order, or with blanks."""
    url = _copy(done, tmp_path)
    before = outcome_of(url)
    statement = "UPDATE wakeline_journal SET details = replace(details, ':', ' : ') WHERE enrollment = 1"
    assert _execute(url, statement) == 1

    demand_equal("blanks in JSON", before, outcome_of(url))


def is_phrase(source: str) -> bool:
    """Whether a database puts it together by itself."""
    columns = {one.path: Column("c0", FieldType.TEXT) for one in parse_text(source).references}
    to, text = Fixed("S1", FieldType.LINK), Text(source, columns)
    return phrase_batch(Notice("actions/0", Gate(), to, text), Show("zh", "CNY", ZoneInfo("UTC"))) is not None


def test_no_text_in_other_words_is_left_to_the_database() -> None:
    """Else the mode would measure the same again."""
    texts = [
        text
        for path in REFERENCE.rglob("*.yaml")
        for text in re.findall(
            r'"([^"]*\{\{[^"]*)"|text: \|\n((?:        .*\n|\n)+)', path.read_text("utf-8")
        )
    ]
    sources = ["".join(both) for both in texts]

    assert len(sources) > 2 * len(WORKFLOWS)
    assert all(is_phrase(one) for one in sources)
    assert not any(is_phrase(in_other_words(one)) for one in sources)


def _figures(*, cpu: float) -> Figures:
    """A night beside one by hand that took a second."""
    runs = Runs(SQLITE, "3")
    for name, took in (("hand", 1.0), ("night", cpu)):
        runs.note(name, {"cpu": took, "wall": took, "peak_mb": 50.0})
    return Figures(100_000, "3", [runs])


@pytest.mark.parametrize("cpu, verdict", [(1.15, "met"), (1.16, "**missed**")])
def test_a_ratio_stands_beside_its_goal(cpu: float, verdict: str) -> None:
    """With a plain word."""
    assert f"| {cpu:.2f} × hand | ≤ 1.15 | {verdict} |" in render_report([_figures(cpu=cpu)])


def test_figures_are_kept_as_they_are(tmp_path: Path) -> None:
    """One file a size, the smallest first."""
    _figures(cpu=2).keep(tmp_path)

    assert kept_figures(tmp_path) == [_figures(cpu=2)]
