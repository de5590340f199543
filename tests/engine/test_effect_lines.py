"""A dry run as JSON is written by the page: it says what each record, asked by itself, would say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine import dryrun
from engine.dryrun import DryRun, Seal, dry_run, is_kept_out
from engine.effect_lines import EffectLines, dumped
from engine.model.effects import Update
from tests.engine.small import BASE, HEAD, Place, changed, workspace_with

STEPS = """\
once_per: customer
actions:
  - update_field: {沉默状态: 沉默, 唤醒次数: {add: 1}}
  - create_task: {subject: '看 "{{ 客户名称 }}"', to: owner, due: in 3 days}
  - notify: {to: owner, text: "{{ 客户名称 }} {{ 额度 | or('-') }}"}
  - send_template: {template: 唤醒, to: customer, via: email}
"""
PEOPLE = {"S1": {"姓名": "某"}}
CUSTOMERS = {
    "C1": {"客户名称": "甲\n乙", "客户层级": "A", "负责人": "S1", "邮箱": "a@example.com", "邮件同意": "是"},
    "C2": {"客户名称": "B\\", "客户层级": "B", "额度": "12.5", "唤醒次数": "1.25"},
    "C3": {"客户名称": "丙", "客户层级": "C", "沉默状态": "沉默", "负责人": "S1", "电话": "1"},
    "C4": {"客户名称": "丁", "客户层级": "C", "备注": "同行", "负责人": "S1"},
}


@contextmanager
def planned(steps: str = STEPS, settings: str = "") -> Iterator[DryRun]:
    files = changed(BASE, "workspace.yaml", "time_zone", f"{settings}time_zone")
    files["wake.yaml"] = f"{HEAD}{steps}"
    found = Place.make(workspace_with("", files), {"员工": PEOPLE, "客户": CUSTOMERS})
    with found.session() as session:
        yield dry_run(session, found.workspace, found.workflow)


def lines(dry: DryRun, limit: int | None = None) -> list[str]:
    return list(dry.lines(limit, Seal(dry)))


def one_by_one(dry: DryRun, limit: int | None = None) -> list[str]:
    return [dumped(one.as_json()) for one in dry.records(limit)]


def alone(dry: DryRun) -> list[str]:
    """The records that are asked by themselves."""
    rows, position = list(dry.prepared.matched.all_rows()), dry.prepared.matched.positions()["id"]
    effects = EffectLines(dry.prepared.reader, is_kept_out).of(rows)
    return [row[position] for row, found in zip(rows, effects, strict=True) if found is None]


@pytest.mark.parametrize("limit", [None, 0, 1, 3, 9])
@pytest.mark.parametrize("page", [1, 3, 2_000])
def test_the_page_says_what_each_record_says(
    monkeypatch: pytest.MonkeyPatch, page: int, limit: int | None
) -> None:
    monkeypatch.setattr(dryrun, "_PAGE", page)
    with planned() as dry:
        assert lines(dry, limit) == one_by_one(dry, limit)
        assert alone(dry) == []


def test_who_cannot_be_written_to_is_told_among_the_others() -> None:
    with planned() as dry:
        reasons = [
            [effect.get("reason") for effect in json.loads(one)["effects"] if effect["kind"] == "skipped"]
            for one in lines(dry)
        ]

    assert "W604" in reasons[1]
    assert "W604" not in reasons[0]


def test_a_text_that_cannot_be_made_leaves_the_others_as_they_are() -> None:
    with planned(f"{STEPS}  - notify: {{to: owner, text: '{{{{ 备注 }}}}'}}\n") as dry:
        assert lines(dry) == one_by_one(dry)
        assert alone(dry) == ["C1", "C3"], "C2 has nobody to be told, C4 has a note"


def test_who_has_a_value_that_is_none_of_its_type_is_asked_alone() -> None:
    with planned("once_per: customer\nactions: [{update_field: {额度: 7}}]\n") as dry:
        reader, positions = dry.prepared.reader, dry.prepared.matched.positions()
        first, *others = dry.prepared.matched.all_rows()
        (update,) = (one.batch for one in reader.batches if isinstance(one.batch, Update))
        at = positions[update.changes[0].before.name]
        writer = EffectLines(reader, is_kept_out)

        assert None not in list(writer.of([first, *others]))
        assert next(writer.of([(*first[:at], "soon", *first[at + 1 :]), *others])) is None


def test_what_an_exclusion_keeps_back_is_asked_of_its_record() -> None:
    settings = "exclusions: [{if: {field: 备注, is: 同行, if_missing: no_match}, from: tasks}]\n"
    with planned(settings=settings) as dry:
        assert alone(dry) == ["C4"]
        assert lines(dry) == one_by_one(dry)
        assert '"because": "exclusions/0/if"' in lines(dry)[3]


@pytest.mark.parametrize("limit", [None, 0, 1, 3])
def test_fingerprint_is_the_same_however_many_records_were_listed(
    monkeypatch: pytest.MonkeyPatch, limit: int | None
) -> None:
    monkeypatch.setattr(dryrun, "_PAGE", 2)
    with planned() as dry:
        seal = Seal(dry)
        list(dry.lines(limit, seal))

        assert seal.fingerprint() == dry.fingerprint()
