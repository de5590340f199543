"""What an example may expect of every action, and the colleagues it may bring."""

from __future__ import annotations

import pytest

from engine.examples import try_examples
from engine.model.diagnostics import Problems
from tests.engine.small import BASE, HEAD, changed, workspace_with

WITH_ROLE = changed(
    changed(BASE, "model.yaml", "      boss:", "      duty: {label: 岗位, type: text}\n      boss:"),
    "workspace.yaml",
    "time_zone",
    "roles: {运营: {field: 岗位, is: 运营}}\ntime_zone",
)


def passes(actions: str, expect: str, given: str = "客户层级: A", more: str = "") -> bool:
    tests = f"tests:\n  - {{name: 一, today: 2026-03-31, given: {{{given}}}, expect: {expect}}}\n"
    files = {**WITH_ROLE, "wake.yaml": f"{HEAD}{more}actions:\n  - {actions}\n{tests}"}
    workspace, problems = workspace_with("", files), Problems()
    (outcome,) = try_examples(workspace, workspace.workflows[0], problems)
    assert problems.found == []
    return outcome.passed


@pytest.mark.parametrize(
    "actions, expect",
    [
        ("remove_tag: 低价值", "[{remove_tag: 低价值}]"),
        ("create_record: {module: 订单, fields: {金额: 5}}", "[{create_record: {金额: 5, 客户: example}}]"),
        ("assign: {first_of: [supervisor]}", "[{assign: {负责人: supervisor}}]"),
        ("assign: {first_of: [{role: 运营}]}", "[{assign: {负责人: 赵四}}]"),
        ("notify: {to: {role: 运营}, text: 看}", "[{notify: {to: 赵四}}]"),
        ("wait: 7 days", "[{wait: {until: 2026-04-07}}]"),
        ("wait: 7 days", "[{wait: 7 days}]"),
        (
            "{wait_until: {field: 备注, is_empty: false}, within: 3 days}",
            "[{wait_until: {until: 2026-04-03}}]",
        ),
        (
            (
                "{ask: {to: owner, question: 做吗？, within: 1 days},"
                " answers: [{answer: 做, then: [{stop: x}]}]}"
            ),
            "[{ask: {to: owner, question: 做吗？}}]",
        ),
        ("choose: [{if: {field: 客户层级, is: A}, then: [{stop: 好}]}]", "[{stop: 好}]"),
        ("choose: [{if: {field: 客户层级, is: B}, then: [{stop: 好}]}]", "nothing"),
    ],
)
def test_example_may_expect_it(actions: str, expect: str) -> None:
    given = "客户层级: A, 标签: 低价值, 员工: [{姓名: 赵四, 岗位: 运营}]"

    assert passes(actions, expect, given)


@pytest.mark.parametrize(
    "actions, expect",
    [
        ("remove_tag: 低价值", "[{add_tag: 低价值}]"),
        ("wait: 7 days", "[{wait: 8 days}]"),
        ("assign: {first_of: [supervisor]}", "[{assign: {负责人: owner}}]"),
        ("create_record: {module: 订单, fields: {金额: 5}}", "[{create_record: {金额: 6}}]"),
    ],
)
def test_example_that_expects_something_else_fails(actions: str, expect: str) -> None:
    assert not passes(actions, expect, "客户层级: A, 标签: 低价值")


FIRST_OWNER = "负责人: 王一"
COLLEAGUES = "员工: [{姓名: 王一, 上级: 李二}, {姓名: 李二}]"


@pytest.mark.parametrize(
    "actions, expect, given",
    [
        # an owner who is only named is there, and has the supervisor
        ("notify: {to: owner, text: 看}", "[{notify: {to: owner}}]", FIRST_OWNER),
        ("notify: {to: owner, text: 看}", "[{notify: {to: 王一}}]", FIRST_OWNER),
        ("notify: {to: supervisor, text: 看}", "[{notify: {to: supervisor}}]", FIRST_OWNER),
        ("create_task: {subject: 看, to: owner}", "[{create_task: {to: owner}}]", FIRST_OWNER),
        ("create_task: {subject: 看, to: owner}", "[{create_task: {to: 王一}}]", FIRST_OWNER),
        ("create_task: {subject: 看, to: supervisor}", "[{create_task: {to: supervisor}}]", FIRST_OWNER),
        ("assign: {first_of: [supervisor]}", "[{assign: {负责人: supervisor}}]", FIRST_OWNER),
        # given colleagues say themselves whose superior is who
        ("notify: {to: supervisor, text: 看}", "[{notify: {to: supervisor}}]", f"负责人: 王一, {COLLEAGUES}"),
        ("notify: {to: supervisor, text: 看}", "[{notify: {to: 李二}}]", f"负责人: 王一, {COLLEAGUES}"),
        # whoever the record was given to by an earlier step is the owner of the later ones
        (
            "assign: {first_of: [supervisor]}\n  - notify: {to: owner, text: 看}",
            "[{assign: {负责人: supervisor}}, {notify: {to: owner}}]",
            FIRST_OWNER,
        ),
    ],
)
def test_owner_and_supervisor_are_those_of_the_example(actions: str, expect: str, given: str) -> None:
    assert passes(actions, expect, f"客户层级: A, {given}")


@pytest.mark.parametrize(
    "actions, expect, given",
    [
        ("notify: {to: {person: 赵四}, text: 看}", "[{notify: {to: owner}}]", FIRST_OWNER),
        ("notify: {to: owner, text: 看}", "[{notify: {to: supervisor}}]", FIRST_OWNER),
        ("notify: {to: owner, text: 看}", "[{notify: {to: 李二}}]", FIRST_OWNER),
        ("create_task: {subject: 看, to: owner}", "[{create_task: {to: supervisor}}]", FIRST_OWNER),
        ("notify: {to: supervisor, text: 看}", "[{notify: {to: 王一}}]", f"负责人: 王一, {COLLEAGUES}"),
    ],
)
def test_somebody_else_is_not_meant(actions: str, expect: str, given: str) -> None:
    assert not passes(actions, expect, f"客户层级: A, {given}")


def test_record_of_an_example_is_in_no_control_group() -> None:
    given = "客户层级: A"

    assert passes("notify: {to: owner, text: 看}", "[notify]", given, "control_group: 99.99 %\n")
