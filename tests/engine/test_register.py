"""The workflows that somebody may mean by a name that none of them has."""

from __future__ import annotations

import pytest

from engine.register import unknown_workflow
from engine.texts import Texts
from engine.workspace import workspace_of_sources
from tests.engine.small import BASE, ROOT

HEAD = 'id: {id}\nname: {name}\nmodule: 客户\ntrigger: {{every: day, at: "01:00"}}\nactions: [{action}]\n'
FILES = {
    **BASE,
    "silence/first.yaml": HEAD.format(
        id="silent-first-touch", name="{zh: 沉默唤醒·首触, en: First touch}", action="add_tag: 高潜"
    ),
    "silence/last.yaml": HEAD.format(id="silent-last-touch", name="沉默唤醒·末触", action="add_tag: 高潜"),
    "birthday.yaml": HEAD.format(id="birthday", name="生日", action="add_tag: 高潜"),
    "broken.yaml": HEAD.format(id="contract-renewal", name="合同续签", action="add_tag: 没有的"),
}


def told(name: str, language: str = "zh") -> str:
    found = unknown_workflow(workspace_of_sources(ROOT, FILES), name)
    assert found.code == "W912"
    return Texts.of(language).hint(found.code, found.facts)


@pytest.mark.parametrize(
    "name, near",
    [
        ("silent-first-touc", "silent-first-touch"),
        ("Silent-First-Touch", "silent-first-touch"),
        ("silence/frist.yaml", "silent-first-touch"),
        ("沉默唤醒首触", "silent-first-touch"),
        ("first touch", "silent-first-touch"),
        ("末触", "silent-last-touch"),
        ("brithday", "birthday"),
        ("contract-renwal", "contract-renewal"),
        ("合同续签", "contract-renewal"),
    ],
)
def test_the_nearest_is_told_by_id_file_or_name(name: str, near: str) -> None:
    assert told(name) == f"是否想写“{near}”？全部流程见 wakeline describe。"
    assert told(name, "en") == f'Did you mean "{near}"? All of them: wakeline describe'


def test_what_is_a_part_of_several_names_tells_them() -> None:
    assert (
        told("沉默唤醒") == "最像的是 silent-first-touch、silent-last-touch；全部流程见 wakeline describe。"
    )


def test_where_nothing_is_near_only_the_list_is_told() -> None:
    assert told("xyz") == "全部流程见 wakeline describe。"
    found = unknown_workflow(workspace_of_sources(ROOT, BASE), "xyz")
    assert Texts.of("zh").hint(found.code, found.facts).startswith("先写一个流程文件")
