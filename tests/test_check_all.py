"""check --all: what a simulated month shows of workflows that get in each other's way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, nightly, stories_in

pytestmark = pytest.mark.usefixtures("each_store")

KNOWN = {"客户层级": "A", "沉默状态": "正常跟进", "负责人": "S1", "邮件同意": "是"}
ROWS = [{"编号": f"C{n}", "客户名称": f"客户{n}", "邮箱": f"c{n}@example.cn", **KNOWN} for n in (1, 2, 3)]
LETTER = "actions:\n  - send_template: {template: 问候, to: customer, via: email}\n"


def company(tmp_path: Path, files: dict[str, str]) -> Company:
    found = Company(stories_in(tmp_path / "company"))
    found.write(files)
    found.bring("员工", [{"编号": "S1", "姓名": "王一"}])
    found.bring("客户", ROWS)
    return found


def crossings(found: Company) -> list[dict[str, Any]]:
    told = found.answer("check", "--all")
    return [one for one in told if one["code"] in {"W695", "W696", "W697"}]


def test_a_person_who_gets_two_letters_in_one_night_is_told_at_both_places(tmp_path: Path) -> None:
    only_two = f"conditions: {{field: 客户名称, is_not: 客户3}}\n{LETTER}"
    files = {"a.yaml": nightly(LETTER, key="a"), "b.yaml": nightly(only_two, key="b")}
    found = company(tmp_path, files)

    (one,) = crossings(found)

    assert (one["code"], one["severity"]) == ("W695", "warning")
    assert {f"{one['file']}:{one['line']}", "a.yaml:7"} == {"b.yaml:8", "a.yaml:7"}
    assert "先是 a.yaml:7" in one["message"]
    assert "2 人，如 C1（2026-03-31）" in one["message"]
    assert found.rows("runs") == []


SETS = "actions:\n  - update_field: {行业: %s}\n"


def test_a_field_that_two_set_on_one_night_is_told(tmp_path: Path) -> None:
    first = "conditions: {field: 客户名称, is: 客户1}\n" + SETS % "机械"
    second = "conditions: {field: 客户名称, starts_with: 客户}\n" + SETS % "食品"
    found = company(tmp_path, {"a.yaml": nightly(first, key="a"), "b.yaml": nightly(second, key="b")})

    (one,) = crossings(found)

    assert (one["code"], one["file"]) == ("W696", "b.yaml")
    assert "a.yaml:8 刚改了“行业”" in one["message"]
    assert "1 条，如 C1（2026-03-31）" in one["message"]


def test_two_that_set_a_field_back_and_forth_are_a_ring(tmp_path: Path) -> None:
    def turning(asked: str, then: str, key: str) -> str:
        head = nightly("", key=key).replace("once_per: customer", "once_per: day")
        step = f"update_field: {{沉默状态: {then}}}"
        return f"{head}conditions: {{field: 沉默状态, is: {asked}}}\nactions:\n  - {step}\n"

    files = {"a.yaml": turning("正常跟进", "即将沉默", "a"), "b.yaml": turning("即将沉默", "正常跟进", "b")}
    found = company(tmp_path, files)

    codes = {one["code"]: one for one in crossings(found)}

    assert "W697" in codes
    assert "a.yaml:8" in codes["W697"]["message"]
    assert "3 条" in codes["W697"]["message"]


def test_workflows_that_keep_apart_are_not_told(tmp_path: Path) -> None:
    one = "conditions: {field: 客户名称, is: 客户1}\n" + LETTER
    other = "conditions: {field: 客户名称, is: 客户2}\n" + LETTER
    found = company(tmp_path, {"a.yaml": nightly(one, key="a"), "b.yaml": nightly(other, key="b")})

    assert crossings(found) == []
    assert found.call("check", "--all").code == 0
