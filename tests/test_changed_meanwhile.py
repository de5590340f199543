"""A file changes while its run is broken off, or while records wait for a week (RELIABILITY, check 11).

Edited, renamed, deleted, or a field is gone that it uses; for those that wait, by each policy of whoever
publishes. Every record goes by the version it began with, or is cancelled with a reason; nothing is doubled.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine import apply, lifecycle
from engine.front import Desk
from tests.company import Company, nightly, stories_in
from tests.stores import SQLITE

HEAD = nightly()
OLD = HEAD + "actions:\n  - add_tag: 高潜\n  - name: 一周\n    wait: 7 days\n  - update_field: {行业: 旧}\n"
NEW = HEAD + "actions:\n  - add_tag: 决策慢\n  - name: 一周\n    wait: 7 days\n  - update_field: {行业: 新}\n"
FIRST, DAY, WEEK, LATER = "2026-03-31T01:00", "2026-04-01T10:00", "2026-04-07T01:00", "2026-04-09T01:00"
CUSTOMERS = 6
POLICIES = ("keep", "move", "cancel")
INDUSTRY = "      industry: {label: 行业, type: text}\n"


@pytest.fixture
def company(each_store: str, tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path))
    found.bring("客户", [{"编号": f"C{n}", "客户名称": f"样例{n}"} for n in range(CUSTOMERS)])
    found.write({"wake.yaml": OLD})
    return found


def edited(company: Company) -> None:
    company.write({"wake.yaml": NEW})


def renamed(company: Company) -> None:
    (company.root / "wake.yaml").rename(company.root / "other.yaml")


def deleted(company: Company) -> None:
    (company.root / "wake.yaml").unlink()


def field_removed(company: Company) -> None:
    path = company.root / "model.yaml"
    text = path.read_text("utf-8")
    assert INDUSTRY in text
    path.write_text(text.replace(INDUSTRY, ""), "utf-8")


class Killed(BaseException):
    """The worker goes."""


def break_off(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The night's run, up to its first chunk of two."""
    with monkeypatch.context() as patched:
        keep = lifecycle.Keeping.note

        def note(self: lifecycle.Keeping, so_far: apply.Receipt) -> None:
            keep(self, so_far)
            raise Killed

        patched.setattr(apply, "CHUNK_RECORDS", 2)
        patched.setattr(lifecycle.Keeping, "note", note)
        with pytest.raises(Killed):
            company.call("run", at=FIRST)


Change = Callable[[Company], None]
End = tuple[str, str | None, str | None, str | None]


def ends(company: Company) -> set[End]:
    """How the records ended, all by one version: state, reason, their tags, what the last step wrote."""
    walks = company.answer("enrollments")
    assert len(walks) == len({one["record"] for one in walks}) == CUSTOMERS
    assert len({one["version"] for one in walks}) == 1
    desk = Desk(company.root)
    with desk.store.read(desk.clock) as session:
        rows = session.connection.exec_driver_sql("SELECT id, tags, industry FROM customers").fetchall()
    wrote = {key: (tags, industry) for key, tags, industry in rows}
    return {(one["state"], one["reason"], *wrote[one["record"]]) for one in walks}


OLD_TAG = "|高潜|"
DONE = {("done", None, OLD_TAG, "旧")}
MOVED = {("done", None, OLD_TAG, "新")}
REPLACED = {("cancelled", "W680", OLD_TAG, None)}
DELETED = {("cancelled", "W681", OLD_TAG, None)}


@pytest.mark.parametrize(
    "change, expected", [(edited, DONE), (renamed, DONE), (deleted, DELETED), (field_removed, DONE)]
)
def test_a_run_that_broke_off_ends_on_the_version_it_began_with(
    company: Company, monkeypatch: pytest.MonkeyPatch, change: Change, expected: set[End]
) -> None:
    break_off(company, monkeypatch)
    change(company)

    company.call("run", at="2026-03-31T01:05")

    assert ends(company) == {("waiting", None, OLD_TAG, None)}  # none of them by the new file
    for at in ("2026-04-01T01:00", "2026-04-02T02:05", WEEK, LATER):
        company.call("run", at=at)
    assert ends(company) == expected
    runs = [one["state"] for one in company.answer("runs") if one["slot"] == FIRST]
    assert runs == ["done"]


@pytest.mark.parametrize(
    "change, policy, expected",
    [
        (edited, "keep", DONE),
        (edited, "move", MOVED),
        (edited, "cancel", REPLACED),
        *((renamed, policy, DONE) for policy in POLICIES),  # the same version: there is nothing to hand over
        *((deleted, policy, DELETED) for policy in POLICIES),
        *((field_removed, policy, DONE) for policy in POLICIES),  # it cannot be published
    ],
)
@pytest.mark.parametrize("each_store", [SQLITE], indirect=True)
def test_those_that_wait_for_a_week_go_on_by_one_version_or_are_cancelled(
    company: Company, change: Change, policy: str, expected: set[End]
) -> None:
    """What a policy does to the rows that wait, on every store: test_handover."""
    company.answer("run", at=FIRST)
    change(company)

    published = company.call("publish", "wake", "--waiting", policy, at=DAY).code

    assert (published == 0) is (change in {edited, renamed})
    for at in ("2026-04-02T11:00", WEEK, LATER):
        company.call("run", at=at)
    assert ends(company) == expected
    slots = [one["slot"] for one in company.answer("runs") if one["cause"] == "clock"]
    assert len(slots) == len(set(slots))
