"""400 days of a virtual scheduler in twelve zones (RELIABILITY, check 3).

Every slot is held against two others who know the calendar: a walk through every minute of real time, which
is the definition in DESIGN section 6 and nothing clever, and cronsim, which reads fields by itself. Where
cronsim differs, `cronsim_differences.json` says when, and why we do not follow. A difference that is not on
that list fails, and so does one on the list that no longer happens.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

from cronsim import CronSim

from engine.model.calendars import PLAIN
from engine.model.nights import CatchUp
from engine.schedule import ON_TIME, Missed, due_slots, slots_between
from engine.triggers.schedule import Schedule
from tests.engine.cron_times import reading, values
from tests.torture.findings import Finding

DAYS = 400
ZONES = {  # each begins some days before a change, so that a short form sees one too
    "America/New_York": date(2026, 10, 27),
    "Europe/Berlin": date(2026, 3, 24),
    "Europe/London": date(2026, 10, 20),
    "Australia/Lord_Howe": date(2026, 3, 31),  # half an hour
    "Africa/Cairo": date(2026, 4, 19),  # loses midnight
    "America/Havana": date(2026, 10, 27),  # repeats midnight
    "America/Santiago": date(2026, 3, 31),  # repeats the last hour of a day, after midnight
    "Africa/Casablanca": date(2026, 2, 10),  # goes by Ramadan
    "Antarctica/Troll": date(2026, 3, 24),  # two hours
    "Pacific/Apia": date(2011, 12, 25),  # had no 30 December
    "Asia/Shanghai": date(2026, 2, 10),
    "Asia/Kathmandu": date(2026, 2, 24),
}
DAILY = ("0 9 * * *", "30 2 * * *", "0 0 * * *", "30 1 * * *")
SCHEDULES = (
    *DAILY,
    *("30 1 * * 1,4", "30 23 L * *", "0 9-17 * * 1-5", "*/20 0-3 * * *"),
    *("*/30 * * * *", "0 */2 * * *"),
)
INTERVALS = SCHEDULES[-2:]
LOST_DAYS = {("Pacific/Apia", date(2011, 12, 30))}
SIGNED = Path(__file__).with_name("cronsim_differences.json")
MINUTE = timedelta(minutes=1)


@dataclass
class Findings:
    """What a year came to."""

    slots: int = 0
    days: int = 0
    ticks: int = 0
    caught_up: int = 0
    missed: int = 0
    differences: set[tuple[str, str, str]] = field(default_factory=set)
    """Zone, expression, and `+` (ours alone) or `-` (cronsim's alone) with the local time."""


def findings(seed: int) -> Iterator[Finding]:
    """The whole year."""
    found = year(seed, DAYS)
    strange = found.differences ^ signed()
    said = (
        f"{found.slots} slots as defined, {found.ticks} ticks, {found.caught_up} caught up, {found.missed}"
        f" missed with a reason, {len(found.differences)} signed differences to cronsim"
    )
    wrong = [f"not signed: {one}" for one in sorted(map(str, strange))]
    yield Finding(f"3 calendar, {len(ZONES)} zones x {len(SCHEDULES)}", found.days, said=said, wrong=wrong)


def year(seed: int, days: int) -> Findings:
    """So many days in every zone; AssertionError where a slot is not as defined."""
    found = Findings()
    for zone, first in ZONES.items():
        since = datetime.combine(first, time(), ZoneInfo(zone)).astimezone(UTC) - MINUTE
        until = since + timedelta(days=days)
        for expression, expected in walked(zone, since, until).items():
            trigger = Schedule(expression, "")
            slots = list(slots_between([trigger], ZoneInfo(zone), PLAIN, since=since, until=until))
            named = [(one.name, one.at) for one in slots]
            assert named == expected, (zone, expression, set(named) ^ set(expected))
            assert len({one.name for one in slots}) == len(slots), (zone, expression)
            found.slots += len(slots)
            moments = [one.at for one in slots]
            if expression in DAILY:
                found.days += once_a_day(zone, expression, moments)
            found.differences |= set(differences(zone, expression, set(moments), (since, until)))
            rng = random.Random(f"{seed} {zone} {expression}")
            live(rng, zone, expression, found, expected=expected, since=since, until=until)
    return found


def signed() -> set[tuple[str, str, str]]:
    """The differences to cronsim that are meant, as in `Findings.differences`."""
    reasons = json.loads(SIGNED.read_text("utf-8"))
    return {
        (zone, expression, moment)
        for zones in reasons.values()
        for zone, expressions in zones.items()
        for expression, moments in expressions.items()
        for moment in moments
    }


# --- by definition ------------------------------------------------------------------------------------------


def walked(zone: str, since: datetime, until: datetime) -> dict[str, list[tuple[str, datetime]]]:
    """Name and moment of every slot of SCHEDULES in (since, until]."""
    return walk(zone, since, until, _matching_on, intervals=INTERVALS, half_hours={"*/30 * * * *"})


def walk(
    zone: str,
    since: datetime,
    until: datetime,
    due_on: Callable[[date], Mapping[int, Sequence[str]]],
    *,
    intervals: Collection[str],
    half_hours: Collection[str],
) -> dict[str, list[tuple[str, datetime]]]:
    """Name and moment of every slot in (since, until], by walking every minute.

    `due_on`: minutes after midnight -> the schedules that are due then, of a day on the wall.
    """
    found: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    before = since.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    for number in range(1, (until - since) // MINUTE + 1):
        moment = since + number * MINUTE
        local = moment.astimezone(ZoneInfo(zone))
        wall = local.replace(tzinfo=None, fold=0)
        due = set(_matching(due_on, wall))
        if local.fold:  # fixed hours run in the first pass only
            due &= set(intervals)
        if wall - before > MINUTE:  # what the gap lost runs at its end; of half hours none is lost
            lost = (before + count * MINUTE for count in range(1, (wall - before) // MINUTE))
            due |= {one for minute in lost for one in _matching(due_on, minute)} - set(half_hours)
        before = wall
        for schedule in due:
            suffix = "/1" if local.fold else ""
            found[schedule].append((f"{wall:%Y-%m-%dT%H:%M}{suffix}", moment))
    return found


def _matching(due_on: Callable[[date], Mapping[int, Sequence[str]]], wall: datetime) -> Sequence[str]:
    return due_on(wall.date()).get(60 * wall.hour + wall.minute, ())


@lru_cache(maxsize=DAYS + 10)
def _matching_on(day: date) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for expression in SCHEDULES:
        minute, hour, *days = expression.split()
        if reading(" ".join(["*", "*", *days]))(datetime.combine(day, time())):
            for due in (60 * h + m for h in values(hour, 0, 23) for m in values(minute, 0, 59)):
                found.setdefault(due, []).append(expression)
    return found


def once_a_day(zone: str, expression: str, moments: Sequence[datetime]) -> int:
    """One run on every local day; how many days there were. A day that does not exist gives its run to the
    next one, at whose midnight it ends; a run that is due then anyway is the same slot.
    """
    local = [one.astimezone(ZoneInfo(zone)) for one in moments]
    runs = Counter(one.date() for one in local)
    for name, lost in LOST_DAYS:
        if name == zone and min(runs) < lost < max(runs):
            assert lost not in runs
            after = lost + timedelta(days=1)
            assert runs[after] == (1 if expression == "0 0 * * *" else 2)
            runs[lost] = runs[after] = 1
    first, last = min(runs), max(runs)
    assert runs == {first + timedelta(days=n): 1 for n in range((last - first).days + 1)}, (zone, expression)
    return len(runs)


def differences(
    zone: str, expression: str, ours: set[datetime], span: tuple[datetime, datetime]
) -> Iterator[tuple[str, str, str]]:
    """Where cronsim strikes at another time."""
    since, until = span
    strikes = (one.astimezone(UTC) for one in CronSim(expression, since.astimezone(ZoneInfo(zone))))
    theirs = set(takewhile(lambda one: one <= until, strikes))
    for moment in ours ^ theirs:
        sign = "+" if moment in ours else "-"
        yield zone, expression, f"{sign}{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M%z}"


# --- a scheduler that is not always there -------------------------------------------------------------------


def live(
    rng: random.Random,
    zone: str,
    expression: str,
    found: Findings,
    *,
    expected: list[tuple[str, datetime]],
    since: datetime,
    until: datetime,
) -> None:
    """Ticks at odd times, with outages of minutes, hours and months: every slot has exactly one end."""
    trigger = Schedule(expression, "", rng.choice(list(CatchUp)))
    ran: list[str] = []
    missed: list[Missed] = []
    last = since
    while last < until:
        away = rng.choice([5, 60, 300, 60 * 24, 60 * 24 * 3] + [60 * 24 * 70] * (rng.random() < 0.05))
        now = min(until, last + timedelta(minutes=rng.uniform(1, away)))
        due = due_slots([trigger], ZoneInfo(zone), PLAIN, since=last, now=now)
        late = [one for one in due.to_run if now - one.at > ON_TIME]
        assert len(late) <= {CatchUp.ONCE: 1, CatchUp.SKIP: 0, CatchUp.ALL: 7}[trigger.catch_up]
        if trigger.catch_up is CatchUp.ONCE:
            assert len(due.to_run) <= 1
        else:
            assert all(now - one.first.at > ON_TIME for one in due.missed)
        ran += [one.name for one in due.to_run]
        missed += due.missed
        found.ticks += 1
        found.caught_up += len(late)
        last = now
    numbers = {name: number for number, (name, _) in enumerate(expected)}
    ends = [numbers[name] for name in ran]
    for one in missed:
        stretch = range(numbers[one.first.name], numbers[one.last.name] + 1)
        assert len(stretch) == one.count
        ends += stretch
        found.missed += one.count
    assert sorted(ends) == list(range(len(expected))), (zone, expression)
