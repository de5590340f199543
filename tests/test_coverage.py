"""`wakeline test --coverage`: what the examples try of a workflow, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, nightly, stories_in

HEAD = """\
conditions:
  all:
    - {field: 客户层级, is: B}
    - {field: 潜力, at_least: 100, if_missing: no_match}
stop_when:
  - {if: {field: 是否继续维护, is: 否, if_missing: no_match}, because: 不再维护}
actions:
  - if: {field: 沉默状态, is: 正常跟进}
    then: [{add_tag: 高潜}]
    else: [{add_tag: 低价值}]
  - wait: 2 days
  - notify: {to: owner, text: 好}
"""
BOTH_WRONG = "  - {name: 都不对, today: 2026-03-31, given: {客户层级: A, 潜力: 99}, expect: nothing}\n"
STARTS = "  - {name: 触发, today: 2026-03-31, given: {客户层级: B, 潜力: 100}, expect: started}\n"
NOT_B = "  - {name: 不是 B, today: 2026-03-31, given: {客户层级: A, 潜力: 100}, expect: nothing}\n"
TOO_LITTLE = "  - {name: 太少, today: 2026-03-31, given: {客户层级: B, 潜力: 99}, expect: nothing}\n"
NO_TIER = "  - {name: 没有层级, today: 2026-03-31, given: {潜力: 100}, expect: undecided}\n"
WRONG = "  - {name: 期望错了, today: 2026-03-31, given: {客户层级: A, 潜力: 100}, expect: started}\n"
STOPPED = """\
  - {name: 停, today: 2026-03-31, given: {客户层级: B, 潜力: 100, 是否继续维护: 否}, expect: stopped}
"""
LATER = """\
  - name: 两天以后
    today: 2026-03-31
    given: {客户层级: B, 潜力: 100, 沉默状态: 已沉默}
    expect: started
    later: [{after: 2 days, expect: [notify]}]
"""
CONDITIONS = [("yes", 8), ("no", 8), ("unknown", 8), ("yes", 9), ("no", 9)]
STOP, STEPS = (
    [("stop", 11)],
    [("branch", 14), ("step", 14), ("branch", 15), ("step", 15), ("step", 16), ("step", 17)],
)
EVERYTHING = [*CONDITIONS, *STOP, *STEPS]


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(stories_in(tmp_path))


def missing(company: Company, *examples: str, codes: tuple[int, ...] = (0,)) -> list[tuple[str, int]]:
    """What is not tried, with its line."""
    tests = f"tests:\n{''.join(examples)}" if examples else ""
    company.write({"wake.yaml": nightly(HEAD + tests)})
    found: dict[str, Any] = company.answer("test", "--coverage", codes=codes)
    [one] = found["coverage"]
    assert one["points"] == len(EVERYTHING)
    assert one["covered"] == len(EVERYTHING) - len(one["missing"])
    assert len(found["examples"]) == len(examples)
    return [(gap["aim"], gap["line"]) for gap in one["missing"]]


def test_without_examples_nothing_is_tried(company: Company) -> None:
    assert missing(company) == EVERYTHING


def test_an_answer_counts_only_where_something_hangs_on_it(company: Company) -> None:
    assert missing(company, BOTH_WRONG) == EVERYTHING


def test_each_answer_is_tried_by_itself(company: Company) -> None:
    tried = missing(company, NOT_B, TOO_LITTLE, NO_TIER)

    # That the tier fits matters nowhere: where it does, the other condition says no by itself.
    assert tried == [("yes", 8), *STOP, *STEPS]


def test_a_start_tries_both_conditions_and_its_steps(company: Company) -> None:
    tried = missing(company, STARTS)

    assert tried == [("no", 8), ("unknown", 8), ("no", 9), *STOP, ("branch", 15), ("step", 15), ("step", 17)]


def test_what_fails_tries_nothing(company: Company) -> None:
    assert missing(company, WRONG, codes=(1,)) == EVERYTHING


def test_later_days_and_stop_rules(company: Company) -> None:
    tried = missing(company, STARTS, NOT_B, TOO_LITTLE, NO_TIER, STOPPED, LATER)

    assert tried == []
    assert company.answer("test", "--coverage")["coverage"][0]["percent"] == 100


def test_text_in_both_languages(company: Company) -> None:
    missing(company, STARTS, NOT_B)

    assert company.done("test", "--coverage", "wake").splitlines() == [
        "wake  50 %  6/12",
        "  wake.yaml:8   没有例子因它缺资料而无法判断：客户层级是 B",
        "  wake.yaml:9   没有例子因它不成立而不触发：潜力至少为 100",
        "  wake.yaml:11  没有例子因它停下：是否继续维护为“否”",
        "  wake.yaml:15  没有例子走到这个分支：else",
        "  wake.yaml:15  没有例子做到这一步：add_tag",
        "  wake.yaml:17  没有例子做到这一步：notify",
        "  可以补的例子：wakeline test --suggest wake",
        "2 个通过，0 个失败",
    ]
    english = company.done("test", "--coverage", "--lang", "en").splitlines()
    assert english[0] == "wake  50 %  6/12"
    assert english[1].startswith("The percentage is what the examples try")


def test_what_must_not_be_is_told_as_that(company: Company) -> None:
    asks = "conditions: {none: [{field: 客户层级, is: A}]}\nactions: [{add_tag: 高潜}]\n"
    company.write({"wake.yaml": nightly(asks)})

    told = company.done("test", "--coverage", "wake")

    assert "没有例子靠它成立而触发：并非客户层级是 A" in told
    assert "没有例子因它不成立而不触发：并非客户层级是 A" in told


def test_what_fails_is_still_told(company: Company) -> None:
    missing(company, WRONG, codes=(1,))

    told = company.done("test", "--coverage", codes=(1,)).splitlines()

    assert told[0] == "✗ wake · 期望错了"
    assert told[-1] == "0 个通过，1 个失败"
    assert company.answer("test", codes=(1,))[0]["passed"] is False
