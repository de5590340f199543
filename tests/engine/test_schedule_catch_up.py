"""Which slots run when a scheduler was away, and what the others say (RELIABILITY F1, check 12)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import schedule
from engine.model.calendars import PLAIN
from engine.model.kinds import Trigger
from engine.model.nights import CatchUp
from engine.schedule import Due, Missed, Slot, catch_up_of, due_slots, slots_between
from engine.texts import LANGUAGES, Texts
from tests.engine.cron_times import LORD_HOWE, NEW_YORK, SHANGHAI
from tests.engine.schedules import cron, utc, workspace

ONCE, SKIP, ALL = CatchUp


def due(*triggers: Trigger, since: str, now: str, zone: str = SHANGHAI) -> Due:
    return due_slots(triggers, ZoneInfo(zone), PLAIN, since=utc(since), now=utc(now))


def told(found: Due) -> tuple[list[str], list[str]]:
    """What runs, and what is missed: its names, how many, and the code."""
    missed = [
        f"{one.first.name} {one.code}"
        if one.count == 1
        else f"{one.first.name} {one.last.name} {one.count} {one.code}"
        for one in found.missed
    ]
    return [one.name for one in found.to_run], missed


@pytest.mark.parametrize(
    "catch_up, since, now, runs, missed",
    [  # every night at 01:00 in Shanghai, 17:00 in UTC
        (ONCE, "2026-03-30T16:30", "2026-03-30T17:30", 1, {}),
        (SKIP, "2026-03-30T16:30", "2026-03-30T17:30", 0, {"W342": 1}),
        (ALL, "2026-03-30T16:30", "2026-03-30T17:30", 1, {}),
        (ONCE, "2026-03-30T16:30", "2026-03-31T18:30", 1, {"W340": 1}),
        (SKIP, "2026-03-30T16:30", "2026-03-31T18:30", 0, {"W342": 2}),
        (ALL, "2026-03-30T16:30", "2026-03-31T18:30", 2, {}),
        (ONCE, "2026-03-30T16:30", "2027-05-04T16:30", 0, {"W340": 400}),  # the last one is 23.5 hours ago
        (ONCE, "2026-03-30T17:30", "2027-05-04T17:30", 1, {"W340": 399}),
        (SKIP, "2026-03-30T17:30", "2027-05-04T17:30", 0, {"W342": 400}),
        (ALL, "2026-03-30T17:30", "2027-05-04T17:30", 7, {"W343": 393}),
    ],
)
def test_down_for_an_hour_for_26_hours_and_for_400_days(
    catch_up: CatchUp, since: str, now: str, runs: int, missed: dict[str, int]
) -> None:
    found = due(cron("0 1 * * *", catch_up=catch_up), since=since, now=now)
    codes: dict[str, int] = {}
    for one in found.missed:
        codes[one.code] = codes.get(one.code, 0) + one.count

    assert len(found.to_run) == runs
    assert codes == missed
    assert found.to_run == () or found.to_run[-1].at > utc(now) - timedelta(hours=12)


@pytest.mark.parametrize("catch_up", CatchUp)
@pytest.mark.parametrize("late, is_on_time", [(0, True), (600, True), (601, False)])
def test_within_ten_minutes_it_is_on_time_whatever_the_policy(catch_up, late, is_on_time):
    slot = Slot("2026-03-31T01:00", utc("2026-03-30T17:00"), catch_up)
    found = catch_up_of([slot], slot.at + timedelta(seconds=late))

    assert (found.to_run == (slot,)) is (is_on_time or catch_up is not SKIP)
    assert len(found.to_run) + len(found.missed) == 1


@pytest.mark.parametrize("seconds, runs", [(12 * 3600, 1), (12 * 3600 + 1, 0)])
def test_once_goes_back_twelve_hours(seconds, runs):
    slot = Slot("2026-03-31T01:00", utc("2026-03-30T17:00"))

    assert len(catch_up_of([slot], slot.at + timedelta(seconds=seconds)).to_run) == runs


def test_once_runs_the_latest_and_the_others_say_why_not() -> None:
    found = due(cron("0 */5 * * *"), since="2026-03-30T17:30", now="2026-03-31T13:00")

    assert told(found) == (
        ["2026-03-31T20:00"],
        ["2026-03-31T05:00 W340", "2026-03-31T10:00 W341", "2026-03-31T15:00 W341"],
    )


def test_one_on_time_does_the_work_of_those_missed_before_it() -> None:
    """Two runs of one workflow a minute after each other would do nothing more than one."""
    found = due(cron("*/30 * * * *"), since="2026-03-30T16:45", now="2026-03-30T18:03")

    assert told(found) == (["2026-03-31T02:00"], ["2026-03-31T01:00 W341", "2026-03-31T01:30 W341"])


def test_of_several_on_time_once_runs_the_latest_and_the_others_run_all() -> None:
    for catch_up, runs in ((ONCE, ["05"]), (SKIP, ["00", "05"]), (ALL, ["00", "05"])):
        found = due(cron("*/5 * * * *", catch_up=catch_up), since="2026-03-30T16:57", now="2026-03-30T17:08")

        assert [one.name[-2:] for one in found.to_run] == runs


def test_one_on_time_is_not_one_of_the_seven() -> None:
    found = due(cron("0 1 * * *", catch_up=ALL), since="2026-03-01T17:30", now="2026-03-15T17:00")

    assert [one.name[8:10] for one in found.to_run] == ["09", "10", "11", "12", "13", "14", "15", "16"]
    assert [(one.first.name[8:10], one.code) for one in found.missed] == [
        (f"{day:02}", "W343") for day in range(3, 9)
    ]


def test_each_slot_goes_by_its_own_trigger() -> None:
    found = due(
        cron("0 1 * * *", catch_up=SKIP),
        cron("0 2 * * *"),
        cron("0 3 * * *", catch_up=ALL),
        since="2026-03-29T16:00",
        now="2026-03-30T20:00",
    )

    assert told(found) == (
        ["2026-03-30T03:00", "2026-03-31T02:00", "2026-03-31T03:00"],
        ["2026-03-30T01:00 W342", "2026-03-30T02:00 W340", "2026-03-31T01:00 W342"],
    )


def test_the_seven_are_the_latest_of_all_zones() -> None:
    found = due(
        cron("0 1 * * *", catch_up=ALL),
        cron("0 1 * * *", "Europe/Berlin", ALL),
        since="2026-01-01T18:00",
        now="2026-01-10T18:00",
    )

    assert [one.name[8:] for one in found.to_run] == [
        "08T01:00", "08T01:00[Europe/Berlin]", "09T01:00", "09T01:00[Europe/Berlin]",
        "10T01:00", "10T01:00[Europe/Berlin]", "11T01:00",
    ]  # fmt: skip
    assert len(found.missed) == 11


def test_nothing_due_is_nothing() -> None:
    assert due(cron("0 1 * * *"), since="2026-03-30T17:00", now="2026-03-31T16:59") == Due()


def test_where_a_workflow_rests_all_its_slots_are_one() -> None:
    found = due(
        cron("0 1 * * *", catch_up=ALL),
        cron("*/5 * * * *"),
        since="2026-01-01T00:00",
        now="2026-12-31T17:03",
    )
    at_rest = found.at_rest("W643")

    assert at_rest is not None
    assert (at_rest.first.name, at_rest.last.name) == ("2026-01-01T08:05", "2027-01-01T01:00")
    assert (at_rest.count, at_rest.code, at_rest.facts) == (364 * 288 + 17 * 12, "W643", {})
    assert Due().at_rest("W643") is None


def test_when_the_clock_jumps_back_nothing_is_due_again() -> None:
    for now in ("2026-11-01T05:59", "2026-10-31T12:00", "2026-10-01T00:00"):
        assert due(cron("*/5 * * * *"), since="2026-11-01T06:10", now=now, zone=NEW_YORK) == Due()


# --- long outages -------------------------------------------------------------------------------------------


def test_after_a_long_outage_the_latest_five_hundred_stand_alone() -> None:
    """Shanghai has no daylight saving: 288 slots a day, and 400 days of them."""
    found = due(cron("*/5 * * * *"), since="2026-01-01T00:00", now="2027-02-05T00:03")
    first, *alone = found.missed

    assert [one.name for one in found.to_run] == ["2027-02-05T08:00"]
    assert (first.first.name, first.first.at) == ("2026-01-01T08:05", utc("2026-01-01T00:05"))
    assert first.last.at == utc("2027-02-05T00:00") - 500 * timedelta(minutes=5)
    assert (first.count, first.code) == (400 * 288 - 500, "W340")
    assert [one.count for one in alone] == [1] * 499
    assert alone[0].first.at == first.last.at + timedelta(minutes=5)
    assert {one.code for one in alone} == {"W340", "W341"}


def test_the_seven_of_a_rare_trigger_are_not_buried_under_a_frequent_one() -> None:
    found = due(
        cron("*/5 * * * *"), cron("2 1 * * *", catch_up=ALL), since="2026-01-01T00:00", now="2026-06-01T00:01"
    )

    assert [one.name for one in found.to_run if one.catch_up is ALL] == [
        f"2026-{day}T01:02" for day in ("05-26", "05-27", "05-28", "05-29", "05-30", "05-31", "06-01")
    ]
    assert sum(one.count for one in found.missed if one.code == "W343") == 151 - 7


@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK, LORD_HOWE])
def test_51_workflows_down_for_400_days_are_settled_at_once(zone: str) -> None:
    """Checked with room to spare for a slow machine: the whole start has two seconds."""
    workflows = [
        (cron(f"{number} 1 * * *"), cron(f"{number % 5}-59/5 * * * *"), cron(f"30 {number % 24} * * 1"))
        for number in range(51)
    ]
    now = datetime(2027, 2, 5, 0, 3, tzinfo=UTC)
    since = now - timedelta(days=400)
    before = time.process_time()
    found = [due_slots(one, ZoneInfo(zone), PLAIN, since=since, now=now) for one in workflows]
    spent = time.process_time() - before

    assert spent < 2
    assert all(len(one.missed) == 500 for one in found)
    for number in (0, 7, 30):
        walked = slots_between(workflows[number], ZoneInfo(zone), PLAIN, since=since, until=now)
        counted = sum(one.count for one in found[number].missed)
        assert len(found[number].to_run) + counted == len(list(walked)) >= 400 * 288


STRETCHES = ["*/20 * * * *", "*/45 * * * *", "0 1 * * *", "0 */2 * * 1-5", "30 2,3 1,L * *"]


@given(
    st.lists(
        st.builds(
            cron, st.sampled_from(STRETCHES), st.sampled_from(["", NEW_YORK]), st.sampled_from(CatchUp)
        ),
        max_size=3,
    ),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
    st.timedeltas(timedelta(), timedelta(days=60)),
    st.sampled_from([SHANGHAI, LORD_HOWE, "Africa/Casablanca"]),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_what_is_counted_is_what_walking_finds(triggers, since, length, zone):
    now = since + length
    with mock.patch.object(schedule, "MOST_ALONE", 9):
        found = due_slots(triggers, ZoneInfo(zone), PLAIN, since=since, now=now)
    walked = list(slots_between(triggers, ZoneInfo(zone), PLAIN, since=since, until=now))
    plain = catch_up_of(walked, now)

    assert found.to_run == plain.to_run
    assert sum(one.count for one in found.missed) == len(plain.missed)
    for kind in {(one.first.catch_up, zone_of(one)) for one in plain.missed}:
        each = [one for one in plain.missed if (one.first.catch_up, zone_of(one)) == kind]
        short = [one for one in found.missed if (one.first.catch_up, zone_of(one)) == kind]
        if len(each) > len(short):
            stretch = short.pop(0)
            assert (stretch.first, stretch.last) == (each[0].first, each[stretch.count - 1].first)
            each = each[stretch.count :]
        assert short == each


def zone_of(missed: Missed) -> str:
    return missed.first.name.partition("[")[2]


# --- what is said -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code, number", [("W340", "12"), ("W341", ""), ("W342", ""), ("W343", "7")])
def test_a_reason_is_a_sentence_with_its_figure(language: str, code: str, number: str) -> None:
    slot = Slot("2026-03-31T01:00", utc("2026-03-30T17:00"))
    missed = Missed(slot, slot, 1, code)
    texts = Texts.of(language)

    assert number in texts.message(code, missed.facts)
    assert texts.message(code, missed.facts)[-1] in "。."
    assert texts.hint(code, missed.facts)


def test_festivals_are_caught_up_like_all_others() -> None:
    found = workspace('{every: festival, names: [春节], at: "09:00", catch_up: all}')
    each = due_slots(
        found.workflows[0].triggers,
        ZoneInfo(SHANGHAI),
        found.settings.calendar,
        since=utc("2015-01-01"),
        now=utc("2026-12-31"),
    )

    assert [one.name[:4] for one in each.to_run] == [str(year) for year in range(2020, 2027)]
    assert [one.first.name[:4] for one in each.missed] == [str(year) for year in range(2015, 2020)]
