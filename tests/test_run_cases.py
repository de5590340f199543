"""Every folder of tests/cases/run is a story: records before, a night or more, the plan, what is found after.

The plan, the records and the messages of each story are written by hand from the definition of the language.
See tests/cases/run/README.md for the files of a folder.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.company import Company, Row, stories_in
from tests.stores import STORES

pytestmark = pytest.mark.usefixtures("each_store")

CASES = Path(__file__).parent / "cases" / "run"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir() and path.name != "_base")
ORDER = ("员工", "客户", "联系人", "订单", "跟进记录", "任务")
COUNTS = ("checked", "matched", "not_matched", "undecided", "already", "deferred")
NOT_HISTORY = (
    "wakeline_runs",
    "wakeline_shards",
    "wakeline_failures",
    "wakeline_sources",
    "wakeline_versions",
    "wakeline_recordings",
    "wakeline_answers",
    "wakeline_answer_keys",
    "wakeline_seals",
)
RAN = (0, 1, 3)
"""A run may be held, or some of its records may fail: the files of a case say which."""
OWN_OF_A_CASE = ("plan.yaml", "after.yaml", "messages.yaml", "clock.txt", "store*.sql")


def read(path: Path) -> Any:
    """A file of a case; days stay texts."""
    return (
        _plain(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))) if path.exists() else None
    )


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(one) for one in node]
    return node.isoformat() if isinstance(node, date) else node


class Story(Company):
    """A case unfolded into a workspace of its own."""

    def __init__(self, case: Path, root: Path) -> None:
        ignored = shutil.ignore_patterns("before*.yaml", *OWN_OF_A_CASE)
        shutil.copytree(case, stories_in(root), dirs_exist_ok=True, ignore=ignored)
        self.case, self.nights = case, (case / "clock.txt").read_text(encoding="utf-8").split()
        super().__init__(root, at=self.nights[-1])
        plans = read(case / "plan.yaml")
        self.plans = plans if isinstance(plans, list) else [plans]
        script = case / f"store.{STORES.kind}.sql"
        if script.exists():
            with self.place.look() as connection:
                for statement in filter(str.strip, script.read_text(encoding="utf-8").split(";\n")):
                    connection.execute(statement)

    def bring_all(self, records: Mapping[str, list[Row]] | None, at: str) -> None:
        """The records of each module that has some."""
        for module in sorted(records or {}, key=ORDER.index):
            self.bring(module, (records or {})[module], at=at)

    def dump(self) -> dict[str, list[Any]]:
        """What happened so far; whether an episode is still open is about the future."""
        with self.place.look() as connection:
            names = self.place.tables()
            found = {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}
            done = "SELECT id, workflow, record, once_key, run, started_on, state, reason, control"
            by_id = "FROM wakeline_enrollments ORDER BY id"
            if "wakeline_enrollments" in found:
                found["wakeline_enrollments"] = list(connection.execute(f"{done} {by_id}"))
        return {name: rows for name, rows in found.items() if name not in NOT_HISTORY}


def told(effect: Mapping[str, Any]) -> dict[str, Any]:
    """An effect of the plan's JSON in the short form of plan.yaml."""
    kind = effect["kind"]
    if kind == "update":
        return {kind: {name: list(pair) for name, pair in effect["changes"].items()}}
    if kind == "create":
        return {kind: effect["values"]}
    if kind in {"skipped", "stop"}:
        return {kind: effect["reason"]}
    return {kind: {name: value for name, value in effect.items() if name not in {"kind", "path", "record"}}}


def told_record(record: Mapping[str, Any]) -> Any:
    if "error" in record:
        return {"error": record["error"]["code"]}
    return [told(one) for one in record["effects"]] if record["verdict"] == "match" else record["verdict"]


def check_plan(plan: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    counts = {name: plan[name] for name in COUNTS if plan[name]}
    assert counts == {name: value for name, value in wanted["counts"].items() if value}
    assert {str(one["id"]): told_record(one) for one in plan["records"]} == (wanted.get("records") or {})
    assert (plan["held"] or {}).get("guard") == wanted.get("held")


def check_run(run: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    records = wanted.get("records") or {}
    failing = [one for one in records.values() if isinstance(one, dict) and "error" in one]
    starting = [one for one in records.values() if isinstance(one, list)]
    state = wanted.get("state", "held" if wanted.get("held") else "done")
    assert run["state"] == state
    if state == "done":
        assert (run["started"], run["failed"]) == (len(starting), len(failing))


def plans_of(wanted: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The workflows of a night in their order: a lone one is called `workflow`."""
    yield from [("workflow", wanted)] if "counts" in wanted else wanted.items()


def live(story: Story, night: int) -> None:
    """One night: planned, run, and run once more at the same moment, by hand: no slot is run twice."""
    at, wanted = story.nights[night], dict(plans_of(story.plans[night]))
    planned = story.answer("plan", "--night", at=at)
    assert [one["workflow"] for one in planned] == list(wanted)
    for one in planned:
        check_plan(one, wanted[one["workflow"]])
    alone = story.answer("plan", next(iter(wanted)), at=at)
    check_plan(alone, wanted[alone["workflow"]])

    ran = story.answer("run", at=at, codes=RAN)

    assert [one["workflow"] for one in ran] == list(wanted)
    for one in ran:
        check_run(one, wanted[one["workflow"]])
    before = story.dump()
    assert story.answer("run", at=at, codes=RAN) == []
    again = story.answer("run", *wanted, at=at, codes=RAN)
    assert [one["started"] for one in again] == [0] * len(wanted)
    assert story.dump() == before


def check_after(story: Story) -> None:
    for module, rows in (read(story.case / "after.yaml") or {}).items():
        found = story.exported(module)
        if isinstance(rows, list):
            assert sorted(map(_known(rows), found.values()), key=repr) == sorted(map(_texts, rows), key=repr)
            continue
        for key, values in rows.items():
            assert {name: found[str(key)][name] for name in values} == _texts(values), key


def _known(rows: list[Mapping[str, Any]]) -> Any:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return lambda row: {name: row[name] for name in names if row[name]}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in values.items()}


def check_messages(story: Story) -> None:
    wanted = read(story.case / "messages.yaml") or {}
    for channel in ("email", "sms"):
        path = story.root / ".wakeline" / "outbox" / f"{channel}.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        sent = [json.loads(line) for line in lines]
        got = [{name: one[name] for name in ("to", "subject", "body") if name in one} for one in sent]
        assert sorted(got, key=repr) == sorted(wanted.get(channel, []), key=repr)
    inbox = story.answer("outbox", "--inbox", at=story.nights[-1])
    got_notices: dict[str, list[str]] = {}
    for row in reversed(inbox):
        got_notices.setdefault(row["person"], []).append(_without_run(row["text"]))
    told = {who: [_without_run(text) for text in texts] for who, texts in wanted.get("inbox", {}).items()}
    assert got_notices == told


def _without_run(text: str) -> str:
    """PostgreSQL leaves out numbers that it gave to rows which were there already."""
    return re.sub(r"(运行|approve) \d+", r"\1 …", text)


def test_there_are_enough_stories() -> None:
    assert len(FOLDERS) >= 25


@pytest.mark.parametrize("case", FOLDERS, ids=[path.name for path in FOLDERS])
def test_story(case: Path, tmp_path: Path) -> None:
    # given
    story = Story(case, tmp_path)
    story.done("check", at=story.nights[0])
    start = {**(read(CASES / "_base" / "before.yaml") or {}), **(read(case / "before.yaml") or {})}
    story.bring_all(start, story.nights[0])

    # when
    for night in range(len(story.nights)):
        if night:
            story.bring_all(read(case / f"before-{night + 1}.yaml"), story.nights[night])
        live(story, night)

    # then
    check_after(story)
    check_messages(story)
