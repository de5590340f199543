"""Every story is run and undone: all modules hold what they held before, whatever the workflows did.

What cannot be taken back, or was touched by a run in between, is listed; nobody touches anything here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.postgres import Server
from tests.test_run_cases import CASES, FOLDERS, RAN, Story, read

ACTIONS = (
    *("company_keeps", "takes_every_kind", "is_linked", "must_be_left_out", "fan_every", "taken_off"),
    *("tasks_for_everybody", "planned_up_to", "silent_customer"),
)
CHOSEN = [one for one in FOLDERS if any(part in one.name for part in ACTIONS)]
"""Of every action word, of texts, of nights with several workflows."""
DID = {"done", "stopped"}
SENT = "W689"


OF_A_COMPANY = "crm_account"


def records(story: Story) -> dict[str, Any]:
    """Every row of every module as the database has it; of a company's own table as Wakeline reads it.

    Such a table may write one option in several ways: what is put back is the one that the model knows.
    """
    rows = {name: rows for name, rows in story.place.dump().items() if not name.startswith("wakeline_")}
    if OF_A_COMPANY in rows:
        rows[OF_A_COMPANY] = sorted(story.exported("客户", at=story.nights[0]).items())
    return rows


def check_undone(case: Path, root: Path) -> None:
    """A night is run and taken back, each run as its dry run said."""
    story = Story(case, root)
    at = story.nights[0]
    start = {**(read(CASES / "_base" / "before.yaml") or {}), **(read(case / "before.yaml") or {})}
    story.bring_all(start, at)
    before = records(story)
    runs = [one for one in story.answer("run", at=at, codes=RAN) if one["state"] in DID and one["started"]]

    for one in reversed(runs):
        planned = story.answer("undo", str(one["run"]), "--dry-run", at=at)
        undone = story.answer("undo", str(one["run"]), at=at)

        assert undone["items"] == planned["items"]
        assert set(undone["left"]) <= {SENT}

    assert runs
    assert records(story) == before


@pytest.mark.parametrize("case", CHOSEN, ids=[path.name for path in CHOSEN])
def test_run_then_undo_gives_back_every_record(case: Path, tmp_path: Path) -> None:
    check_undone(case, tmp_path)


@pytest.mark.parametrize("case", CHOSEN[::4], ids=[path.name for path in CHOSEN[::4]])
def test_so_it_does_on_a_server(case: Path, tmp_path: Path, on_postgres: Server) -> None:
    check_undone(case, tmp_path)
