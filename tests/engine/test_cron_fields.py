"""Five fields of a schedule, and the words of `every`: what is accepted, refused or warned about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cron import CronProblem, cron_of, cron_of_every, cron_problem, cron_warnings, next_times
from tests.engine.cron_times import SHANGHAI

# --- what may be written ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        "0 1 * * *",
        "*/30 * * * *",
        "30 08 15 JUL *",
        "0 9 * * mon-fri",
        "0 9 * * 6-7",
        "0 0 L,15 * *",
        "0 0 l * *",
        "0 9 * * mon#1,3#5",
        "5/15 * * * *",
        "1 1 1-7 * */7",
        " 0\t1  * * * ",
        "0 0 29 2 *",
        "0 0 31 2 0",
    ],
)
def test_five_plain_fields_are_accepted(expression):
    assert cron_problem(expression) is None


@pytest.mark.parametrize(
    "expression, kind, facts",
    [
        ("", "field_count", {"count": "0"}),
        ("* * * *", "field_count", {"count": "4"}),
        ("0 0 12 * * ?", "field_count", {"count": "6", "hint": "seconds"}),
        ("0 0 12 * * ? 2026", "field_count", {"count": "7", "hint": "seconds_and_year"}),
        ("*" * 101, "too_long", {"length": "101", "limit": "100"}),
        ("@reboot", "forbidden", {"what": "@reboot", "why": "macro"}),
        ("@every 5m", "forbidden", {"what": "@every", "why": "macro"}),
        ("CRON_TZ=UTC 0 1 * * *", "forbidden", {"what": "cron_tz=utc", "why": "zone"}),
        ("R R * * *", "forbidden", {"what": "r", "why": "word", "field": "minute"}),
        ("H 0 * * *", "forbidden", {"what": "h", "why": "word", "field": "minute"}),
        ("0 0 ? * *", "forbidden", {"what": "?", "why": "character", "field": "day_of_month"}),
        ("0 0 15W * *", "forbidden", {"what": "15w", "why": "word", "field": "day_of_month"}),
        ("0 0 L-3 * *", "forbidden", {"what": "l-3", "why": "word", "field": "day_of_month"}),
        ("0 0 * * L5", "forbidden", {"what": "l5", "why": "word", "field": "day_of_week"}),
        ("0 0 * * L", "forbidden", {"what": "l", "why": "word", "field": "day_of_week"}),
        ("0 22-2 * * *", "forbidden", {"what": "22-2", "why": "reversed", "field": "hour"}),
        ("0 0 * * fri-sun", "forbidden", {"what": "fri-sun", "why": "reversed", "field": "day_of_week"}),
        ("5-5 * * * *", "forbidden", {"what": "5-5", "why": "equal", "field": "minute"}),
        ("*/100 * * * *", "forbidden", {"what": "*/100", "why": "step", "field": "minute"}),
        ("*/0 * * * *", "forbidden", {"what": "*/0", "why": "step", "field": "minute"}),
        ("59/15 * * * *", "forbidden", {"what": "59/15", "why": "step_without_range", "field": "minute"}),
        ("0 0 * * 1/2", "forbidden", {"what": "1/2", "why": "step_without_range", "field": "day_of_week"}),
        ("1, * * * *", "forbidden", {"what": "", "why": "shape", "field": "minute"}),
        ("0 0 * * 1#6", "forbidden", {"what": "1#6", "why": "shape", "field": "day_of_week"}),
        ("0 0 * * 1#2,5", "forbidden", {"what": "1#2,5", "why": "nth_mixed", "field": "day_of_week"}),
        ("0 0 15 * 1#2", "forbidden", {"what": "1#2", "why": "nth_mixed", "field": "day_of_week"}),
        ("0 0 */2,9 * *", "forbidden", {"what": "*/2,9", "why": "star_in_list", "field": "day_of_month"}),
        ("0　1 * * * *", "forbidden", {"what": "\u3000", "why": "character", "field": "minute"}),
        ("0 ٣ * * *", "forbidden", {"what": "٣", "why": "character", "field": "hour"}),
        ("0 1 * * *\n", "forbidden", {"what": "\n", "why": "character", "field": "day_of_week"}),
        ("60 * * * *", "field", {"field": "minute", "value": "60", "range": "0-59"}),
        ("0 24 * * *", "field", {"field": "hour", "value": "24", "range": "0-23"}),
        ("0 0 0 * *", "field", {"field": "day_of_month", "value": "0", "range": "1-31"}),
        ("0 0 * mon *", "field", {"field": "month", "value": "mon", "range": "1-12"}),
        ("0 0 * * 8", "field", {"field": "day_of_week", "value": "8", "range": "0-7"}),
        ("0 0 30 2 *", "never_fires", {}),
        ("0 0 31 4,6,9,11 *", "never_fires", {}),
    ],
)
def test_anything_else_is_refused_by_name(expression, kind, facts):
    problem = cron_problem(expression)

    assert problem is not None
    assert (problem.kind, dict(problem.facts)) == (kind, facts)


@given(st.text(alphabet="0123456789*,-/L#?WRH@ monjan\t\n%=", max_size=120))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_schedule_or_a_problem(text):
    if cron_problem(text) is None:
        assert len(next_times(cron_of(text, SHANGHAI), datetime(2026, 1, 1, tzinfo=UTC))) == 5


@pytest.mark.parametrize(
    "expression, kinds",
    [
        ("0 1 * * *", []),
        ("*/5 * * * *", []),
        ("0 9 13 * 5", [("both_days", "or")]),
        ("0 9 1-7 * */7", [("both_days", "and")]),
        ("0 0 29 2 *", [("far_away", "2028-02-29T00:00+08:00")]),
        ("*/4 * * * *", [("too_often", "4")]),
        ("0,58 * * * *", [("too_often", "2")]),
        ("0,58 1 * * *", []),
    ],
)
def test_odd_schedules_are_warned_about(expression, kinds):
    warnings = cron_warnings(expression, SHANGHAI, datetime(2026, 3, 1, tzinfo=UTC))

    facts = [dict(warning.facts) for warning in warnings]
    told = [fact.get("means") or fact.get("next") or fact["minutes"] for fact in facts]
    assert list(zip([warning.kind for warning in warnings], told, strict=True)) == kinds


# --- the words of `every` -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "every, at, day, expression",
    [
        ("day", "09:00", None, "0 9 * * *"),
        ("monday", "00:05", None, "5 0 * * mon"),
        ("sunday", "23:59", None, "59 23 * * sun"),
        (["friday", "monday"], "09:00", None, "0 9 * * mon,fri"),
        ("5 minutes", None, None, "*/5 * * * *"),
        ("30 minutes", None, None, "*/30 * * * *"),
        ("30 分钟", None, None, "*/30 * * * *"),
        ("60 minutes", None, None, "0 * * * *"),
        ("1 hour", None, None, "0 * * * *"),
        ("2 hours", None, None, "0 */2 * * *"),
        ("2 小时", None, None, "0 */2 * * *"),
        ("24 hours", None, None, "0 0 * * *"),
        ("month", "09:30", "1", "30 9 1 * *"),
        ("month", "09:30", "28", "30 9 28 * *"),
        ("month", "09:30", "last", "30 9 L * *"),
        ("quarter", "09:30", "15", "30 9 15 1,4,7,10 *"),
        ("quarter", "09:30", "last", "30 9 L 3,6,9,12 *"),
    ],
)
def test_words_become_five_fields(every, at, day, expression):
    assert cron_of_every(every, at, day) == expression
    assert cron_problem(expression) is None


@pytest.mark.parametrize(
    "every, at, day, kind, facts",
    [
        *[
            ("day", at, None, "time", {"value": at})
            for at in ("24:00", "9:5", "9:00", "09：00", "09:60", "０9:00", "")
        ],
        ("day", "09:00\n", None, "time", {"value": "09:00\n"}),
        ("day", None, None, "time", {"value": ""}),
        ("month", "09:00", "31", "day_of_month", {"value": "31", "range": "1-28", "remedy": "last"}),
        ("quarter", "09:00", "29", "day_of_month", {"value": "29", "range": "1-28", "remedy": "last"}),
        ("month", "09:00", "32", "day_of_month", {"value": "32", "range": "1-28"}),
        ("month", "09:00", None, "day_of_month", {"value": "", "range": "1-28"}),
        ("day", "09:00", "1", "unwanted", {"key": "day", "value": "1"}),
        ("30 minutes", "09:00", None, "unwanted", {"key": "at", "value": "09:00"}),
        ("7 minutes", None, None, "every", {"value": "7 minutes", "allowed": "5, 6, 10, 12, 15, 20, 30, 60"}),
        ("1 minutes", None, None, "every", {"value": "1 minutes", "allowed": "5, 6, 10, 12, 15, 20, 30, 60"}),
        ("5 hours", None, None, "every", {"value": "5 hours", "allowed": "1, 2, 3, 4, 6, 8, 12, 24"}),
        ("fortnight", None, None, "every", {"value": "fortnight"}),
        ("working day", None, None, "every", {"value": "working day"}),
    ],
)
def test_words_that_cannot_be_kept_are_refused(every, at, day, kind, facts):
    problem = cron_of_every(every, at, day)

    assert isinstance(problem, CronProblem)
    assert (problem.kind, dict(problem.facts)) == (kind, facts)


@pytest.mark.parametrize("every, value", [([], ""), (["monday", "day"], "day"), (["Monday"], "Monday")])
def test_a_list_of_days_holds_weekdays_only(every, value):
    problem = cron_of_every(every, "09:00", None)

    assert isinstance(problem, CronProblem)
    assert (problem.kind, dict(problem.facts)["value"]) == ("every", value)
