"""What happens in a year, night by night: when somebody is there, what breaks, which file is edited."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.torture.year.company import ZONE

FIRST = date(2026, 4, 1)
CHANGES = (date(2026, 11, 1), date(2027, 3, 14))
"""When the clocks of the zone change within the year."""
FAULTS = ("kill", "full", "frozen", "two", "away")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

Change = Callable[[str], str]


@dataclass(frozen=True)
class Edit:
    """Somebody saves a file, or moves it."""

    file: str
    change: Change | None = None
    moved_to: str = ""


@dataclass(frozen=True)
class Day:
    """A day on which a worker is there: at which moments, and what befalls it in its first round.

    `fault` is one of `kill` alone, `full` (disk), `away` (database), `frozen` (worker), `two` (workers).
    """

    day: date
    moments: tuple[datetime, ...]
    fault: str = "kill"
    edits: tuple[Edit, ...] = ()


def reworded(text: str) -> str:
    """Those who wait keep the old words, who begins anew gets the new ones."""
    return text.replace("两天没人跟进", "两天了还没人跟进")


def broken(text: str) -> str:
    """A slip of the pen: the last good version goes on."""
    return text.replace("conditions:", "condition:")


def mended(text: str) -> str:
    """As it was."""
    return text.replace("condition:", "conditions:")


EDITS = (
    (Edit("waits.yaml", reworded),),
    (Edit("waits.yaml", moved_to="silence/waiting.yaml"),),
    (Edit("tier-by-amount.yaml", broken),),
    (Edit("tier-by-amount.yaml", mended),),
)


def whole_year(seed: int, nights: int = 365) -> list[Day]:
    """365 nights; on some stretches of up to twenty days nobody is there."""
    dice = random.Random(seed)
    days = [FIRST + number * DAY for number in range(nights)]
    absent = {one for length in (1, 1, 1, 3, 20) for one in _stretch(dice, days, length)}
    there = [one for one in days if one not in absent]
    faults = {there[number]: name for number, name in _faults(dice, len(there))}
    edits = {there[len(there) * (2 + 2 * number) // 12]: edits for number, edits in enumerate(EDITS)}
    return [_day(dice, one, faults.get(one, "kill"), edits.get(one, ())) for one in there]


def some_nights(seed: int, around: int = 3) -> list[Day]:
    """So many nights before each change of the clock and after it; months between them nobody is there."""
    dice = random.Random(seed)
    days = [change + number * DAY for change in CHANGES for number in range(-around, around + 1)]
    edits = dict(enumerate(EDITS, 1))
    return [
        _day(dice, one, FAULTS[number % len(FAULTS)], edits.get(number, ()))
        for number, one in enumerate(days)
    ]


def _stretch(dice: random.Random, days: Sequence[date], length: int) -> Iterator[date]:
    """Days in a row that are no change of the clock, and not the first ones."""
    while True:
        first = dice.randrange(30, len(days) - length)
        found = days[first : first + length]
        if not set(found) & set(CHANGES):
            return iter(found)


def _faults(dice: random.Random, nights: int) -> Iterator[tuple[int, str]]:
    wanted = ["full"] * 3 + ["away"] * 5 + ["frozen"] * 12 + ["two"] * 30
    return zip(dice.sample(range(5, nights), len(wanted)), wanted, strict=True)


def _day(dice: random.Random, day: date, fault: str, edits: tuple[Edit, ...]) -> Day:
    """On most days two rounds; around a change of the clock one every hour."""
    late = timedelta(minutes=dice.choice([1, 2, 5, 9, 9, 200]))
    if day in CHANGES:
        begin = _moment(day, time(1, 1))
        return Day(day, tuple(begin + number * HOUR for number in range(5)), fault, edits)
    night = _moment(day, time(1)) + late
    return Day(day, (night, _moment(day, time(16, 5))), fault, edits)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(ZONE)).astimezone(UTC)
