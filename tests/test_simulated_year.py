"""The simulated year in short: six nights around both changes of the clock, with one of every fault.

`make torture` lives through all of its 365 nights.
"""

from __future__ import annotations

from pathlib import Path

from tests.postgres import Server
from tests.torture.simulated_year import on_server, side_by_side
from tests.torture.year.company import Company
from tests.torture.year.plan import some_nights

SEED = 7
FEW = frozenset({"tier-by-amount", "stable-stage", "festival", "value-report"})


def test_a_year_with_a_kill_every_night_ends_as_one_that_nothing_befell(tmp_path: Path) -> None:
    found = side_by_side("year", Company(tmp_path / "year", SEED, step=60, only=FEW), some_nights(SEED, 1))

    assert found.wrong == []
    assert found.is_fine
    assert found.trials == len(some_nights(SEED, 1))
    assert found.kills >= found.trials


def test_a_year_on_a_server_that_is_restarted_in_the_middle_of_a_run(
    tmp_path: Path, on_postgres: Server
) -> None:
    found = on_server(
        "year", Company(tmp_path / "year", SEED, step=60, only=FEW), some_nights(SEED, 1)[2:5], on_postgres
    )

    assert found.wrong == []
    assert found.is_fine
