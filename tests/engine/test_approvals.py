"""An approval is for exactly what was shown, whoever carries it out, and whenever they do."""

from __future__ import annotations

from typing import TypeAlias

import pytest
import sqlalchemy as sa

from engine.decisions import decide
from engine.ledger.tables import seals
from engine.lifecycle import begin_by_hand, carry_out
from engine.pipeline import RunResult, prepare
from engine.publishing import Runnable
from engine.sealing import Sealed, digests, section_of
from engine.shift import Shift
from engine.units import run_all
from tests.engine.nights import LAPSED, company, held_place, rows, shift_at, started
from tests.engine.small import Place

pytestmark = pytest.mark.usefixtures("each_store")

Changes: TypeAlias = dict[str, dict[str, str]]
NEW = {"客户名称": "新", "客户层级": "A"}


def kept(shift: Shift) -> int:
    with shift.session.transaction():
        return int(shift.session.connection.scalar(sa.select(sa.func.count()).select_from(seals)) or 0)


def test_an_approved_run_is_done_at_the_clock_of_its_slot() -> None:
    with shift_at(held_place(), "2026-03-31T15:00") as shift:
        assert kept(shift) == 1
        decide(shift, 1, "王一", "看过了", approved=True)
        assert rows(shift, "state", "decided_by", "decided_because", "decided_at") == [
            ("due", "王一", "看过了", "2026-03-31T07:00:00Z")
        ]
        ((_, result),) = run_all(shift)

        assert (result.run, result.state, result.started) == (1, "done", 3)
        assert result.at == "2026-03-31T01:00:00+08:00"
        assert kept(shift) == 0


@pytest.mark.parametrize(
    "changes, added, dropped, changed",
    [
        ({"D1": NEW}, ["D1"], [], []),
        ({"C1": {"客户层级": "B"}}, [], ["C1"], []),
        ({"C1": {"唤醒次数": "5"}}, [], [], ["C1"]),
        ({"C1": {"客户层级": "B"}, "D1": NEW}, ["D1"], ["C1"], []),
        ({name: {"客户层级": "B"} for name in ("C1", "C2", "C3")}, [], ["C1", "C2", "C3"], []),
    ],
    ids=["one more", "one fewer", "one other", "one for another", "nobody left"],
)
def test_what_is_not_what_was_shown_is_shown_again(
    changes: Changes, added: list[str], dropped: list[str], changed: list[str]
) -> None:
    """With the records that differ. Approved once more it is done as it is by then."""
    found = held_place()
    found.bring({"客户": changes})
    with shift_at(found, "2026-03-31T15:00") as shift:
        decide(shift, 1, "王一", "看过了", approved=True)
        ((_, result),) = run_all(shift)

        assert (result.state, started(shift)) == ("held", 0)
        assert result.held is not None
        assert (result.held.guard, result.held.count) == ("drifted", len(added + dropped + changed))
        assert result.held.drift == {"added": added, "dropped": dropped, "changed": changed}
        ((held, cleared),) = rows(shift, "held", "cleared")
        assert (held["drift"], cleared) == (result.held.drift, 0)
    with shift_at(found, "2026-03-31T16:00") as shift:
        decide(shift, 1, "王一", "也看过了", approved=True)
        list(run_all(shift))
        assert started(shift) == 3 + len(added) - len(dropped)
        assert rows(shift, "state") == [("done",)]


def test_what_does_not_concern_the_run_may_change() -> None:
    found = held_place()
    found.bring({"客户": {"C1": {"邮箱": "new@example.com"}, "B1": {"客户名称": "别的", "客户层级": "B"}}})
    with shift_at(found, "2026-03-31T15:00") as shift:
        decide(shift, 1, "王一", "看过了", approved=True)
        assert [result.started for _, result in run_all(shift)] == [3]


def test_a_run_held_before_lists_were_kept_is_shown_once_more() -> None:
    with shift_at(held_place(), "2026-03-31T15:00") as shift:
        with shift.session.transaction():
            shift.session.connection.execute(sa.delete(seals))
        decide(shift, 1, "王一", "看过了", approved=True)
        ((_, result),) = run_all(shift)
        assert result.held is not None
        assert (result.state, result.held.guard, result.held.count) == ("held", "drifted", 3)

        decide(shift, 1, "王一", "看过了", approved=True)
        assert [result.started for _, result in run_all(shift)] == [3]


def test_what_a_person_has_started_is_approved_for_the_moment_that_was_shown() -> None:
    """Approved on the day after it writes the day that the approver saw."""
    found = held_place("update_field: {签约日期: today}")
    with shift_at(found, "2026-03-31T20:00") as shift:
        decide(shift, 1, "王一", "不要", approved=False)
        one = Runnable(found.workspace, found.workflow)
        result = carry_out(shift, begin_by_hand(shift, one))
        assert isinstance(result, RunResult)
        assert (result.run, result.state) == (2, "held")
    with shift_at(found, "2026-04-01T09:00") as shift:
        decide(shift, 2, "王一", "看过了", approved=True)
        ((_, result),) = run_all(shift)
        assert (result.state, result.started, result.at) == ("done", 3, "2026-03-31T20:00:00+08:00")
    with found.session() as session:
        written = session.connection.exec_driver_sql("SELECT DISTINCT signed FROM customers").scalars().all()
    assert [str(one) for one in written] == ["2026-03-31"]


def shown(shift: Shift, place: Place) -> Sealed:
    """What a run would do now."""
    with shift.session.transaction():
        prepared = prepare(shift.session, place.workspace, place.workflow)
        found = {section_of(prepared): {str(key): digest for key, digest in digests(prepared)}}
        prepared.matched.close()
    return Sealed(found)


@pytest.mark.parametrize("more", [False, True])
def test_a_worker_that_takes_over_an_approved_run_does_nothing_else(more: bool) -> None:
    """Somebody approves a plan, and their process is killed before it has begun anything."""
    found = company()
    with shift_at(found, "2026-03-31T12:00", "anna") as shift:
        approved = shown(shift, found)
        begin_by_hand(shift, Runnable(found.workspace, found.workflow), approved=approved)
    if more:
        found.bring({"客户": {"D1": NEW}})
    with shift_at(found, "2026-03-31T12:30", "berta", LAPSED) as shift:
        results = [result for _, result in run_all(shift) if result.run == 1]

    assert [(one.state, one.started) for one in results] == [("held", 0) if more else ("done", 3)]
