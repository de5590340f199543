"""What `undo` tells, and what follows: who starts anew, what later runs did, what it starts itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.company import Company, nightly
from tests.undoing import MORNING, NEXT, SILENT, furnished, records, run, sql


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return furnished(tmp_path)


def test_a_dry_run_writes_nothing(company: Company) -> None:
    company.write({"wake.yaml": nightly("actions: [{add_tag: 高潜}]\n")})
    number = run(company)
    before = company.place.dump()

    company.done("undo", str(number), "--dry-run", "--again", at=MORNING)

    assert company.place.dump() == before


def test_a_second_undo_does_nothing_more_and_says_so(company: Company) -> None:
    company.write({"wake.yaml": SILENT})
    number = run(company)
    first = company.answer("undo", str(number), at=MORNING)
    before = records(company)

    second = company.answer("undo", str(number), at=MORNING)

    assert (second["state"], second["items"], second["run"]) == ("already", [], first["run"])
    assert records(company) == before
    assert "早已撤销" in company.done("undo", str(number), at=MORNING)


def test_whom_an_undo_lets_start_anew_afterwards_is_told_as_that(company: Company) -> None:
    company.write({"wake.yaml": nightly("actions: [{update_field: {沉默状态: 即将沉默}}]\n")})
    number = str(run(company))
    company.done("undo", number, at=MORNING)

    said = company.done("undo", number, "--again", at=MORNING)

    assert "早已撤销（第 2 次运行）" in said
    assert "没有可以撤销的" not in said
    assert "5 条可以重新开始。" in said


def test_lists_and_explanations_tell_of_it(company: Company) -> None:
    company.write({"wake.yaml": SILENT})
    number = run(company)
    undo = company.answer("undo", str(number), "--by", "李四", at=MORNING)["run"]

    rows = {one["run"]: one for one in company.rows("runs")}
    past = company.answer("explain", "wake", "--record", "C1", "--run", str(number))
    taken = company.answer("explain", "wake", "--record", "C1", "--run", str(undo))

    assert rows[number]["undone_by"] == undo
    assert company.answer("explain", "wake", "--record", "C1")["started"]["undone_by"] == undo
    assert f"wakeline undo {number} --again" in company.done("explain", "wake", "--record", "C1")
    assert {"undoes": number, "decided_by": "李四", "cause": "undo"}.items() <= rows[undo].items()
    assert (past["verdict"], past["undone_by"]) == ("started", undo)
    assert taken["verdict"] == "undone"
    assert [one["path"] for one in taken["effects"]] == ["undo/actions/0/silent"]
    assert f"由第 {undo} 次运行撤销" in company.done("runs")
    assert "即将沉默 → " in company.done("journal", "--run", str(undo))


def test_what_cannot_be_undone_is_told_with_the_nearest(company: Company) -> None:
    company.write({"wake.yaml": SILENT})
    assert "还没有运行过" in company.call("undo", "7").err
    number = run(company)
    undo = company.answer("undo", str(number), at=MORNING)["run"]
    sql(company, f"UPDATE wakeline_runs SET state = 'done' WHERE id = {undo}")
    company.done("run", "wake", at=NEXT)
    nothing = company.rows("runs")[-1]["run"]

    told = {name: company.call("undo", str(name)) for name in (999, undo, nothing)}

    assert {one.code for one in told.values()} == {2}
    assert "W623" in told[999].err
    assert f"第 {number} 次" in told[999].err
    assert "W624" in told[undo].err
    assert "W625" in told[nothing].err
    assert f"第 {number} 次" in told[nothing].err


@pytest.mark.parametrize(
    "state, code", [("missed", "W625"), ("skipped", "W625"), ("held", "W626"), ("running", "W626")]
)
def test_a_night_that_never_ran_or_is_not_over(company: Company, state: str, code: str) -> None:
    company.write({"wake.yaml": SILENT})
    number = run(company)
    sql(company, f"UPDATE wakeline_runs SET state = '{state}' WHERE id = {number}")

    told = company.call("undo", str(number), "--lang", "en")

    assert told.code == 2
    assert f"error {code} Run {number}" in told.err


def test_while_the_workflow_runs_nothing_of_it_is_undone(company: Company) -> None:
    company.write({"wake.yaml": SILENT})
    number = run(company)
    sql(
        company,
        "INSERT INTO wakeline_runs (workflow, version, state, at, on_day, cause, worker, lease_until, due_at)"
        " VALUES ('wake', 'v', 'running', '2026-03-31T00:00:00Z', '2026-03-31', 'clock', 'elsewhere:1:1:aa',"
        " '2999-01-01T00:00:00.000Z', '2026-03-31T00:00:00Z')",
    )
    before = company.place.dump()

    assert "W627" in company.call("undo", str(number), at=MORNING).err
    assert company.place.dump() == before


def test_text_is_short_and_says_what_follows(company: Company) -> None:
    company.write({"wake.yaml": SILENT})
    number = run(company)

    told = company.done("undo", str(number), "--limit", "2", "--lang", "en", at=MORNING)

    assert told.splitlines()[0].startswith(f"Run {number}, 唤醒 (2026-03-31 01:00), is undone")
    assert "… and 3 more. All of them: --limit 5" in told
    assert "add --again" in told
    assert "wakeline pause wake" in told
    again = company.answer("undo", str(number), at=MORNING)
    assert (again["state"], again["items"]) == ("already", [])


@pytest.mark.parametrize("once", ["customer", "episode", "30 days"])
def test_nobody_starts_anew_the_same_day_unless_it_is_wished(company: Company, once: str) -> None:
    text = nightly("conditions: {field: 潜力, at_least: 300}\nactions: [{add_tag: 高潜}]\n")
    company.write({"wake.yaml": text.replace("once_per: customer", f"once_per: {once}")})
    number = run(company)
    company.done("undo", str(number), at=MORNING)
    assert [one["started"] for one in company.answer("run", "wake", at=MORNING)] == [0]

    freed = company.answer("undo", str(number), "--again", at=MORNING)

    assert (freed["state"], freed["freed"]) == ("done", 3)
    assert [one["started"] for one in company.answer("run", "wake", at=MORNING)] == [3]


WAITING = nightly(
    "actions:\n  - update_field: {沉默状态: 即将沉默}\n  - wait: 3 days\n"
    "  - update_field: {沉默唤醒次数: {add: 1}}\n  - wait: 3 days\n  - add_tag: 高潜\n"
)


def went_on(company: Company) -> tuple[int, int]:
    """A run, and the one that went on with it three days later."""
    company.write({"wake.yaml": WAITING})
    number = run(company)
    company.done("run", at="2026-04-03T02:00")
    (later,) = [one["run"] for one in company.rows("runs") if one["woken"]]
    return number, later


def test_what_later_runs_did_is_listed_and_stays(company: Company) -> None:
    number, later = went_on(company)

    undone = company.answer("undo", str(number), at="2026-04-03T09:00")

    assert undone["undone"] == {"update": 5, "wait": 5}
    assert {(one["reason"], one["facts"]["by"]) for one in undone["items"] if not one["undone"]} == {
        ("W692", str(later))
    }
    assert company.exported("客户")["C1"]["沉默唤醒次数"] == "2"
    assert {one["state"] for one in company.rows("enrollments")} == {"cancelled"}


def test_a_run_that_went_on_with_what_waited_goes_back_alone(company: Company) -> None:
    _, later = went_on(company)

    undone = company.answer("undo", str(later), at="2026-04-03T09:00")

    assert (undone["undone"], undone["left"]) == ({"update": 5, "wait": 5}, {})
    held = company.exported("客户")["C1"]
    assert (held["沉默唤醒次数"], held["沉默状态"]) == ("1", "即将沉默")


def test_what_is_put_back_starts_no_workflow(company: Company) -> None:
    watching = (
        "id: watch\nname: 看着\nmodule: 客户\ntrigger: {when: changed, field: 沉默状态, to: 正常跟进}\n"
        "once_per: event\nactions: [{add_tag: 决策慢}]\n"
    )
    company.write({"watch.yaml": watching})
    sql(company, "UPDATE customers SET silent = '正常跟进'")
    company.done("run")
    company.write({"wake.yaml": SILENT})
    number = run(company)

    company.done("undo", str(number), at=MORNING)
    company.done("run", at=NEXT)

    assert [one for one in company.rows("events") if one["workflow"] == "watch"] == []


def test_a_record_that_is_gone_meanwhile_is_told(company: Company) -> None:
    company.write({"wake.yaml": SILENT})
    number = run(company)
    sql(company, "DELETE FROM customers WHERE id = 'C1'")

    said = company.call("undo", str(number), at=MORNING)

    assert said.code == 0
    assert "记录 C1 已经不在了。" in said.out


def test_a_record_that_is_gone_is_told_once_however_many_fields_of_it_were_written(company: Company) -> None:
    company.write(
        {"wake.yaml": nightly("actions: [{update_field: {沉默状态: 即将沉默, 是否继续维护: 是}}]\n")}
    )
    number = run(company)
    sql(company, "DELETE FROM customers WHERE id = 'C1'")

    assert company.done("undo", str(number), at=MORNING).count("记录 C1 已经不在了。") == 1


PEOPLE = nightly(
    """\
actions:
  - update_field: {协办人: S9, 是否继续维护: 是}
  - notify: {to: owner, text: 看看}
  - ask: {to: owner, question: 继续吗, within: 3 days}
    answers: [{answer: 好, then: [{add_tag: 高潜}]}]
    otherwise: [{add_tag: 低价值}]
"""
)


@pytest.mark.parametrize(
    "language, said",
    [
        ("zh", ["改成了“王一”", "改成了“否”", "已经发给 王一", "王一 已经答复：好"]),
        (
            "en",
            ['was set to "王一"', 'was set to "no"', "Already sent to 王一", "王一 has answered: 好"],
        ),
    ],
)
def test_colleagues_are_told_by_their_names_in_what_was_left(
    company: Company, language: str, said: list[str]
) -> None:
    """What has left, what was answered, and what somebody has set otherwise since."""
    company.write({"wake.yaml": PEOPLE})
    number = run(company)
    (ask,) = [one["id"] for one in company.rows("asks") if one["record"] == "C1"]
    company.done("decide", str(ask), "好", "--by", "S1", at=MORNING)
    company.bring("客户", [{"编号": "C1", "协办人": "S1", "是否继续维护": "否"}])

    text = ("--lang", language)
    undone = company.done("undo", str(number), "--limit", "100", *text, at=MORNING)
    undo = max(one["run"] for one in company.rows("runs"))
    explained = company.done("explain", "wake", "--record", "C1", "--run", str(undo), *text)
    noted = company.done("journal", "--run", str(undo), *text)

    for told in (undone, explained, noted):
        assert "S1" not in told
    assert [one for told in (undone, explained) for one in said if one not in told] == []
