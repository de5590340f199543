"""A cron text read back in words: `0 9 * * 1-5` is “周一到周五 09:00”. It has been checked before."""

from __future__ import annotations

import re
from typing import Final

from engine.texts import Texts

_DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_SHORT: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PART: Final = re.compile(r"(\w+|\*)(?:-(\w+))?(?:/(\d+))?")
_MOST_TIMES: Final = 6


def cron_in_words(expression: str, texts: Texts) -> str:
    """When a schedule runs, in one phrase."""
    minute, hour, day, month, weekday = expression.lower().split()
    say = texts.say
    days, weekdays = _days(day, texts, within="" if month == "*" else "in_"), _weekdays(weekday, texts)
    means = "and" if "*" in day + weekday else "or"
    when = say(f"assist.cron.{means}", one=days, other=weekdays) if days and weekdays else days or weekdays
    months = _months(month, texts)
    time = _time(minute, hour, texts)
    is_daily = not when and not months and ":" in time
    whole = when or (say("assist.cron.every_day") if months or is_daily else "")
    parts = {"months": months, "days": whole, "time" if ":" in time else "span": time}
    key = "_".join(name for name, part in parts.items() if part)
    return say(f"assist.cron.{key}", **{name: part for name, part in parts.items() if part})


def _time(minute: str, hour: str, texts: Texts) -> str:
    say, minutes, hours = texts.say, _numbers(minute, 0, 59), _numbers(hour, 0, 23)
    if len(minutes) * len(hours) <= _MOST_TIMES:
        clock = [f"{one:02}:{other:02}" for one in hours for other in minutes]
        return say("types.list").join(clock)
    step = re.fullmatch(r"\*/(\d+)", minute)
    if minute == "*":
        told = say("assist.cron.every_minute")
    elif step:
        told = say("assist.cron.every_minutes", count=step[1])
    else:
        told = say("assist.cron.at_minutes", minutes=say("types.list").join(map(str, minutes)))
    if minutes == [0]:
        told = say("assist.cron.on_the_hour")
    if hour == "*":
        return told
    every = re.fullmatch(r"\*/(\d+)", hour)
    if every:
        return say("assist.cron.every_hours", time=told, count=every[1])
    between = re.fullmatch(r"(\d+)-(\d+)", hour)
    if between:
        return say("assist.cron.between", time=told, first=between[1], last=between[2])
    return say("assist.cron.in_hours", time=told, hours=say("types.list").join(map(str, hours)))


def _days(day: str, texts: Texts, *, within: str) -> str:
    if day == "*":
        return ""
    numbers = [one for one in day.split(",") if one != "l"]
    told = [texts.say("assist.cron.day", day=one) for part in numbers for one in _numbers(part, 1, 31)]
    if "l" in day.split(","):
        told.append(texts.say("assist.cron.last_day"))
    return texts.say(f"assist.cron.{within}month_days", days=texts.say("types.list").join(told))


def _weekdays(weekday: str, texts: Texts) -> str:
    if weekday == "*":
        return ""
    told = [_weekday(part, texts) for part in weekday.split(",")]
    return texts.say("assist.cron.weekdays", days=texts.say("types.list").join(told))


def _weekday(part: str, texts: Texts) -> str:
    word, sign, number = part.partition("#")
    if sign:
        return texts.say("assist.cron.nth", number=number, day=_name(_number(word), texts))
    between = re.fullmatch(r"(\w+)-(\w+)", part)
    if between:
        first, last = (_name(_number(one), texts) for one in between.groups())
        return texts.say("assist.cron.to", first=first, last=last)
    return texts.say("types.list").join(_name(one, texts) for one in _numbers(part, 0, 6))


def _months(month: str, texts: Texts) -> str:
    if month == "*":
        return ""
    names = [texts.say(f"assist.month.{_MONTHS[one - 1]}") for one in _numbers(month, 1, 12)]
    return texts.say("types.list").join(names)


def _name(number: int, texts: Texts) -> str:
    return texts.say(f"phrase.trigger.{_DAYS[number % 7]}")


def _numbers(text: str, low: int, high: int) -> list[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            continue
        begin, end, step = match.groups()
        first = low if begin == "*" else _number(begin)
        last = _number(end) if end else high if begin == "*" or step else first
        found.update(range(first, last + 1, int(step or 1)))
    return sorted(found)


def _number(word: str) -> int:
    if word in _MONTHS:
        return _MONTHS.index(word) + 1
    return _SHORT.index(word) if word in _SHORT else int(word)
