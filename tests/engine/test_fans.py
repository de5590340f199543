"""Fans: a message to every related record that fits, for one matched record none, one or several."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from engine.by_hand import run_workflow
from engine.dryrun import dry_run
from engine.ledger.tables import enrollments, failures, journal, outbox
from engine.model.effects import Draft, Effect, EffectKind, Message, Skipped, Undone, Wanted, fanned_of
from engine.model.operands import FieldValue
from engine.plan import plan_effects
from engine.records.session import Session
from tests.engine.small import BASE, HEAD, NIGHT, Place, changed, workspace_with

pytestmark = pytest.mark.usefixtures("each_store")

CONTACTS = """\
  contacts:
    label: 联系人
    fields:
      customer: {label: 客户, type: link, to: 客户, as: 联系人}
      name: {label: 姓名, type: text}
      role: {label: 职位, type: text}
      email: {label: 邮箱, type: email, contact: email, consent: 邮件同意}
      email_ok: {label: 邮件同意, type: yes_no}
      phone: {label: 电话, type: phone, contact: sms}
      chats: {label: 沟通次数, type: number, computed: {count_of: 沟通}}
  chats:
    label: 沟通
    fields:
      contact: {label: 联系人, type: link, to: 联系人, as: 沟通}
  orders:
"""
LETTER = """\
name: 方案
class: service
versions:
  - if: {field: 职位, is: 采购, if_missing: no_match}
    email: {subject: "{{ 客户名称 }}", text: "{{ to.姓名 }}，报价。"}
  - email: {subject: 方案, text: "{{ to.姓名 }}，方案。"}
    sms: {text: "{{ to.姓名 }}，{{ 客户名称 }} 的方案。"}
"""
SEND = """\
actions:
  - send_template: {template: 方案, to: {records: 联系人}, via: [email, sms]}
    otherwise: [{add_tag: 低价值}]
"""
CUSTOMERS = {"C1": {"客户名称": "甲", "客户层级": "A"}, "C2": {"客户名称": "乙", "客户层级": "B"}}
BUYER = {"客户": "C1", "姓名": "张一", "职位": "采购", "邮箱": "k1@example.com", "邮件同意": "是"}
FITTER = {"客户": "C1", "姓名": "李二", "职位": "技术", "电话": "13900000002"}
MUTE = {"客户": "C1", "姓名": "王三", "职位": "采购", "电话": "13900000003"}


def files(actions: str = SEND, more: str = "", letter: str = LETTER) -> dict[str, str]:
    base = changed(BASE, "model.yaml", "  orders:\n", CONTACTS)
    return {**base, "templates/plan.yaml": letter, "wake.yaml": f"{HEAD}once_per: customer\n{more}{actions}"}


def place(given: dict[str, str], contacts: dict[str, Any], customers: Any = CUSTOMERS) -> Place:
    return Place.make(workspace_with("", given), {"客户": customers, "联系人": contacts})


def draft(given: dict[str, str]) -> Draft:
    workspace = workspace_with("", given)
    return plan_effects(workspace.workflows[0], workspace.model, NIGHT)


def told(found: Place) -> dict[str, list[Effect | Undone]]:
    with found.session() as session:
        plans = dry_run(session, found.workspace, found.workflow).records()
        return {str(one.record): list(one.effects) for one in plans}


def rows(session: Session, table: sa.Table, *names: str) -> list[tuple[Any, ...]]:
    columns = [table.c[name] for name in names]
    return [tuple(row) for row in session.connection.execute(sa.select(*columns).order_by(*columns))]


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What is said to the database meanwhile."""
    heard: list[str] = []

    def listen(*arguments: Any) -> None:
        heard.append(arguments[2])

    sa.event.listen(session.connection, "before_cursor_execute", listen)
    try:
        yield heard
    finally:
        sa.event.remove(session.connection, "before_cursor_execute", listen)


# --- the draft ------------------------------------------------------------------------------------


def test_fan_has_a_batch_for_every_letter_and_for_every_reason_why_there_is_none() -> None:
    found = draft(files())

    letters = {
        fanned.letter: type(one)
        for one in found.batches
        if (fanned := fanned_of(one)) is not None and fanned.fan == 0
    }

    assert letters == {
        "0/email": Message, "1/email": Message, "1/sms": Message, "W602": Skipped, "W578": Skipped,
    }  # fmt: skip


def test_columns_of_a_fan_are_of_the_related_record_and_those_beside_it_of_the_matched_one() -> None:
    found = draft(files())

    assert fields_of(found.fans[0].wanted) == ["邮箱", "姓名", "电话"]
    assert fields_of(found.wanted) == ["客户名称", "标签"]


def fields_of(wanted: tuple[Wanted, ...]) -> list[str]:
    """The fields that stand there as they are."""
    return [one.operand.field.labels.zh for one in wanted if isinstance(one.operand, FieldValue)]


def test_step_in_two_branches_has_two_fans() -> None:
    found = draft(
        files(
            """\
actions:
  - if: {field: 客户层级, is: A}
    then: [{send_template: {template: 方案, to: {records: 联系人}, via: email}}]
    else: [{send_template: {template: 方案, to: {records: 联系人}, via: sms}}]
"""
        )
    )

    assert [one.number for one in found.fans] == [0, 1]


# --- who gets what --------------------------------------------------------------------------------


def test_every_contact_gets_the_message_by_the_first_way_that_reaches_it() -> None:
    found = place(files(), {"K1": BUYER, "K2": FITTER})

    effects = told(found)["C1"]

    assert [(one.path, one.details["channel"], one.details["body"]) for one in effects] == [
        ("actions/0/to/K1", "email", "张一，报价。"),
        ("actions/0/to/K2", "sms", "李二，甲 的方案。"),
    ]
    assert [one.details["recipient"] for one in effects] == ["K1", "K2"]


def test_contact_without_a_way_is_told_beside_those_that_have_one() -> None:
    found = place(files(), {"K1": BUYER, "K3": MUTE})

    sent, skipped = told(found)["C1"]

    assert (sent.path, skipped.path) == ("actions/0/to/K1", "actions/0/to/K3")
    assert isinstance(skipped, Undone)
    assert skipped.reason == "W602"


@pytest.mark.parametrize("contacts", [{}, {"K3": MUTE}], ids=["no contacts", "none is reached"])
def test_record_of_which_nobody_is_reached_gets_the_otherwise(contacts: dict[str, Any]) -> None:
    found = place(files(), contacts)

    effects = told(found)["C1"][len(contacts) :]

    assert isinstance(effects[0], Undone)
    assert (effects[0].path, effects[0].reason) == ("actions/0", "W614")
    assert [(one.kind, one.path) for one in effects[1:] if isinstance(one, Effect)] == [
        (EffectKind.UPDATE, "actions/0/otherwise/0")
    ]


def test_contacts_of_records_that_are_not_in_the_branch_get_nothing() -> None:
    found = place(
        files(
            "actions:\n  - if: {field: 客户层级, is: A}\n    then:"
            " [{send_template: {template: 方案, to: {records: 联系人}, via: email}}]\n"
        ),
        {"K1": BUYER, "K2": {**BUYER, "客户": "C2"}},
    )

    assert {key: len(some) for key, some in told(found).items()} == {"C1": 1, "C2": 0}


def test_where_may_ask_for_records_related_to_the_contact_and_the_text_shows_a_count_of_them() -> None:
    letter = 'name: 方案\nclass: service\nversions: [{sms: {text: "聊过 {{ to.沟通次数 }} 次"}}]\n'
    step = "{template: 方案, to: {records: 联系人, where: {count_of: 沟通, at_least: 1}}, via: sms}"
    found = place(files(f"actions: [{{send_template: {step}}}]\n", letter=letter), {"K2": FITTER, "K3": MUTE})
    found.bring({"沟通": {"G1": {"联系人": "K2"}, "G2": {"联系人": "K2"}}})

    assert [one.details["body"] for one in told(found)["C1"] if isinstance(one, Effect)] == ["聊过 2 次"]


def test_text_says_what_an_earlier_step_wrote_to_the_record() -> None:
    letter = 'name: 方案\nclass: service\nversions: [{sms: {text: "{{ to.姓名 }} {{ 唤醒次数 }}"}}]\n'
    step = "send_template: {template: 方案, to: {records: 联系人}, via: sms}"
    found = place(
        files(f"actions: [{{update_field: {{唤醒次数: {{add: 1}}}}}}, {{{step}}}]\n", letter=letter),
        {"K2": FITTER},
    )

    assert [one.details.get("body") for one in told(found)["C1"] if isinstance(one, Effect)] == [
        None,
        "李二 1",
    ]


def test_deferred_record_has_no_letters_yet() -> None:
    people = {"S1": {"姓名": "某"}}
    customers = {key: {**one, "负责人": "S1"} for key, one in CUSTOMERS.items()}
    found = place(
        files(more="limit: {per_owner_per_day: 1}\n"), {"K1": BUYER, "K2": {**BUYER, "客户": "C2"}}, {}
    )
    found.bring({"员工": people, "客户": customers})

    with found.session() as session:
        dry = dry_run(session, found.workspace, found.workflow)

        assert dry.prepared.counts[EffectKind.MESSAGE] == 1
        assert [row[1] for row in dry.prepared.matched.all_related()] == ["C1"]


# --- a company's own table, with numbers for keys -------------------------------------------------


def test_keys_of_a_company_s_own_table_may_be_numbers() -> None:
    given = changed(
        files(), "model.yaml", "    label: 联系人\n    fields:\n",
        "    label: 联系人\n    table: crm_contact\n    key: 序号\n    columns: {number: cid, name: nick}\n"
        "    fields:\n      number: {label: 序号, type: number}\n",
    )  # fmt: skip
    workspace = workspace_with("", given)
    found = Place.make(workspace, {})
    with found.session() as session, session.transaction():
        session.connection.exec_driver_sql(
            "CREATE TABLE crm_contact (cid INTEGER PRIMARY KEY, customer TEXT, nick TEXT, role TEXT,"
            " email TEXT, email_ok TEXT, phone TEXT)"
        )
        session.connection.exec_driver_sql(
            "INSERT INTO crm_contact VALUES (7, 'C1', '张一', '采购', 'k@example.com', '是', NULL)"
        )
    found.bring({"客户": CUSTOMERS})

    assert [one.details["recipient"] for one in told(found)["C1"] if isinstance(one, Effect)] == [7]
    with found.session() as session:
        result = run_workflow(session, workspace, found.workflow)

        assert result.effects["message"] == 1
        assert rows(session, outbox, "path", "recipient") == [("actions/0/to/7", "k@example.com")]


# --- counted, held, carried out -------------------------------------------------------------------


def test_guards_count_every_message() -> None:
    given = changed(files(), "workspace.yaml", "channels:", "guards: {messages: {at_most: 1}}\nchannels:")
    found = place(given, {"K1": BUYER, "K2": FITTER})

    with found.session() as session:
        dry = dry_run(session, found.workspace, found.workflow)

        assert dry.prepared.held is not None
        assert dry.prepared.held.as_json() == {"guard": "messages", "count": 2, "limit": 1}


def test_run_writes_one_letter_and_one_row_of_the_journal_for_each_contact() -> None:
    found = place(files(), {"K1": BUYER, "K2": FITTER, "K3": MUTE})

    with found.session() as session:
        result = run_workflow(session, found.workspace, found.workflow)

        assert (result.started, dict(result.effects)["message"]) == (2, 2)
        assert rows(session, outbox, "record", "path", "channel") == [
            ("C1", "actions/0/to/K1", "email"),
            ("C1", "actions/0/to/K2", "sms"),
        ]
        assert rows(session, journal, "enrollment", "path", "kind") == [
            (1, "actions/0/to/K1", "message"),
            (1, "actions/0/to/K2", "message"),
            (1, "actions/0/to/K3", "skipped"),
            (2, "actions/0", "skipped"),
            (2, "actions/0/otherwise/0", "update"),
        ]


def test_record_fails_as_a_whole_with_the_contact_whose_text_cannot_be_made() -> None:
    nameless = {name: value for name, value in FITTER.items() if name != "姓名"}
    found = place(files(), {"K1": BUYER, "K2": nameless, "K4": {**BUYER, "客户": "C2"}})

    with found.session() as session:
        result = run_workflow(session, found.workspace, found.workflow)

        assert (result.started, result.failed) == (1, 1)
        assert rows(session, failures, "record", "path", "code") == [("C1", "actions/0/to/K2", "W601")]
        assert rows(session, outbox, "record") == [("C2",)]
        assert rows(session, enrollments, "record") == [("C2",)]


def test_control_group_gets_nothing_and_is_told_so_once() -> None:
    customers = {f"C{n}": {"客户名称": "某", "客户层级": "A"} for n in range(40)}
    contacts = {f"K{n}{part}": {**BUYER, "客户": f"C{n}"} for n in range(40) for part in ("a", "b")}
    found = place(files(more="control_group: 50 %\n"), contacts, customers)

    with found.session() as session:
        run_workflow(session, found.workspace, found.workflow)

        control = {key for key, is_control in rows(session, enrollments, "record", "control") if is_control}
        sent = rows(session, outbox, "record")
        assert 0 < len(control) < 40
        assert sorted(sent) == sorted((key,) for key in customers if key not in control for _ in "ab")
        kinds = [kind for (kind,) in rows(session, journal, "kind")]
        assert kinds.count("skipped") == len(control)


def test_chunks_take_the_contacts_of_their_own_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.apply.CHUNK_RECORDS", 1)
    found = place(files(), {"K1": BUYER, "K2": {**BUYER, "客户": "C2"}, "K3": {**FITTER, "客户": "C2"}})

    with found.session() as session:
        run_workflow(session, found.workspace, found.workflow)

        assert rows(session, outbox, "record", "path") == [
            ("C1", "actions/0/to/K1"),
            ("C2", "actions/0/to/K2"),
            ("C2", "actions/0/to/K3"),
        ]


# --- what the plan promises -----------------------------------------------------------------------


def test_fingerprint_names_the_contacts_too() -> None:
    found = place(files(), {"K1": BUYER})

    def fingerprint() -> str:
        with found.session() as session:
            return dry_run(session, found.workspace, found.workflow).fingerprint()

    before = fingerprint()
    assert fingerprint() == before
    found.bring({"联系人": {"K1": {"姓名": "张壹"}}})
    assert fingerprint() != before


def test_workflow_that_writes_to_nobody_related_says_nothing_more_to_the_database() -> None:
    found = place(
        files("actions: [{send_template: {template: 唤醒, to: customer, via: sms}}]\n"), {"K1": BUYER}
    )

    with found.session() as session, statements(session) as heard:
        dry = dry_run(session, found.workspace, found.workflow)
        list(dry.records())
        dry.fingerprint()

    assert [one for one in heard if "wakeline_fan" in one] == []
    assert sum("CREATE TEMPORARY TABLE" in one for one in heard) == 1
