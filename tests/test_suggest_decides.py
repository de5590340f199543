"""`wakeline test --suggest`: what is suggested tells every small change of the conditions."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.company import SHIPPED, Company, nightly, shipped_in, stories_in
from tests.suggested_mutants import mutants_of

REFERENCE = Path(__file__).parent.parent / "benchmarks" / "reference"
EITHER = nightly(
    """\
conditions:
  all:
    - {field: 客户层级, is: [A, B]}
    - any:
        - all:
            - {field: 客户层级, is: A}
            - {count_of: 跟进记录, during: 30 days, is: 0}
        - all:
            - {field: 客户层级, is: B}
            - {count_of: 跟进记录, during: 90 days, is: 0}
actions: [{add_tag: 高潜}]
"""
)
STEPS = nightly(
    """\
conditions: {field: 客户层级, is: A}
actions:
  - update_field: {沉默唤醒次数: {add: 1}, 沉默状态: 即将沉默}
  - if: {field: 沉默唤醒次数, at_least: 3, if_missing: no_match}
    then: [{add_tag: 高潜}]
    else: [{add_tag: 低价值}]
  - if: {field: 沉默状态, is: 即将沉默}
    then: [{remove_tag: 决策慢}]
    else: [{stop: 不会走到}]
  - if: {field: 负责人.区域, is: 华东, if_missing: no_match}
    then: [{notify: {to: owner, text: "{{ 电话 }}"}}]
"""
)
ENGLISH = {
    "workspace.yaml": "language: en\ntime_zone: Europe/London\ncurrency: GBP\n",
    "model.yaml": """\
people: {module: staff, supervisor: boss, active: active}
modules:
  staff:
    label: {zh: 员工, en: Staff}
    fields:
      name: {label: {zh: 姓名, en: Name}, type: text}
      boss: {label: {zh: 上级, en: Supervisor}, type: link, to: staff}
      active: {label: {zh: 在职, en: Active}, type: yes_no, default: yes}
  customers:
    label: {zh: 客户, en: Customer}
    owner: owner
    fields:
      name: {label: {zh: 客户名称, en: Name}, type: text}
      owner: {label: {zh: 负责人, en: Owner}, type: link, to: staff}
      signed: {label: {zh: 签约日期, en: Signed on}, type: date}
      review: {label: {zh: 复核日期, en: Review on}, type: date}
      quiet: {label: {zh: 免打扰, en: Do not disturb}, type: yes_no, default: no}
  orders:
    label: {zh: 订单, en: Orders}
    happens_on: date
    fields:
      customer: {label: {zh: 客户, en: Customer}, type: link, to: customers}
      date: {label: {zh: 下单日期, en: Ordered on}, type: date}
""",
    "wake.yaml": """\
id: wake
name: Wake up
module: customers
status: active
trigger: {every: day, at: "01:00"}
conditions:
  all:
    - {field: quiet, is: "no"}
    - {field: Review on, on_or_after: {field: signed}}
    - {count_of: Orders, during: 30 days, is: 0}
actions:
  - update_field: {quiet: "yes"}
  - notify: {to: owner, text: "Call {{ Name }}"}
""",
}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(stories_in(tmp_path))


def told(company: Company, key: str = "wake") -> dict[str, str]:
    """What is given in each suggested example -> what is expected, as they are written."""
    [found] = company.answer("test", key, "--suggest")
    texts = [one["text"] for one in found["examples"]]
    given = [re.search(r"given: (.*)", one) for one in texts]
    return {
        ("" if one is None else one[1]): text.partition("expect:")[2].strip()
        for one, text in zip(given, texts, strict=True)
    }


def test_what_stands_beside_in_any_does_not_hold(company: Company) -> None:
    """40 days ago is too long for A, and not long enough for B: there the tier decides, and the days too."""
    company.write({"wake.yaml": EITHER})

    found = told(company)

    assert found["{客户层级: A, 跟进记录: [{跟进时间: 30 days ago}]}"] == "- add_tag: 高潜"
    assert found["{客户层级: A, 跟进记录: [{跟进时间: 29 days ago}]}"] == "nothing"
    assert found["{客户层级: B, 跟进记录: [{跟进时间: 89 days ago}]}"] == "nothing"
    assert found["{客户层级: B, 跟进记录: [{跟进时间: 90 days ago}]}"] == "- add_tag: 高潜"
    days = r"\{客户层级: B, 跟进记录: \[\{跟进时间: (\d+) days ago\}\]\}"
    between = [int(one[1]) for text in found if (one := re.fullmatch(days, text))]
    assert any(30 <= one < 90 for one in between)


def test_what_an_earlier_step_writes_is_led_back(company: Company) -> None:
    """A third time is reached from two, and not from one; a tag is taken off whoever has it."""
    company.write({"wake.yaml": STEPS})

    found = told(company)

    assert found["{客户层级: A, 沉默唤醒次数: 2}"].splitlines()[1].strip() == "- add_tag: 高潜"
    assert found["{客户层级: A, 沉默唤醒次数: 1}"].splitlines()[1].strip() == "- add_tag: 低价值"
    [tagged] = [expect for given, expect in found.items() if "决策慢" in given]
    assert tagged.splitlines()[2].strip() == "- remove_tag: 决策慢"


def test_nothing_is_advised_that_cannot_be_suggested(company: Company) -> None:
    company.write({"wake.yaml": STEPS})
    [before] = company.answer("test", "wake", "--coverage")["coverage"]
    company.done("test", "wake", "--suggest", "--write")

    [again] = company.answer("test", "wake", "--suggest")
    [covered] = company.answer("test", "wake", "--coverage")["coverage"]
    text = company.done("test", "wake", "--coverage")

    whys = {(one["aim"], one["line"]): one["why"] for one in covered["missing"]}
    assert whys == {
        ("branch", 14): "changed", ("step", 14): "changed",
        ("branch", 16): "linked", ("step", 16): "linked",
    }  # fmt: skip
    assert again["examples"] == []
    assert again["left_out"] == covered["missing"]
    assert {(one["aim"], one["line"]): one["why"] for one in before["missing"] if one["why"]} == whys
    assert "stop（前面的步骤已经改了这个字段）" in text
    assert "--suggest" not in text


def test_an_english_workspace_has_english_examples(tmp_path: Path) -> None:
    company = Company(tmp_path)
    company.write(ENGLISH)

    text = company.done("test", "wake", "--suggest", "--write")
    written = (company.root / "wake.yaml").read_text("utf-8")

    assert re.search("[\u4e00-\u9fff]", text + written) is None
    assert "{Do not disturb: yes}" in written
    assert "given: {Signed on: 10 days ago, Review on: 11 days ago, Name: Name}" in written
    assert "Orders: [{Ordered on: 29 days ago}]" in written
    assert "✗" not in company.done("test", "wake")


# --- the proof: no small change goes unseen ---------------------------------------------------------------

SHIPPED_SOME = ["new-customer-next-contact"]
REFERENCE_SOME = ["key-accounts"]
IS_LONG = bool(os.environ.get("WAKELINE_FUZZ"))


def ids_in(root: Path) -> list[str]:
    files = (one.read_text("utf-8") for one in root.rglob("*.yaml") if "presets" not in one.parts)
    return sorted(found[1] for text in files if (found := re.search(r"(?m)^id: (.*)$", text)))


def unseen(company: Company, key: str) -> list[str]:
    """The changes of the conditions that no suggested example tells, but for those said to be left out."""
    path = next(
        one for one in company.root.rglob("*.yaml") if f"\nid: {key}\n" in f"\n{one.read_text('utf-8')}"
    )
    whole = path.read_text("utf-8")
    path.write_text(whole.partition("\ntests:")[0] + "\n", "utf-8")
    [found] = company.answer("test", key, "--suggest", "--write")
    if not found["starts"]:  # what it asks cannot be made up: then it takes an example of the file's own
        path.write_text(whole, "utf-8")
        [found] = company.answer("test", key, "--suggest", "--write")
    left = {one["line"] for one in found["left_out"]}
    mutants = list(mutants_of(path.read_text("utf-8")))
    assert mutants, key
    for number, one in enumerate(mutants):
        text = re.sub(r"(?m)^id: .*$", f"id: m{number}", one.text, count=1)
        path.with_name(f"m{number}.yaml").write_text(text, "utf-8")

    names = [key, *(f"m{number}" for number in range(len(mutants)))]
    tried = company.answer("test", *names, codes=(0, 1))

    failed = {one["workflow"] for one in tried if not one["passed"]}
    assert key not in failed
    missed = (one for number, one in enumerate(mutants) if f"m{number}" not in failed)
    return [one.change for one in missed if one.line not in left]


@pytest.mark.parametrize("key", ids_in(SHIPPED) if IS_LONG else SHIPPED_SOME)
def test_a_shipped_workflow_is_told_from_all_its_mutants(key: str, tmp_path: Path) -> None:
    assert unseen(Company(shipped_in(tmp_path)), key) == []


@pytest.mark.parametrize("key", ids_in(REFERENCE) if IS_LONG else REFERENCE_SOME)
def test_a_workflow_of_the_benchmark_is_told_from_all_its_mutants(key: str, tmp_path: Path) -> None:
    company = Company(Path(shutil.copytree(REFERENCE, tmp_path, dirs_exist_ok=True)))

    assert unseen(company, key) == []


def test_mutants_change_what_they_say() -> None:
    text = (
        "id: x\nconditions:\n  all:\n    - {field: a, is: [A, B]}\n"
        "    - {time_since: b, at_least: 9 days}\nactions: []\n"
    )

    found = {one.change: one.text for one in mutants_of(text)}

    assert set(found) == {
        "at_least: 9 -> 10", "at_least: 9 -> 8", "is: [A, B] without A -> B", "is: [A, B] without B -> A"
    }  # fmt: skip
    assert found["at_least: 9 -> 10"] == text.replace("9 days", "10 days")
    assert found["is: [A, B] without A -> B"] == text.replace("[A, B]", "[B]")
