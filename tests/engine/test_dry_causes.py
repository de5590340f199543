"""A dry run tells which exclusion kept a step back, where it can be told."""

from __future__ import annotations

import pytest

from engine.drafting import KEPT_OUT
from engine.dryrun import dry_run, plan_row
from engine.effect_lines import EXCLUSION
from engine.model.effects import Undone
from engine.rows import RowReader
from tests.engine.small import BASE, HEAD, Place, changed, workspace_with

EXCLUSION_OF_TASKS = "exclusions: [{if: {field: 备注, is: 同行, if_missing: no_match}, from: tasks}]\n"
TASK = "actions: [{create_task: {subject: 看, to: owner}}]\n"


def place() -> Place:
    files = changed(BASE, "workspace.yaml", "time_zone", f"{EXCLUSION_OF_TASKS}time_zone")
    files["wake.yaml"] = f"{HEAD}once_per: customer\n{TASK}"
    customer = {"客户名称": "甲", "客户层级": "A", "负责人": "S1", "备注": "同行"}
    return Place.make(workspace_with("", files), {"员工": {"S1": {"姓名": "某"}}, "客户": {"C1": customer}})


def test_what_an_exclusion_keeps_back_names_it() -> None:
    found = place()
    with found.session() as session:
        (plan,) = dry_run(session, found.workspace, found.workflow).records()

    assert plan.effects == (Undone("actions/0", "C1", KEPT_OUT, {EXCLUSION: "exclusions/0/if"}),)


def test_without_a_batch_that_tells_it_the_step_is_kept_back_without_a_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, kept = place(), Undone("actions/9", "C1", KEPT_OUT)
    with found.session() as session:
        prepared = dry_run(session, found.workspace, found.workflow).prepared
        (row,) = prepared.matched.all_rows()
        monkeypatch.setattr(RowReader, "effects", lambda *_: iter([kept]))
        plan = plan_row(prepared, row)

    assert plan.effects == (kept,)
