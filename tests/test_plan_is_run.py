"""The dry run is the run (DESIGN, promise 1): it writes nothing, and the run does exactly what it told."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from engine.cli import run_command
from engine.dryrun import DryRun
from engine.front import Desk
from engine.model.diagnostics import Severity
from engine.model.operands import FieldValue
from engine.model.values import plain
from engine.shipped import write_starter

BASE = Path(__file__).parent / "cases" / "run" / "_base"
NIGHT = datetime(2026, 3, 31, 1, 0)  # noqa: DTZ001 - the workspace's wall clock
MODULES = ("staff", "customers", "orders", "followups", "tasks")


def dump(path: Path) -> list[str]:
    """Every table of a database, as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


# --- nothing is written ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh workspace with its samples imported."""
    root = tmp_path_factory.mktemp("starter")
    write_starter(root)
    desk = Desk(root, at=datetime(2026, 4, 1, 1, 0))  # noqa: DTZ001 - as NIGHT
    for module in MODULES:
        desk.import_file(module, root / "samples" / f"{module}.csv")
    return root


@pytest.mark.parametrize(
    "command",
    [
        ["plan", "silent-first-touch"],
        ["plan", "silent-first-touch", "--format", "json"],
        ["plan", "--night"],
        ["plan", "--night", "--format", "json"],
        ["explain", "silent-first-touch", "--record", "C00005"],
        ["plan", "silent-first-touch", "--sample", "samples"],
    ],
    ids=" ".join,
)
def test_looking_ahead_leaves_every_table_as_it_was(starter: Path, command: list[str], capfd: Any) -> None:
    store = starter / ".wakeline" / "wakeline.db"
    before = dump(store)

    code = run_command([*command, "--workspace", str(starter), "--at", "2026-04-01T01:00"])

    assert code == 0, capfd.readouterr()
    assert dump(store) == before
    assert not (starter / ".wakeline" / "outbox").exists()


def test_a_dry_run_cannot_write(starter: Path) -> None:
    with Desk(starter, at=NIGHT).plan("silent-first-touch") as dry:
        for sql in ("DELETE FROM customers", "UPDATE wakeline_runs SET state = 'done'", "CREATE TABLE x (y)"):
            with pytest.raises(sa.exc.OperationalError, match="readonly"):
                dry.session.connection.exec_driver_sql(sql)


def test_the_same_records_clock_and_version_give_the_same_plan(starter: Path) -> None:
    def told() -> tuple[Any, str]:
        with Desk(starter, at=NIGHT).plan("silent-first-touch") as dry:
            return [one.as_json() for one in dry.records()], dry.fingerprint()

    assert told() == told()


# --- small worlds and workflows -------------------------------------------------------------------

CHOICES: Mapping[str, tuple[Any, ...]] = {
    "name": ("甲", "乙公司", "ABC", "{{ 1 }}"),
    "tier": (None, "A", "B", "C"),
    "silent": (None, "正常跟进", "即将沉默", "已沉默"),
    "wakes": (None, Decimal(0), Decimal(1), Decimal("2.5"), Decimal(3)),
    "keep": (None, True, False),
    "industry": (None, "机械", "纺织", "<b>机械</b>"),
    "owner": (None, "S1", "S2", "S3"),
    "deputy": (None, "S1", "S3"),
    "email": (None, "a@example.com", "b@example.com"),
    "email_ok": (None, True, False),
    "phone": (None, "13800000001"),
    "potential": (None, Decimal("-0.01"), Decimal(5000), Decimal("29999.99"), Decimal(30000)),
    "signed": (None, date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 1), date(2026, 4, 1)),
    "reviewed": (None, date(2026, 3, 31)),
    "tags": (None, ("高潜",), ("决策慢", "低价值")),
}
ORDERS = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from([date(2025, 12, 31), date(2026, 1, 1), date(2024, 1, 1)]),
        st.integers(-1, 40),
    ),
    max_size=5,
)
CUSTOMERS = st.lists(
    st.fixed_dictionaries({key: st.sampled_from(values) for key, values in CHOICES.items()}), max_size=6
)

CONTACTS = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from([None, "张一", "{{ 1 }}"]),
        st.sampled_from([None, "采购", "技术", "财务"]),
        st.sampled_from([None, "k1@example.com", "k2@example.com"]),
        st.sampled_from([None, True, False]),
        st.sampled_from([None, "13900000001"]),
    ),
    max_size=8,
)
CONTACT = ("customer", "name", "role", "email", "email_ok", "phone")
LETTER = """\
name: 方案
class: service
versions:
  - if: {field: 职位, is: 采购, if_missing: no_match}
    email: {subject: "{{ 客户名称 }}", text: "{{ to.姓名 | or('您') }}：{{ owner.姓名 | or('我们') }}"}
  - if: {field: 职位, is: 技术, if_missing: match}
    sms: {text: "{{ to.姓名 | or('您') }} {{ to.职位 | or('') }} {{ 沉默唤醒次数 | or('0') }}"}
    email: {subject: "{{ to.客户 }}", text: "{{ to.姓名 | or('您') }}{{ to.客户.客户层级 | or('?') }}"}
"""

LEAVES = [
    "{field: 客户层级, is: [A, B]%s}",
    "{field: 客户层级, is_not: C%s}",
    "{field: 行业, contains: 机%s}",
    "{field: 行业, is_empty: true}",
    "{field: 沉默唤醒次数, at_least: 1, less_than: 3%s}",
    "{field: 是否继续维护, is_not: 否%s}",
    "{field: 潜力, at_least: {table: 目标.金额}%s}",
    "{field: 标签, has: 高潜%s}",
    "{field: 沉默状态, is: 正常%s}",
    "{field: 负责人.上级.姓名, is: 主管八%s}",
    "{time_since: 签约日期, at_least: 90 days%s}",
    "{time_since: 签约日期, at_least: {table: 沉默门槛.首触}%s}",
    "{time_since: 最近下单日期, more_than: 3 months%s}",
    "{count_of: 订单, during: last 90 days, is: 0}",
    "{sum_of: 订单.金额, at_least: 20}",
    "{field: 年度成交额, less_than: 30}",
]
TEXTS = [
    "{{ 客户名称 }} {{ 沉默唤醒次数 | or('0') }}",
    "{{ 客户名称 }}：{{ 行业 }}",
    "{% if 潜力 %}{{ 潜力 }}{% else %}没有{% endif %} {{ today }}",
    "{{ owner.姓名 | or('您') }} {{ 客户层级 }} {{ 年度成交额 }}",
    "不变的话",
]
CHANGES = [
    "沉默唤醒次数: {add: 1}",
    "客户层级: C",
    "行业: {clear: true}",
    "行业: {field: 客户名称}",
    "潜力: {table: 目标.金额}",
    "沉默状态: 正常",
    "签约日期: in 3 days",
    "复核日期: {field: 签约日期}",
    "是否继续维护: 是",
    "邮箱: {clear: true}",
]
ROLES = """\
roles:
  老客运营: {field: 岗位, is: 老客运营}
  质检: {field: 岗位, is: 质检}
"""
PEOPLE = [
    *("owner", "supervisor", "{person: S2}", "{person: 李二}", "{person: S3}", "{field: 协办人}"),
    *("{role: 老客运营}", "{role: 质检}"),
]
"""S3 has left; nobody does 质检."""


def leaf(settle: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    written = st.tuples(st.sampled_from(LEAVES), settle)
    return written.map(lambda pair: pair[0] % pair[1] if "%s" in pair[0] else pair[0])


def conditions(settle: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def groups(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        items = st.lists(inner, min_size=1, max_size=3).map(", ".join)
        two = st.lists(inner, min_size=2, max_size=3).map(", ".join)
        return st.one_of(
            *(items.map(f"{{{{{word}: [{{}}]}}}}".format) for word in ("all", "any", "none")),
            two.map("{{any: [{}], needs: 2}}".format),
        )

    return st.recursive(leaf(settle), groups, max_leaves=4)


OPEN = st.sampled_from(["", ", if_missing: match", ", if_missing: no_match"])
SETTLED = st.sampled_from([", if_missing: match", ", if_missing: no_match"])
OPEN_OR_CELL = st.sampled_from([", if_missing: match"])
TEXT = st.sampled_from(TEXTS).map(json.dumps)


def steps(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(inner, min_size=1, max_size=2).map(", ".join)
    return st.one_of(
        st.tuples(conditions(SETTLED), lists, lists).map(
            lambda t: f"{{if: {t[0]}, then: [{t[1]}], else: [{t[2]}]}}"
        ),
        st.tuples(conditions(SETTLED), lists, conditions(SETTLED), lists, lists).map(
            lambda t: (
                f"{{choose: [{{if: {t[0]}, then: [{t[1]}]}}, {{if: {t[2]}, then: [{t[3]}]}}],"
                f" otherwise: [{t[4]}]}}"
            )
        ),
        st.tuples(conditions(OPEN_OR_CELL), lists).map(
            lambda t: f"{{choose: [{{if: {t[0]}, then: [{t[1]}]}}]}}"
        ),
        st.tuples(lists, lists).map(
            lambda t: f"{{split: [{{share: 60 %, then: [{t[0]}]}}, {{share: 40 %, then: [{t[1]}]}}]}}"
        ),
        lists.map(
            "{{send_template: {{template: 问候, to: customer, via: [email, sms]}}, otherwise: [{}]}}".format
        ),
        st.tuples(
            st.sampled_from(["", ", where: {field: 职位, is: [采购, 技术], if_missing: no_match}"]),
            st.sampled_from(["[email, sms]", "[sms, email]", "email"]),
            lists,
        ).map(
            lambda t: (
                f"{{send_template: {{template: 方案, to: {{records: 联系人{t[0]}}}, via: {t[1]}}},"
                f" otherwise: [{t[2]}]}}"
            )
        ),
    )


STEP = st.recursive(
    st.one_of(
        st.lists(st.sampled_from(CHANGES), min_size=1, max_size=3, unique_by=lambda one: one.split(":")[0])
        .map(", ".join)
        .map("{{update_field: {{{}}}}}".format),
        st.sampled_from(["{add_tag: 高潜}", "{add_tag: 低价值}", "{remove_tag: 高潜}", "{stop: 到此为止}"]),
        st.tuples(
            st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True).map(", ".join),
            st.sampled_from(["least_loaded", "in_turn"]),
        ).map(lambda t: f"{{assign: {{first_of: [{t[0]}], pick: {t[1]}}}}}"),
        TEXT.map("{{create_record: {{module: 任务, fields: {{主题: {}, 截止日期: in 3 days}}}}}}".format),
        st.tuples(TEXT, st.sampled_from(PEOPLE)).map(
            lambda t: f"{{create_task: {{subject: {t[0]}, to: {t[1]}, due: in 3 days, text_from: 话术}}}}"
        ),
        st.tuples(
            TEXT,
            st.sampled_from([*PEOPLE, "[owner, supervisor]", "[{role: 老客运营}, owner]"]),
            st.sampled_from(["", ", via: email", ", via: [email, inbox]"]),
        ).map(lambda t: f"{{notify: {{to: {t[1]}, text: {t[0]}{t[2]}}}}}"),
        st.just("{send_template: {template: 问候, to: customer, via: email}}"),
    ),
    steps,
    max_leaves=5,
)
WORKFLOWS = st.tuples(
    st.none() | conditions(OPEN),
    st.sampled_from(["episode", "customer", "day", "30 days", "{field: 客户名称}"]),
    st.sampled_from(
        ["", "limit: {per_owner_per_day: 1, first: {highest: 潜力}}", "limit: {per_owner_per_day: 2}"]
    ),
    st.lists(STEP, min_size=1, max_size=4),
    st.sampled_from(["", "", "control_group: 50 %"]),
).map(
    lambda t: "\n".join(
        [
            "id: generated\nname: 生成\nmodule: 客户\ntrigger: {when: by_hand}",
            f"conditions: {t[0]}" if t[0] else "",
            f"once_per: {t[1]}",
            t[2],
            t[4],
            "actions:",
            *(f"  - {one}" for one in t[3]),
        ]
    )
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Desk]:
    """Puts a workflow and its records into a workspace; the empty database is made once."""
    root = tmp_path_factory.mktemp("world")
    shutil.copytree(BASE, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("before.yaml"))
    with (root / "workspace.yaml").open("a", encoding="utf-8") as file:
        file.write(ROLES)
    (root / "templates" / "方案.yaml").write_text(LETTER, encoding="utf-8")
    empty = root / "empty.db"
    first = Desk(root, str(empty), at=NIGHT)
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
        store = root / "store.db"
        for name in ("store.db", "store.db-wal", "store.db-shm"):
            (root / name).unlink(missing_ok=True)
        shutil.rmtree(root / ".wakeline", ignore_errors=True)
        shutil.copy(empty, store)
        desk = Desk(root, str(store), at=NIGHT)
        errors = [one for one in desk.workspace.diagnostics if one.severity is Severity.ERROR]
        assume({one.code for one in errors} != {"W292"})  # a text about the owner after an assign
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
    with closing(sqlite3.connect(desk.store.url)) as connection:
        connection.row_factory = sqlite3.Row
        sql = of_record if name == "journal" else f"SELECT * FROM wakeline_{name}"
        return [dict(row) for row in connection.execute(sql)]


def planned(desk: Desk) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    with desk.plan("generated") as dry:
        assert_readers_agree(dry)
        return dry.head_json(), [one.as_json() for one in dry.records()]


def assert_readers_agree(dry: DryRun) -> None:
    """The set-wise reader counts on how many records each batch does something; the row-wise one does it."""
    reader, matched = dry.prepared.reader, dry.prepared.matched
    counted = matched.count_effects()
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


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # examples are small; to shrink one takes minutes
)
@given(workflow=WORKFLOWS, customers=CUSTOMERS, orders=ORDERS, contacts=CONTACTS)
def test_a_run_does_what_its_plan_told_and_nothing_else(
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
