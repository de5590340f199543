"""The report of a year: is every slot accounted for, once, and is all as in a year that nothing befell?

The slots come from the files and a walk through every minute; the rows are read in plain SQL. Nothing is
asked of the product.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import holidays
from ruamel.yaml import YAML

from tests.engine.cron_times import reading
from tests.torture.calendar_year import walk
from tests.torture.year.company import ZONE, Company

FIRST_LOOK = timedelta(seconds=60)
"""What a workflow promises begins this long before it is seen for the first time."""
WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
STATES = frozenset({"done", "missed", "skipped", "refused", "due", "held"})
"""What a row of a slot may say; `due` and `held` on the last night only."""


@dataclass
class Account:
    """Slots by state; those without a row, and those with more than one."""

    slots: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def account(company: Company, since: datetime, until: datetime) -> Account:
    """Every slot that the files name between the first look and the last."""
    found = Account()
    expected = slots_of(company.root, since - FIRST_LOOK, until)
    with company.look() as ask:
        rows = ask(
            "SELECT workflow, slot, last_slot, slots, state, reason FROM wakeline_runs"
            " WHERE cause = 'clock' ORDER BY workflow, due_at"
        )
    ends: dict[str, Counter[str]] = {}
    for workflow, slot, last, count, state, reason in rows:
        names = expected.get(workflow, [])
        here = _stretch(names, slot, last)
        if len(here) != count or not here:
            found.wrong.append(f"{workflow} {slot} to {last}: {count} slots, by the clock {len(here)}")
        if state not in STATES or (state in {"missed", "skipped"}) != (reason is not None):
            found.wrong.append(f"{workflow} {slot}: {state}, because {reason}")
        ends.setdefault(workflow, Counter()).update(here)
        found.slots[state] += count
    for workflow, names in expected.items():
        seen = ends.get(workflow, Counter())
        found.lost += [f"{workflow} {name}" for name in names if not seen[name]]
        found.doubled += [f"{workflow} {name}" for name, count in seen.items() if count > 1]
    return found


def _stretch(names: list[str], first: str, last: str | None) -> list[str]:
    if first not in names or (last or first) not in names:
        return []
    return names[names.index(first) : names.index(last or first) + 1]


# --- what the files promise ---------------------------------------------------------------------------------


def slots_of(root: Path, since: datetime, until: datetime) -> dict[str, list[str]]:
    """The names of the slots of every workflow with a clock, ascending."""
    clocks = dict(_clocks(root))
    promises = {workflow: _promise(trigger) for workflow, trigger in clocks.items()}
    half_hours = {workflow for workflow, trigger in clocks.items() if trigger.get("every") == "30 minutes"}

    @lru_cache(maxsize=500)
    def due_on(day: date) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for workflow, (is_due, minutes) in promises.items():
            for minute in minutes if is_due(day) else ():
                found.setdefault(minute, []).append(workflow)
        return found

    walked = walk(ZONE, since, until, due_on, intervals=half_hours, half_hours=half_hours)
    return {workflow: [name for name, _ in walked[workflow]] for workflow in clocks}


def _clocks(root: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in sorted(root.rglob("*.yaml")):
        if "presets" in path.parts or ".wakeline" in path.parts:
            continue
        text = YAML(typ="safe").load(path.read_text("utf-8"))
        trigger = text.get("trigger") if isinstance(text, dict) else None
        several = trigger if isinstance(trigger, list) else [trigger]
        clocks = [one for one in several if isinstance(one, dict) and one.keys() & {"every", "schedule"}]
        assert len(clocks) <= 1, path  # a workflow has one clock at most, perhaps beside what happens
        yield from ((text["id"], one) for one in clocks)


def _promise(trigger: Mapping[str, Any]) -> tuple[Callable[[date], bool], Sequence[int]]:
    """On which days a clock of the shipped files strikes, and at which minutes after midnight."""
    if "schedule" in trigger:
        minute, hour, *days = trigger["schedule"].split()
        is_due = reading(" ".join(["*", "*", *days]))
        return lambda day: is_due(datetime.combine(day, time())), (60 * int(hour) + int(minute),)
    every = trigger["every"]
    if every == "30 minutes":
        return lambda _: True, range(0, 24 * 60, 30)
    hour, minute = map(int, trigger["at"].split(":"))
    return _days_of(every, trigger), (60 * hour + minute,)


def _days_of(every: str, trigger: Mapping[str, Any]) -> Callable[[date], bool]:
    if every == "day":
        return lambda _: True
    if every in WEEKDAYS:
        return lambda day: day.isoweekday() % 7 == WEEKDAYS.index(every)
    if every in {"month", "quarter"}:
        return lambda day: day.day == trigger["day"] and (every == "month" or day.month % 3 == 1)
    china = holidays.country_holidays("CN", language="zh_CN")
    if every == "working day":
        return china.is_working_day
    assert every == "festival"
    return lambda day: any(_is_first(china, day, name) for name in trigger["names"])


def _is_first(china: Any, day: date, name: str) -> bool:
    """The first day of a festival."""
    return name in china.get(day, "").split("; ") and name not in china.get(day - timedelta(days=1), "")


# --- what was done ------------------------------------------------------------------------------------------

DONE = {
    "customers": "SELECT id, tier, silent, wake_count, woken, keep, given_up, tags FROM customers",
    "tasks": "SELECT customer, subject, type, assignee, due, priority, text, status FROM tasks",
    "enrollments": "SELECT workflow, record, once_key, started_on, state, reason, path, version"
    " FROM wakeline_enrollments",
    "journal": "SELECT e.workflow, e.record, e.once_key, j.path, j.kind"
    " FROM wakeline_journal j JOIN wakeline_enrollments e ON e.id = j.enrollment",
    "letters": "SELECT record, path, kind, channel, recipient, template, subject, body, state"
    " FROM wakeline_outbox",
    "questions": "SELECT workflow, record, path, person, question, state, answer FROM wakeline_asks",
    # A slot that fell due while a run that was killed was not over is skipped; in a calm year it is missed.
    "runs": "SELECT workflow, slot, last_slot, slots, cause, matched, started, woken, failed, effects,"
    " CASE WHEN state = 'skipped' AND reason LIKE '%W640%' THEN 'missed' ELSE state END"
    " FROM wakeline_runs WHERE slot IS NOT NULL",
}


def done_in(company: Company) -> dict[str, Counter[Any]]:
    """All that is there at the end of a year, without numbers that only order gives."""
    with company.look() as ask:
        found = {name: Counter(map(_plain, ask(sql))) for name, sql in DONE.items()}
        told = ask("SELECT person, text FROM wakeline_inbox WHERE urgent = 0")
    found["notices"] = Counter((person, line) for person, text in told for line in text.splitlines())
    found["file"] = Counter(_written(company.root / ".wakeline" / "outbox" / "email.jsonl"))
    return found


def _plain(row: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(row)


def _written(path: Path) -> Iterator[str]:
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        letter = json.loads(line)
        yield json.dumps({name: letter[name] for name in ("to", "subject", "body") if name in letter})


def differences(disturbed: Company, calm: Company) -> tuple[list[str], list[str]]:
    """What the disturbed year lacks, and what it has more often."""
    ours, theirs = done_in(disturbed), done_in(calm)
    lost = [f"{name}: {one}" for name in theirs for one in (theirs[name] - ours[name]).elements()]
    more = [f"{name}: {one}" for name in ours for one in (ours[name] - theirs[name]).elements()]
    return lost, more
