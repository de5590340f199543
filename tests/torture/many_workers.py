"""Eight workers on one store, each of them killed twenty times and followed by another (RELIABILITY 4).

Ten workflows fall due at the same moment, night after night; the clock goes on when a night is over, so that
every slot can be run. In a night some workers die, each at a statement that the seed names, wherever it is.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.front import Desk
from tests.stores import POSTGRES, SQLITE, Place
from tests.torture.crash_night import faults
from tests.torture.crash_points import store_of_kind
from tests.torture.crowd import Crowd
from tests.torture.findings import Finding
from tests.torture.house import WIDE, furnish, put_customers

FIRST = date(2026, 3, 31)
EVE = datetime(2026, 3, 31, 0, 30, tzinfo=UTC)
CUSTOMERS = 5
"""Of each workflow. Few records in several chunks: the workers meet at the claims, not at the records."""
SOON = 80
"""A doomed worker is dead after so many statements of the night at the latest; alone it would need more."""
TROUBLE = {"round_broke", "run_broke", "run_given_back", "store_away"}
SETTINGS = """\
language: zh
time_zone: UTC
publish: automatic
fallback_person: S9
channels: {inbox: {kind: inbox}, email: {kind: file, path: .wakeline/email.jsonl}}
"""
WORKFLOW = """\
id: NAME
name: NAME
module: 客户
trigger: {every: day, at: "01:00"}
once_per: day
conditions: {field: 行业, is: NAME}
actions:
  - update_field: {沉默唤醒次数: {add: 1}}
  - create_task: {subject: "{{ 客户名称 }} {{ today }}", to: owner, due: in 3 days}
  - notify: {to: owner, text: "{{ 客户名称 }} {{ today }}"}
"""


@dataclass(frozen=True)
class Size:
    """How much of it there is; `deaths` of each worker."""

    workers: int = 8
    workflows: int = 10
    nights: int = 50
    deaths: int = 20

    @property
    def names(self) -> list[str]:
        """The workflows."""
        return [f"w{n}" for n in range(self.workflows)]

    @property
    def days(self) -> list[date]:
        """Of each there is a night, and in each night one o'clock once: the zone is UTC."""
        return [FIRST + timedelta(days=n) for n in range(self.nights)]


def findings(seed: int) -> Iterator[Finding]:
    """500 slots on both databases."""
    for kind in (SQLITE, POSTGRES):
        with store_of_kind(kind) as is_there, TemporaryDirectory() as folder:
            if is_there:
                yield crowded(Path(folder), Size(), seed, kind)
            else:
                yield Finding(f"4 many workers, {kind}", 0, said="no server on this machine")


def crowded(root: Path, size: Size, seed: int, kind: str) -> Finding:
    """The whole of it on one store: lived through, then counted."""
    furnish(root, SETTINGS + WIDE, {f"{one}.yaml": WORKFLOW.replace("NAME", one) for one in size.names})
    with Place.lasting(root) as store:
        put_customers(Desk(root, store.url, EVE), dict.fromkeys(size.names, CUSTOMERS))
        crowd = Crowd(root, store.url, size.workers, EVE)
        try:
            longest = _live(crowd, store, size, seed)
        finally:
            crowd.leave()
        found = _account(store, size)
        wrong = [*crowd.wrong, *faults(store), *_trouble(root), *found.wrong]
    if crowd.kills != size.workers * size.deaths:
        wrong.append(f"{crowd.kills} kills")
    return Finding(
        f"4 {size.workers} workers, {kind}",
        size.workflows * size.nights,
        crowd.kills,
        found.lost,
        found.doubled,
        recovered=longest,
        said=found.said,
        wrong=wrong,
    )


def _live(crowd: Crowd, store: Place, size: Size, seed: int) -> float:
    """All nights; seconds of the longest."""
    dice, longest = random.Random(seed), 0.0
    fates = [set(dice.sample(range(size.nights), size.deaths)) for _ in range(size.workers)]

    def count(what: str) -> int:
        with store.look() as connection:
            return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])

    crowd.until(lambda: count("wakeline_workers") == size.workers, "not all of them have begun")
    for night, day in enumerate(size.days):
        done = f"wakeline_runs WHERE state = 'done' AND slot = '{day}T01:00'"
        doomed = {seat: dice.randint(1, SOON) for seat, nights in enumerate(fates) if night in nights}
        began = time.monotonic()
        crowd.step(
            EVE + timedelta(days=night, minutes=30),
            doomed,
            lambda done=done: (
                count(done) >= size.workflows
                and not count("wakeline_outbox WHERE state IN ('waiting', 'sending')")
            ),
        )
        longest = max(longest, time.monotonic() - began)
        if crowd.wrong:
            break
    return longest


def _account(store: Place, size: Size) -> Finding:
    """Runs by slot and effects by record and day, held against what anybody can count."""
    slots = Counter((name, f"{day}T01:00") for name in size.names for day in size.days)
    records = [f"{name}-{n}" for name in size.names for n in range(CUSTOMERS)]
    effects = Counter((f"客户{record} {_in_words(day)}",) for record in records for day in size.days)
    with store.look() as connection:
        runs = list(connection.execute("SELECT workflow, slot, state, slots FROM wakeline_runs"))
        tasks = Counter(connection.execute("SELECT subject FROM tasks"))
        pages = connection.execute("SELECT text FROM wakeline_inbox WHERE person = 'S1'")
        notices = Counter((line,) for (text,) in pages for line in text.split("\n"))
        wakes = set(connection.execute("SELECT wakes FROM customers"))
        (journal,) = connection.execute("SELECT count(*) FROM wakeline_journal").fetchone()
    wrong = [f"{workflow} {slot}: {state}, {count} slots" for workflow, slot, state, count in runs
             if (state, count) != ("done", 1)]  # fmt: skip
    if wakes != {(size.nights * 10_000,)}:  # a number is kept to four places
        wrong.append(f"woken {sorted(wakes)} times, not {size.nights}")
    if journal != 3 * len(records) * size.nights:
        wrong.append(f"{journal} rows of the journal")
    seen = [(Counter((workflow, slot) for workflow, slot, *_ in runs), slots)]
    seen += [(tasks, effects), (notices, effects)]
    return Finding(
        "",
        0,
        lost=sum((wanted - found).total() for found, wanted in seen),
        doubled=sum((found - wanted).total() for found, wanted in seen),
        said=f"{len(runs)} runs of {slots.total()} slots, {tasks.total()} tasks, {notices.total()} notices",
        wrong=wrong,
    )


def _trouble(root: Path) -> list[str]:
    """What a worker has to say of itself when something went wrong, with its code."""
    lines = (root / "log.txt").read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    bad = Counter(f"{one['event']} {one.get('code', '')}" for one in told if one["event"] in TROUBLE)
    bad["a traceback"] += sum("Traceback" in line for line in lines)
    return [f"{count} times {what}" for what, count in bad.items() if count]


def _in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
