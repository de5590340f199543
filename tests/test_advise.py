"""`wakeline advise`: thresholds from history, on records whose answer is plain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, Row, nightly, stories_in

TODAY = date(2026, 3, 31)
TABLES = """\
沉默门槛:
  by: [客户层级]
  columns: {首触: length, 无单: length, 没用到: length}
  rows:
    - {客户层级: A, 首触: 20 days, 无单: 60 days, 没用到: 1 days}
    - {客户层级: B, 首触: 90 days, 无单: none, 没用到: 1 days}
  otherwise: {首触: 3 months, 无单: 100 days, 没用到: 1 days}
"""
ASKS = """\
conditions:
  all:
    - {field: 客户层级, is: [A, B, C]}
    - {time_since: 最近下单日期, at_least: {table: 沉默门槛.首触}, if_missing: no_match}
actions:
  - add_tag: 高潜
  - if: {time_since: 签约日期, at_least: 30 days, if_missing: no_match}
    then: [{remove_tag: 高潜}]
"""
FILES = {
    "tables.yaml": TABLES,
    "wake.yaml": nightly(ASKS),
    "none.yaml": nightly(
        "conditions: {count_of: 订单, during: {table: 沉默门槛.无单}, is: 0}\nactions: [{add_tag: 高潜}]\n",
        key="none",
    ),
    "longer.yaml": nightly(
        "conditions: {time_since: 最近下单日期, more_than: 29 days}\nactions: [{add_tag: 高潜}]\n",
        key="longer",
    ),
    "contact.yaml": nightly(
        "status: paused\nconditions: {time_since: 最近访问时间, at_least: 29 days}\n"
        "actions: [{add_tag: 高潜}]\n",
        key="contact",
    ),
}


SEGMENT = """\
久未下单:
  module: 客户
  conditions:
    any: [{time_since: 最近下单日期, at_least: {table: 沉默门槛.首触}}]
"""


def customers() -> Iterator[Row]:
    """40 of A, 10 of B, 1 of C and 2 without a tier."""
    tiers = ["A"] * 40 + ["B"] * 10 + ["C"] + [""] * 2
    for number, tier in enumerate(tiers):
        yield {"编号": f"K{number}", "客户名称": f"客户{number}", "客户层级": tier}


def orders() -> Iterator[Row]:
    """Everybody ordered 200 days ago, those of A once more after 30 days, and one of them tomorrow."""
    days = [(f"K{number}", 200) for number in range(53)] + [(f"K{number}", 170) for number in range(40)]
    for number, (customer, ago) in enumerate([*days, ("K0", -1)]):
        day = (TODAY - timedelta(days=ago)).isoformat()
        yield {"编号": f"O{number}", "客户": customer, "下单日期": day, "金额": "1"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    root = stories_in(tmp_path_factory.mktemp("shop"))
    with Company.lasting(root) as found:
        found.write(FILES)
        found.bring("客户", list(customers()))
        found.bring("订单", list(orders()))
        yield found


@pytest.fixture
def bare(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path))
    found.write(FILES)
    return found


CHINESE = """\
按过去的记录估计：安静多久才值得提醒（2026-03-31；提醒以后 90 天内又来了，算误报；误报最多 30 %）

沉默门槛.首触   看“订单”的历史
  用在 wake.yaml:9

  客户层级  客户数  间隔数   现在  误报  今天已满   建议  误报  今天已满
  A             40      40  20 天  50 %        40  30 天   0 %        40
  B             10       0  90 天     —        10      —
  其余           1       0  90 天     —         1      —

  A：安静 20 天后，100 个里有 50 个会在 90 天内又有订单。等到 30 天，就几乎没有了。改 tables.yaml:5。
  B：只有 0 段间隔，不到 30 段，不给建议。
  其余：只有 0 段间隔，不到 30 段，不给建议。

  还没有客户有 4 个以上的日期，算不出自己的节奏。
  另有 2 个客户不在表的任何一行里，没有算进来。

没有历史可看，不给建议（记录里只有一个日期，或者只看一段时间）：签约日期 wake.yaml:12

什么都没有改动。客户按今天的分组算，流程的其他条件没有看；过去提醒以后才回来的也算误报，所以真的误报只会更少。
改了数字，再用 wakeline plan 看会提醒谁。
"""


def test_workflow_in_chinese(shop: Company) -> None:
    """Longer than 20 days: 80 silences of A, 40 of them end on day 30. Longer than 30: 40, none has ended."""
    assert shop.done("advise", "wake") == CHINESE


def test_workflow_in_english(shop: Company) -> None:
    told = shop.done("advise", "wake", "--lang", "en").splitlines()

    assert "  A                40    40  20 days   50 %     40    30 days    0 %     40" in told
    assert (
        "  A: of 100 silent for 20 days, 50 have another 订单 within 90 days. After 30 days hardly one does."
        " Change tables.yaml:5."
    ) in told
    assert not any("客户" in one and "客户层级" not in one for one in told)


def test_json_of_a_column(shop: Company) -> None:
    found = shop.answer("advise", "沉默门槛.首触")

    [place] = found["places"]
    a, b, others = place["groups"]
    assert (found["within_days"], found["false_alarms_at_most"], found["without_history"]) == (90, 0.3, [])
    assert (place["threshold"], place["relation"], place["unlisted"]) == ("沉默门槛.首触", "订单", 2)
    assert [(one["workflow"], one["file"], one["line"]) for one in place["asked"]] == [
        ("wake", "wake.yaml", 9)
    ]
    assert (a["group"], a["file"], a["line"], a["customers"], a["gaps"]) == (["A"], "tables.yaml", 5, 40, 40)
    assert a["now"].items() >= {"days": 20, "false_alarms": 0.5, "silent": 40}.items()
    assert a["now"]["low"] < 0.5 < a["now"]["high"]
    assert a["suggested"].items() >= {"days": 30, "false_alarms": 0, "shortest_days": 30}.items()
    assert (a["fits"], b["fits"]) == (False, False)
    assert (b["group"], b["suggested"], b["lacking"], b["now"]["silent"]) == (["B"], None, "few", 10)
    assert (others["group"], others["line"], others["customers"]) == ([], 7, 1)


def test_lists_ask_as_well(shop: Company) -> None:
    shop.write({"segments.yaml": SEGMENT})

    [place] = shop.answer("advise", "沉默门槛.首触")["places"]

    assert [(one["workflow"], one["file"], one["line"]) for one in place["asked"]] == [
        ("wake", "wake.yaml", 9),
        ("久未下单", "segments.yaml", 4),
    ]
    shop.write({"segments.yaml": "{}\n"})


def test_cells_that_say_none_are_left_out(shop: Company) -> None:
    [place] = shop.answer("advise", "none")["places"]

    assert [(one["group"], one["now"]["days"]) for one in place["groups"]] == [(["A"], 60), ([], 100)]
    assert place["groups"][0]["suggested"]["days"] == 30
    assert "从 30 天起就几乎没有了，可以更早提醒。改 tables.yaml:5。" in shop.done("advise", "none")


def test_without_a_table_all_are_one(shop: Company) -> None:
    [place] = shop.answer("advise", "longer")["places"]

    [everybody] = place["groups"]
    # More than 29 days are 30; 53 customers, of whom 40 were silent twice.
    assert (everybody["group"], everybody["customers"], everybody["gaps"]) == (None, 53, 40)
    assert (everybody["now"]["days"], everybody["now"]["silent"]) == (30, 53)
    told = shop.done("advise", "longer")
    assert "现在的数字合适，不用改。" in told
    assert everybody["fits"]
    (row,) = (one for one in told.splitlines() if one.startswith("  全部客户  "))
    assert row.split()[-1] == "不改"


def test_without_a_name_all_active_ones(shop: Company) -> None:
    found = shop.answer("advise")

    named = [(one["threshold"], one["asked"][0]["workflow"]) for one in found["places"]]
    assert named == [(None, "longer"), ("沉默门槛.无单", "none"), ("沉默门槛.首触", "wake")]


def test_other_targets(shop: Company) -> None:
    found = shop.answer("advise", "wake", "--within", "10 天", "--false-alarms", "60%")

    now = found["places"][0]["groups"][0]["now"]
    assert (found["within_days"], found["false_alarms_at_most"]) == (10, 0.6)
    assert now["false_alarms"] == 0.5


def test_kept_day_goes_with_the_records_it_is_about(shop: Company) -> None:
    told = shop.done("advise", "contact")

    assert "“最近访问时间”自己只存最近一次，历史按“跟进记录”来算" in told
    assert "还没有一条“跟进记录”，无从估计。" in told
    assert shop.answer("advise", "contact")["places"][0]["guessed"] is True


def test_nothing_is_written(shop: Company) -> None:
    before = shop.place.dump(), {one: one.read_bytes() for one in shop.root.rglob("*.yaml")}

    shop.done("advise")

    assert before == (shop.place.dump(), {one: one.read_bytes() for one in shop.root.rglob("*.yaml")})


@pytest.mark.parametrize(
    "arguments, language, told",
    [
        (["沉默门槛.首"], "zh", "W925 没有流程或表格列“沉默门槛.首”。\n  提示：是否想写“沉默门槛.首触”？"),
        (
            ["wakee"],
            "en",
            'W925 There is no workflow or column of a table "wakee".\n  hint: Did you mean "wake"?',
        ),
        (["wake", "--within", "5 hours"], "zh", "W926 --within “5 hours”不是一段天数。"),
        (["wake", "--within", "0 days"], "en", 'W926 --within "0 days" is not a number of days.'),
        (["wake", "--false-alarms", "0 %"], "zh", "W927 --false-alarms “0 %”不是百分比。"),
        (["wake", "--false-alarms", "many"], "en", 'W927 --false-alarms "many" is not a percentage.'),
    ],
)
def test_mistakes_are_told(shop: Company, arguments: list[str], language: str, told: str) -> None:
    code, _, err = shop.call("advise", *arguments, "--lang", language)

    assert (code, told in err) == (2, True), err


def test_nothing_to_advise(shop: Company) -> None:
    told = shop.done("advise", "沉默门槛.没用到")

    assert told == "“沉默门槛.没用到”里没有条件按长度问“安静了多久”，没有可以建议的。\n"
    assert shop.answer("advise", "沉默门槛.没用到")["places"] == []


def test_empty_store(bare: Company) -> None:
    bare.bring("客户", list(customers()))

    assert bare.done("advise", "longer").splitlines()[2:] == [
        "最近下单日期 已过 29 天   看“订单”的历史",
        "  用在 longer.yaml:6",
        "  还没有一条“订单”，无从估计。",
    ]


def test_no_database_is_told_in_a_sentence(bare: Company) -> None:
    code, out, err = bare.call("advise", "wake", "--store", str(bare.root / "nowhere.db"))

    assert (code, out) == (3, "")
    assert "W402" in err


RHYTHM = """\
      rhythm: {label: 节奏, type: length, computed: {usual_gap_of: 订单}}
      annual:"""


@pytest.mark.usefixtures("each_store")
def test_own_rhythm(bare: Company) -> None:
    """Forty order every ten days, five times, the last time 25 days ago: nobody was ever late before."""
    model = (bare.root / "model.yaml").read_text("utf-8").replace("      annual:", RHYTHM, 1)
    asks = "conditions: {time_since: 最近下单日期, at_least: {field: 节奏, times: 2}, if_missing: no_match}\n"
    bare.write(
        {"model.yaml": model, "paced.yaml": nightly(f"{asks}actions: [{{add_tag: 高潜}}]\n", key="paced")}
    )
    bare.bring("客户", [{"编号": f"K{number}", "客户名称": "某"} for number in range(40)])
    rows: list[dict[str, Any]] = [
        {
            "编号": f"O{number}-{ago}",
            "客户": f"K{number}",
            "下单日期": (TODAY - timedelta(days=ago)).isoformat(),
        }
        for number in range(40)
        for ago in (65, 55, 45, 35, 25)
    ]
    bare.bring("订单", rows)

    [place] = bare.answer("advise", "paced", "--within", "5 days")["places"]

    [everybody] = place["groups"]
    assert (place["times"], place["rhythm_field"], everybody["now"]) == (2, "rhythm", None)
    assert (everybody["rhythm"]["customers"], everybody["rhythm"]["quarters_days"]) == (40, [10, 10, 10])
    # Twice ten days were reached five days ago, by all; nobody has come back within five days since.
    twice, twice_and_a_half, thrice = everybody["rhythm"]["times"]
    assert (twice["times"], twice["false_alarms"], twice["silent"]) == (2, 0, 40)
    assert (twice_and_a_half["false_alarms"], twice_and_a_half["silent"]) == (None, 40)
    assert (thrice["false_alarms"], thrice["silent"]) == (None, 0)
    assert "现在看的是每个客户自己的节奏" in bare.done("advise", "paced")
    assert "写法：{time_since: 最近下单日期, at_least: {field: 节奏, times: 2}}" in bare.done(
        "advise", "longer"
    )
