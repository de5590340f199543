"""What `make torture` does with a whole house, in short: workers that die, a database that is set back.

Checks 2, 12 and 13 have their short forms in test_units and test_guards, in test_schedule_catch_up and
test_tick, in test_plan_is_run and test_plan_writes_nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.many_workers import Size, crowded
from tests.torture.restored import STORIES, told

SEED = 7
LETTERS = 30


def test_workers_that_die_and_are_followed_by_others_run_every_slot_once(
    tmp_path: Path, each_store: str
) -> None:
    """RELIABILITY, check 4."""
    size = Size(workers=3, workflows=4, nights=2, deaths=1)

    found = crowded(tmp_path, size, SEED, each_store)

    assert found.wrong == []
    assert (found.lost, found.doubled, found.kills) == (0, 0, 3)


@pytest.mark.usefixtures("on_postgres")
def test_nothing_leaves_a_restored_house_before_it_is_confirmed_and_nothing_twice_after(
    tmp_path: Path,
) -> None:
    """RELIABILITY, check 9, on a server; on SQLite in test_instance, a copy in test_sending_commands."""
    found = told("restored", tmp_path, LETTERS, STORIES["run after the backup"])

    assert found.wrong == []
    assert (found.lost, found.doubled) == (0, 0)


@pytest.mark.usefixtures("each_store")
@pytest.mark.parametrize("story", ["log lost", "papers lost"])
def test_nothing_leaves_a_house_that_cannot_know_what_has_left(tmp_path: Path, story: str) -> None:
    found = told(story, tmp_path, LETTERS, STORIES[story])

    assert found.wrong == []
    assert (found.lost, found.doubled) == (0, 0)
