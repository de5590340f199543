"""Quiet hours are asked about when a letter leaves, and end where people expect it."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest

from engine.model.values import stored_instant
from engine.posting.hours import end_of_quiet, is_quiet, spread, start_of_day, tomorrow
from engine.shapes.reading import QuietHours
from tests.engine.posting.rules import NOON, answers, at, bring, post_with, to, until
from tests.engine.posting_world import Post


@pytest.mark.parametrize(
    "now", ["2026-03-31T20:00", "2026-03-31T23:59", "2026-04-01T00:00", "2026-04-01T08:59"]
)
def test_commercial_letter_waits_for_the_end_of_the_quiet_hours(post: Post, now: str) -> None:
    bring(post, {"C1": True})
    post.put(at(now), to("C1"), to("C1", template="服务", body="service"))

    found = post.send(at(now))

    assert post.outside.bodies == ["service"]
    assert answers(post)[0][:2] == ("waiting", "W732")
    assert at("2026-04-01T09:00") <= until(post) < at("2026-04-01T10:00")
    assert (found.failed, post.rows("SELECT tries FROM wakeline_outbox WHERE id = 1")) == (0, [(0,)])

    post.send(until(post) - timedelta(seconds=1))
    assert post.outside.bodies == ["service"]
    ended = until(post)
    post.send(ended)
    assert post.outside.bodies == ["service", "C1"]
    ((kept,), (none,)) = post.rows("SELECT put_off FROM wakeline_outbox ORDER BY id")
    assert (json.loads(kept), none) == ([{"code": "W732", "until": stored_instant(ended)}], None)


def test_letters_of_a_night_do_not_leave_all_at_once(tmp_path: Path) -> None:
    """On SQLite alone: it takes many letters, and their minutes are chosen outside of the database."""
    post = post_with(tmp_path)
    names = [f"C{number}" for number in range(600)]
    bring(post, dict.fromkeys(names, True))
    post.put(at("2026-04-01T01:00"), *(to(name) for name in names))

    post.send(at("2026-04-01T01:00"))

    begin = at("2026-04-01T09:00")
    after = [
        (datetime.fromisoformat(instant) - begin) / timedelta(minutes=10) for _, _, instant in answers(post)
    ]
    counts = [sum(ten <= one < ten + 1 for one in after) for ten in range(6)]
    assert sum(counts) == 600
    assert all(60 <= one <= 140 for one in counts), counts  # 100 each, give or take four deviations


def test_of_two_letters_to_one_recipient_the_older_leaves_first(post: Post) -> None:
    names = [f"C{number}" for number in range(30)]
    bring(post, dict.fromkeys(names, True))
    for hour in (1, 2):
        post.put(at(f"2026-04-01T0{hour}:00"), *(to(name, body=f"{name} {hour}") for name in names))
        post.send(at(f"2026-04-01T0{hour}:00"))

    for minute in range(0, 60, 5):
        post.send(at(f"2026-04-01T09:{minute:02}"))

    post.send(at("2026-04-01T10:00"))
    assert sorted(post.outside.bodies) == sorted(f"{name} 1" for name in names)


@pytest.mark.parametrize(
    "start, end, longest",
    [(time(20), time(9), 60), (time(9, 30), time(9), 15), (time(0), time(0), 60), (time(9), time(20), 60)],
)
def test_they_all_leave_before_it_is_quiet_again(start: time, end: time, longest: int) -> None:
    instants = [spread(QuietHours(start, end), NOON, f"{number}@example.cn") for number in range(300)]

    assert NOON <= min(instants) < NOON + timedelta(minutes=longest * 0.1)
    assert NOON + timedelta(minutes=longest * 0.9) < max(instants) < NOON + timedelta(minutes=longest)


@pytest.mark.parametrize("now", ["2026-03-31T09:00", "2026-03-31T19:59"])
def test_commercial_letter_leaves_between_the_quiet_hours(post: Post, now: str) -> None:
    bring(post, {"C1": True})
    post.put(at(now), to("C1"))

    assert post.send(at(now)).sent == 1


def test_workspace_may_have_other_quiet_hours_or_none(tmp_path: Path) -> None:
    early = post_with(tmp_path / "a", 'quiet_hours: {from: "12:00", to: "13:30"}\n')
    none = post_with(tmp_path / "b", "quiet_hours: none\n")
    for post, now in ((early, NOON), (none, at("2026-03-31T03:00"))):
        bring(post, {"C1": True})
        post.put(now, to("C1"))
        post.send(now)

    assert answers(early)[0][:2] == ("waiting", "W732")
    assert at("2026-03-31T13:30") <= until(early) < at("2026-03-31T14:30")
    assert none.outside.bodies == ["C1"]


def test_letter_whose_template_is_gone_counts_as_commercial(post: Post) -> None:
    bring(post, {"C1": True})
    post.put(NOON, to("C1", template="forgotten"))

    post.send(at("2026-03-31T22:00"))

    assert answers(post)[0][1] == "W732"


HOURS = [(time(20), time(9)), (time(22), time(8)), (time(12), time(13, 30)), (time(23, 30), time(2, 30))]


@pytest.mark.parametrize("zone", sorted(available_timezones() & {
    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo",
    "Pacific/Apia", "Asia/Kolkata", "America/Sao_Paulo", "Europe/London", "Asia/Kathmandu", "America/Havana",
    "UTC",
}))  # fmt: skip
def test_quiet_hours_end_at_the_first_minute_that_is_not_quiet(zone: str) -> None:
    """Every half hour of a year, against a search minute by minute."""
    place = ZoneInfo(zone)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    dice = random.Random(zone)
    for _ in range(400):
        now = start + timedelta(minutes=dice.randrange(365 * 24 * 60))
        hours = QuietHours(*dice.choice(HOURS))
        found = end_of_quiet(hours, place, now)
        wanted = now
        while is_quiet(hours, wanted.astimezone(place).time()):
            wanted += timedelta(minutes=1)
        assert found == wanted, (hours, now)


@pytest.mark.parametrize(
    "zone, day, end, instant",
    [
        # 02:30 does not exist: the hours end when the clocks jump; 02:30 twice: at the first.
        ("Europe/Berlin", "2026-03-29", time(2, 30), "2026-03-29T01:00:00+00:00"),
        ("Europe/Berlin", "2026-10-25", time(2, 30), "2026-10-25T00:30:00+00:00"),
        ("Africa/Cairo", "2026-04-24", time(0, 30), "2026-04-23T22:00:00+00:00"),
    ],
)
def test_quiet_hours_end_in_an_hour_that_is_lost_or_doubled(
    zone: str, day: str, end: time, instant: str
) -> None:
    place, midnight = ZoneInfo(zone), datetime.fromisoformat(day)
    now = (midnight - timedelta(hours=1)).replace(tzinfo=place).astimezone(UTC)

    assert end_of_quiet(QuietHours(time(20), end), place, now) == datetime.fromisoformat(instant)


def test_quiet_hours_in_the_second_of_two_equal_hours() -> None:
    berlin, now = ZoneInfo("Europe/Berlin"), datetime(2026, 10, 25, 1, 10, tzinfo=UTC)

    assert end_of_quiet(QuietHours(time(23, 30), time(2, 30)), berlin, now) == now + timedelta(minutes=20)


def test_day_begins_where_midnight_is_lost() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    noon = datetime(2026, 4, 24, 10, tzinfo=UTC)

    assert start_of_day(cairo, noon) == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert tomorrow(QuietHours(), cairo, noon) == datetime(2026, 4, 25, 6, tzinfo=UTC)
