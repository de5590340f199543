"""The text on the screen beside the live one: who is new, who is gone, in the language of the page."""

from __future__ import annotations

from pathlib import Path

from editor.comparing import Comparison, Facts, Listed, compared
from editor.studio import Studio
from editor.weighing import is_large
from tests.company import nightly, stories_in, write_files

RISING = "conditions: {field: 潜力, at_least: 100}\nactions: [{update_field: {行业: 机械}}]\n"
FALLING = "conditions: {field: 潜力, at_most: 100}\nactions: [{update_field: {行业: 机械}}]\n"


def test_who_is_new_and_who_is_gone_is_told_with_the_reason(tmp_path: Path) -> None:
    root = stories_in(tmp_path / "company")
    write_files(root, {"wake.yaml": nightly(RISING)})
    (root / "samples").mkdir()
    rows = "编号,客户名称,潜力\nC1,甲,100\nC2,乙,99\nC3,丙,\nC4,丁,300\n"
    (root / "samples" / "customers.csv").write_text(rows, "utf-8")
    live = Studio(root).desk()
    tried = live.trying("wake.yaml", nightly(FALLING))
    tried.sample(root / "samples")

    found = compared(live, tried, "wake", ["zh", "en"])

    told = {one.kind: [record.title for record in one.records] for one in found["zh"].lists}
    assert told == {"added": ["乙（C2）"], "dropped": ["丁（C4）"], "changed": []}
    assert [one.count for one in found["en"].lists] == [1, 1, 0]
    assert (found["zh"].before, found["zh"].after, found["zh"].same) == (2, 2, 1)
    assert "潜力至少为 100" in found["zh"].lists[0].records[0].lines[0]
    assert not found["zh"].is_same


def test_a_few_each_of_many_workflows_are_many() -> None:
    few = Comparison(Facts("wake", "唤醒"), lists=(Listed("added", 60, ()),))
    assert not is_large([few])
    assert is_large([few, few])
