"""Schedules agree with what other projects read, and refuse what those read differently."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim, CronSimError
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cron import cron_of, cron_problem, latest_due, next_times
from tests.engine.cron_times import MINUTE, SHANGHAI, reading
from tests.lacks import real_data

# --- plain expressions, against cronsim ---------------------------------------------------------------------


@st.composite
def plain_expressions(draw) -> str:
    """Digits, `*`, lists, upward ranges and steps in five fields."""
    fields = []
    for low, high in ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7)):
        value = st.integers(low, high)
        step = st.integers(1, high)
        spans = st.tuples(value, value).filter(lambda ends: ends[0] < ends[1])
        item = st.one_of(
            value.map(str),
            spans.map(lambda ends: f"{ends[0]}-{ends[1]}"),
            st.tuples(spans, step).map(lambda parts: f"{parts[0][0]}-{parts[0][1]}/{parts[1]}"),
        )
        lists = st.lists(item, min_size=1, max_size=3).map(",".join)
        fields.append(draw(st.one_of(st.just("*"), step.map("*/{}".format), lists)))
    return " ".join(fields)


@pytest.mark.parametrize("zone", ["UTC", SHANGHAI])
@given(plain_expressions(), st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001 - naive on purpose
@settings(max_examples=150, deadline=None, derandomize=True)
def test_plain_expressions_agree_with_cronsim(zone, expression, after):
    after = after.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone), fold=0)
    try:
        expected = list(itertools.islice(CronSim(expression, after), 5))
    except (CronSimError, RuntimeError):
        expected = []
    if cron_problem(expression) is not None:
        assert not expected
        return
    cron = cron_of(expression, zone)
    times = next_times(cron, after, 5)

    assert times == expected
    assert all(latest_due(cron, after, time) == time for time in times)
    assert latest_due(cron, after, times[0] - MINUTE) is None


@pytest.mark.parametrize("low, high", list(itertools.combinations(range(8), 2)))
@pytest.mark.parametrize("step", range(1, 8))
def test_every_range_of_weekdays_means_its_days(low, high, step):
    expression = f"0 9 * * {low}-{high}/{step}"
    times = next_times(cron_of(expression, "UTC"), datetime(2026, 1, 1, tzinfo=UTC), 8)

    days = {day % 7 for day in range(low, high + 1, step)}
    assert {(time.weekday() + 1) % 7 for time in times} == days


# --- expressions of other projects: refused, or read exactly ------------------------------------------------


FILES = ("cron_utils", "croner", "croniter", "cronsim", "quartz", "robfig_cron")


@pytest.fixture(scope="module")
def collections() -> dict[str, dict]:
    folder = real_data("cron")
    return {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in FILES}


def expressions_in(collections) -> list[str]:
    lists = [part for file in collections.values() for part in file.values() if isinstance(part, list)]
    found = [item if isinstance(item, str) else item["expr"] for part in lists for item in part]
    return sorted(set(found))


def test_other_dialects_are_refused_or_read_exactly(collections):
    after = datetime(2026, 1, 31, 12, 34, tzinfo=UTC)
    expressions = expressions_in(collections)
    accepted = [expression for expression in expressions if cron_problem(expression) is None]

    assert len(expressions) > 600
    assert len(accepted) > 100
    for expression in accepted:
        assert re.fullmatch(r"[0-9a-zA-Z*,/#\s-]+", expression)
        assert len(expression.split()) == 5
        times = next_times(cron_of(expression, "UTC"), after, 5)
        assert times == list(itertools.islice(CronSim(expression, after), 5)), expression
        assert all(reading(expression)(time.replace(tzinfo=None)) for time in times), expression


def test_quartz_is_refused_altogether(collections):
    quartz = collections["quartz"]["expressions"]

    assert [expression for expression in quartz if cron_problem(expression) is None] == []


def test_what_cronsim_and_croniter_refuse_is_refused(collections):
    refused = collections["cronsim"]["invalid"] + collections["croniter"]["invalid"]

    assert [expression for expression in refused if cron_problem(expression) is None] == []


def robfig_time(text: str) -> datetime:
    for form in ("%a %b %d %H:%M %Y", "%Y-%m-%dT%H:%M:%S%z"):
        try:
            time = datetime.strptime(text, form)  # noqa: DTZ007 - the file's own zone
        except ValueError:
            continue
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    raise AssertionError(text)


# robfig joins a stepped star with *or*; DESIGN section 6 follows Debian, which joins it with *and*.
SIGNED_DIFFERENCES = {("* * */10 * Sun", "Sun Jul 15 00:00 2012")}


def test_the_signed_difference_is_still_one():
    sunday_the_15th = datetime(2012, 7, 15, tzinfo=UTC)

    assert next_times(cron_of("* * */10 * Sun", "UTC"), sunday_the_15th - MINUTE, 1) != [sunday_the_15th]


def test_expected_times_of_five_plain_fields_agree(collections):
    robfig, checked = collections["robfig_cron"], 0
    for case in robfig["activation"] + robfig["next"]:
        time = case.get("time") or case["after"]
        if cron_problem(case["expr"]) or (case["expr"], time) in SIGNED_DIFFERENCES:
            continue
        moment, cron = robfig_time(time), cron_of(case["expr"], "UTC")
        if "matches" in case:
            assert (next_times(cron, moment - MINUTE, 1) == [moment]) is case["matches"], case
        else:
            kolkata = cron_of(case["expr"], "Asia/Kolkata")
            assert next_times(kolkata, moment, 1) == [robfig_time(case["next"])], case
        checked += 1

    assert checked >= 15
