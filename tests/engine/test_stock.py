"""Files held against the records in the store and the versions published before: `wakeline check --data`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.cli import run_command
from engine.front import Desk
from engine.model.diagnostics import Severity, StoreError
from engine.texts import Texts
from tests.stores import Place

MODEL = """\
modules:
  customers:
    label: {zh: 客户, en: Customer}
    tags: [高潜, 旧标签]
    fields:
      name: {label: 客户名称, type: text}
      tier: {label: 客户级别, type: choice, options: [A, B, C]}
      keep: {label: 是否维护, type: yes_no}
  orders:
    label: {zh: 订单, en: Order}
    happens_on: 下单日期
    fields:
      customer: {label: 客户, type: link, to: 客户, as: 订单}
      date: {label: 下单日期, type: date}
"""
WORKFLOW = """\
id: wake
name: 唤醒
module: 客户
status: paused
trigger: {every: day, at: "01:00"}
conditions: {field: 客户级别, is: [A, B]}
once_per: {field: 是否维护}
actions:
  - add_tag: 高潜
"""
CUSTOMERS = "编号,客户名称,客户级别,是否维护,标签\n1,甲,A,是,旧标签\n2,乙,C,否,高潜;旧标签\n3,,C,,\n"
ORDERS = "编号,客户,下单日期\n10,1,2026-01-01\n11,2,2026-01-02\n12,2,2026-01-03\n"
AT = datetime(2026, 3, 31, 1, tzinfo=UTC)


@pytest.fixture
def folder(each_store: str, tmp_path: Path) -> Path:
    """A workspace with records, whose workflow is published."""
    write(tmp_path, {"model.yaml": MODEL, "wake.yaml": WORKFLOW, "workspace.yaml": "language: zh\n"})
    Place.of_workspace(tmp_path)
    write(tmp_path, {"customers.csv": CUSTOMERS, "orders.csv": ORDERS})
    desk = Desk(tmp_path, at=AT)
    for module in ("customers", "orders"):
        desk.import_file(module, tmp_path / f"{module}.csv")
    assert [is_new for _, is_new, _ in desk.publish((), by="test")] == [True]
    return tmp_path


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    write(folder, {name: text.replace(old, new)})


def told(folder: Path, language: str = "zh") -> list[str]:
    """Place, code and message of what only a check with data tells, and of errors."""
    desk, texts = Desk(folder, at=AT), Texts.of(language)
    found = desk.stock(desk.workspace.diagnostics)
    return [
        f"{one.at.file}:{one.at.line}:{one.at.column} {one.code} {texts.message(one.code, dict(one.facts))}"
        for one in found
    ]


def test_nothing_is_told_of_records_that_fit_their_model(folder: Path) -> None:
    assert told(folder) == []


def test_an_option_that_records_still_hold_is_told_with_a_record(folder: Path) -> None:
    change(folder, "model.yaml", "[A, B, C]", "[A, B]")

    assert told(folder) == ["model.yaml:7:7 W594 2 条客户的“客户级别”是“C”，不是选项；例如 2。"]


def test_a_retired_option_is_still_known(folder: Path) -> None:
    change(folder, "model.yaml", "[A, B, C]", "[A, B], retired: [C]")

    assert told(folder) == []


def test_a_time_zone_that_nobody_knows_is_told(folder: Path) -> None:
    change(folder, "model.yaml", "    tags: [高潜", "    time_zone: 客户名称\n    tags: [高潜")

    assert set(told(folder)) == {
        f"model.yaml:7:7 W594 1 条客户的“客户名称”是“{name}”，没有这个时区；例如 {record}。"
        for record, name in ((1, "甲"), (2, "乙"))
    }


def test_a_tag_that_is_not_declared_is_counted_in_every_combination(folder: Path) -> None:
    change(folder, "model.yaml", "[高潜, 旧标签]", "[高潜]")

    assert told(folder) == ["model.yaml:2:3 W594 2 条客户有标签“旧标签”，没有声明过；例如 1。"]


def test_links_to_nobody_are_told_once(folder: Path) -> None:
    with Place.at(Desk(folder).store.url).look() as connection:
        connection.execute("DELETE FROM customers WHERE id = '2'")

    expected = "model.yaml:13:7 W595 2 条订单的“客户”断了：没有客户“2”，如 11。"
    assert told(folder) == [expected]


def test_a_required_field_without_a_value_is_told(folder: Path) -> None:
    change(folder, "model.yaml", "客户名称, type: text", "客户名称, type: text, required: true")

    assert told(folder) == ["model.yaml:6:7 W596 1 条客户没有必填的“客户名称”；例如 3。"]


@pytest.mark.parametrize(
    "kind",
    [
        "{label: 新, type: link, to: 客户",
        "{label: 新, type: choice, options: [A]",
        "{label: 新, type: yes_no",
    ],
)
def test_a_field_that_the_database_lacks_so_far_is_nowhere_filled(folder: Path, kind: str) -> None:
    change(folder, "model.yaml", "      date:", f"      new: {kind}}}\n      date:")
    assert told(folder) == []

    change(folder, "model.yaml", kind, f"{kind}, required: true")
    assert told(folder) == ["model.yaml:14:7 W596 3 条订单没有必填的“新”；例如 10。"]


def test_a_company_s_own_table_may_hold_what_is_neither_yes_nor_no(folder: Path) -> None:
    with Place.at(Desk(folder).store.url).look() as connection:
        connection.execute("CREATE TABLE crm (no TEXT PRIMARY KEY, keep TEXT, lvl TEXT)")
        connection.execute("INSERT INTO crm VALUES ('x', 'Y', '1'), ('y', 'maybe', '2'), ('z', '  ', 'A')")
    module = """\
  accounts:
    label: {zh: 老客户, en: Account}
    table: crm
    key: 户号
    fields:
      number: {label: 户号, type: text}
      keep: {label: 保留, type: yes_no}
      level: {label: 级, type: choice, options: [A, B], also_options: {"1": A}}
    columns: {number: no, level: lvl}
"""
    change(folder, "model.yaml", "  orders:\n", f"{module}  orders:\n")

    assert told(folder) == [
        "model.yaml:15:7 W594 1 条老客户的“保留”是“maybe”，不是“是”或“否”；例如 y。",
        "model.yaml:16:7 W594 1 条老客户的“级”是“2”，不是选项；例如 y。",
    ]


def test_a_label_that_was_changed_is_told_with_the_name_of_today(folder: Path) -> None:
    change(folder, "model.yaml", "客户级别", "客户层级")

    assert told(folder) == ["wake.yaml:6:21 W597 “客户级别”现在叫“客户层级”（model.yaml:7）。"]
    assert told(folder, "en") == ['wake.yaml:6:21 W597 "客户级别" is now called "客户层级" (model.yaml:7).']


def test_the_remedy_of_a_changed_label_makes_the_files_valid(folder: Path) -> None:
    change(folder, "model.yaml", "客户级别,", "客户层级, also: [客户级别],")

    assert told(folder) == []


def test_a_name_that_never_was_stays_unknown(folder: Path) -> None:
    change(folder, "wake.yaml", "客户级别", "客户星级")

    assert [line.split()[1] for line in told(folder)] == ["W203"]


def test_an_option_that_was_removed_is_told_where_a_workflow_names_it(folder: Path) -> None:
    change(folder, "model.yaml", "[A, B, C]", "[A, C]")

    assert told(folder) == ["wake.yaml:6:35 W597 选项“B”已经从“客户级别”里去掉了（model.yaml:7）。"]


def test_another_id_in_a_published_file_is_an_error(folder: Path) -> None:
    change(folder, "wake.yaml", "id: wake", "id: wake-up")

    expected = "wake.yaml:1:5 W598 这个文件发布时的 id 是“wake”；改成“wake-up”，所有记录都会重新开始。"
    assert told(folder) == [expected]
    desk = Desk(folder, at=AT)
    assert [one.severity for one in desk.stock(())] == [Severity.ERROR]


def test_a_published_file_may_be_moved_and_its_old_name_used_for_another(folder: Path) -> None:
    (folder / "wake.yaml").rename(folder / "moved.yaml")
    write(folder, {"wake.yaml": WORKFLOW.replace("id: wake", "id: other")})

    assert told(folder) == []


def test_another_once_per_in_a_published_file_is_told(folder: Path) -> None:
    change(folder, "wake.yaml", "once_per: {field: 是否维护}", "once_per: customer")

    changed = "发布的版本写的是 once_per: {field: 是否维护}，现在是 customer：做过的记录会重新开始。"
    assert told(folder) == [f"wake.yaml:7:11 W599 {changed}"]


def test_once_per_left_out_means_each_episode(folder: Path) -> None:
    change(folder, "wake.yaml", "once_per: {field: 是否维护}\n", "")

    assert [line.split("现在是")[1] for line in told(folder)] == [" episode：做过的记录会重新开始。"]


def test_the_command_tells_it_only_when_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder, "wake.yaml", "id: wake", "id: wake-up")
    common = ["--workspace", str(folder), "--at", "2026-03-31", "--format", "json"]

    plain = run_command(["check", *common]), json.loads(capsys.readouterr().out)
    with_data = run_command(["check", "--data", *common]), json.loads(capsys.readouterr().out)

    assert plain == (0, [])
    assert (with_data[0], [one["code"] for one in with_data[1]]) == (1, ["W598"])


def test_without_a_store_there_is_nothing_to_hold_files_against(tmp_path: Path) -> None:
    write(tmp_path, {"model.yaml": MODEL, "wake.yaml": WORKFLOW})

    with pytest.raises(StoreError) as failure:
        Desk(tmp_path, at=AT).stock(())

    assert failure.value.code == "W402"
