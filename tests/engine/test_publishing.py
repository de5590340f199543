"""Which version runs, and what makes a new one (DESIGN section 4, version and published)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from engine.model.diagnostics import FilesRejected, WrongUsage
from engine.publishing import Runnable, publish, runnable
from engine.register import broken_ids, known_ids
from engine.shift import Roster
from engine.workspace import Workspace, workspace_of_sources
from tests.engine.small import BASE, HEAD, ROOT, Place, changed, workspace_with
from tests.postgres import Server

WORKFLOW = """\
conditions:
  all:
    - {field: 客户层级, is: [A, B]}
    - {time_since: 签约日期, at_least: {table: 门槛.沉默}}
    - {count_of: 订单, during: last 90 days, where: {field: 金额, at_least: 5, if_missing: no_match}, is: 0}
    - {field: 成交额, at_least: 0}
actions:
  - send_template: {template: 唤醒, to: customer, via: [email, sms]}
  - add_tag: 高潜
  - notify: {to: owner, text: "{{ 负责人.姓名 }}，请看 {{ 客户名称 }}"}
  - create_task: {subject: 回访, to: owner}
"""
FILES = {**BASE, "wake.yaml": HEAD + WORKFLOW}
BY_HAND = changed(FILES, "workspace.yaml", "time_zone", "publish: by_hand\ntime_zone")
BROKEN = changed(FILES, "wake.yaml", "is: [A, B]", "is: [A, D]")


def version(files: Mapping[str, str]) -> str:
    return workspace_with("", files).workflows[0].version


VERSION = version(FILES)


# --- what makes another version -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file, old, new",
    [
        ("wake.yaml", "is: [A, B]", "is: [A]"),
        ("wake.yaml", "last 90 days", "last 60 days"),
        ("wake.yaml", "name: 唤醒", "name: 叫醒"),
        ("wake.yaml", '"01:00"', '"02:00"'),
        ("wake.yaml", "请看", "快看"),
        ("wake.yaml", "actions:", "priority: 7\nactions:"),
        ("tables.yaml", "客户层级: B, 沉默: 90 days", "客户层级: B, 沉默: 60 days"),
        ("tables.yaml", "额度: 30000}", "额度: 30000}\n    - {客户层级: C, 沉默: 1 day, 额度: 1}"),
        ("templates/wake.yaml", "您好", "你好"),
        ("templates/wake.yaml", "sms: {text: 近况可好？}", "sms: {text: 好吗？}"),
        ("model.yaml", "options: [A, B, C]", "options: [A, B, C, E]"),
        ("model.yaml", "zh: 客户层级, en: Tier", "zh: 客户层级, en: Level"),
        (
            "model.yaml",
            "amount: {label: {zh: 金额, en: Amount}, type: money}",
            "amount: {label: {zh: 金额, en: Amount}, type: number}",
        ),
        ("model.yaml", "contact: email, consent: 邮件同意", "contact: email"),
        ("model.yaml", "computed: {sum_of: 订单.金额}", "computed: {sum_of: 订单.金额, during: last 1 year}"),
        ("model.yaml", "supervisor: 上级, active: 在职", "supervisor: 上级"),
        ("model.yaml", "to: 负责人, due: 截止日期", "due: 截止日期, to: 负责人, defaults: {说明: x}"),
    ],
)
def test_version_differs_when_something_it_uses_changes(file: str, old: str, new: str) -> None:
    assert version(changed(FILES, file, old, new)) != VERSION


@pytest.mark.parametrize(
    "file, old, new",
    [
        ("wake.yaml", "conditions:", "# 说明\n\nconditions:   # 条件"),
        (
            "wake.yaml",
            "{field: 客户层级, is: [A, B]}",
            "field: 客户层级\n      is:\n        - A\n        - 'B'",
        ),
        ("wake.yaml", "{field: 客户层级, is: [A, B]}", "{is: [A, B], field: 客户层级}"),
        ("tables.yaml", "门槛:", "# 门槛\n门槛:"),
        (
            "tables.yaml",
            "{客户层级: A, 沉默: 30 days, 额度: 100000}",
            "客户层级: A\n      沉默: 30 days\n      额度: 100000",
        ),
        ("templates/wake.yaml", "versions:", "versions:   # 一种"),
        ("templates/feast.yaml", "节日快乐", "新年快乐"),
        ("model.yaml", "unused: {label: 备注, type: text}", "unused: {label: 备忘, type: text}"),
        ("model.yaml", "      unused: {label: 备注, type: text}\n", ""),
        ("model.yaml", "modules:", "# 模块\nmodules:"),
        ("wake.yaml", "id: wake", "\ufeffid: wake"),
    ],
)
def test_version_stays_when_only_layout_or_unused_parts_change(file: str, old: str, new: str) -> None:
    assert version(changed(FILES, file, old, new)) == VERSION


def test_unused_table_makes_no_other_version() -> None:
    more = "别的:\n  by: [客户层级]\n  columns: {数: number}\n  rows: [{客户层级: A, 数: 1}]\n"

    assert version({**FILES, "tables.yaml": FILES["tables.yaml"] + more}) == VERSION


def test_other_workflow_makes_no_other_version() -> None:
    other = HEAD.replace("id: wake", "id: other") + "actions: [{stop: x}]\n"
    workspace = workspace_with("", {**FILES, "other.yaml": other})

    found = workspace.workflow("wake")

    assert found is not None
    assert found.version == VERSION


def test_version_does_not_depend_on_the_name_of_the_file() -> None:
    files = {name: text for name, text in FILES.items() if name != "wake.yaml"}

    assert version({**files, "nightly/other-name.yaml": FILES["wake.yaml"]}) == VERSION


@pytest.mark.parametrize(
    "old, new",
    [
        ("happens_on: 下单日期", "happens_on: 付款日期"),
        ("    owner: 负责人\n", "    owner: 协办人\n"),
        ("tags: [高潜, 低价值]", "tags: [低价值, 高潜]"),
    ],
)
def test_version_differs_when_the_module_it_uses_is_set_up_otherwise(old: str, new: str) -> None:
    assert version(changed(FILES, "model.yaml", old, new)) != VERSION


def test_version_differs_when_what_a_computed_field_is_made_of_changes() -> None:
    cases = "{cases: [{if: {field: 成交额, at_least: 9}, value: 是}], otherwise: 否}"
    made_of = f"      rich: {{label: 大客户, type: yes_no, computed: {cases}}}\n"
    files = changed(FILES, "model.yaml", "      total:", f"{made_of}      total:")
    files = changed(
        files, "wake.yaml", "    - {field: 成交额, at_least: 0}\n", "    - {field: 大客户, is: 否}\n"
    )

    other = changed(
        files,
        "model.yaml",
        "computed: {sum_of: 订单.金额}",
        "computed: {sum_of: 订单.金额, during: last 1 year}",
    )

    assert version(other) != version(files)


def test_tag_that_a_workflow_does_not_use_makes_no_other_version() -> None:
    files = {**BASE, "wake.yaml": f"{HEAD}actions: [{{stop: x}}]\n"}

    assert version(
        changed(files, "model.yaml", "tags: [高潜, 低价值]", "tags: [高潜, 低价值, 新]")
    ) == version(files)


# --- which version runs -------------------------------------------------------------------------------------


def asked(place: Place, workspace: Workspace, name: str = "wake") -> Runnable:
    with place.session() as session, session.transaction():
        return runnable(session, workspace, name)


def recorded(place: Place) -> list[str]:
    with place.session() as session:
        return [] if (found := session.book.latest_version("wake")) is None else [found]


@pytest.fixture(name="place")
def _place() -> Place:
    return Place.make(workspace_with("", FILES), {})


def test_automatic_records_a_valid_file_and_runs_it(place: Place) -> None:
    found = asked(place, place.workspace)

    assert (found.workflow, found.workspace, found.behind) == (place.workflow, place.workspace, False)
    assert recorded(place) == [place.workflow.version]


def test_automatic_records_a_changed_file_and_no_unchanged_one(place: Place) -> None:
    newer = workspace_with("", changed(FILES, "wake.yaml", "请看", "快看"))
    for workspace in (place.workspace, place.workspace, newer, newer):
        assert asked(place, workspace).workflow.version == workspace.workflows[0].version

    with place.session() as session:
        count = session.connection.exec_driver_sql("SELECT count(*) FROM wakeline_versions").scalar()
    assert count == 2


def test_by_hand_runs_nothing_that_was_not_published(place: Place) -> None:
    with pytest.raises(WrongUsage) as caught:
        asked(place, workspace_with("", BY_HAND))

    assert caught.value.code == "W913"
    assert recorded(place) == []


def test_by_hand_runs_what_was_published_until_the_next_is(place: Place) -> None:
    first = workspace_with("", BY_HAND)
    newer = workspace_with("", changed(BY_HAND, "wake.yaml", "请看", "快看"))
    with place.session() as session, session.transaction():
        assert publish(session, first, first.workflows[0], by="小王")

    assert asked(place, first).behind is False
    found = asked(place, newer)
    assert (found.workflow.version, found.behind) == (first.workflows[0].version, True)

    with place.session() as session, session.transaction():
        assert publish(session, newer, newer.workflows[0], by="小王")
    found = asked(place, newer)
    assert (found.workflow.version, found.behind) == (newer.workflows[0].version, False)


def test_publishing_twice_records_once(place: Place) -> None:
    with place.session() as session, session.transaction():
        assert publish(session, place.workspace, place.workflow, by="小王")
        assert not publish(session, place.workspace, place.workflow, by="小王")


def test_broken_file_runs_its_last_good_version(place: Place) -> None:
    asked(place, place.workspace)
    broken = workspace_of_sources(ROOT, BROKEN)
    assert broken.workflows == ()

    found = asked(place, broken)

    assert (found.workflow.version, found.behind) == (place.workflow.version, True)
    assert recorded(place) == [place.workflow.version]


@pytest.mark.parametrize("name", ["wake", "wake.yaml"])
def test_broken_file_goes_by_its_id_and_by_its_name(place: Place, name: str) -> None:
    asked(place, place.workspace)

    assert asked(place, workspace_of_sources(ROOT, BROKEN), name).workflow.id == "wake"


@pytest.mark.parametrize(
    "file, text",
    [("model.yaml", "modules: {x: 1}\n"), ("tables.yaml", "门槛: 1\n"), ("wake.yaml", "id: wake\nname: [\n")],
)
def test_last_good_version_runs_on_the_files_it_was_published_with(
    place: Place, file: str, text: str
) -> None:
    asked(place, place.workspace)

    if file == "wake.yaml":
        with pytest.raises(WrongUsage):
            asked(place, workspace_of_sources(ROOT, {**FILES, file: text}), "other")
    found = asked(place, workspace_of_sources(ROOT, {**FILES, file: text}))

    assert (found.workflow.version, found.behind) == (place.workflow.version, True)
    assert found.workspace.documents[file].text == FILES[file]


def test_published_version_keeps_its_own_templates_and_tables(place: Place) -> None:
    first = workspace_with("", BY_HAND)
    with place.session() as session, session.transaction():
        publish(session, first, first.workflows[0], by="小王")
    newer = workspace_with("", changed(BY_HAND, "templates/wake.yaml", "您好", "你好"))

    found = asked(place, newer)

    assert "您好" in found.workspace.templates["唤醒"].forms[0].body
    assert found.behind


def test_broken_file_that_was_never_good_does_not_run(place: Place) -> None:
    with pytest.raises(FilesRejected) as caught:
        asked(place, workspace_of_sources(ROOT, BROKEN))

    assert caught.value.diagnostics


def test_name_that_nobody_has_is_told_with_the_nearest(place: Place) -> None:
    with pytest.raises(WrongUsage) as caught:
        asked(place, place.workspace, "wakes")

    assert (caught.value.code, caught.value.facts["nearest"]) == ("W912", "wake")


def test_broken_file_has_an_id_all_the_same() -> None:
    other = HEAD.replace("id: wake", "id: other") + "actions: [{stop: x}]\n"
    workspace = workspace_of_sources(ROOT, {**BROKEN, "other.yaml": other})

    assert (list(known_ids(workspace)), broken_ids(workspace)) == (["other", "wake"], ["wake"])


def test_version_published_last_is_that_of_the_text_and_not_of_the_day(place: Place) -> None:
    """Back to an older text: the older version runs again."""
    newer = workspace_with("", changed(FILES, "wake.yaml", "请看", "快看"))
    for workspace in (place.workspace, newer, place.workspace):
        asked(place, workspace)

    assert recorded(place) == [place.workflow.version]


def test_two_who_publish_the_same_file_at_once_publish_it_once(on_postgres: Server) -> None:
    """As several workers do when they begin together on a new database (RELIABILITY, check 4)."""
    place = Place.make(workspace_with("", FILES), {})

    def other() -> bool:
        with place.session() as session, session.transaction():
            return publish(session, place.workspace, place.workflow, by="second")

    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as pool, closing(on_postgres.connect()) as watcher:
        with place.session() as session, session.transaction():
            assert publish(session, place.workspace, place.workflow, by="first")
            second = pool.submit(other)
            while watcher.execute(waits).fetchone() == (0,):
                assert not second.done(), second.result()
                time.sleep(0.01)

        assert second.result(timeout=30) is False
    with place.session() as session:
        sql = "SELECT published_by FROM wakeline_versions"
        assert session.connection.exec_driver_sql(sql).all() == [("first",)]


# --- two workers on copies of a workspace -------------------------------------------------------------------

OTHER = changed(FILES, "wake.yaml", "is: [A, B]", "is: [A]")


def published(place: Place) -> int:
    """How many versions there are."""
    with place.session() as session:
        return int(session.connection.exec_driver_sql("SELECT count(*) FROM wakeline_versions").scalar_one())


def looked(place: Place, roster: Roster) -> str:
    """The version that a worker runs."""
    with place.session() as session, session.transaction():
        (found,) = roster.all(session)
    return found.workflow.version


def test_two_workers_on_copies_that_differ_run_what_was_published_last(place: Place) -> None:
    one, other = Roster(place.workspace), Roster(workspace_with("", OTHER))

    assert [looked(place, who) for who in (one, other)] == [VERSION, version(OTHER)]
    for _ in range(3):
        assert {looked(place, who) for who in (one, other)} == {version(OTHER)}
    assert published(place) == 2
    assert one.behind == {"wake"}
    assert other.behind == frozenset()


def test_a_file_that_changes_is_published_over_that_of_a_copy(place: Place) -> None:
    one, other = Roster(place.workspace), Roster(workspace_with("", OTHER))
    looked(place, one)
    looked(place, other)
    third = changed(FILES, "wake.yaml", "is: [A, B]", "is: [B]")
    one = one.after(workspace_with("", third))

    assert [looked(place, who) for who in (one, other)] == [version(third)] * 2
    one = one.after(place.workspace)
    assert [looked(place, who) for who in (one, other)] == [VERSION] * 2


def test_a_version_that_the_ledger_has_lost_is_published_again(place: Place) -> None:
    one = Roster(workspace_with("", OTHER))
    looked(place, Roster(place.workspace))
    looked(place, one)
    with place.session() as session, session.transaction():
        session.connection.exec_driver_sql("DELETE FROM wakeline_versions WHERE id = 2")

    assert looked(place, one) == version(OTHER)
    assert published(place) == 2
