"""What a run would do, held against limits before its first effect (DESIGN section 7, Count first)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.files.settings import read_settings
from engine.guards import Counted, Held, count_by_kind, held_by
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.effects import Draft, EffectKind, Skipped, Stop
from engine.model.operands import Gate
from engine.model.workflow import GuardLimits

DEFAULTS = read_settings(None, Problems()).guards
UPDATE, CREATE, MESSAGE, NOTICE = EffectKind.UPDATE, EffectKind.CREATE, EffectKind.MESSAGE, EffectKind.NOTICE
MANY = 10**9


def held(
    effects: Mapping[EffectKind, int],
    size: int = MANY,
    *,
    starts: int = 0,
    earlier: tuple[int, ...] = (),
    today: int = 0,
    guard: GuardLimits | None = None,
    limits: Any = DEFAULTS,
) -> Held | None:
    return held_by(Counted(starts, effects, size, earlier, today), limits, guard)


def name(found: Held | None) -> str:
    return "" if found is None else found.guard


# --- numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, count, guard",
    [
        (MESSAGE, 499, ""),
        (MESSAGE, 500, ""),
        (MESSAGE, 501, "messages"),
        (UPDATE, 4_999, ""),
        (UPDATE, 5_000, ""),
        (UPDATE, 5_001, "updates"),
        (CREATE, 5_000, ""),
        (CREATE, 5_001, "creates"),
        (NOTICE, 100_000, ""),
        (EffectKind.STOP, 100_000, ""),
        (EffectKind.SKIPPED, 100_000, ""),
    ],
)
def test_run_is_held_above_its_number(kind: EffectKind, count: int, guard: str) -> None:
    assert name(held({kind: count})) == guard


@pytest.mark.parametrize(
    "kind, size, count, guard",
    [
        (MESSAGE, 2_000, 99, ""),
        (MESSAGE, 2_000, 100, ""),
        (MESSAGE, 2_000, 101, "messages_share"),
        (UPDATE, 2_000, 200, ""),
        (UPDATE, 2_000, 201, "updates_share"),
        (CREATE, 2_000, 200, ""),
        (CREATE, 2_000, 201, "creates_share"),
        (UPDATE, 1_009, 100, ""),  # 10 % are 100.9
        (UPDATE, 1_009, 101, "updates_share"),
        (NOTICE, 2_000, 2_000, ""),
    ],
)
def test_run_is_held_above_its_share_of_the_module(
    kind: EffectKind, size: int, count: int, guard: str
) -> None:
    assert name(held({kind: count}, size)) == guard


@pytest.mark.parametrize("kind", [MESSAGE, UPDATE, CREATE])
@pytest.mark.parametrize("count, is_held", [(0, False), (1, False), (50, False), (51, True)])
def test_fifty_records_of_a_small_module_are_no_flood(kind: EffectKind, count: int, is_held: bool) -> None:
    assert (held({kind: count}, size=60) is not None) == is_held


@given(st.integers(1, 100), st.integers(1, 300))
def test_exactly_the_share_is_not_above_it(percent: int, hundreds: int) -> None:
    """No run is held for the way a computer writes 29 %."""
    limits = {**DEFAULTS, "updates": (MANY, read_share(percent))}
    allowed = percent * hundreds

    assert held({UPDATE: allowed}, hundreds * 100, limits=limits) is None
    over = held({UPDATE: allowed + 1}, hundreds * 100, limits=limits)
    assert name(over) == ("updates_share" if allowed + 1 > 50 else "")


def read_share(percent: int) -> float:
    text = f"guards: {{updates: {{share: {percent} %}}}}"
    return read_settings(load_document(text, "workspace.yaml", Problems()), Problems()).guards["updates"][1]


def test_held_run_tells_the_guard_its_count_and_the_limit() -> None:
    assert held({MESSAGE: 501}) == Held("messages", 501, 500)
    assert held({MESSAGE: 101}, 2_000) == Held("messages_share", 101, 100)
    assert held({}, starts=100, earlier=(20,)) == Held("unusual", 100, 60)
    assert held({MESSAGE: 11}, today=1_990) == Held("messages_per_day", 2_001, 2_000)
    assert Held("messages", 501, 500).as_json() == {"guard": "messages", "count": 501, "limit": 500}


def test_first_guard_that_holds_is_told() -> None:
    found = held({UPDATE: 5_001, MESSAGE: 501, CREATE: 5_001}, starts=99_999, earlier=(1,), today=9_999)

    assert name(found) == "messages"


def test_run_without_effects_is_never_held() -> None:
    assert held({}, 0) is None
    assert held({}, 10, earlier=(1, 2), today=MANY) is None


# --- per day ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "today, more, guard",
    [
        (1_990, 9, ""),
        (1_990, 10, ""),
        (1_990, 11, "messages_per_day"),
        (0, 500, ""),
        (2_000, 1, "messages_per_day"),
        (2_000, 0, ""),
        (5_000, 0, ""),
    ],
)
def test_messages_of_all_workflows_of_a_day_are_added_up(today: int, more: int, guard: str) -> None:
    assert name(held({MESSAGE: more}, today=today)) == guard


def test_day_full_of_messages_holds_no_run_without_any() -> None:
    assert held({UPDATE: 10, NOTICE: 10}, today=5_000) is None


# --- unusual ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "earlier, starts, guard",
    [
        ((), 5_000, ""),
        ((20,), 59, ""),
        ((20,), 60, ""),
        ((20,), 61, "unusual"),
        ((1, 1, 1), 50, ""),
        ((1, 1, 1), 51, "unusual"),
        ((0, 0, 0), 50, ""),
        ((0, 0, 0), 51, "unusual"),
        ((10, 20, 1_000), 60, ""),
        ((10, 20, 1_000), 61, "unusual"),
        ((20, 21), 61, ""),  # the median is 20.5
        ((20, 21), 62, "unusual"),
        ((1, 2, 3, 30, 31, 32, 33), 90, ""),
        ((1, 2, 3, 30, 31, 32, 33), 91, "unusual"),
    ],
)
def test_run_is_held_above_three_times_the_median(earlier: tuple[int, ...], starts: int, guard: str) -> None:
    assert name(held({}, starts=starts, earlier=earlier)) == guard


# --- the guard of a file ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, count, guard",
    [(MESSAGE, 2_000, ""), (MESSAGE, 2_001, "messages"), (UPDATE, 5_000, ""), (UPDATE, 5_001, "updates")],
)
def test_guard_of_a_file_raises_numbers_and_lowers_none(kind: EffectKind, count: int, guard: str) -> None:
    assert name(held({kind: count}, guard=GuardLimits(2_000, 0.0))) == guard


@pytest.mark.parametrize(
    "share, count, guard",
    [(0.2, 400, ""), (0.2, 401, "updates_share"), (0.01, 200, ""), (0.01, 201, "updates_share")],
)
def test_guard_of_a_file_raises_shares_and_lowers_none(share: float, count: int, guard: str) -> None:
    assert name(held({UPDATE: count}, 2_000, guard=GuardLimits(0, share))) == guard


@pytest.mark.parametrize("starts, guard", [(200, ""), (201, "unusual")])
def test_guard_of_a_file_allows_an_unusual_night(starts: int, guard: str) -> None:
    assert name(held({}, starts=starts, earlier=(20,), guard=GuardLimits(200, 0.0))) == guard


def test_guard_of_a_file_does_not_lower_what_is_usual() -> None:
    assert held({}, starts=300, earlier=(100,), guard=GuardLimits(60, 0.0)) is None


# --- the guards of the workspace ----------------------------------------------------------------------------


def settings(text: str) -> Any:
    problems = Problems()
    found = read_settings(load_document(text, "workspace.yaml", problems), problems)
    assert not problems.found
    return found.guards


def test_defaults_stand_in_one_place() -> None:
    assert DEFAULTS == {
        "messages": (500, 0.05),
        "updates": (5_000, 0.10),
        "creates": (5_000, 0.10),
        "messages_per_day": (2_000, 1.0),
    }
    assert settings("language: zh") == DEFAULTS


def test_workspace_sets_its_own_limits_part_by_part() -> None:
    found = settings("guards: {messages: {at_most: 50}, updates: {share: 50 %}, messages_per_day: 80}")

    assert found == {
        "messages": (50, 0.05),
        "updates": (5_000, 0.5),
        "creates": (5_000, 0.10),
        "messages_per_day": (80, 1.0),
    }
    assert name(held({MESSAGE: 51}, limits=found)) == "messages"
    assert name(held({MESSAGE: 10}, today=71, limits=found)) == "messages_per_day"


def test_batches_are_added_up_by_kind() -> None:
    batches = (Stop("a", Gate(), "x"), Skipped("b", Gate(), "W602"), Stop("c", Gate(), "y"))

    assert count_by_kind(Draft((), (), batches, ()), [3, 4, 5]) == {EffectKind.STOP: 8, EffectKind.SKIPPED: 4}
