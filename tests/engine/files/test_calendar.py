"""calendar.yaml, and the public holidays of China behind `country: CN`."""

from __future__ import annotations

import sys
from datetime import date, timedelta

import pytest

from engine.files.calendar import read_calendar
from engine.files.countries import country_days
from engine.load import load_document
from engine.model.calendars import PLAIN, Calendar, LateCalendar
from engine.model.diagnostics import Problems
from engine.model.document import Node
from engine.workspace import Workspace, workspace_of_sources
from tests.engine.model.test_calendars import CHINA_2026
from tests.engine.small import BASE, HEAD, ROOT

day = date.fromisoformat


def read(text: str, asked: Node | None = None) -> tuple[LateCalendar, list[tuple[int, int, str]]]:
    problems = Problems()
    document = load_document(text, "calendar.yaml", problems)
    found = read_calendar(document, asked, problems)
    return found, [(one.at.line, one.at.column, one.code) for one in problems.sorted()]


def good(text: str) -> Calendar:
    found, problems = read(text)
    assert problems == []
    return found.read()


CHINA = good("country: CN\n")


# --- China --------------------------------------------------------------------------------------------------


def test_year_2026_is_as_the_state_council_announced() -> None:
    year = [day("2026-01-01") + timedelta(days=number) for number in range(365)]

    assert [one for one in year if CHINA.is_working(one) != CHINA_2026.is_working(one)] == []
    assert sum(map(CHINA.is_working, year)) == 248  # 261 weekdays, 19 of them off, 6 at weekends worked


@pytest.mark.parametrize(
    "worked, free",
    [
        # By the notices for 2023, 2024 and 2025.
        ("2023-01-28", "2023-01-27"),
        ("2023-04-23", "2023-05-03"),
        ("2024-02-04", "2024-02-16"),
        ("2024-09-14", "2024-09-17"),
        ("2025-01-26", "2025-02-04"),
        ("2025-09-28", "2025-10-08"),
    ],
)
def test_earlier_years_have_their_days_in_lieu(worked: str, free: str) -> None:
    assert CHINA.is_working(day(worked))
    assert not CHINA.is_working(day(free))


@pytest.mark.parametrize(
    "name, english, days",
    [
        ("元旦", "New Year's Day", "2025-01-01 2026-01-01 2027-01-01"),
        ("除夕", "Lunar New Year's Eve", "2024-02-09 2025-01-28 2026-02-16"),
        ("春节", "Spring Festival", "2024-02-10 2025-01-29 2026-02-17 2027-02-06"),
        ("元宵节", "Lantern Festival", "2024-02-24 2025-02-12 2026-03-03"),
        ("清明节", "Tomb-Sweeping Day", "2024-04-04 2025-04-04 2026-04-05"),
        ("劳动节", "Labor Day", "2025-05-01 2026-05-01"),
        ("端午节", "Dragon Boat Festival", "2024-06-10 2025-05-31 2026-06-19"),
        ("中秋节", "Mid-Autumn Festival", "2024-09-17 2025-10-06 2026-09-25 2028-10-03"),
        ("国庆节", "National Day", "2025-10-01 2026-10-01 2028-10-01"),
    ],
)
def test_festival_is_the_day_itself(name: str, english: str, days: str) -> None:
    for text in days.split():
        assert CHINA.festivals[name].of_year(day(text).year) == [day(text)]
    assert CHINA.festivals[name] == CHINA.festivals[english]


def test_other_countries_have_festivals_of_their_own_names() -> None:
    britain = good("country: GB\n")

    assert britain.festivals["Good Friday"].of_year(2026) == [day("2026-04-03")]
    assert not britain.is_working(day("2026-04-03"))
    assert britain.published is None
    assert not [name for name in britain.festivals if "observed" in name]


# --- the company's own days ---------------------------------------------------------------------------------


def test_own_days_win_over_the_country() -> None:
    found = good(
        "country: CN\nholidays: {2026-10-09: 公司年会}\nworking: [2026-10-11, 2026-05-05]\n"
        "working_days: [monday, tuesday, wednesday, thursday, friday, saturday]\n"
    )

    for text in ("2026-10-08", "2026-10-11", "2026-05-05", "2026-03-28"):
        assert found.is_working(day(text)), text
    for text in ("2026-10-09", "2026-05-04", "2026-03-29"):
        assert not found.is_working(day(text)), text


def test_own_day_off_wins_over_a_day_in_lieu() -> None:
    found = good("country: CN\nholidays: [2026-10-10]\n")

    assert not found.is_working(day("2026-10-10"))


def test_hours_of_a_working_day() -> None:
    assert good('hours: ["09:00-12:00", "13:30-18:00"]\n').hours == ((540, 720), (810, 1080))
    assert good("hours: [20:00-24:00]\n").hours == ((1200, 1440),)
    assert good("working_days: [monday]\n").hours == ((540, 1080),)


def test_own_festivals_of_every_year_and_of_some() -> None:
    found = good(
        "country: CN\nfestivals: {公司周年庆: 09-28, 答谢日: [2026-11-20, 2027-11-19], 妇女节: 03-08}\n"
    )

    assert found.festivals["公司周年庆"].of_year(2031) == [day("2031-09-28")]
    assert found.festivals["答谢日"].of_year(2027) == [day("2027-11-19")]
    assert found.festivals["答谢日"].of_year(2028) == []
    assert "春节" in found.festivals


def test_listed_day_of_a_festival_replaces_that_of_its_year() -> None:
    found = good("country: CN\nfestivals: {中秋节: 2026-09-24}\n")

    for name in ("中秋节", "Mid-Autumn Festival"):
        assert found.festivals[name].of_year(2026) == [day("2026-09-24")]
        assert found.festivals[name].of_year(2025) == [day("2025-10-06")]


def test_years_written_out_are_known() -> None:
    last = CHINA.published
    assert last is not None

    found = good(f"country: CN\ncomplete: [{last + 1}, {last + 3}]\n")

    assert found.published == last + 1


# --- mistakes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, places",
    [
        ("country: XX\n", [(1, 10, "W527")]),
        ("country: China\n", [(1, 10, "W216")]),
        ("holidays: [2026-02-30]\n", [(1, 12, "W524")]),
        ("holidays: {2026/10/09: 年会}\n", [(1, 12, "W524")]),
        ("festivals: {周年庆: 13-01}\n", [(1, 18, "W524")]),
        ("festivals: {周年庆: 九月}\n", [(1, 18, "W524")]),
        ('hours: ["9-18"]\n', [(1, 9, "W525")]),
        ('hours: ["18:00-09:00"]\n', [(1, 9, "W525")]),
        ('hours: ["09:00-24:30"]\n', [(1, 9, "W525")]),
        ('hours: ["13:30-18:00", "09:00-12:00"]\n', [(1, 24, "W525")]),
        ("holidays: [2026-10-10]\nworking: [2026-10-10]\n", [(2, 11, "W528")]),
        ("working_days: [montag]\n", [(1, 16, "W215")]),
        ("holiday: [2026-10-10]\n", [(1, 1, "W212")]),
        (
            "holidays: [2026-02-30, 2026-13-01]\nhours: [x]\n",
            [(1, 12, "W524"), (1, 24, "W524"), (2, 9, "W525")],
        ),
    ],
)
def test_mistakes_are_noted_where_they_stand(text: str, places: list[tuple[int, int, str]]) -> None:
    assert read(text)[1] == places


def test_without_the_package_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    country_days.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)

    found, places = read("country: CN\nholidays: [2026-10-09]\n")

    assert places == [(1, 10, "W526")]
    assert not found.read().is_working(day("2026-10-09"))
    assert found.lacks == "CN"


def test_without_the_package_only_what_needs_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    country_days.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)
    plain = HEAD.replace("wake", "plain") + "actions: [{stop: x}]\n"
    festive = plain.replace("plain", "festive").replace("day,", "festival, names: [春节],")

    found = workspace_of_sources(
        ROOT, {**BASE, "calendar.yaml": "country: CN\n", "a.yaml": plain, "b.yaml": FLOW, "c.yaml": festive}
    )

    assert [one.id for one in found.workflows] == ["plain"]
    assert [(one.at.file, one.severity) for one in found.diagnostics if one.code == "W526"] == [
        ("b.yaml", "error"),
        ("c.yaml", "error"),
        ("calendar.yaml", "warning"),
    ]
    assert not found.broken_base


# --- in a workspace -----------------------------------------------------------------------------------------

WAITING = "conditions: {time_since: 签约日期, at_least: 5 working days, if_missing: no_match}\n"
FLOW = f"{HEAD}{WAITING}actions: [{{stop: x}}]\n"


def workspace(**files: str) -> Workspace:
    names = {"calendar": "calendar.yaml", "settings": "workspace.yaml", "flow": "flow.yaml"}
    return workspace_of_sources(ROOT, {**BASE, **{names[key]: text for key, text in files.items()}})


def codes(found: Workspace) -> list[str]:
    """What is said of time; other mistakes are not the matter here."""
    return [one.code for one in found.diagnostics if "W520" <= one.code <= "W534"]


def test_workspace_says_the_country_or_has_the_file() -> None:
    settings = BASE["workspace.yaml"]
    for found in (
        workspace(settings=settings + "calendar: CN\n"),
        workspace(calendar="country: CN\n"),
        workspace(settings=settings + "calendar: calendar.yaml\n", calendar="country: CN\n"),
        workspace(settings=settings + "calendar: CN\n", calendar="hours: [09:00-18:00]\n"),
    ):
        assert codes(found) == []
        assert found.settings.calendar.is_working(day("2026-02-14"))


@pytest.mark.parametrize("said, file", [("calendar.yaml", ""), ("CN", "country: GB\n"), ("XX", "")])
def test_workspace_that_contradicts_itself(said: str, file: str) -> None:
    files = {"calendar": file} if file else {}

    found = workspace(settings=BASE["workspace.yaml"] + f"calendar: {said}\n", **files)

    assert codes(found) == ["W527"]


def test_working_days_without_a_calendar_are_warned_of_once() -> None:
    twice = FLOW.replace("5 working days", "5 working days, less_than: 9 working days")

    found = workspace(flow=twice)

    assert codes(found) == ["W522"]
    assert found.settings.calendar is PLAIN


def test_version_changes_with_the_calendar_only_where_it_is_used() -> None:
    plain = HEAD.replace("wake", "plain") + "actions: [{stop: x}]\n"
    table = BASE["tables.yaml"].replace("90 days", "9 working days")
    of_table = FLOW.replace("5 working days", "{table: 门槛.沉默}")

    def versions(calendar: str) -> list[str]:
        found = workspace_of_sources(
            ROOT, {**BASE, "tables.yaml": table, "calendar.yaml": calendar, "a.yaml": FLOW, "b.yaml": plain,
                   "c.yaml": of_table.replace("id: wake", "id: cell")}
        )  # fmt: skip
        assert codes(found) == []
        return [one.version for one in found.workflows]

    before, after = versions("country: CN\n"), versions("country: CN\nholidays: [2026-10-09]\n")

    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True, False]
    assert versions("country: CN # 注释\n") == before


def test_years_that_are_not_published_are_told_by_the_clock_of_the_command() -> None:
    found = workspace(calendar="# 日历\ncountry: CN\n")
    last = found.settings.calendar.published
    assert last is not None

    early, late = date(last, 10, 1), date(last, 11, 15)

    assert found.unknown_days(early) == ()
    (told,) = found.unknown_days(late)
    assert (told.at.file, told.at.line, told.at.column, told.code) == ("calendar.yaml", 2, 10, "W529")
    assert dict(told.facts) == {"country": "CN", "year": f"{last + 1}", "published": f"{last}"}
    assert workspace().unknown_days(late) == ()
    assert workspace(calendar="country: GB\n").unknown_days(late) == ()
