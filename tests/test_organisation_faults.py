"""Who is told when the line of superiors is broken (RELIABILITY, check 17; F18, F19, F20).

One night, one customer for every fault: what is done to the customer does not depend on it, and whoever
stands in gets one message with all of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.front import Desk
from tests.company import Company, nightly, stories_in

pytestmark = pytest.mark.usefixtures("each_store")

WORKFLOW = nightly("""\
actions:
  - add_tag: 高潜
  - create_task: {subject: "{{ 客户名称 }}", to: owner}
  - notify: {to: owner, text: "{{ 客户名称 }} 给负责人"}
  - notify: {to: supervisor, text: "{{ 客户名称 }} 给主管"}
""")
FALLBACK = "S9"
STAFF = [
    ("S9", None, True),
    ("GONE", "S9", True),  # deleted before the night
    ("ALONE", None, True),
    ("SELF", "SELF", True),
    ("LEFT", "LEFT", False),
    ("TWO-A", "TWO-B", True),
    ("TWO-B", "TWO-A", True),
    ("ONE-A", "ONE-B", True),
    ("ONE-B", "ONE-A", False),
    *((f"RING{n}", f"RING{(n + 1) % 50}", False) for n in range(50)),
    ("REP", "V1", True),
    *((f"V{n}", f"V{n + 1}", False) for n in (1, 2, 3)),
    ("V4", None, True),
]
"""Key, superior, whether they are there."""
EXPECTED = {
    "GONE": (FALLBACK, FALLBACK),
    "ALONE": ("ALONE", FALLBACK),
    "SELF": ("SELF", FALLBACK),  # nobody stands above themselves
    "LEFT": (FALLBACK, FALLBACK),
    "TWO-A": ("TWO-A", "TWO-B"),
    "ONE-A": ("ONE-A", FALLBACK),  # in a ring of two, the other one has left
    "RING7": (FALLBACK, FALLBACK),
    "REP": ("REP", "V4"),  # three vacant levels
    "V1": ("V4", "V4"),
}
"""The owner of a customer -> who gets the task, and who is told as the superior."""


@pytest.fixture
def company(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path))
    found.write({"wake.yaml": WORKFLOW})
    words = {True: "是", False: "否"}
    found.bring(
        "员工",
        [
            {"编号": key, "姓名": key, "上级": boss or "", "在职": words[is_there]}
            for key, boss, is_there in STAFF
        ],
    )
    found.bring("客户", [{"编号": f"C-{one}", "客户名称": one, "负责人": one} for one in EXPECTED])
    desk = Desk(tmp_path)
    with desk.store.write(desk.clock) as session, session.transaction():
        session.connection.exec_driver_sql("DELETE FROM staff WHERE id = 'GONE'")
    return found


def test_a_broken_line_of_superiors_leaves_no_customer_and_nobody_out(company: Company) -> None:
    (run,) = company.answer("run", "wake")

    assert (run["state"], run["started"], run["failed"]) == ("done", len(EXPECTED), 0)
    desk = Desk(company.root)
    with desk.store.read(desk.clock) as session:
        ask = session.connection.exec_driver_sql
        tags = ask("SELECT count(*) FROM customers WHERE tags = '|高潜|'").scalar()
        tasks = dict(ask("SELECT customer, assignee FROM tasks").fetchall())
        notices = ask("SELECT person, text FROM wakeline_inbox").fetchall()

    assert tags == len(EXPECTED)
    assert tasks == {f"C-{owner}": who for owner, (who, _) in EXPECTED.items()}
    told = {line: person for person, text in notices for line in text.splitlines()}
    assert told == {
        f"{owner} 给{role}": who
        for owner, both in EXPECTED.items()
        for role, who in zip(("负责人", "主管"), both, strict=True)
    }
    assert len(notices) == len({person for person, _ in notices})  # each of them one message
