"""Cron expressions and the words of `every:` go in; problems, due moments and slot names come out.

The rules are DESIGN section 6 (Cron, Clock), LANGUAGE section 2 and RELIABILITY M1 to M5. Croniter is asked
about wall times without a zone; daylight saving is decided here, because croniter fires twice in the
repeated hour (LIBRARIES section 4). Nothing here reads the clock.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

LONGEST_CHARACTERS: Final = 100  # RELIABILITY M5
SHORTEST_GAP_MINUTES: Final = 5  # RELIABILITY M3
FAR_AWAY_DAYS: Final = 370

_MINUTE: Final = timedelta(minutes=1)
_START_OF_SEARCH: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a wall time; the calendar repeats within 28 years
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_ITEM: Final = re.compile(r"(?:\*|([0-9]+|[a-z]+)(?:-([0-9]+|[a-z]+))?)(?:/([0-9]+))?")
_NTH: Final = re.compile(r"([0-9]+|[a-z]+)#([1-5])")
_AT: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_LENGTH: Final = re.compile(r"([1-9][0-9]*) ?(?:(minutes?|分钟)|(hours?|小时))")
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MINUTES_EVERY: Final = (5, 6, 10, 12, 15, 20, 30, 60)
_HOURS_EVERY: Final = (1, 2, 3, 4, 6, 8, 12, 24)


@dataclass(frozen=True, slots=True)
class Cron:
    """A clock: five fields, read in a zone. With `fixed_hours` a repeated hour runs once (RELIABILITY M1)."""

    expression: str
    zone: str
    fixed_hours: bool


@dataclass(frozen=True, slots=True)
class CronProblem:
    """What is wrong or odd about a schedule: a kind for the text table, and its placeholders by name."""

    kind: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def number(self, word: str) -> int:
        """Read a name or digits; -1, which no field allows, for anything else."""
        if word in self.names:
            return self.names.index(word) + self.low
        return int(word) if word.isdigit() else -1


@dataclass(frozen=True, slots=True)
class _Turn:
    """A change of the zone's offset; `at` is in UTC. It loses wall times, or repeats them."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def repeats(self) -> bool:
        return self.before > self.after


_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day_of_month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day_of_week", 0, 7, _WEEKDAYS),
)


def cron_of(expression: str, zone: str) -> Cron:
    """Make the clock of an expression that `cron_problem` accepts.

    An hour field of nothing but `*` and steps is an interval if it names more than one hour; all others
    have fixed hours (RELIABILITY M1).
    """
    hour = _split(expression)[1]
    is_interval = all("*" in item or "/" in item for item in hour.split(","))
    return Cron(expression, zone, fixed_hours=not is_interval or len(_values(_FIELDS[1], hour)) == 1)


def cron_problem(expression: str) -> CronProblem | None:
    """Say why an expression is refused, or None (DESIGN section 6: Cron; RELIABILITY M2 to M5)."""
    if len(expression) > LONGEST_CHARACTERS:
        return _problem("too_long", length=len(expression), limit=LONGEST_CHARACTERS)
    parts = _split(expression)
    if len(parts) != len(_FIELDS) or parts[0].startswith("@"):
        return _foreign_problem(parts)
    found = (_field_problem(field, text) for field, text in zip(_FIELDS, parts, strict=True))
    problem = next((problem for problem in found if problem), None)
    return problem or _days_problem(parts[2], parts[4]) or _never_problem(expression)


def cron_warnings(expression: str, zone: str, after: datetime) -> list[CronProblem]:
    """Name what is allowed but seldom meant, in an expression that `cron_problem` accepts.

    `both_days`: day of month and day of week are both set, `means` or / and (DESIGN section 6). `far_away`:
    370 days or more after `after`. `too_often`: less than 5 minutes between two runs (RELIABILITY M3).
    """
    day, _, weekday = _split(expression)[2:]
    warnings = []
    if day != "*" and weekday != "*":
        means = "and" if "*" in day + weekday else "or"
        warnings.append(_problem("both_days", day_of_month=day, day_of_week=weekday, means=means))
    first = next_times(cron_of(expression, zone), after, 1)[0]
    days = (as_utc(first) - as_utc(after)).days
    if days >= FAR_AWAY_DAYS:
        warnings.append(_problem("far_away", next=first.isoformat(timespec="minutes"), days=days))
    if (gap := _shortest_gap_minutes(expression)) < SHORTEST_GAP_MINUTES:
        warnings.append(_problem("too_often", minutes=gap, least=SHORTEST_GAP_MINUTES))
    return warnings


def next_times(cron: Cron, after: datetime, count: int = 5) -> list[datetime]:
    """List the next due moments, strictly after the aware `after`, in the clock's zone, ascending.

    A lost time runs once, at the end of the gap; where every hour is due nothing is lost. In a repeated hour
    fixed hours run in the first pass only, intervals in both (DESIGN section 6, RELIABILITY M1, F2, F3).
    Compare them in UTC: Python ignores `fold` between two times of one zone.
    """
    moment = as_utc(after)
    times = []
    for _ in range(count):
        moment = _next_due(cron, moment)
        times.append(moment.astimezone(ZoneInfo(cron.zone)))
    return times


def latest_due(cron: Cron, since: datetime, until: datetime) -> datetime | None:
    """Find the latest due moment in (since, until], in the clock's zone, by jumping back (RELIABILITY M5)."""
    latest = _latest_due(cron, as_utc(until))
    return latest.astimezone(ZoneInfo(cron.zone)) if latest > as_utc(since) else None


def slot_of(moment: datetime, cron: Cron) -> str:
    """Name the slot of a due moment: local wall time, `/1` in an interval's second pass (RELIABILITY M1)."""
    local = as_utc(moment).astimezone(ZoneInfo(cron.zone))
    return f"{local:%Y-%m-%dT%H:%M}{'/1' if local.fold and not cron.fixed_hours else ''}"


def cron_of_every(every: str | list[str], at: str | None, day: str | None) -> str | CronProblem:
    """Translate `every`, `at` (HH:MM) and `day` (1 to 28, or last) of LANGUAGE section 2 into five fields.

    `quarter` counts from its first month, so `day: last` is the last day of March, June, September, December.
    Working days and festivals are no cron: see engine/ticks.py.
    """
    is_monthly = every in ("month", "quarter")
    if isinstance(every, str) and not is_monthly and every not in ("day", *_DAYS):
        return _unwanted(at=at, day=day) or _every_length(every)
    if not _AT.fullmatch(at or ""):
        return _problem("time", value=at or "")
    if is_monthly:
        return _every_month(str(every), at or "", day or "")
    return _unwanted(day=day) or _every_weekday(every, at or "")


def _problem(kind: str, **facts: str | int) -> CronProblem:
    return CronProblem(kind, tuple((name, str(value)) for name, value in facts.items()))


def _forbidden(what: str, why: str, field: _Field) -> CronProblem:
    return _problem("forbidden", what=what, why=why, field=field.name)


def _split(expression: str) -> list[str]:
    """Split at blanks and tabs only: an ideographic space is a character like any other, and refused."""
    return [part for part in re.split(r"[ \t]+", expression.lower()) if part]


def _foreign_problem(parts: list[str]) -> CronProblem:
    """Six fields put seconds first in Quartz and Spring, last in croniter: neither is guessed (M3)."""
    first = parts[0] if parts else ""
    if first.startswith(("@", "tz=", "cron_tz=")):
        return _problem("forbidden", what=first, why="macro" if first.startswith("@") else "zone")
    hint = {6: {"hint": "seconds"}, 7: {"hint": "seconds_and_year"}}.get(len(parts), {})
    return _problem("field_count", count=len(parts), **hint)


def _field_problem(field: _Field, text: str) -> CronProblem | None:
    strange = re.search(r"[^0-9a-z*,/#-]", text)
    if strange:
        return _forbidden(strange.group(), "character", field)
    problems = (_item_problem(field, item) for item in text.split(","))
    return next((problem for problem in problems if problem), None)


def _item_problem(field: _Field, item: str) -> CronProblem | None:
    if item == "l" and field.name == "day_of_month":
        return None
    match = (_NTH if "#" in item and field.name == "day_of_week" else _ITEM).fullmatch(item)
    if match is None:
        return _forbidden(item, "word" if re.search("[a-z]", item) else "shape", field)
    for word in filter(None, match.group(1, 2)):
        if word not in _MONTHS + _WEEKDAYS and not word.isdigit():
            return _forbidden(item, "word", field)
        if not field.low <= field.number(word) <= field.high:
            return _problem("field", field=field.name, value=word, range=f"{field.low}-{field.high}")
    return None if "#" in item else _span_problem(field, item, match)


def _span_problem(field: _Field, item: str, match: re.Match[str]) -> CronProblem | None:
    """Croniter wraps `22-2` round, and reads `5-5` as the whole field and `*/100` as 0. `59/15` changed its
    meaning in croniter 7; `1/2` has two among weekdays. None of them says what it does.
    """
    low, high, step = match.groups()
    first, last = field.number(low or ""), field.number(high or "")
    if high and first >= last:
        return _forbidden(item, "equal" if first == last else "reversed", field)
    if step and not 1 <= int(step) <= field.high:
        return _forbidden(item, "step", field)
    is_open = step and low and not high
    if is_open and (field.name == "day_of_week" or first + int(step) > field.high):
        return _forbidden(item, "step_without_range", field)
    return None


def _days_problem(day: str, weekday: str) -> CronProblem | None:
    """Refuse what croniter does not read as *or*: `1#2,5`, `15 * 1#2`, `*/2` inside a list of days."""
    for field, text in ((_FIELDS[2], day), (_FIELDS[4], weekday)):
        if "*" in text and "," in text:
            return _forbidden(text, "star_in_list", field)
    is_nth = ["#" in item for item in weekday.split(",")]
    if any(is_nth) and (day != "*" or not all(is_nth)):
        return _forbidden(weekday, "nth_mixed", _FIELDS[4])
    return None


def _never_problem(expression: str) -> CronProblem | None:
    """Ask for a time: `is_valid` accepts 30 February (M4). CroniterBadDateError is a ValueError."""
    try:
        next(walls_of(expression, _START_OF_SEARCH))
    except ValueError:
        return _problem("never_fires")
    return None


def _values(field: _Field, text: str) -> list[int]:
    values: set[int] = set()
    for low, high, step in _ITEM.findall(text):
        first = field.number(low) if low else field.low
        last = field.number(high) if high else first if low and not step else field.high
        values.update(range(first, last + 1, int(step or 1)))
    return sorted(values)


def minutes_of_day(expression: str) -> list[int]:
    """List the minutes after midnight, ascending, that an expression names on each of its days."""
    minute, hour = _split(expression)[:2]
    return [60 * h + m for h in _values(_FIELDS[1], hour) for m in _values(_FIELDS[0], minute)]


def _shortest_gap_minutes(expression: str) -> int:
    starts = minutes_of_day(expression)
    return min(after - before for before, after in pairwise([*starts, starts[0] + 24 * 60]))


def walls_of(expression: str, start: datetime, *, back: bool = False) -> Iterator[datetime]:
    """Yield matching wall times strictly after (or before) `start`; naive, so without daylight saving."""
    from croniter import croniter  # noqa: PLC0415 - only schedules pay for loading it

    ticks = croniter(expression, start, ret_type=datetime, implement_cron_bug=True)
    while True:
        yield ticks.get_prev() if back else ticks.get_next()


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC; one without a zone is a bug of the caller."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {moment}")
    return moment.astimezone(UTC)


def _wall_of(local: datetime) -> datetime:
    return local.replace(second=0, microsecond=0, tzinfo=None, fold=0)


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def _instant(wall: datetime, offset: timedelta) -> datetime:
    return (wall - offset).replace(tzinfo=UTC)


def _turn_at(wall: datetime, zone: ZoneInfo) -> _Turn | None:
    """Find the change of offset that loses or repeats a wall time: `fold` tells how far, bisection when."""
    before, after = (_offset(wall.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    if before == after:
        return None
    start = _instant(wall, max(before, after))
    seconds = range(int(abs(before - after).total_seconds()) + 1)

    def has_changed(second: int) -> bool:
        return _offset((start + timedelta(seconds=second)).astimezone(zone)) == after

    return _Turn(start + timedelta(seconds=bisect_left(seconds, 1, key=has_changed)), before, after)


def first_passes(cron: Cron, walls: Iterable[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Pair a wall time with its first instant; a lost one, unless every hour is due, with the gap's end."""
    zone = ZoneInfo(cron.zone)
    is_hourly = not cron.fixed_hours and len(_values(_FIELDS[1], _split(cron.expression)[1])) == 24
    for wall in walls:
        turn = _turn_at(wall, zone)
        if turn is None or turn.repeats:
            yield wall, _instant(wall, _offset(wall.replace(tzinfo=zone)))
        elif not is_hourly:
            yield wall, turn.at


def second_pass(cron: Cron, wall: datetime) -> datetime | None:
    """The second instant of a wall time, if it is repeated and the clock an interval."""
    turn = None if cron.fixed_hours else _turn_at(wall, ZoneInfo(cron.zone))
    return _instant(wall, turn.after) if turn is not None and turn.repeats else None


def _next_due(cron: Cron, after: datetime) -> datetime:
    """First passes follow the wall clock, so the first past `after` is the next of them; a second pass can
    come before it only while `after` itself is in a repeated hour.
    """
    local = after.astimezone(ZoneInfo(cron.zone))
    wall = _wall_of(local)
    walls = first_passes(cron, walls_of(cron.expression, wall))
    due = next(instant for _, instant in walls if instant > after)
    turn = _turn_at(wall, ZoneInfo(cron.zone))
    if turn is None or not turn.repeats:
        return due
    start = wall if local.fold else (turn.at + turn.after).replace(tzinfo=None) - _MINUTE
    again = second_pass(cron, next(walls_of(cron.expression, start)))
    return due if again is None else min(due, again)


def _latest_due(cron: Cron, until: datetime) -> datetime:
    """The mirror of `_next_due`: in a second pass all first passes of the repeated hour are over."""
    local = until.astimezone(ZoneInfo(cron.zone))
    end = _wall_of(local) + _MINUTE
    turn = _turn_at(end - _MINUTE, ZoneInfo(cron.zone)) if local.fold else None
    over = end if turn is None else (turn.at + turn.before).replace(tzinfo=None)
    wall, due = next(first_passes(cron, walls_of(cron.expression, over, back=True)))
    candidates = [second_pass(cron, wall)]
    if turn is not None:
        candidates.append(second_pass(cron, next(walls_of(cron.expression, end, back=True))))
    return max([due, *(again for again in candidates if again is not None and again <= until)])


def _unwanted(**given: str | None) -> CronProblem | None:
    """A key that would change nothing is a mistake, not a decoration."""
    found = (_problem("unwanted", key=key, value=value) for key, value in given.items() if value is not None)
    return next(found, None)


def _every_weekday(every: str | list[str], at: str) -> str | CronProblem:
    days = [] if every == "day" else [every] if isinstance(every, str) else every
    unknown = [day for day in days if day not in _DAYS]
    if unknown or not every:
        return _problem("every", value=unknown[0] if unknown else "", allowed=", ".join(_DAYS))
    return f"{_clock(at)} * * {','.join(day[:3] for day in _DAYS if day in days) or '*'}"


def _every_month(every: str, at: str, day: str) -> str | CronProblem:
    if day != "last" and not re.fullmatch("[1-9]|1[0-9]|2[0-8]", day):
        remedy = {"remedy": "last"} if day in ("29", "30", "31") else {}
        return _problem("day_of_month", value=day, range="1-28", **remedy)
    quarters = "3,6,9,12" if day == "last" else "1,4,7,10"
    return f"{_clock(at)} {'L' if day == 'last' else day} {quarters if every == 'quarter' else '*'} *"


def _clock(at: str) -> str:
    hour, minute = map(int, at.split(":"))
    return f"{minute} {hour}"


def _every_length(every: str) -> str | CronProblem:
    match = _LENGTH.fullmatch(every)
    if match is None:
        return _problem("every", value=every)
    number, allowed = int(match[1]), _MINUTES_EVERY if match[2] else _HOURS_EVERY
    if number not in allowed:
        return _problem("every", value=every, allowed=", ".join(map(str, allowed)))
    if match[2]:
        return "0 * * * *" if number == 60 else f"*/{number} * * * *"
    return {1: "0 * * * *", 24: "0 0 * * *"}.get(number, f"0 */{number} * * *")
