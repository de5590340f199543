"""`wakeline test --suggest`: examples at the borders, held, and written with nothing else touched."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.company import SHIPPED, Company, nightly, shipped_in, stories_in

WAKE = nightly(
    """\
conditions:
  all:
    - {field: 客户层级, is: B}     # 只看 B 类
    - {time_since: 签约日期, at_least: 90 days}
actions:
  - update_field: {沉默状态: 即将沉默}
"""
)
SUGGESTED = """\
# 唤醒：建议加 6 个例子，贴到 tests: 下面，或加上 --write 写进文件
# 写的是现在会发生的事；请逐个读一遍，不对的就是流程要改的地方
  - name: 条件都符合：触发
    today: 2026-03-31
    given: {客户层级: B, 签约日期: 90 days ago}
    expect:
      - update_field: {沉默状态: 即将沉默}
  - name: 客户层级 A：不触发
    today: 2026-03-31
    given: {客户层级: A, 签约日期: 90 days ago}
    expect: nothing
  - name: 客户层级 C：不触发
    today: 2026-03-31
    given: {客户层级: C, 签约日期: 90 days ago}
    expect: nothing
  - name: 签约日期 89 天前：不触发
    today: 2026-03-31
    given: {客户层级: B, 签约日期: 89 days ago}
    expect: nothing
  - name: 没有客户层级：无法判断
    today: 2026-03-31
    given: {签约日期: 90 days ago}
    expect: undecided
  - name: 没有签约日期：无法判断
    today: 2026-03-31
    given: {客户层级: B}
    expect: undecided
"""
BUSY = nightly(
    """\
conditions:
  all:
    - {count_of: 订单, during: 30 days, where: {field: 品类, is: 耗材, if_missing: no_match}, at_least: 2}
    - {field: 潜力, more_than: 100, if_missing: no_match}
stop_when:
  - {if: {field: 是否继续维护, is: 否, if_missing: no_match}, because: 不再维护}
actions:
  - notify: {to: owner, text: 忙}
tests:
  - name: 一个都不缺
    today: 2026-03-31
    given: {潜力: 100.01, 订单: [{下单日期: today, 品类: 耗材}, {下单日期: today, 品类: 耗材}]}
    expect: started
""",
    key="busy",
    name="忙",
)
BUSY_NAMES = [
    "订单 ×1: does not start",
    "订单 29 days ago: starts",
    "订单 30 days ago: does not start",
    "订单 品类 其他: does not start",
    "潜力 100: does not start",
    "no 订单: does not start",
    "no 潜力: does not start",
    "是否继续维护 否: stopped",
    "是否继续维护 是: starts",
]
WAITS = nightly(
    """\
conditions: {field: 客户层级, is: A}
actions:
  - ask: {to: owner, question: 继续吗？, within: 3 days}
    answers:
      - {answer: 继续, then: [{add_tag: 高潜}]}
      - {answer: 放弃, then: [{add_tag: 低价值}]}
    otherwise: [{notify: {to: supervisor, text: 没有回答}}]
""",
    key="waits",
    name="等",
)
WAITED = """\
  - name: 触发以后一直没有变化
    today: 2026-03-31
    given: {客户层级: A}
    expect: started
    later:
      - after: 3 days
        expect:
          - notify: {to: supervisor, text: 没有回答}
  - name: 触发以后回答“继续”
    today: 2026-03-31
    given: {客户层级: A}
    expect: started
    later:
      - after: 1 day
        answer: 继续
        expect:
          - add_tag: 高潜
  - name: 触发以后回答“放弃”
    today: 2026-03-31
    given: {客户层级: A}
    expect: started
    later:
      - after: 1 day
        answer: 放弃
        expect:
          - add_tag: 低价值
"""


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(stories_in(tmp_path))


def names(text: str) -> list[str]:
    found = (line.partition("- name: ")[2] for line in text.splitlines() if "- name: " in line)
    return [json.loads(one) if one.startswith('"') else one for one in found]


def test_borders_of_a_length_and_an_option(company: Company) -> None:
    company.write({"wake.yaml": WAKE})

    assert company.done("test", "wake", "--suggest") == SUGGESTED


def test_borders_of_counts_numbers_and_stop_rules(company: Company) -> None:
    """What the file's own example tries already is not suggested again."""
    company.write({"busy.yaml": BUSY})

    assert names(company.done("test", "busy", "--suggest", "--lang", "en")) == BUSY_NAMES


def test_waits_are_lived_through(company: Company) -> None:
    company.write({"waits.yaml": WAITS})

    told = company.done("test", "waits", "--suggest")

    assert told.endswith(WAITED)


def test_each_row_of_a_table_has_its_own_border(company: Company) -> None:
    asks = (
        "conditions: {time_since: 签约日期, at_least: {table: 沉默门槛.首触}}\nactions: [{add_tag: 高潜}]\n"
    )
    company.write({"rows.yaml": nightly(asks, key="rows")})

    assert names(company.done("test", "rows", "--suggest")) == [
        "条件都符合：触发",
        "签约日期 29 天前：不触发",
        "客户层级 B、签约日期 90 天前：触发",
        "客户层级 B、签约日期 89 天前：不触发",
        "没有客户层级：无法判断",
        "没有签约日期：无法判断",
    ]


def test_each_of_any_is_tried_by_itself(company: Company) -> None:
    """A record that starts because of the first one would start whatever the second one says."""
    asks = """\
conditions:
  any:
    - {field: 潜力, at_least: 100, if_missing: no_match}
    - {field: 签约日期, on_or_after: {field: 复核日期}, if_missing: no_match}
    - {count_of: 订单, during: 30 days, at_least: 1}
actions: [{add_tag: 高潜}]
"""
    company.write({"some.yaml": nightly(asks, key="some")})

    assert names(company.done("test", "some", "--suggest")) == [
        "条件都符合：触发",
        "潜力 99.99：不触发",
        "复核日期 10 天前、签约日期 10 天前：触发",
        "复核日期 10 天前、签约日期 11 天前：不触发",
        "订单 1 条：触发",
        "没有订单：不触发",
        "订单 29 天前：触发",
        "订单 30 天前：不触发",
    ]


@pytest.mark.parametrize("first", ["", "    - {field: 潜力, at_least: 100}\n"])
def test_what_must_not_be_is_something_else(company: Company, first: str) -> None:
    """A record without a value could not be decided: it needs another one."""
    asks = f"conditions:\n  all:\n{first}    - none: [{{field: 客户层级, is: A}}]\n"
    asks += "actions: [{add_tag: 高潜}]\n"
    company.write({"none.yaml": nightly(asks, key="none")})

    found = names(company.done("test", "none", "--suggest"))
    company.done("test", "none", "--suggest", "--write")

    assert found[0] == "条件都符合：触发"
    assert {"客户层级 A：不触发", "没有客户层级：无法判断"} < set(found)
    assert company.answer("test", "none", "--coverage")["coverage"][0]["percent"] == 100


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_writing_keeps_every_byte(company: Company, end: str) -> None:
    own = (
        "  # 自己写的\n  - {name: 别的, today: 2026-03-31, given: {客户层级: A}, expect: nothing}   # 尾注\n"
    )
    before, behind = f"# 头\n{WAKE}tests:\n{own}", "\n# 到此为止\npriority: 7   # 小的先\n"
    path = company.root / "wake.yaml"
    path.write_bytes((before + behind).replace("\n", end).encode())

    told = company.done("test", "wake", "--suggest", "--write")

    added = "".join(SUGGESTED.splitlines(keepends=True)[2:])
    assert path.read_bytes() == (before + added + behind).replace("\n", end).encode()
    assert told.startswith("# 唤醒：已在文件末尾的 tests: 里加了 6 个例子")
    assert "7 个通过，0 个失败" in company.done("test", "wake")
    assert "没有要补的例子" in company.done("test", "wake", "--suggest")


def test_a_file_without_examples_gets_its_first(company: Company) -> None:
    path = company.root / "wake.yaml"
    path.write_text(WAKE.rstrip("\n"), encoding="utf-8")

    company.done("test", "wake", "--suggest", "--write")

    added = "".join(SUGGESTED.splitlines(keepends=True)[2:])
    assert path.read_text("utf-8") == f"{WAKE}tests:\n{added}"


COUNTS = nightly(
    """\
conditions: {count_of: 订单, during: 30 days, at_least: 2}
actions: [{add_tag: 高潜}]
"""
)
MUTATIONS = [
    (WAKE, "at_least: 90 days", "at_least: 91 days"),
    (WAKE, "at_least: 90 days", "at_least: 89 days"),
    (WAKE, "at_least: 90 days", "more_than: 90 days"),
    (WAKE, "is: B}", "is: [B, C]}"),
    (WAKE, "is: B}", "is_not: B}"),
    (WAKE, "is: B}", "is: B, if_missing: match}"),
    (WAKE, "at_least: 90 days}", "at_least: 90 days, if_missing: no_match}"),
    (WAKE, "{沉默状态: 即将沉默}\ntests", "{沉默状态: 已沉默}\ntests"),
    (WAKE, "update_field: {沉默状态: 即将沉默}\ntests", "add_tag: 高潜\ntests"),
    (COUNTS, "during: 30 days", "during: 31 days"),
    (COUNTS, "during: 30 days", "during: 29 days"),
    (COUNTS, "at_least: 2", "at_least: 1"),
    (COUNTS, "at_least: 2", "more_than: 2"),
    (COUNTS, "高潜}]\ntests", "低价值}]\ntests"),
]


SOURCES = ((WAKE, "first.yaml"), (COUNTS, "second.yaml"))


def test_no_change_of_the_workflow_goes_unseen(company: Company) -> None:
    company.write({"first.yaml": WAKE, "second.yaml": COUNTS.replace("id: wake", "id: counts")})
    company.done("test", "first.yaml", "counts", "--suggest", "--write")
    texts = {source: (company.root / name).read_text("utf-8") for source, name in SOURCES}
    for number, (source, old, new) in enumerate(MUTATIONS):
        assert old in texts[source], old
        changed = texts[source].replace(old, new, 1)
        company.write({f"m{number}.yaml": re.sub(r"(?m)^id: .*$", f"id: m{number}", changed)})

    found = company.answer("test", codes=(1,))

    failed = {one["workflow"] for one in found if not one["passed"]}
    assert failed == {f"m{number}" for number in range(len(MUTATIONS))}


def test_json(company: Company) -> None:
    company.write({"wake.yaml": WAKE})

    [found] = company.answer("test", "wake", "--suggest")

    facts = {"workflow": "wake", "file": "wake.yaml", "starts": True, "borrowed": False, "written": False}
    assert found.items() >= {**facts, "left_out": []}.items()
    assert [one["verdict"] for one in found["examples"]] == [
        "match", "no_match", "no_match", "no_match", "undecided", "undecided",
    ]  # fmt: skip
    assert found["examples"][3]["text"].startswith("- name: 签约日期 89 天前：不触发\n  today: 2026-03-31\n")


YES, NO, UNKNOWN = "没有例子靠它成立而触发", "没有例子因它不成立而不触发", "没有例子因它缺资料而无法判断"
FALLS = "连续 3 个月，订单的金额合计都比前一个月下降至少 30 %"


def test_what_no_record_can_be_made_for_is_told(company: Company) -> None:
    asks = "conditions: {sum_of: 订单.金额, per: month, in_a_row: 3, falls_by: 30 %}\n"
    asks += "actions: [{add_tag: 高潜}]\n"
    company.write({"falls.yaml": nightly(asks, key="falls", name="下滑")})

    told = company.done("test", "falls", "--suggest")

    assert told.splitlines() == [
        "# 下滑：没能造出一条会触发的记录，文件里也没有会触发的例子；先写一个会触发的例子，再来一次",
        "# 还没试到、也建议不了例子的：",
        *(f"#   falls.yaml:6  {answer}：{FALLS}" for answer in (YES, NO, UNKNOWN)),
        "#   以上都建议不了例子：要一串按时间排的记录才看得出。",
    ]
    assert company.answer("test", "falls", "--suggest")[0]["starts"] is False


def test_tests_in_brackets_are_left_alone(company: Company) -> None:
    path = company.root / "wake.yaml"
    own = "{name: 甲, today: 2026-03-31, given: {客户层级: A}, expect: nothing}"
    path.write_text(f"{WAKE}tests: [{own}]\n", encoding="utf-8")
    before = path.read_bytes()

    code, _, err = company.call("test", "wake", "--suggest", "--write", "--lang", "en")

    assert (code, path.read_bytes()) == (2, before)
    assert 'W928 The tests of "wake.yaml" stand in brackets' in err


@pytest.mark.parametrize("arguments", [["--suggest"], ["wake", "--write"]])
def test_wrong_usage(company: Company, arguments: list[str]) -> None:
    company.write({"wake.yaml": WAKE})

    code, _, err = company.call("test", *arguments)

    assert code == 2
    assert "W928 --suggest 后面要写至少一个流程" in err


@pytest.mark.parametrize("text, code", [("id: [\n", "W104"), ("", "W109"), ("- x\n", "W109")])
def test_a_file_in_which_no_id_can_be_read_is_meant_by_its_name(
    company: Company, text: str, code: str
) -> None:
    company.write({"wake.yaml": text})

    for command in (("test", "wake", "--suggest"), ("explain", "wake", "--record", "C1"), ("diff", "wake")):
        said = company.call(*command)
        assert (said.code, code in said.err, "wake.yaml:1:" in said.err) == (1, True, True), said


def test_a_broken_file_is_told_and_kept(company: Company) -> None:
    company.write({"wake.yaml": WAKE.replace("客户层级", "客户层及")})

    code, _, _ = company.call("test", "wake", "--suggest", "--write")

    assert code == 1
    assert "tests:" not in (company.root / "wake.yaml").read_text("utf-8")


SOME = ["birthday", "product-news"]
EVERY = sorted(one.stem for one in SHIPPED.glob("*/*.yaml") if "id: " in one.read_text("utf-8"))


@pytest.mark.parametrize("chosen", [[one] for one in EVERY] if os.environ.get("WAKELINE_FUZZ") else [SOME])
def test_what_ships_holds_with_all_that_is_suggested(chosen: list[str], tmp_path: Path) -> None:
    """A few of them, all where there is time (WAKELINE_FUZZ)."""
    company = Company(shipped_in(tmp_path))

    found = company.answer("test", *chosen, "--suggest", "--write")

    assert [one["workflow"] for one in found] == chosen
    assert all(one["examples"] or one["left_out"] or one["starts"] for one in found)
    assert "✗" not in company.done("test", *chosen)
