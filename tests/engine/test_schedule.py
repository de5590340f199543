"""Which slots the triggers of a workflow name: daylight saving, several triggers, calendars, at random."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cron import cron_of, slot_of
from engine.model.calendars import PLAIN
from engine.model.nights import CatchUp, Overlap
from engine.schedule import Slot, slots_between
from engine.ticks import next_ticks
from engine.triggers import TRIGGERS
from engine.triggers.clock import CLOCK
from tests.engine.cron_times import HAVANA, LORD_HOWE, NEW_YORK, SHANGHAI
from tests.engine.schedules import cron, slots, told, utc, workspace

# --- triggers as written ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, catch_up, overlap",
    [
        ('{every: day, at: "01:00"}', CatchUp.ONCE, Overlap.SKIP),
        ('{every: day, at: "01:00", catch_up: skip, overlap: queue}', CatchUp.SKIP, Overlap.QUEUE),
        ('{every: working day, at: "01:00", catch_up: all}', CatchUp.ALL, Overlap.SKIP),
        ('{every: festival, names: [春节], at: "01:00", overlap: queue}', CatchUp.ONCE, Overlap.QUEUE),
        ("{every: 30 minutes, catch_up: once, overlap: skip}", CatchUp.ONCE, Overlap.SKIP),
        ('{schedule: "0 1 * * *"}', CatchUp.ONCE, Overlap.SKIP),
        ('{schedule: "0 1 * * *", catch_up: all, overlap: queue}', CatchUp.ALL, Overlap.QUEUE),
    ],
)
def test_a_trigger_keeps_what_it_says_of_times_it_cannot_keep(
    text: str, catch_up: CatchUp, overlap: Overlap
) -> None:
    found = workspace(text)
    (trigger,) = found.workflows[0].triggers
    (slot,) = islice(
        slots_between(
            [trigger],
            ZoneInfo(SHANGHAI),
            found.settings.calendar,
            since=utc("2026-01-01"),
            until=utc("2027-01-01"),
        ),
        1,
    )

    assert (slot.catch_up, slot.overlap) == (catch_up, overlap)


def test_every_trigger_with_a_zone_has_the_options_of_the_clock_and_no_other() -> None:
    timed = {name for name, word in TRIGGERS.items() if "timezone" in word.schema}

    assert timed == {"every", "schedule"}
    assert all(CLOCK.items() <= TRIGGERS[name].schema.items() for name in timed)
    assert all({"catch_up", "overlap"}.isdisjoint(TRIGGERS[name].schema) for name in TRIGGERS.keys() - timed)


@pytest.mark.parametrize(
    "trigger, code",
    [
        ('{every: day, at: "01:00", overlap: later}', "W215"),
        ('{schedule: "0 1 * * *", overlap: [skip]}', "W213"),
        ("{when: by_hand, overlap: queue}", "W214"),
    ],
)
def test_overlap_has_two_words_and_belongs_to_the_clock(trigger: str, code: str) -> None:
    found = workspace(trigger).diagnostics

    assert code in [one.code for one in found if (one.at.file, one.at.line) == ("flow.yaml", 4)]


# --- one trigger --------------------------------------------------------------------------------------------


def test_the_span_is_open_below_and_closed_above() -> None:
    daily = cron("0 1 * * *")

    assert told(slots(daily, since="2026-03-30T17:00", until="2026-04-01T17:00")) == [
        "2026-04-01T01:00 31T17:00Z",
        "2026-04-02T01:00 01T17:00Z",
    ]
    assert slots(daily, since="2026-03-30T17:00", until="2026-03-31T16:59") == []
    assert slots(daily, since="2026-03-31T17:00", until="2026-03-31T17:00") == []


@pytest.mark.parametrize(
    "zone, expression, since, until, expected",
    [
        (
            NEW_YORK,
            "30 1 * * *",
            "2026-11-01T00:00",
            "2026-11-02T06:30",
            ["2026-11-01T01:30 01T05:30Z", "2026-11-02T01:30 02T06:30Z"],
        ),
        (
            NEW_YORK,
            "*/30 * * * *",
            "2026-11-01T04:30",
            "2026-11-01T07:00",
            [
                "2026-11-01T01:00 01T05:00Z",
                "2026-11-01T01:30 01T05:30Z",
                "2026-11-01T01:00/1 01T06:00Z",
                "2026-11-01T01:30/1 01T06:30Z",
                "2026-11-01T02:00 01T07:00Z",
            ],
        ),
        (
            NEW_YORK,
            "30 2 * * *",
            "2026-03-07T12:00",
            "2026-03-09T12:00",
            ["2026-03-08T03:00 08T07:00Z", "2026-03-09T02:30 09T06:30Z"],
        ),
        (  # half an hour is repeated: 01:30 to 02:00
            LORD_HOWE,
            "45 1 * * *",
            "2026-04-04T00:00",
            "2026-04-05T16:00",
            ["2026-04-05T01:45 04T14:45Z", "2026-04-06T01:45 05T15:15Z"],
        ),
        (
            LORD_HOWE,
            "*/15 * * * *",
            "2026-04-04T14:29",
            "2026-04-04T15:30",
            [
                "2026-04-05T01:30 04T14:30Z",
                "2026-04-05T01:45 04T14:45Z",
                "2026-04-05T01:30/1 04T15:00Z",
                "2026-04-05T01:45/1 04T15:15Z",
                "2026-04-05T02:00 04T15:30Z",
            ],
        ),
        (  # half an hour is lost: 02:00 to 02:30
            LORD_HOWE,
            "15 2 * * *",
            "2026-10-03T00:00",
            "2026-10-04T16:00",
            ["2026-10-04T02:30 03T15:30Z", "2026-10-05T02:15 04T15:15Z"],
        ),
        (  # midnight is lost
            "Africa/Cairo",
            "0 0 * * *",
            "2026-04-22T22:00",
            "2026-04-24T22:00",
            ["2026-04-24T01:00 23T22:00Z", "2026-04-25T00:00 24T21:00Z"],
        ),
        (  # midnight is repeated
            HAVANA,
            "0 0 * * *",
            "2026-10-31T12:00",
            "2026-11-02T05:00",
            ["2026-11-01T00:00 01T04:00Z", "2026-11-02T00:00 02T05:00Z"],
        ),
        (  # the last hour of Saturday is repeated after its midnight
            "America/Santiago",
            "*/30 * * * *",
            "2026-04-05T02:00",
            "2026-04-05T04:00",
            [
                "2026-04-04T23:30 05T02:30Z",
                "2026-04-04T23:00/1 05T03:00Z",
                "2026-04-04T23:30/1 05T03:30Z",
                "2026-04-05T00:00 05T04:00Z",
            ],
        ),
        (  # there was no 30 December: its run came when it was over
            "Pacific/Apia",
            "0 9 * * *",
            "2011-12-29T10:00",
            "2011-12-31T19:00",
            [
                "2011-12-29T09:00 29T19:00Z",
                "2011-12-31T00:00 30T10:00Z",
                "2011-12-31T09:00 30T19:00Z",
                "2012-01-01T09:00 31T19:00Z",
            ],
        ),
        (
            "Pacific/Apia",
            "0 0 * * *",
            "2011-12-29T09:00",
            "2011-12-31T10:00",
            ["2011-12-29T00:00 29T10:00Z", "2011-12-31T00:00 30T10:00Z", "2012-01-01T00:00 31T10:00Z"],
        ),
        (
            "Pacific/Apia",
            "0 */12 * * *",
            "2011-12-29T22:00",
            "2011-12-31T10:00",
            ["2011-12-31T00:00 30T10:00Z", "2011-12-31T12:00 30T22:00Z", "2012-01-01T00:00 31T10:00Z"],
        ),
    ],
)
def test_around_a_change_of_offset(
    zone: str, expression: str, since: str, until: str, expected: list[str]
) -> None:
    assert told(slots(cron(expression), since=since, until=until, zone=zone)) == expected


def test_a_span_may_begin_and_end_inside_a_repeated_hour() -> None:
    half_hours = cron("*/30 * * * *")
    passes = [
        slots(half_hours, since=since, until=until, zone=NEW_YORK)
        for since, until in (
            ("2026-11-01T05:10", "2026-11-01T05:50"),
            ("2026-11-01T05:50", "2026-11-01T06:10"),
        )
    ]

    assert [told(one) for one in passes] == [["2026-11-01T01:30 01T05:30Z"], ["2026-11-01T01:00/1 01T06:00Z"]]


# --- several triggers ---------------------------------------------------------------------------------------


def test_two_triggers_are_merged_and_a_slot_of_both_comes_once() -> None:
    found = slots(
        cron("0 9 * * *"),
        cron("0 9,18 * * 2"),
        since="2026-03-30T00:00",
        until="2026-04-01T12:00",
    )

    assert told(found) == [
        "2026-03-30T09:00 30T01:00Z",
        "2026-03-31T09:00 31T01:00Z",
        "2026-03-31T18:00 31T10:00Z",
        "2026-04-01T09:00 01T01:00Z",
    ]


def test_a_slot_of_two_triggers_is_as_eager_as_the_more_eager_one() -> None:
    lazy, eager = (
        cron("0 9 * * *", catch_up=CatchUp.SKIP, overlap=Overlap.QUEUE),
        cron("0 9 * * 2", catch_up=CatchUp.ALL),
    )
    for triggers in ((lazy, eager), (eager, lazy)):
        monday, tuesday = slots(*triggers, since="2026-03-30T00:00", until="2026-03-31T12:00")

        assert (monday.catch_up, monday.overlap) == (CatchUp.SKIP, Overlap.QUEUE)
        assert (tuesday.catch_up, tuesday.overlap) == (CatchUp.ALL, Overlap.QUEUE)


def test_a_lost_time_and_the_time_at_the_end_of_the_gap_are_one_slot() -> None:
    found = slots(
        cron("30 2 * * *"),
        cron("0 3 * * *"),
        cron("*/30 * * * *", catch_up=CatchUp.ALL),
        since="2026-03-08T06:30",
        until="2026-03-08T07:00",
        zone=NEW_YORK,
    )

    assert found == [Slot("2026-03-08T03:00", utc("2026-03-08T07:00"), CatchUp.ALL)]


def test_nine_o_clock_in_two_zones_are_two_slots() -> None:
    """Else the second of the day would be taken for the first, and never run."""
    here, there, same = cron("0 9 * * *"), cron("0 9 * * *", "Europe/Berlin"), cron("0 9 * * *", SHANGHAI)

    assert told(slots(there, here, same, since="2026-03-30T20:00", until="2026-03-31T20:00")) == [
        "2026-03-31T09:00 31T01:00Z",
        "2026-03-31T09:00[Europe/Berlin] 31T07:00Z",
    ]


def test_at_one_moment_two_zones_come_in_a_fixed_order() -> None:
    triggers = cron("0 9 * * *"), cron("0 1 * * *", "UTC"), cron("0 10 * * *", "Asia/Tokyo")
    expected = [
        "2026-03-31T01:00[UTC] 31T01:00Z",
        "2026-03-31T09:00 31T01:00Z",
        "2026-03-31T10:00[Asia/Tokyo] 31T01:00Z",
    ]

    for some in (triggers, triggers[::-1]):
        assert told(slots(*some, since="2026-03-30T20:00", until="2026-03-31T20:00")) == expected


def test_festivals_working_days_and_cron_together() -> None:
    """In 2026 the Spring Festival is free from 15 to 23 February; 14 and 28 February are worked."""
    found = workspace(
        '[{every: working day, at: "09:00"}, {every: festival, names: [春节], at: "09:00", catch_up: all},'
        ' {schedule: "0 9 * * 0", catch_up: skip}, {when: by_hand}]'
    )
    each = slots(
        *found.workflows[0].triggers,
        since="2026-02-12T10:00",
        until="2026-02-25T10:00",
        calendar=found.settings.calendar,
    )

    assert [f"{one.at.day} {one.catch_up}" for one in each] == [
        "13 once", "14 once", "15 skip", "17 all", "22 skip", "24 once", "25 once",
    ]  # fmt: skip


def test_a_lost_midnight_of_a_working_day_is_kept() -> None:
    working = workspace(
        '{every: working day, at: "00:30", timezone: Africa/Cairo}', "working: [2026-04-24]\n"
    )
    found = slots(
        *working.workflows[0].triggers,
        since="2026-04-22T23:00",
        until="2026-04-24T12:00",
        calendar=working.settings.calendar,
    )

    assert told(found) == ["2026-04-24T01:00[Africa/Cairo] 23T22:00Z"]


def test_without_a_clock_there_are_no_slots() -> None:
    by_hand = workspace("{when: by_hand}").workflows[0].triggers

    assert slots(*by_hand, since="2020-01-01", until="2030-01-01") == []


def test_a_festival_without_further_days_just_ends() -> None:
    found = workspace('{every: festival, names: [春节], at: "09:00"}')

    assert (
        slots(
            *found.workflows[0].triggers,
            since="2400-01-01",
            until="2400-12-31",
            calendar=found.settings.calendar,
        )
        == []
    )


def test_a_moment_without_a_zone_is_a_bug_of_the_caller() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - naive on purpose

    with pytest.raises(ValueError, match="needs a time zone"):
        list(slots_between([cron("0 1 * * *")], ZoneInfo(SHANGHAI), PLAIN, since=naive, until=naive))


# --- at random ----------------------------------------------------------------------------------------------

EXPRESSIONS = st.sampled_from(
    [
        *("0 1 * * *", "30 2 * * *", "0 0 * * *", "15,45 0-3 * * *", "0 2,3 * * 0", "59 23 L * *"),
        *("*/30 * * * *", "*/7 * * * *", "0 */2 * * *", "20 1,*/3 * * *", "10 1-5/2 * * *"),
        *("0 9 13 * 5", "0 0 */2 * *", "30 1 * 3,4,9-11 0#1", "0 12 * * mon-fri"),
    ]
)
OFFSETS = st.sampled_from(
    [
        *("", NEW_YORK, LORD_HOWE, HAVANA, "Africa/Cairo", "America/Santiago", "Africa/Casablanca"),
        *("Antarctica/Troll", "Europe/Dublin", "America/Nuuk", "Asia/Kathmandu"),
    ]
)
TRIGGER = st.builds(cron, EXPRESSIONS, OFFSETS, st.sampled_from(CatchUp), st.sampled_from(Overlap))
MOMENTS = st.datetimes(datetime(2025, 12, 1), datetime(2027, 2, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive


@given(
    st.lists(TRIGGER, max_size=3),
    MOMENTS,
    st.tuples(st.timedeltas(timedelta(), timedelta(days=3)), st.timedeltas(timedelta(), timedelta(days=40))),
    OFFSETS,
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_spans_join_without_loss_and_no_name_comes_twice(triggers, since, lengths, zone):
    home = ZoneInfo(zone or SHANGHAI)
    middle, until = since + lengths[0], since + sum(lengths, timedelta())

    def between(start, stop):
        return list(slots_between(triggers, home, PLAIN, since=start, until=stop))

    found = between(since, until)
    assert found == between(since, middle) + between(middle, until)
    assert len({one.name for one in found}) == len(found)
    assert found == sorted(found, key=lambda one: (one.at, one.name))
    assert all(since < one.at <= until and one.at.utcoffset() == timedelta() for one in found)


@given(TRIGGER, MOMENTS)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_slots_are_the_ticks_one_after_another(trigger, since):
    """`next_ticks` goes from each due moment to the next, with croniter; slots are computed by the day."""
    home = ZoneInfo(SHANGHAI)
    ticks = [one.astimezone(UTC) for one in next_ticks(trigger, home, PLAIN, after=since, count=40)]
    found = list(slots_between([trigger], home, PLAIN, since=since, until=ticks[-1]))
    clock = cron_of(trigger.expression, trigger.zone or SHANGHAI)

    assert [one.at for one in found] == ticks
    assert [one.name.partition("[")[0] for one in found] == [slot_of(tick, clock) for tick in ticks]
