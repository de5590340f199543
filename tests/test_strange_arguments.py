"""What people and scripts put behind an option by mistake is told in a sentence, and decides nothing."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest

from engine.model.nights import AskState, Cause, EventState, LetterState, RunState, Walking
from engine.texts import LANGUAGES, Texts
from tests.company import Company, nightly, stories_in

HUGE = "99999999999999999999999"
WAITS = nightly(
    """\
actions: [{wait: 3 days, name: 等一等}, {add_tag: 高潜}]
""",
    key="waits",
    name="等",
)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path / "company"))
    found.write({"waits.yaml": WAITS})
    found.bring("客户", [{"编号": "C1", "客户名称": "甲"}])
    found.call("run")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("states", [AskState, EventState, LetterState, RunState, Walking])
def test_every_state_can_be_told(states: type[StrEnum], language: str) -> None:
    assert all(Texts.of(language).say(f"state.{one}") for one in states)
    assert all(Texts.of(language).say(f"cause.{one}") for one in Cause)


@pytest.mark.parametrize("name", ["", " ", "　"])
@pytest.mark.parametrize(
    "words",
    [
        "stop-sending",
        "resume-sending",
        "confirm-sending",
        "confirm",
        "pause waits",
        "decide 1 是",
        "settle 1 --sent",
    ],
)
def test_nobody_decides_nothing(company: Company, words: str, name: str) -> None:
    code, _, told = company.call(*words.split(), "--by", name)

    assert code == 2
    assert "--by" in told.splitlines()[0]


@pytest.mark.parametrize(
    "words",
    [
        f"decide {HUGE} 是",
        f"settle {HUGE} --sent --by 甲",
        f"approve {HUGE} --by 甲 --because 好",
        f"refuse {HUGE} --by 甲 --because 好",
        f"runs --run {HUGE}",
        f"outbox --run {HUGE}",
        f"journal --limit {HUGE}",
        f"journal --run {HUGE}",
    ],
)
def test_a_number_that_nothing_has_is_told(company: Company, words: str) -> None:
    code, _, told = company.call(*words.split())

    assert code == 2
    assert "最大只能是 9,223,372,036,854,775,807" in told


@pytest.mark.parametrize("words", ["runs --run 0", "undo 0", "runs --run -1", "runs --run 一", "undo 1.5"])
def test_what_is_no_number_of_a_thing_is_told(company: Company, words: str) -> None:
    code, _, told = company.call(*words.split())

    assert code == 2
    assert "要写一个不小于 1 的整数" in told


def test_a_number_of_more_digits_than_any_is_told(company: Company) -> None:
    """Python itself takes some thousands of digits only."""
    digits = "9" * 5_000

    assert "最大只能是" in company.call("runs", "--limit", digits).err
    assert company.call("undo", digits).code == 2


@pytest.mark.parametrize(
    "words", ["--every nan", "--every inf", "--every 0", "--speed inf", "--speed nan", "--speed 0"]
)
def test_a_pace_that_is_none_is_told(company: Company, words: str) -> None:
    code, _, told = company.call("start", "--once", *words.split())

    assert code == 2
    assert "之间的数" in told


def test_two_decisions_about_one_letter_are_none(company: Company) -> None:
    code, _, told = company.call("settle", "1", "--sent", "--drop", "--by", "甲")

    assert code == 2
    assert "只能选一种处理办法" in told


def test_why_those_that_wait_could_not_be_moved_is_told(company: Company) -> None:
    company.write({"waits.yaml": WAITS.replace("等一等", "再等等")})

    out = company.call("publish", "waits", "--waiting", "move").out

    assert "1 条没能移过去：新版本里没有同名、同类的步骤" in out
    assert "--waiting move" not in out


def test_a_single_round_gives_no_numbers_and_says_so(company: Company) -> None:
    code, _, told = company.call("start", "--once", "--metrics", "9464")

    assert code == 2
    assert "只做一轮（--once）时没有服务可开" in told
