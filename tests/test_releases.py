"""What the ledger keeps of versions, of pauses and of proposals, on every store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine import OnChange, Proposal, ProposalState
from engine.front import Desk
from tests.company import Company, nightly, stories_in

pytestmark = pytest.mark.usefixtures("each_store")

REST = "conditions: {field: 客户层级, is: A}\nactions: [{add_tag: 高潜}]\n"
OLD, NEW = nightly(REST), nightly(REST.replace("is: A", "is: B"))


@pytest.fixture
def company(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path))
    found.write({"wake.yaml": OLD, "other.yaml": nightly(REST, key="other", name="另一个")})
    found.bring("客户", [{"编号": "C1", "客户名称": "甲", "客户层级": "A"}])
    return found


def desk(company: Company) -> Desk:
    return Desk(company.root, company.place.url)


def publish(company: Company, *names: str, note: str = "", second: str = "") -> list[str]:
    done = desk(company).releases.publish(
        names, by="李娜", note=note, approved_by=second, on_change=OnChange.KEEP
    )
    return [one.id for one in done]


def test_every_publishing_has_its_number_its_note_and_its_second_person(company: Company) -> None:
    assert publish(company, "wake", "other", note="一") == ["wake", "other"]
    company.write({"wake.yaml": NEW})
    assert publish(company, "wake", "gone", note="二", second="王伟") == ["wake"]
    company.write({"wake.yaml": OLD})
    assert publish(company, "wake", "other") == ["wake"]

    known = desk(company).releases
    told = [(one.number, one.by, one.note, one.approved_by) for one in known.versions("wake")]
    assert told == [(3, "李娜", "", ""), (2, "李娜", "二", "王伟"), (1, "李娜", "一", "")]
    texts = [known.files_of(one)["wake.yaml"] for one in known.versions("wake")]
    assert texts == [OLD, NEW, OLD]
    assert {name: one.number for name, one in known.newest().items()} == {"wake": 3, "other": 1}


SEGMENTS = "高层级:\n  module: 客户\n  conditions: {field: 客户层级, is: A}\n"


def test_a_shared_file_has_versions_of_its_own_and_no_workflow_more(company: Company) -> None:
    company.write({"segments.yaml": SEGMENTS})
    company.done("publish", "--by", "李娜", "--note", "一")
    before = desk(company).releases.newest()
    company.write({"segments.yaml": SEGMENTS + "# 说明\n"})
    company.done("publish", "--by", "王伟", "--note", "二")
    company.done("publish", "--by", "小周", "--note", "三")  # it says nothing else
    company.write({"wake.yaml": NEW})
    company.done("publish", "--by", "小周", "--note", "四")

    known = desk(company).releases
    told = [(one.number, one.by, one.note) for one in known.versions_of_file("segments.yaml")]
    assert told == [(2, "王伟", "二"), (1, "李娜", "一")]
    texts = [known.files_of(one)["segments.yaml"] for one in known.versions_of_file("segments.yaml")]
    assert texts == [SEGMENTS + "# 说明\n", SEGMENTS]
    assert known.newest().keys() == before.keys() == {"wake", "other"}
    assert [one.note for one in known.versions("wake")] == ["四", "一"]


def test_whoever_publishes_a_shared_file_that_a_night_has_found_signs_it(company: Company) -> None:
    company.write({"segments.yaml": SEGMENTS})
    company.done("run", at="2026-03-31T01:00")
    releases = desk(company).releases
    assert [one.by for one in releases.versions_of_file("segments.yaml")] == ["automatic"]

    for note in ("我写的", "再来"):
        releases.publish(
            [], "李娜", note=note, approved_by="王伟", on_change=OnChange.KEEP, shared="segments.yaml"
        )

    (one,) = releases.versions_of_file("segments.yaml")
    assert (one.number, one.by, one.note, one.approved_by) == (1, "李娜", "我写的", "王伟")


def test_who_publishes_what_a_night_has_found_first_is_its_author_all_the_same(company: Company) -> None:
    company.call("run", "wake", at="2026-03-31T01:00")
    assert desk(company).releases.versions("wake")[0].by == "automatic"

    assert publish(company, "wake", note="我改的") == []
    (one,) = desk(company).releases.versions("wake")
    assert (one.by, one.note) == ("李娜", "我改的")
    assert publish(company, "wake", note="再来") == []
    assert desk(company).releases.versions("wake")[0].note == "我改的"


def test_who_publishes_at_the_console_hears_which_examples_do_not_hold(company: Company) -> None:
    rest = REST.replace("is: A", "is: B") + (
        "tests:\n"
        "  - {name: A 类, today: 2026-03-31, given: {客户层级: A}, expect: started}\n"
        "  - {name: C 类, today: 2026-03-31, given: {客户层级: C}, expect: nothing}\n"
    )
    company.write({"wake.yaml": nightly(rest)})

    said = company.call("publish", "wake")

    assert said.code == 0
    assert "2 个例子中有 1 个不成立：A 类。" in said.out
    assert "例子" not in company.call("publish", "wake").out  # the second time nothing is new


def test_the_last_run_and_the_rest_of_every_workflow(company: Company) -> None:
    company.call("run", "wake", at="2026-03-31T01:00")
    company.call("run", "wake", at="2026-04-01T01:00")
    company.call("pause", "other", "--by", "李娜", "--because", "盘点")

    known = desk(company).releases
    assert {name: (run.id, run.started) for name, run in known.last_runs().items()} == {"wake": (2, 0)}
    assert {name: (one.by, one.because) for name, one in known.resting().items()} == {
        "other": ("李娜", "盘点")
    }


def test_a_workspace_without_a_database_has_nothing_to_tell(tmp_path: Path) -> None:
    known = Desk(stories_in(tmp_path)).releases

    assert known.versions("wake") == known.proposals() == []
    assert known.newest() == known.last_runs() == known.resting() == {}
    assert known.proposal(1) is None
    assert list(tmp_path.rglob("*.db")) == []


def test_a_proposal_is_decided_once(company: Company) -> None:
    known = desk(company)
    wanted = Proposal(0, "wake.yaml", NEW, "x", "keep", "说明", "李娜", known.clock.now, ProposalState.OPEN)
    first = known.releases.propose(wanted)
    other = known.releases.propose(replace(wanted, by="王伟"))
    second = known.releases.propose(replace(wanted, text=OLD))

    assert [one.id for one in known.releases.proposals()] == [second, other]
    assert known.releases.decide(second, ProposalState.REFUSED, by="王伟", because="不行")
    assert not known.releases.decide(second, ProposalState.PUBLISHED, by="小周")
    assert [one.id for one in known.releases.proposals(is_open=False)] == [second, first]
    kept = known.releases.proposal(second)
    assert kept is not None
    assert (kept.state, kept.decided_by, kept.because, kept.text) == ("refused", "王伟", "不行", OLD)
    assert known.releases.proposal(10**30) is None
