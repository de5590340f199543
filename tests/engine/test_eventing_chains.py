"""What runs change starts others: how far, and never in a circle."""

from __future__ import annotations

from itertools import pairwise

import pytest
import sqlalchemy as sa

from engine.ledger.tables import inbox
from tests.engine.eventing_world import COUNT, TO_A, TOMORROW, Company, chain, wakes, workflow
from tests.engine.small import BASE, changed, clock_at

pytestmark = pytest.mark.usefixtures("each_store")

# --- changes by workflows -----------------------------------------------------------------------------------


def test_what_a_run_changes_is_told_to_others_with_its_origin_and_never_twice() -> None:
    company = Company.of(
        workflow("{when: by_hand}", TO_A, "first"),
        workflow("{when: changed, field: 客户层级, to: A}", COUNT, "second"),
    )
    company.look()

    company.by_hand("first")

    assert company.events("workflow", "depth", "origins") == [("second", 1, "first")] * 3
    company.night()
    company.night(TOMORROW)
    assert company.events("state") == ["started"] * 3
    assert wakes(company) == {"C1": 2, "C2": 1, "C3": 1}


def test_a_workflow_never_starts_itself_nor_one_that_led_to_it() -> None:
    company = Company.of(
        workflow("{when: changed, field: 客户层级}", COUNT, "first"),
        workflow("{when: changed, field: 唤醒次数}", TO_A, "second"),
        workflow("{when: changed, field: 唤醒次数}", COUNT, "itself"),
    )
    company.look()
    company.change("UPDATE customers SET tier = 'C' WHERE id = 'C1'")

    company.night()

    # What `second` sets would start `first`, and what `itself` counts would start `second` and itself.
    assert sorted(company.events("workflow", "depth", "origins")) == [
        ("first", 0, ""),
        ("itself", 1, "first"),
        ("second", 1, "first"),
        ("second", 2, "first itself"),
    ]


def test_the_fifth_in_a_row_is_refused() -> None:
    files = dict(BASE)
    more = "".join(f"      n{n}: {{label: 数{n}, type: number}}\n" for n in range(6))
    files["model.yaml"] = files["model.yaml"].replace("      unused:", f"{more}      unused:", 1)
    company = Company.of(*chain("数0", "数1", "数2", "数3", "数4", "数5"), files=files)
    company.look()
    company.change("UPDATE customers SET n0 = 10000 WHERE id = 'C1'")

    company.night()

    assert company.events("workflow", "depth", "state", "reason") == [
        ("w-0", 0, "started", None),
        ("w-1", 1, "started", None),
        ("w-2", 2, "started", None),
        ("w-3", 3, "started", None),
        ("w-4", 4, "refused", "W660"),
    ]
    assert company.events("origins")[-1] == "w-0 w-1 w-2 w-3"


def test_a_record_that_a_run_creates_is_told_too() -> None:
    company = Company.of(
        workflow("{when: by_hand}", "actions: [{create_task: {subject: x, to: owner}}]\n", "first"),
        workflow("{when: created, of: 任务}", COUNT, "second"),
    )
    company.bring({"员工": {"S1": {"姓名": "李雷"}}, "客户": {"C1": {"负责人": "S1"}}})
    company.look()

    company.by_hand("first")

    told = company.events("workflow", "record", "depth", "origins")
    assert ("second", "C1", 1, "first") in told
    assert {one[0] for one in told} == {"second"}
    assert company.look(TOMORROW) == 0


def test_to_and_fro_ends_after_three_times_in_a_week() -> None:
    company = Company.of(
        workflow('{every: day, at: "01:00"}', "once_per: day\n" + TO_A, "up"),
        workflow(
            "{when: changed, field: 客户层级, to: A}",
            "actions: [{update_field: {客户层级: B}}]\n",
            "down",
        ),
    )
    company.change("DELETE FROM customers WHERE id <> 'C1'")

    for day in range(1, 7):
        company.night(clock_at(f"2026-04-0{day}T01:00"))

    assert company.events("state", "reason") == [
        *[("started", None)] * 3,
        ("refused", "W661"),
    ]


# --- start_workflow -----------------------------------------------------------------------------------------

WITH_OWNER = changed(BASE, "workspace.yaml", "time_zone:", "fallback_person: 李雷\ntime_zone:")
TO_B = "actions: [{update_field: {客户层级: B}}]\n"
STAFF = {"员工": {"S1": {"姓名": "李雷"}}}


def starting(name: str, target: str) -> str:
    return workflow("{when: by_hand}", f"actions: [{{wait: 1 day}}, {{start_workflow: {target}}}]\n", name)


def notices(company: Company) -> list[str]:
    with company.session() as session:
        return list(session.connection.execute(sa.select(inbox.c.text)).scalars())


def ring(language: str = "zh", wait: str = "") -> Company:
    """One workflow changes a field, and the one that watches it starts the first again."""
    company = Company.of(
        workflow(
            "{when: by_hand}",
            f"once_per: day\nactions: [{wait}{{update_field: {{唤醒次数: {{add: 1}}}}}}]\n",
            "ping",
        ),
        workflow("{when: changed, field: 唤醒次数}", f"actions: [{wait}{{start_workflow: ping}}]\n", "pong"),
        files=changed(WITH_OWNER, "workspace.yaml", "time_zone:", f"language: {language}\ntime_zone:"),
    )
    company.bring(STAFF)
    company.change("DELETE FROM customers WHERE id <> 'C1'")
    company.look()
    return company


ONCE_AROUND = [
    ("pong", 1, "ping", "changed", "started", None),
    ("ping", 2, "ping pong", "started", "refused", "W663"),
]


@pytest.mark.parametrize("language, said", [("zh", "绕成了圈"), ("en", "in a ring")])
def test_a_ring_is_refused_and_its_owner_told_once(language: str, said: str) -> None:
    company = ring(language)

    company.by_hand("ping")
    company.night()
    company.by_hand("ping", TOMORROW)
    company.night(TOMORROW)

    told = company.events("workflow", "depth", "origins", "kind", "state", "reason")
    assert told == ONCE_AROUND * 2
    [notice] = notices(company)
    assert said in notice


def test_a_ring_is_one_even_with_waits_in_between() -> None:
    company = ring(wait="{wait: 1 day}, ")

    company.by_hand("ping")
    for day in range(1, 9):
        company.night(clock_at(f"2026-04-0{day}T13:00"))

    told = company.events("workflow", "depth", "origins", "kind", "state", "reason")
    assert told == ONCE_AROUND


def test_starts_go_three_deep_even_with_waits_between_them() -> None:
    names = ["a", "b", "c", "d", "e", "f"]
    texts = [starting(one, other) for one, other in pairwise(names)]
    company = Company.of(*texts, workflow("{when: by_hand}", COUNT, "f"), files=WITH_OWNER)
    company.bring(STAFF)
    company.change("DELETE FROM customers WHERE id <> 'C1'")

    company.by_hand("a")
    for day in range(1, 10):
        company.night(clock_at(f"2026-04-0{day}T13:00"))

    told = company.events("workflow", "depth", "origins", "state", "reason")
    assert told[-2:] == [("d", 3, "a b c", "started", None), ("e", 4, "a b c d", "refused", "W660")]
    assert len(notices(company)) == 1


def test_an_event_that_began_it_is_behind_what_it_starts() -> None:
    company = Company.of(
        workflow("{when: changed, field: 额度}", COUNT, "first"),
        workflow("{when: changed, field: 唤醒次数}", "actions: [{start_workflow: third}]\n", "second"),
        workflow("{when: by_hand}", TO_A, "third"),
    )
    company.look()
    company.change("UPDATE customers SET \"limit\" = 10000 WHERE id = 'C1'")

    company.night()

    assert company.events("workflow", "depth", "origins", "kind", "state") == [
        ("first", 0, "", "changed", "started"),
        ("second", 1, "first", "changed", "started"),
        ("third", 2, "first second", "started", "started"),
    ]


def test_to_and_fro_is_told_to_the_owner() -> None:
    company = Company.of(
        workflow('{every: day, at: "01:00"}', "once_per: day\n" + TO_A, "up"),
        workflow("{when: changed, field: 客户层级, to: A}", TO_B, "down"),
        files=WITH_OWNER,
    )
    company.bring(STAFF)
    company.change("DELETE FROM customers WHERE id <> 'C1'")

    for day in range(1, 7):
        company.night(clock_at(f"2026-04-0{day}T01:00"))

    [notice] = notices(company)
    assert "“down”" in notice
    assert "来回改" in notice
