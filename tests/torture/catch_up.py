"""The worker was away over the slot, for an hour, a day or a year (RELIABILITY, check 12).

Three workflows, one of each policy, write to customers at half past eight in the evening, five minutes
before it begins to be quiet. What runs late runs in the quiet hours: its letters wait for the morning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.stores import POSTGRES, SQLITE
from tests.torture.crash_points import store_of_kind
from tests.torture.findings import Finding
from tests.torture.house import LETTER, WIDE, ZONE, House, address, too_few, too_many

EVENING = datetime(2026, 3, 31, 20, 0, tzinfo=ZONE)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CUSTOMERS = 5
QUIET = 'quiet_hours: {from: "20:35", to: "08:00"}\n'
POLICIES = ("once", "skip", "all")
WORKFLOW = """\
id: NAME
name: NAME
module: 客户
trigger: {every: day, at: "20:30", catch_up: NAME}
once_per: customer
conditions: {field: 行业, is: NAME}
actions:
  - update_field: {沉默唤醒次数: {add: 1}}
  - send_template: {template: TEXT-NAME, to: customer, via: email}
"""


@dataclass(frozen=True)
class Away:
    """For how long nobody was there; how many evenings that are, how many runs of each policy."""

    length: timedelta
    slots: int
    runs: Mapping[str, int]


ABSENCES: Mapping[str, Away] = {
    "1 hour": Away(HOUR, 1, {"once": 1, "skip": 0, "all": 1}),
    "26 hours": Away(26 * HOUR, 2, {"once": 1, "skip": 0, "all": 2}),
    "400 days": Away(400 * DAY + HOUR, 401, {"once": 1, "skip": 0, "all": 7}),
}
"""DESIGN 6: once runs the latest, within twelve hours; skip none; all the latest seven."""


def findings(seed: int) -> Iterator[Finding]:
    """Every absence on both databases; nothing in it is random."""
    del seed
    for kind in (SQLITE, POSTGRES):
        with store_of_kind(kind) as is_there:
            if not is_there:
                yield Finding(f"12 catch-up, {kind}", 0, said="no server on this machine")
                continue
            for name, away in ABSENCES.items():
                with TemporaryDirectory() as folder:
                    yield found_after(f"12 away for {name}, {kind}", Path(folder) / "house", away)


def found_after(title: str, root: Path, away: Away) -> Finding:
    """An absence, the start after it, and the night and morning that follow, hour by hour."""
    texts = {f"{one}.yaml": WORKFLOW.replace("NAME", one).replace("TEXT", "信") for one in POLICIES}
    letters = {
        f"templates/{one}.yaml": LETTER.format(name=f"信-{one}", kind="commercial") for one in POLICIES
    }
    with House.opened(root, {**texts, **letters}, WIDE + QUIET) as house:
        house.bring(dict.fromkeys(POLICIES, CUSTOMERS), EVENING)
        house.start(EVENING)
        back = EVENING + away.length
        began = house.start(back)
        wrong = [] if began.code in {0, 3} else [f"the start ended with {began.code}: {began.said[-300:]}"]
        wrong += [f"{house.arrived.total()} commercial letters at {back:%H:%M}"] if house.arrived else []
        wrong += list(_accounted(house, away))
        wrong += list(_through_the_night(house, back))
        writes = [one for one in POLICIES if away.runs[one]]
        wanted = [address(one, n) for one in writes for n in range(CUSTOMERS)]
        return Finding(
            title,
            3 * away.slots,
            lost=too_few(house.arrived, wanted),
            doubled=too_many(house.arrived, wanted),
            said=f"{away.runs} of {away.slots} runs each, {len(wanted)} letters, not before eight",
            wrong=wrong,
        )


def _accounted(house: House, away: Away) -> Iterator[str]:
    """Each evening has its row, or lies in the stretch of one, once; as many as may have run."""
    rows = house.rows("SELECT workflow, slot, last_slot, slots, state, reason FROM wakeline_runs")
    evenings = [f"{EVENING + n * DAY:%Y-%m-%d}T20:30" for n in range(away.slots)]
    for policy in POLICIES:
        seen, states = Counter[str](), Counter[str]()
        for workflow, first, last, count, state, reason in rows:
            if workflow != policy:
                continue
            states[state] += count
            covered = [one for one in evenings if first <= one <= (last or first)]
            seen.update(covered)
            if len(covered) != count:
                yield f"{policy} {first} to {last}: {count} slots, by the calendar {len(covered)}"
            if (state == "missed") != (reason is not None):
                yield f"{policy} {first}: {state}, because {reason}"
        ran, missed = away.runs[policy], away.slots - away.runs[policy]
        if states != +Counter({"done": ran, "missed": missed}):
            yield f"{policy}: {dict(states)}, not {ran} done and {missed} missed"
        if seen != Counter(evenings):
            yield f"{policy}: {len(evenings)} evenings, {seen.total()} of them in a row"


def _through_the_night(house: House, back: datetime) -> Iterator[str]:
    """Hour after hour until noon."""
    at = back
    while at.hour != 12:
        at += HOUR
        before = house.arrived.total()
        house.start(at)
        arrived = house.arrived.total() - before
        if arrived and (at.hour >= 21 or at.hour < 8):
            yield f"{arrived} commercial letters at {at:%H:%M}"
