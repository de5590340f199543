"""The dry run is the run (DESIGN, promise 1): the run does exactly what it told."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from engine.dryrun import DryRun, Seal
from engine.front import Desk
from engine.model.diagnostics import Severity
from engine.model.operands import FieldValue
from engine.model.values import plain
from tests.company import stories_in
from tests.plan_worlds import (
    CHOICES,
    CONTACT,
    CONTACTS,
    CUSTOMERS,
    LETTER,
    NIGHT,
    ORDERS,
    ROLES,
    WORKFLOWS,
)
from tests.stores import Place


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Desk]:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world_on_postgres(on_postgres: Any, tmp_path: Path) -> Callable[..., Desk]:
    return make_world(tmp_path)


def make_world(root: Path) -> Callable[..., Desk]:
    """Puts a workflow and its records into a workspace; the empty database is made once."""
    stories_in(root)
    with (root / "workspace.yaml").open("a", encoding="utf-8") as file:
        file.write(ROLES)
    (root / "templates" / "方案.yaml").write_text(LETTER, encoding="utf-8")
    empty = Place.make(root)
    first = Desk(root, empty.url, at=NIGHT)
    with first.store.write(first.clock) as session, session.transaction():
        staff = first.workspace.model.modules["staff"]
        rows = [
            ("S1", "王一", "S8", True, "老客运营", None),
            ("S2", "李二", None, True, "老客运营", "s2@example.com"),
            ("S3", "走三", "S8", False, "老客运营", None),
            ("S8", "主管八", None, None, None, None),
            ("S9", "总管九", None, True, None, None),
        ]
        fields = [staff.fields[key] for key in ("name", "boss", "active", "duty", "email")]
        session.upsert(staff, fields, rows)

    def make(workflow: str, customers: list[dict[str, Any]], orders: list[Any], contacts: list[Any]) -> Desk:
        (root / "workflow.yaml").write_text(workflow, encoding="utf-8")
        shutil.rmtree(root / ".wakeline" / "outbox", ignore_errors=True)
        desk = Desk(root, empty.copied("store").url, at=NIGHT)
        errors = [one for one in desk.workspace.diagnostics if one.severity is Severity.ERROR]
        assume({one.code for one in errors} != {"W580"})  # conditions that exclude one another
        assert not errors, [workflow, errors]
        modules = desk.workspace.model.modules
        with desk.store.write(desk.clock) as session, session.transaction():
            fields = [modules["customers"].fields[key] for key in CHOICES]
            rows = [(f"C{n}", *(one[key] for key in CHOICES)) for n, one in enumerate(customers, 1)]
            session.upsert(modules["customers"], fields, rows)
            fields = [modules["orders"].fields[key] for key in ("customer", "date", "amount")]
            session.upsert(
                modules["orders"],
                fields,
                [(f"O{n}", f"C{c}", day, Decimal(a)) for n, (c, day, a) in enumerate(orders)],
            )
            fields = [modules["contacts"].fields[key] for key in CONTACT]
            rows = [(f"K{n}", f"C{c}", *values) for n, (c, *values) in enumerate(contacts)]
            session.upsert(modules["contacts"], fields, rows)
        return desk

    return make


def snapshot(desk: Desk, key: str) -> dict[Any, dict[str, Any]]:
    """The stored fields of every record of a module, as the JSON of a plan writes values."""
    module = desk.workspace.model.modules[key]
    stored = [one for one in module.fields.values() if one.computed is None]
    operands = [FieldValue(module.record_key, module), *(FieldValue(one, module) for one in stored)]
    with desk.store.read(desk.clock) as session:
        rows = list(session.read_all(module, operands))
    return {
        row[0]: {one.key: plain(value) for one, value in zip(stored, row[1:], strict=True)} for row in rows
    }


def ledger(desk: Desk, name: str) -> list[dict[str, Any]]:
    """Rows of a ledger's table; the journal knows its records by their enrollments."""
    of_record = (
        "SELECT j.*, e.record FROM wakeline_journal j JOIN wakeline_enrollments e ON e.id = j.enrollment"
    )
    with Place.at(desk.store.url).look() as connection:
        found = connection.execute(of_record if name == "journal" else f"SELECT * FROM wakeline_{name}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]


def planned(desk: Desk) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    with desk.plan("generated") as dry:
        assert_readers_agree(dry)
        records = [one.as_json() for one in dry.records()]
        assert [json.loads(one) for one in dry.lines(None, Seal(dry))] == records
        return dry.head_json(), records


def assert_readers_agree(dry: DryRun) -> None:
    """The set-wise reader counts on how many records each batch does something; the row-wise one does it."""
    reader, matched = dry.prepared.reader, dry.prepared.matched
    counted = matched.effects
    for number, one in enumerate(reader.batches):
        by_row = sum(does_something(reader, one, row) for row in rows_for(matched, one))
        assert by_row == counted[number], one.batch


def rows_for(matched: Any, one: Any) -> list[Any]:
    """The rows that a batch looks at: the starts, or what is related to them."""
    if one.fan is None:
        return list(matched.all_rows())
    return [each for row in matched.all_rows() for each in matched.related_to(row)[one.fan]]


def does_something(reader: Any, one: Any, row: Any) -> bool:
    if not one.is_open(row):
        return False
    changes = getattr(one.batch, "changes", None)
    if changes is None:
        return True
    values = reader.values(one, row)
    return any(values[2 * n] != values[2 * n + 1] for n in range(len(changes)))


def started(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in records if one["verdict"] == "match" and "error" not in one]


def effects(records: list[dict[str, Any]], *kinds: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in started(records):
        for effect in one["effects"]:
            if effect["kind"] in kinds:
                yield one["id"], effect


def expected_records(
    before: dict[Any, dict[str, Any]], records: list[dict[str, Any]]
) -> dict[Any, dict[str, Any]]:
    after = {key: dict(values) for key, values in before.items()}
    for key, effect in effects(records, "update"):
        for field, (old, new) in effect["changes"].items():
            assert after[key][field] == old, "a change starts from what is there"
            after[key][field] = new
    return after


def letters(records: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for key, one in effects(records, "message"):
        found[
            key, one["path"], "message", one["channel"], one["to"], one["subject"] or None, one["body"]
        ] += 1
    for key, one in effects(records, "notice"):
        channel, to = one.get("channel", "inbox"), one.get("address", one["to"])
        found[key, one["path"], "notice", channel, to, None, one["text"]] += 1
    return found


def tried(count: int) -> settings:
    return settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),  # examples are small; to shrink takes minutes
    )


@tried(20)
@given(workflow=WORKFLOWS, customers=CUSTOMERS, orders=ORDERS, contacts=CONTACTS)
def test_a_run_does_what_its_plan_told_and_nothing_else(world: Callable[..., Desk], **what: Any) -> None:
    check_run(world, **what)


@tried(8)
@given(workflow=WORKFLOWS, customers=CUSTOMERS, orders=ORDERS, contacts=CONTACTS)
def test_a_run_on_postgres_does_the_same(world_on_postgres: Callable[..., Desk], **what: Any) -> None:
    check_run(world_on_postgres, **what)


def check_run(
    world: Callable[..., Desk],
    workflow: str,
    customers: list[dict[str, Any]],
    orders: list[Any],
    contacts: list[Any],
) -> None:
    # given
    desk = world(workflow, customers, orders, contacts)
    before, tasks_before = snapshot(desk, "customers"), snapshot(desk, "tasks")

    # when
    head, records = planned(desk)
    (result,) = [one for _, one, *_ in desk.run(["generated"])]

    # then
    assert result.state == "done"
    assert snapshot(desk, "customers") == expected_records(before, records)
    tasks = [value for key, value in snapshot(desk, "tasks").items() if key not in tasks_before]
    wanted = [one["values"] for _, one in effects(records, "create")]
    assert sorted(map(present, tasks), key=repr) == sorted(map(present, wanted), key=repr)
    journal = Counter((row["record"], row["path"], row["kind"]) for row in ledger(desk, "journal"))
    told = effects(records, "update", "create", "message", "notice", "stop", "skipped")
    assert journal == Counter((key, one["path"], one["kind"]) for key, one in told)
    outbox = Counter(
        (
            row["record"],
            row["path"],
            row["kind"],
            row["channel"],
            row["recipient"],
            row["subject"] or None,
            row["body"],
        )
        for row in ledger(desk, "outbox")
    )
    assert outbox == letters(records)
    check_ledger(desk, records, result, head)


def present(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted((name, value) for name, value in values.items() if value is not None)


def check_ledger(desk: Desk, records: list[dict[str, Any]], result: Any, head: dict[str, Any]) -> None:
    matching = [one for one in records if one["verdict"] == "match"]
    failing = {one["id"]: one["error"]["code"] for one in matching if "error" in one}
    assert {row["record"]: row["code"] for row in ledger(desk, "failures")} == failing
    assert sorted(row["record"] for row in ledger(desk, "enrollments")) == [
        one["id"] for one in started(records)
    ]
    assert (result.matched, result.started, result.failed) == (
        head["matched"], len(matching) - len(failing), len(failing),
    )  # fmt: skip
    done = Counter(one["kind"] for _, one in effects(records, *head["effects"]))
    assert {kind: count for kind, count in result.effects.items() if count} == dict(done)
    if not failing:
        assert {kind: count for kind, count in head["effects"].items() if count} == dict(done)
    has_moved = any("owner" in one["changes"] for _, one in effects(records, "update"))
    if has_moved and result.workflow.limit is not None:
        return  # the new owner of a started record may leave room to the old one (Meaning 11)
    again = [one for _, one, *_ in desk.run(["generated"])]
    assert [(one.started, one.effects) for one in again] == [(0, {})]
