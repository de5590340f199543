"""A file gets another id: by it everybody would start anew, which somebody has to want (RELIABILITY F24)."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.front import Desk
from tests.company import Company, stories_in

pytestmark = pytest.mark.usefixtures("each_store")

TEXT = """id: {id}
name: 唤醒
module: 客户
trigger: {{every: day, at: "01:00"}}
once_per: customer
actions:
  - add_tag: 高潜
  - wait: 7 days
  - update_field: {{行业: 旧}}
"""
FIRST, SECOND, THIRD, WEEK = "2026-03-31T01:00", "2026-04-01T01:00", "2026-04-02T01:00", "2026-04-07T01:00"
CUSTOMERS = 3


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Everybody waits for a week, by the id `wake`."""
    found = Company(stories_in(tmp_path))
    found.bring("客户", [{"编号": f"C{n}", "客户名称": f"样例{n}"} for n in range(CUSTOMERS)])
    found.write({"wake.yaml": TEXT.format(id="wake")})
    found.answer("run", at=FIRST)
    return found


def states(company: Company) -> set[tuple[str, str]]:
    """Workflow and state of every run that had anybody to process, of a clock."""
    ran = company.answer("runs")
    return {(one["workflow"], one["state"]) for one in ran if one["matched"] and one["cause"] == "clock"}


def walks(company: Company) -> dict[str, int]:
    """How many enrollments there are, by workflow and state."""
    found: dict[str, int] = {}
    for one in company.answer("enrollments"):
        name = f"{one['workflow']} {one['state']}"
        found[name] = found.get(name, 0) + 1
    return found


def test_nobody_starts_anew_before_somebody_has_said_so(company: Company) -> None:
    company.write({"wake.yaml": TEXT.format(id="awake")})

    planned = company.answer("plan", "awake", at=SECOND)
    company.call("run", at=SECOND)

    assert planned["held"] == {"guard": "renamed", "count": CUSTOMERS, "limit": 0, "was": "wake"}
    assert states(company) == {("wake", "done"), ("awake", "held")}
    assert walks(company) == {"wake waiting": CUSTOMERS}
    _, said, _ = company.call("holds", at=SECOND)
    assert "以前的 id 是 wake" in said
    _, said, _ = company.call("plan", "awake", at=SECOND)
    assert "把 id 改回 wake" in said


def test_by_its_former_id_they_go_on_where_they_were(company: Company) -> None:
    company.write({"wake.yaml": TEXT.format(id="awake")})
    company.call("run", at=SECOND)
    company.write({"wake.yaml": TEXT.format(id="wake")})
    company.answer("run", at=THIRD)
    company.answer("run", at=WEEK)

    assert walks(company) == {"wake done": CUSTOMERS}


def test_who_wants_it_approves_it_once(company: Company) -> None:
    company.write({"wake.yaml": TEXT.format(id="awake")})
    company.call("run", at=SECOND)
    (held,) = company.answer("holds", at=SECOND)
    company.done("approve", str(held["run"]), "--by", "王一", "--because", "重新来过", at=SECOND)
    company.bring("客户", [{"编号": "C9", "客户名称": "新来的"}], at=SECOND)
    company.answer("run", at=THIRD)

    assert states(company) == {("wake", "done"), ("awake", "done")}
    assert walks(company)["awake waiting"] == CUSTOMERS + 1


def test_an_id_that_moves_to_another_file_is_still_there(company: Company) -> None:
    company.write({"other.yaml": TEXT.format(id="wake"), "wake.yaml": TEXT.format(id="second")})
    company.call("run", at=SECOND)

    assert states(company) == {("wake", "done"), ("second", "done")}


def test_an_id_that_never_started_anybody_holds_nothing(tmp_path: Path) -> None:
    company = Company(stories_in(tmp_path))
    company.write({"wake.yaml": TEXT.format(id="wake")})
    company.answer("run", at=FIRST)
    company.bring("客户", [{"编号": "C1", "客户名称": "样例"}])
    company.write({"wake.yaml": TEXT.format(id="awake")})
    company.call("run", at=SECOND)

    assert states(company) == {("awake", "done")}


def test_somebody_is_told_while_the_file_can_still_be_put_back(company: Company) -> None:
    (company.root / "wake.yaml").unlink()
    for at in ("2026-04-01T09:00", "2026-04-01T09:30", "2026-04-01T10:01", "2026-04-01T13:00"):
        company.answer("run", at=at)

    desk = Desk(company.root)
    with desk.store.read(desk.clock) as session:
        (told,) = [one["text"] for one in session.book.rows_of("inbox", limit=9) if "不见了" in one["text"]]
    assert told == (
        "流程“wake”的文件不见了：还有 3 位客户在等，0 封信没发。"
        "2026-04-02 09:00 前放回来就接着走，否则全部取消。"
    )
    assert walks(company) == {"wake waiting": CUSTOMERS}
