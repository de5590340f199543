"""Corners of sequences: what changes while records wait, who starts again, what a step sees.

Nights are at 01:00 in Shanghai (17:00 UTC of the day before); dates are worked out on paper.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.nights_of_sequences import CALL, HEAD, Nights, Opened, opener

pytestmark = pytest.mark.usefixtures("each_store")


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return opener(tmp_path / "company")


# --- what changes during a wait ---------------------------------------------------------------------


def excluded_from(kind: str) -> str:
    return f"exclusions: [{{if: {{field: 行业, is: 同行, if_missing: no_match}}, from: {kind}}}]\n"


def excluded_during_a_wait(opened: Opened, kind: str) -> Nights:
    """C1 and C2 wait three days; meanwhile C1 comes to be excluded from what `kind` says."""
    more = {"+workspace_yaml": excluded_from(kind)}
    company = opened(f"actions: [wait: 3 days, {CALL}, add_tag: 高潜]", "2026-03-31 01:00", **more)
    company.nights("2026-03-31")
    company.change("C1", 行业="同行")
    company.nights("2026-04-03")
    return company


def test_record_excluded_from_tasks_during_a_wait_gets_none_but_goes_on(opened: Opened) -> None:
    company = excluded_during_a_wait(opened, "tasks")

    assert company.tasks() == [("C2", "S1", "2026-04-06")]
    assert company.journal()[2:] == [("actions/1", "skipped"), ("actions/2", "update")]


def test_nothing_more_is_done_for_a_record_excluded_from_everything(opened: Opened) -> None:
    company = excluded_during_a_wait(opened, "everything")

    assert company.tasks() == [("C2", "S1", "2026-04-06")]
    assert {"actions/1", "actions/2"}.isdisjoint(
        path for path, kind in company.journal() if kind != "skipped"
    )
    assert company.enrollment()["state"] == "stopped"


LETTER = (
    "{send_template: {template: 问候, to: customer, via: email},"
    " otherwise: [{notify: {to: owner, text: 打电话}}]}"
)


def test_no_letter_to_a_customer_who_has_opted_out_during_the_wait(opened: Opened) -> None:
    company = opened(f"actions: [wait: 3 days, {LETTER}]", "2026-03-31 01:00")
    for key in ("C1", "C2"):
        company.change(key, 邮箱=f"{key.lower()}@example.com", 邮件同意="是")
    company.nights("2026-03-31")
    company.change("C1", 邮件同意="否")

    company.nights("2026-04-03")

    assert company.told("C1") == [("S1", "打电话")]
    assert [one for one, _ in company.told("C2")] == ["c2@example.com"]


def test_customers_wait_in_different_branches_each_its_own_time(opened: Opened) -> None:
    company = opened(
        "actions:\n  - if: {field: 客户层级, is: A, if_missing: no_match}\n"
        "    then: [wait: 3 days, add_tag: 高潜]\n    else: [wait: 5 days, add_tag: 决策慢]\n"
        "  - add_tag: 低价值",
        "2026-03-31 01:00",
    )
    company.change("C1", 客户层级="A")
    company.nights("2026-03-31", "2026-04-02")
    assert company.state("C1") == ("waiting", "actions/0/then/0")
    assert company.state("C2") == ("waiting", "actions/0/else/0")
    company.change("C1", 客户层级="B")  # the branch was chosen when it was come to

    company.nights("2026-04-03")
    assert (company.state("C1")[0], company.state("C2")[0]) == ("done", "waiting")
    company.nights("2026-04-04", "2026-04-05")

    assert ("actions/0/then/1", "update") in company.journal("C1")
    assert ("actions/0/else/1", "update") in company.journal("C2")
    assert company.done_at("actions/1", "C2") == "2026-04-04T17:00:00Z"


def test_customer_waits_in_two_workflows_at_once(opened: Opened) -> None:
    """`other` runs first, by its id, and its stop ends nothing but itself."""
    other = f"id: other\n{HEAD}actions: [wait: 2 days, {{update_field: {{沉默状态: 已沉默}}}}, stop: 够了]\n"
    company = opened(
        "stop_when: [{if: {field: 沉默状态, is: 放弃维护}, because: 放弃}]\n"
        "actions:\n  - wait: 2 days\n  - if: {field: 沉默状态, is: 已沉默}\n    then: [{add_tag: 高潜}]\n"
        "  - wait: 1 day\n  - add_tag: 决策慢",
        "2026-03-31 01:00",
        other_yaml=other,
    )

    company.nights("2026-03-31", "2026-04-02")

    assert company.state(workflow="other")[0] == "stopped"
    assert company.state() == ("waiting", "actions/2")
    assert ("actions/1/then/0", "update") in company.journal()  # it sees what `other` wrote (Meaning 10)
    company.nights("2026-04-03")
    assert company.state() == ("done", None)


# --- once (Meaning 7) -------------------------------------------------------------------------------


def test_customer_that_fits_again_while_it_waits_does_not_start_again(opened: Opened) -> None:
    company = opened("actions: [wait: 5 days, add_tag: 高潜]", "2026-03-31 01:00")
    company.nights("2026-03-31")
    company.change("C1", 沉默状态="已沉默")
    company.nights("2026-04-01")
    company.change("C1", 沉默状态="正常跟进")

    company.nights("2026-04-02", "2026-04-05", "2026-04-06")

    assert company.enrollment()["started_at"] == "2026-03-30T17:00:00Z"
    assert company.state() == ("done", None)


def test_new_value_of_a_field_starts_only_when_the_wait_for_the_old_one_is_over(opened: Opened) -> None:
    company = opened("actions: [wait: 5 days, add_tag: 高潜]", "2026-03-31 01:00")
    text = (company.root / "wake.yaml").read_text("utf-8")
    company.edit({"wake.yaml": text.replace("once_per: customer", "once_per: {field: 签约日期}")})
    company.change("C1", 签约日期="2026-01-01")
    company.nights("2026-03-31")
    company.change("C1", 签约日期="2026-03-30")
    company.nights("2026-04-01", "2026-04-04")
    assert len(company.rows("enrollments", record="C1")) == 1

    company.nights("2026-04-05", "2026-04-06")

    first, second = company.rows("enrollments", record="C1")
    assert (first["state"], second["state"]) == ("done", "waiting")
    assert second["started_at"] == "2026-04-04T17:00:00Z"  # what waits is looked at before records start
    assert len(company.rows("enrollments", record="C2")) == 1


def test_paused_workflow_does_nothing_at_its_deadline_and_goes_on_when_it_is_active_again(
    opened: Opened,
) -> None:
    company = opened(f"actions: [wait: 3 days, {CALL}]", "2026-03-31 01:00")
    text = (company.root / "wake.yaml").read_text("utf-8")
    company.nights("2026-03-31")
    company.edit({"wake.yaml": f"{text}status: paused\n"})
    company.nights("2026-04-02", "2026-04-03", "2026-04-04")
    assert company.tasks() == []

    company.edit({"wake.yaml": text})
    company.nights("2026-04-06", "2026-04-07")

    assert company.state() == ("done", None)
    assert company.tasks() == [("C1", "S1", "2026-04-09"), ("C2", "S1", "2026-04-09")]


# --- steps see what earlier steps did (Meaning 5 and 10) --------------------------------------------


@pytest.mark.parametrize("fate", ["is: open", "is_not: done"])
def test_step_sees_the_task_that_was_just_given(opened: Opened, fate: str) -> None:
    company = opened(
        f"actions:\n  - {CALL}\n  - if: {{step: 电话, {fate}}}\n    then: [{{add_tag: 高潜}}]\n"
        "    else: [{add_tag: 低价值}]",
        "2026-03-31 01:00",
    )

    company.nights("2026-03-31")

    assert ("actions/1/then/0", "update") in company.journal()


def test_unknown_in_a_step_counts_as_no_and_is_journalled(opened: Opened) -> None:
    """Meaning 2; the step was never come to, so what became of it is unknown (Meaning 5)."""
    company = opened(
        f"actions:\n  - if: {{field: 客户层级, is: A, if_missing: no_match}}\n    then: [{CALL}]\n"
        "  - wait: 1 day\n"
        "  - if: {step: 电话, is: done}\n    then: [{add_tag: 高潜}]\n  - add_tag: 低价值",
        "2026-03-31 01:00",
    )

    company.nights("2026-03-31", "2026-04-01")

    assert company.state() == ("done", None)
    assert ("actions/2/if", "skipped") in company.journal()
