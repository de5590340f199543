"""The whole night as a loop over dictionaries: conditions are interpreted, every effect is a statement."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.peers.desk import Desk
from benchmarks.peers.people import People
from benchmarks.peers.records import Record, load_records
from benchmarks.peers.rules import WORKFLOWS, AllOf, AnyOf, Condition, Test, Workflow, day
from benchmarks.peers.texts import make_texts


def run_night(connection: Any) -> None:
    """Carry out the night on a connection of the driver; one transaction a workflow."""
    people = People.of(connection.execute("SELECT id, name, supervisor, active FROM staff").fetchall())
    records, texts = list(load_records(connection)), make_texts()
    for workflow in WORKFLOWS:
        connection.execute("BEGIN IMMEDIATE")
        newest = "SELECT coalesce(max(id), 0) FROM wakeline_"
        [run], [base] = (connection.execute(newest + name).fetchone() for name in ("runs", "enrollments"))
        desk = Desk(_Rows(connection), people, texts, run=run + 1, base=base)
        started = _run(connection, workflow, records, desk)
        desk.end(workflow, len(records), started)
        connection.execute("COMMIT")


def _run(connection: Any, workflow: Workflow, records: list[Record], desk: Desk) -> int:
    started = set(
        connection.execute(
            "SELECT record, once_key FROM wakeline_enrollments WHERE workflow = ?", (workflow.id,)
        )
    )
    count = 0
    for record in records:
        if holds(workflow.condition, record):
            once_key = record[workflow.once] or "" if workflow.once else f"day:{day(0)}"
            if (record["id"], once_key) not in started:
                desk.start(workflow, record, once_key, record["this_year"])
                count += 1
    return count


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "is_not": operator.ne,
    "in": lambda value, options: value in options,
    "at_most": lambda value, most: value is not None and value <= most,
    "at_least": lambda value, least: value is not None and value >= least,
    "missing": lambda value, _: value is None,
}


def holds(condition: Condition, record: Record) -> bool:
    """Whether a condition holds of a record."""
    match condition:
        case Test(name, "differs_from", other):
            return bool(record[name] != record[other])
        case Test(name, compared, value):
            return OPERATORS[compared](record[name], value)
        case AnyOf(items):
            return any(holds(item, record) for item in items)
        case AllOf(items):
            return all(holds(item, record) for item in items)


@dataclass
class _Rows:
    """Writes each row at once, by a statement that is made once a shape of row."""

    connection: Any
    _inserts: dict[tuple[str, ...], str] = field(default_factory=dict)

    def read(self, c: Record, field: str) -> Any:
        return c[field]

    def change(self, c: Record, values: Mapping[str, Any]) -> None:
        c.update(values)
        parts = ", ".join(f"{name} = :{name}" for name in values)
        self.connection.execute(f"UPDATE customers SET {parts} WHERE id = :id", {**values, "id": c["id"]})

    def add(self, table: str, values: Mapping[str, Any]) -> None:
        shape = (table, *values)
        if shape not in self._inserts:
            columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
            self._inserts[shape] = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
        self.connection.execute(self._inserts[shape], values)
