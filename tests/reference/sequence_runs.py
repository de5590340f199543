"""A story told to the product and to the reference, night by night, and what they then say about a record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa

from engine.model.diagnostics import WrongUsage
from tests.at_desk import AtDesk
from tests.company import stories_in, write_files
from tests.reference.sequence_company import Company, Enrollment
from tests.reference.sequence_worlds import STAFF, ZONE, Event, Story, as_yaml
from tests.reference.sequences import night as night_of

KEPT = ("客户层级", "沉默状态", "沉默唤醒次数", "是否继续维护", "负责人")

KNOWN: frozenset[str] = frozenset()
"""Disagreements that are known; without them here, the random stories find them."""

Said: TypeAlias = dict[str, Any]
"""What is true of one customer after a night, in words that both sides share."""


def stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Product(AtDesk):
    """The real thing, in this process: files, a store, a clock that is set."""

    def __init__(self, root: Path, story: Story) -> None:
        write_files(stories_in(root), {f"{one['id']}.yaml": as_yaml(one) for one in story.workflows})
        if story.exclusions:
            write_files(root, {"+workspace.yaml": as_yaml({"exclusions": list(story.exclusions)})})
        super().__init__(root, story.at(0))
        self.bring("员工", [{"编号": key, **row} for key, row in STAFF.items()])
        self.bring("客户", [{**one, "标签": None} for one in story.customers])

    def delete(self, key: str) -> None:
        """Nobody deletes records by Wakeline; somebody does it in the company's database."""
        table = sa.table("customers", sa.column("id"))
        with self.desk.store.write(self.desk.clock) as session, session.transaction():
            session.connection.execute(table.delete().where(table.c.id == key))

    def said(self) -> dict[str, Said]:
        customers = self.exported("客户")
        every = {name: self.rows(name) for name in ("enrollments", "journal", "asks", "outbox")}
        tasks = self.exported("任务")
        keys = {row["record"] for row in every["enrollments"]} | customers.keys()
        return {key: self._said(key, customers.get(key), every, tasks) for key in keys}

    def _said(
        self,
        key: str,
        row: Mapping[str, Any] | None,
        every: Mapping[str, list[dict[str, Any]]],
        tasks: Mapping[str, Mapping[str, str]],
    ) -> Said:
        mine = {name: [one for one in rows if one["record"] == key] for name, rows in every.items()}
        enrollments = sorted(mine["enrollments"], key=lambda one: (one["workflow"], one["id"]))
        questions = {(one["enrollment"], one["path"]) for one in mine["asks"]}
        return {
            "fields": None if row is None else _fields(row),
            "tasks": sorted(
                (one["主题"], one["负责人"], one["截止日期"], one["状态"])
                for one in tasks.values()
                if one["客户"] == key
            ),
            "notices": sorted(
                (one["recipient"], one["body"])
                for one in mine["outbox"]
                if (one["enrollment"], one["path"]) not in questions
            ),
            "asks": sorted(
                (one["workflow"], one["step"], one["person"], one["state"], one["answer"] or "", one["until"])
                for one in mine["asks"]
            ),
            "enrollments": [
                {
                    **{name: one[name] for name in ("workflow", "state", "reason", "path", "until")},
                    "success": bool(one["goal_at"]) and one["goal_at"] <= one["goal_by"],
                    "start": one["started_at"],
                    "journal": sorted(
                        (row["path"], row["kind"])
                        for row in mine["journal"]
                        if row["enrollment"] == one["id"] and not _tells_unknown(row)
                    ),
                }
                for one in enrollments
            ],
        }


def _fields(row: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: row[name] or None for name in KEPT}
    found["沉默唤醒次数"] = int(row["沉默唤醒次数"]) if row["沉默唤醒次数"] else None
    found["标签"] = sorted(one for one in row["标签"].split(";") if one)
    return found


def told_by_reference(company: Company) -> dict[str, Said]:
    keys = {one.record for one in company.enrollments} | company.customers.keys()
    return {key: _told(company, key) for key in keys}


def _told(company: Company, key: str) -> Said:
    row = company.customers.get(key)
    mine = [one for one in company.enrollments if one.record == key]
    mine.sort(key=lambda one: one.workflow["id"])
    return {
        "fields": None if row is None else {name: row[name] for name in KEPT} | {"标签": sorted(row["标签"])},
        "tasks": sorted(
            (one["主题"], one["负责人"], str(one["截止日期"]), one["状态"])
            for one in company.tasks
            if one["客户"] == key
        ),
        "notices": sorted((who, text) for _, record, who, text in company.notices if record == key),
        "asks": sorted(
            (one.workflow["id"], path, ask["person"], ask["state"], ask["answer"] or "", stamp(ask["until"]))
            for one in mine
            for path, ask in one.asks.items()
        ),
        "enrollments": [
            {
                "workflow": one.workflow["id"],
                "state": one.state,
                "reason": one.reason,
                "path": None if one.stay is None else one.stay.path,
                "until": None if one.stay is None else stamp(one.stay.until),
                "success": one.goal_at is not None,
                "start": stamp(one.start),
                "journal": sorted(one.journal),
            }
            for one in mine
        ],
    }


# --- a day: the same happens to both ------------------------------------------------------------------------


class Both:
    """The product and the reference, to which the same happens."""

    def __init__(self, root: Path, story: Story) -> None:
        self.story, self.product = story, Product(root, story)
        customers = {one["编号"]: dict(one) for one in story.customers}
        staff = {key: dict(row) for key, row in STAFF.items()}
        related: dict[str, list[dict[str, Any]]] = {"订单": [], "跟进记录": []}
        self.reference = Company(
            ZONE,
            story.at(0),
            staff,
            customers,
            related,
            story.exclusions,
            known=KNOWN,
            is_control=self._is_control,
        )
        self.control: dict[tuple[str, str], bool] = {}

    def _is_control(self, workflow: str, record: str) -> bool:
        return self.control.get((workflow, record), False)

    def day(self, night: int) -> None:
        """What happens before a night, at noon of the day before it."""
        self.product.set_clock(self.story.at(night) - timedelta(hours=13))
        brought: dict[str, list[dict[str, Any]]] = {}
        for event in self.story.before(night):
            if event[1] in self.reference.customers:
                self._happens(event, brought)
        for module, rows in brought.items():
            names = dict.fromkeys(name for row in rows for name in row)
            for group in {tuple(row) for row in rows}:
                self.product.bring(module, [row for row in rows if tuple(row) == group])
            assert names

    def _happens(self, event: Event, brought: dict[str, list[dict[str, Any]]]) -> None:
        kind, key, *facts = event
        if kind == "order":
            self._relate(brought, "订单", {"客户": key, "下单日期": facts[0]})
        elif kind == "visit":
            self._relate(brought, "跟进记录", {"客户": key, "跟进时间": facts[0]})
        elif kind == "field":
            self.reference.customers[key][facts[0]] = facts[1]
            row = {"编号": key, "客户名称": f"样例{key}", facts[0]: facts[1]}
            self.product.bring("客户", [row])
        elif kind == "delete":
            del self.reference.customers[key]
            self.product.delete(key)
        elif kind == "done":
            self._do_task(key, facts[0])
        elif kind == "answer":
            self._answer(key, facts[0])

    def _relate(self, brought: dict[str, list[dict[str, Any]]], module: str, row: dict[str, Any]) -> None:
        rows = self.reference.related[module]
        rows.append(row)
        told = {name: _written(value) for name, value in row.items()}
        more = {"金额": "10"} if module == "订单" else {}
        brought.setdefault(module, []).append({"编号": f"R{len(rows)}", **told, **more})

    def _do_task(self, key: str, number: int) -> None:
        """Somebody does one of the tasks that are open."""
        mine = [one for one in self.reference.tasks if one["客户"] == key and one["状态"] == "待办"]
        if not mine:
            return

        def told(row: Mapping[str, Any]) -> tuple[str, ...]:
            return row["客户"], row["主题"], str(row["截止日期"]), row["状态"]

        task = sorted(mine, key=lambda one: (one["主题"], one["截止日期"]))[number % len(mine)]
        wanted = told(task)
        task["状态"] = "已完成"
        tasks = self.product.exported("任务")
        created = [
            json.loads(one["details"])["id"]
            for one in self.product.rows("journal", record=key, kind="create")
        ]
        ids = [number for number in created if told(tasks[number]) == wanted]
        self.product.bring("任务", [{"编号": ids[0], "状态": "已完成"}])

    def _answer(self, key: str, answer: str) -> None:
        """The first open question of a customer is answered."""
        now = self.product.desk.clock.now
        rows = [one for one in self.product.rows("asks") if (one["record"], one["state"]) == (key, "open")]
        for one, path in self._open_asks(key):
            assert self.product.desk.clock.now == now
            taken = self.reference.answer(one, path, answer, now)
            workflow = one.workflow["id"]
            ids = [row["id"] for row in rows if (row["workflow"], row["step"]) == (workflow, path)]
            assert ids, f"no open question of {workflow} {path} about {key}"
            try:
                self.product.desk.decide(ids[0], answer)
            except WrongUsage:
                assert not taken, "the answer came in time"
            else:
                assert taken, "the answer came too late"
            return

    def _open_asks(self, key: str) -> Iterator[tuple[Enrollment, str]]:
        for one in self.reference.enrollments:
            for path, ask in one.asks.items():
                if (one.record, ask["state"]) == (key, "open"):
                    yield one, path

    def night(self, night: int) -> None:
        self.product.night(self.story.at(night))
        self.control = {
            (one["workflow"], one["record"]): bool(one["control"]) for one in self.product.rows("enrollments")
        }
        night_of(self.reference, self.story.workflows, self.story.at(night))


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    return str(value)


def differences(mine: Mapping[str, Said], theirs: Mapping[str, Said]) -> dict[str, list[str]]:
    """Record -> what the product says and what was expected, where they differ."""
    found: dict[str, list[str]] = {}
    for key in sorted(mine.keys() | theirs.keys()):
        one, other = mine.get(key, {}), theirs.get(key, {})
        told = [
            f"  {name}: expected {other.get(name)}\n  {' ' * len(name)}  actual   {one.get(name)}"
            for name in sorted(one.keys() | other.keys())
            if one.get(name) != other.get(name)
        ]
        if told:
            found[key] = told
    return found


def _tells_unknown(row: Mapping[str, Any]) -> bool:
    """An answer that is unknown is noted (tests/test_sequences_by_hand.py); the interpreter leaves it out."""
    return bool(row["kind"] == "skipped" and row["path"].endswith("/if"))
