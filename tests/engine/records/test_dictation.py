"""A run whose texts the database puts together leaves what the same run leaves that writes them in Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from engine import apply
from engine.apply import apply_effects
from engine.by_hand import run_workflow
from engine.ledger.tables import outbox
from engine.model.moments import Clock
from engine.records import statements
from engine.records.dictation import Dictation
from engine.records.session import Session
from engine.waking import prepare_waking
from tests.engine.small import BASE, HEAD, NIGHT, Place, begun, changed, workspace_with
from tests.engine.test_apply import Alone, carried_out

pytestmark = pytest.mark.usefixtures("each_store")

Told = dict[str, list[tuple[Any, ...]]]
Work = Callable[[Session, Place], object]
Files = Mapping[str, str]

LEFT = (
    "wakeline_enrollments",
    "wakeline_journal",
    "wakeline_outbox",
    "wakeline_failures",
    "tasks",
    "customers",
)
ODD = 'O\'Brien "甲" 100 %(a)s {{ x }} \\n :b 👩\u200d👧 e\u0301'
LETTER = """\
name: 唤醒
versions:
  - email:
      subject: "{{ 客户名称 }}，{% if 额度 %}{{ 额度 }}{% else %}近况可好？{% endif %}"
      text: |
        您好，{{ 客户名称 }}：自 {{ 签约日期 | or('从前') }} 起，{{ 备注 if 备注 is defined else '100 %' }}。
        {% if 邮件同意 and not 电话 %}{{ 唤醒次数 | or(0) }} 次，{{ 成交额 }}{% endif %}
    sms: {text: "{{ 客户名称 | or('您') }}好"}
"""
TASK = (
    "  - create_task: {subject: '回访 {{ 客户名称 }}', to: owner, due: in 3 days,"
    " text: '{{ 额度 }} {{ 签约日期 }}'}\n"
)
SEND = (
    "  - send_template: {template: 唤醒, to: customer, via: [email, sms]}\n"
    "    otherwise: [{notify: {to: owner, text: '{{ 客户名称 }} 没有地址'}}]\n"
)
TELL = (
    "  - notify: {to: owner, text: '{{ 客户名称 }}：{{ 额度 | or(唤醒次数) | or(\"无\") }}', urgent: true}\n"
    '  - notify: {to: supervisor, text: \'{{ 负责人.姓名 | or("没有人") }} {{ 签约日期 | or("从未") }}\'}\n'
)
ALL = f"  - update_field: {{唤醒次数: {{add: 1}}}}\n{TASK}{SEND}{TELL}"


def customers(count: int = 24) -> dict[str, dict[str, dict[str, str]]]:
    """Of the odd: some without a person, an address, an amount; two in a row without what a task needs."""
    found: dict[str, dict[str, str]] = {}
    for n in range(count):
        one = {
            "客户名称": f"{ODD} {n}",
            "客户层级": "AB"[n % 2],
            "签约日期": "2026-03-01",
            "额度": f"{n * 37 - 90}.005",
        }
        one |= {"负责人": f"S{1 + n % 2}"} if n % 5 else {}
        one |= {"邮箱": f"c{n}@example.cn", "邮件同意": "是"} if n % 3 else {}
        one |= {"电话": f"1380000{n:04}"} if n % 4 == 0 else {}
        one |= {"备注": "\u3000"} if n % 6 == 0 else {}
        if n in (8, 9):
            del one["额度"]
        found[f"C{n:02}"] = one
    orders = {
        f"O{n}": {"客户": f"C{n:02}", "金额": f"{n}.5", "下单日期": "2026-03-02"} for n in range(0, count, 2)
    }
    staff = {"S9": {"姓名": "总管"}, "S1": {"姓名": "甲", "上级": "S9"}, "S2": {"姓名": "乙 %s"}}
    return {"员工": staff, "客户": found, "订单": orders}


def once(session: Session, found: Place) -> None:
    run_workflow(session, found.workspace, found.workflow)


def left(files: Files, work: Work, also: str = "") -> Told:
    """Every row that is there after a run over a new company; `also` is a statement before it."""
    place = Place.make(workspace_with("", files), {})
    with place.session() as session, session.transaction():
        for one in filter(None, also.split(";")):
            session.connection.exec_driver_sql(one)
    place.bring(customers())
    with place.session() as session:
        work(session, place)
    with place.session() as session:
        ask = session.connection.exec_driver_sql
        return {name: sorted(map(tuple, ask(f"SELECT * FROM {name}")), key=repr) for name in LEFT}


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """What is left either way, which is the same; some of it was dictated, and how much goes before it."""

    def run(files: Files, work: Work = once, also: str = "", *, chunk: int = 5) -> Told:
        write, dictated = Dictation.write, []

        def noted(self: Dictation, batch: int, bounds: Any) -> None:
            dictated.append(batch)
            write(self, batch, bounds)

        with monkeypatch.context() as patch:
            patch.setattr(apply, "CHUNK_RECORDS", chunk)
            patch.setattr(Dictation, "write", noted)
            patch.setattr(statements, "PORTION_RECORDS", 2)
            found = left(files, work, also)
        assert dictated
        with monkeypatch.context() as patch:
            patch.setattr(apply, "CHUNK_RECORDS", chunk)
            patch.setattr(apply, "phrase_batch", lambda *_: None)
            wanted = left(files, work, also)
        assert found["wakeline_enrollments"]
        for name in LEFT:
            assert found[name] == wanted[name], name
        return found

    return run


def files(actions: str, more: str = "", base: Files = BASE, letter: str = LETTER) -> dict[str, str]:
    head = f"{HEAD}once_per: day\nguard: {{at_most: 500, share: 100 %}}\n{more}"
    return {**base, "templates/wake.yaml": letter, "wake.yaml": f"{head}actions:\n{actions}"}


def test_everything_at_once(both: Callable[..., Told]) -> None:
    """A task, a letter or a notice, two notices; two records of one chunk have no amount for their task."""
    found = both(files(ALL))

    assert [row[1] for row in found["wakeline_failures"]] == ["C08", "C09"]
    assert any("W604" in repr(row) for row in found["wakeline_journal"])
    assert {row[4] for row in found["wakeline_outbox"]} == {"message", "notice"}
    assert len(found["tasks"]) == 17


def test_texts_that_fail_behind_a_gate_only(both: Callable[..., Told]) -> None:
    gate = (
        "  - if: {field: 客户层级, is: A}\n    then:\n"
        "      - create_task: {subject: '{{ 额度 }}', to: owner, text: x}\n"
    )

    assert [row[1] for row in both(files(f"{gate}{SEND}"))["wakeline_failures"]] == ["C08"]


def test_too_long_a_text_is_told_by_its_reason(both: Callable[..., Told]) -> None:
    """To 99,949 signs a record adds 51, or one too many; signs are counted, and not bytes."""
    text = f"{'x' * 99_949}{{{{ 备注 }}}}"
    long = files(f"  - create_task: {{subject: '{{{{ 客户名称 }}}}', to: owner, text: '{text}'}}\n")
    notes = "UPDATE customers SET unused = '%s' WHERE id %s;"

    def work(session: Session, found: Place) -> None:
        with session.transaction():
            for text, which in (("e" * 51, "<> ''"), ("e" * 52, "< 'C05'"), ("\U0001f600" * 51, "> 'C22'")):
                session.connection.exec_driver_sql(notes % (text, which))
        once(session, found)

    found = both(long, work, chunk=3)
    assert (len(found["wakeline_failures"]), len(found["tasks"])) == (4, 15)


def test_text_of_very_many_values_and_one_of_many_signs_that_sqlite_does_not_count(
    both: Callable[..., Told], each_store: str
) -> None:
    """Its `length` ends at a zero; of `a || b` it takes no more than a thousand."""
    values = "{{ 额度 }} {{ 签约日期 }}；" * 1_500
    notes = "UPDATE customers SET unused = 'a' || char(0) || printf('%.*c', 100000, 'x') WHERE id = 'C02'"

    def work(session: Session, found: Place) -> None:
        if each_store == "sqlite":
            with session.transaction():
                session.connection.exec_driver_sql(notes)
        once(session, found)

    actions = f"{TELL}  - create_task: {{subject: 多, to: owner, text: '{values}'}}\n"
    found = both(files(f"{actions}  - notify: {{to: owner, text: '{{{{ 备注 | or(1) }}}}'}}\n"), work)

    too_long = ["C02"] if each_store == "sqlite" else []
    assert [row[1] for row in found["wakeline_failures"]] == [*too_long, "C08", "C09"]


def test_what_others_do_meanwhile(both: Callable[..., Told]) -> None:
    def work(session: Session, found: Place) -> None:
        carried_out(session, found, "UPDATE customers SET wakes = 50000 WHERE id IN ('C03', 'C11')")

    assert len(both(files(ALL), work)["wakeline_enrollments"]) == 20


def test_control_group_versions_and_letters_in_html(both: Callable[..., Told]) -> None:
    versions = (
        "name: 唤醒\nversions:\n  - if: {field: 客户层级, is: A, if_missing: no_match}\n"
        "    email: {subject: 'A {{ 客户名称 }}', html: '<b>{{ 客户名称 }}</b>'}\n"
        "    task: {text: '{{ 客户名称 }} {{ 额度 }}'}\n"
        "  - email:\n      subject: B\n"
        "      text: '{% for 单 in 订单 %}{{ 单.金额 }}{% else %}{{ 客户名称 }}{% endfor %}'\n"
        "    task: {text: 回访}\n"
    )
    actions = (
        "  - create_task: {subject: '回访 {{ 客户名称 }}', to: owner, text_from: 唤醒}\n"
        + SEND.replace(", sms", "")
    )
    found = both(files(actions + TELL, "control_group: 25 %\n", letter=versions))

    html = [one.name for one in outbox.c].index("html")
    assert {row[html] for row in found["wakeline_outbox"]} == {0, 1}


def test_sequence_that_goes_on_keeps_its_enrollments(both: Callable[..., Told]) -> None:
    def work(session: Session, found: Place) -> None:
        once(session, found)
        clock = Clock(NIGHT.now + timedelta(days=8), NIGHT.zone)
        with found.store.write(clock) as later:
            with later.transaction():
                run = begun(later.connection, clock=clock)
                parts = prepare_waking(later, found.workspace, found.workflow, everything=False).parts
            for one in parts:
                keeper = Alone(later, run)
                apply_effects(later, one.matched, one.reader, run=run, notices="inbox", keeper=keeper)

    found = both(files(f"{TELL}  - wait: 7 days\n{TASK}{SEND}"), work)
    assert {row[1] for row in found["wakeline_journal"]} > {"actions/0", "actions/3", "actions/4"}


# --- a company's own table ----------------------------------------------------------------------------------

OWN = changed(
    BASE, "model.yaml", "  tasks:\n    label: 任务\n", "  tasks:\n    table: todo\n    label: 任务\n"
)
OWN_FIELDS = """\
      text: {label: 说明, type: text}
      amount: {label: 数额, type: money}
      vip: {label: 重点, type: yes_no}
      share: {label: 比例, type: percent}
      seen: {label: 时刻, type: datetime}
"""
OWN = changed(OWN, "model.yaml", "      text: {label: 说明, type: text}\n", OWN_FIELDS)
COUNTED = changed(OWN, "model.yaml", "table: todo\n", "table: todo\n    key: 编号\n")
COUNTED = changed(COUNTED, "model.yaml", "      vip:", "      no: {label: 编号, type: number}\n      vip:")
TODO = (
    "CREATE TABLE todo ({key}, customer TEXT, subject TEXT, assignee TEXT, due DATE, text VARCHAR(60),"
    " amount NUMERIC(12, 3) CHECK (amount <> 206), vip SMALLINT, share REAL, seen TIMESTAMP);"
    "CREATE VIEW tasks AS SELECT * FROM todo"
)
RECORD = (
    "  - create_record: {module: 任务, fields: {主题: '{{ 客户名称 }}', 说明: '{{ 额度 }}',"
    " 数额: {field: 额度}, 重点: 是, 比例: 12.5 %, 时刻: now}}\n"
)


@pytest.mark.parametrize("key", ["id TEXT PRIMARY KEY", "number"])
def test_rule_of_a_companys_own_table_refuses_one_row(
    both: Callable[..., Told], each_store: str, key: str
) -> None:
    """Two new records for each customer, whose keys the database itself may give, in the order of steps."""
    if key == "number":
        serial = "no INTEGER PRIMARY KEY"
        key = serial if each_store == "sqlite" else "no BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"
    base = OWN if key.startswith("id") else COUNTED
    limit = "UPDATE customers SET \"limit\" = 2060000 WHERE id = 'C07'"

    def work(session: Session, found: Place) -> None:
        with session.transaction():
            session.connection.exec_driver_sql(limit)
        once(session, found)

    found = both(files(f"{TASK}{RECORD}{TELL}", base=base), work, TODO.format(key=key))

    assert [row[1] for row in found["wakeline_failures"]] == ["C07", "C08", "C09"]
    assert "W606" in repr(found["wakeline_failures"][0])
