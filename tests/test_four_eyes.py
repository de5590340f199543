"""Four eyes on the disk and on the command line: what writes to customers waits until two have agreed."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.front import Desk
from engine.gatehouse import Gatehouse
from engine.ledger.audit import Actor
from engine.ledger.proposals import ProposalState
from tests.company import Company, nightly, stories_in

LETTER = nightly("actions:\n  - send_template: {template: 问候, to: customer, via: email}\n")
MORE = LETTER + "  - add_tag: 高潜\n"
QUIET = nightly("actions: [{add_tag: 高潜}]\n", key="quiet", name="安静的")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path))
    found.write({"wake.yaml": LETTER, "quiet.yaml": QUIET, "+workspace.yaml": "second_person: messages\n"})
    found.bring("客户", [{"编号": "C1", "客户名称": "甲", "客户层级": "A"}])
    return found


def versions(company: Company) -> list[tuple[str, str, str | None]]:
    with company.place.look() as database:
        asked = "SELECT workflow, published_by, approved_by FROM wakeline_versions ORDER BY id"
        return list(database.execute(asked).fetchall())


def proposals(company: Company) -> list[tuple[str, str, str, str | None]]:
    with company.place.look() as database:
        asked = "SELECT file, by, state, decided_by FROM wakeline_proposals ORDER BY id"
        return list(database.execute(asked).fetchall())


def test_a_file_that_sends_is_held_until_two_have_agreed(company: Company) -> None:
    found = company.answer("run", at="2026-03-31T02:00")
    assert [one["workflow"] for one in found] == ["quiet"]
    assert versions(company) == [("quiet", "automatic", None)]
    assert proposals(company) == [("wake.yaml", "automatic", "open", None)]

    for more in ([], ["--approved-by", "李娜"], ["--approved-by", " "]):
        code, _, err = company.call("publish", "wake", "--by", "李娜", *more)
        assert code == 2, err
        assert "second_person" in err or not more or not more[1].strip()
    company.done("publish", "wake", "--by", "李娜", "--approved-by", "王伟", "--note", "写信")

    assert versions(company)[1:] == [("wake", "李娜", "王伟")]
    assert proposals(company) == [("wake.yaml", "automatic", "published", "王伟")]


def test_what_nobody_has_agreed_to_is_named_where_it_does_not_run(company: Company) -> None:
    code, out, _ = company.call("run", at="2026-03-31T02:00")
    assert (code, "没有运行：wake。" in out, "quiet" in out.split("没有运行")[1]) == (0, True, False)
    code, _, err = company.call("run", "wake", at="2026-03-31T02:00")
    assert (code, "W768" in err, "--approved-by" in err) == (2, True, True)

    company.done("publish", "--by", "李娜", "--approved-by", "王伟")

    assert "没有运行" not in company.call("run", at="2026-03-31T02:00")[1]


@pytest.mark.usefixtures("each_store")
def test_what_is_refused_by_hand_waits_for_another_person_all_the_same(tmp_path: Path) -> None:
    company = Company(stories_in(tmp_path))
    event = nightly(
        "actions: [{send_template: {template: 问候, to: customer, via: email}}]\n", key="told", name="听说的"
    ).replace('{every: day, at: "01:00"}', "{when: changed, field: 潜力}")
    company.bring("客户", [{"编号": "C1", "客户名称": "甲", "客户层级": "A"}])
    company.write({"+workspace.yaml": "second_person: messages\n"})

    for file, text, *command in (
        ("wake.yaml", LETTER, "run", "wake"),
        ("wake.yaml", LETTER, "run", "wake"),  # a text waits once
        ("told.yaml", event, "event", "told", "C1"),
    ):
        company.write({file: text})
        code, _, err = company.call(*command)
        assert (code, "W768" in err, "待发布" in err) == (2, True, True), err

    both = [("wake.yaml", "automatic", "open", None), ("told.yaml", "automatic", "open", None)]
    assert proposals(company) == both
    Desk(company.root, company.place.url).releases.decide(1, ProposalState.REFUSED, by="王伟", because="太急")
    assert "有人已经拒绝" in company.call("run", "wake")[2]
    assert [state for _, _, state, _ in proposals(company)] == ["refused", "open"]


def test_a_night_runs_on_what_two_have_agreed_to(company: Company) -> None:
    company.done("publish", "--by", "李娜", "--approved-by", "王伟")
    company.write({"wake.yaml": MORE})

    (done,) = (one for one in company.answer("run", at="2026-03-31T02:00") if one["workflow"] == "wake")

    assert "update" not in done["effects"]
    assert proposals(company) == [("wake.yaml", "automatic", "open", None)]
    company.done("run", at="2026-04-01T02:00")
    assert len(proposals(company)) == 1  # a text waits once
    company.write({"wake.yaml": MORE + "  - add_tag: 决策慢\n"})
    company.done("run", at="2026-04-02T02:00")
    assert [state for _, _, state, _ in proposals(company)] == ["withdrawn", "open"]


def test_what_was_refused_is_not_asked_again(company: Company) -> None:
    company.done("publish", "--by", "李娜", "--approved-by", "王伟")
    company.write({"wake.yaml": MORE})
    company.done("run", at="2026-03-31T02:00")
    Desk(company.root).releases.decide(1, ProposalState.REFUSED, by="王伟", because="太急")

    company.done("run", at="2026-04-01T02:00")

    assert proposals(company) == [("wake.yaml", "automatic", "refused", "王伟")]
    company.write({"wake.yaml": MORE + "  - add_tag: 决策慢\n"})
    company.done("run", at="2026-04-02T02:00")
    assert [state for _, _, state, _ in proposals(company)] == ["refused", "open"]


def test_with_accounts_one_that_may_publish_agrees(company: Company) -> None:
    gate: Gatehouse = Desk(company.root).gatehouse()
    gate.add("admin", "seven green boats at noon", Actor("root", "system"), role="admin")
    gate.add("xiao-zhou", "seven blue boats at noon", Actor("root", "system"), role="editor")

    for name in ("nobody", "xiao-zhou"):
        code, _, err = company.call("publish", "wake", "--by", "李娜", "--approved-by", name)
        assert (code, name in err) == (2, True)
    company.done("publish", "wake", "--by", "李娜", "--approved-by", "admin")


def test_what_is_done_by_commands_stands_in_the_log(company: Company) -> None:
    company.done("publish", "--by", "李娜", "--approved-by", "王伟")
    company.done("pause", "wake", "--by", "王伟", "--because", "等法务")
    company.done("pause", "wake", "--by", "王伟")  # it rests already
    company.done("pause", "wake", "--by", "王伟", "--resume")
    company.done("stop-sending", "--by", "王伟")

    rows = list(reversed(company.answer("audit")))

    told = [(one["deed"], one["subject"], one["details"].get("by")) for one in rows]
    assert told == [
        ("published", "quiet.yaml", "李娜"),
        ("published", "wake.yaml", "李娜"),
        ("paused", "wake", "王伟"),
        ("resumed", "wake", "王伟"),
        ("sending_stopped", "", "王伟"),
    ]
    assert {one["role"] for one in rows} == {"system"}
    assert rows[1]["details"]["approved_by"] == "王伟"
    company.done("audit", "--verify")
