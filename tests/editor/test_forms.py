"""The form of a file: all of it is there, controls hold what it says, what is offered can be done."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from editor.analysis import analyse
from editor.edits import Done, carried_out
from editor.forms import MOST_NAMES, Block, Control, Stranger
from editor.regions import regions_of
from editor.studio import Studio
from editor.words import words_in
from engine import is_workflow_file
from tests.company import nightly, shipped_in, stories_in, write_files
from tests.editor.forms_read import every, form_in, offers_of

SHIPPED = Path(__file__).parents[2] / "workflows"


FILES = [
    str(path.relative_to(SHIPPED))
    for path in sorted(SHIPPED.rglob("*.yaml"))
    if is_workflow_file(str(path.relative_to(SHIPPED)))
    and not {"samples", "presets", ".wakeline"} & set(path.relative_to(SHIPPED).parts)
] + ["tables.yaml", "segments.yaml"]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(shipped_in(tmp_path_factory.mktemp("shipped")))


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """By ruamel.yaml alone, which the form does not use."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves_of(one, (*path, str(key)))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from leaves_of(one, (*path, number))
    else:
        yield path, value


@pytest.mark.parametrize("file", FILES)
def test_everything_in_a_file_is_in_its_form(studio: Studio, file: str) -> None:
    from ruamel.yaml import YAML

    data = YAML(typ="safe", pure=True).load((SHIPPED / file).read_text("utf-8"))
    form = form_in(studio, file)

    shown = [one.place.path for one in every(form) if isinstance(one, Control | Stranger)]
    missing = [path for path, _ in leaves_of(data) if not any(path[: len(one)] == one for one in shown)]
    assert missing == []
    strangers = [one.label for one in every(form) if isinstance(one, Stranger)]
    assert strangers == []


@pytest.mark.parametrize("file", FILES)
def test_what_a_control_holds_written_back_changes_nothing(studio: Studio, file: str) -> None:
    text = (SHIPPED / file).read_text("utf-8")
    controls = [one for one in every(form_in(studio, file)) if isinstance(one, Control)]
    controls = [one for one in controls if one.value != ""]  # an empty one takes its key away
    chosen = random.Random(file).sample(controls, min(4, len(controls)))

    for one in chosen:
        done = carried_out(text, [{**one.edit, "value": _sent(one)}], file)
        assert isinstance(done, Done), (one.place.path, done)
        assert done.text == text, one.place.path


def _sent(one: Control) -> Any:
    """What the page sends for an untouched control, by docs/editor-contract.md, section 5."""
    if one.kind == "unit":
        return int(one.value) if one.unit == "{}" else one.unit.replace("{}", one.value)
    if one.kind == "number" or one.is_number:
        return float(one.value) if "." in one.value else int(one.value)
    return one.value


def test_what_is_offered_can_be_done_and_says_what_it_offers(studio: Studio) -> None:
    """Of all offers of all files some hundred; what is added stands where it was added."""
    tried = 0
    for file in FILES:
        text = (SHIPPED / file).read_text("utf-8")
        offers = list(offers_of(form_in(studio, file)))
        assert all(one.label for one in offers)
        for one in random.Random(file).sample(offers, min(5, len(offers))):
            done = carried_out(text, [one.edit], file)
            assert isinstance(done, Done), (file, one)
            assert done.text != text
            tried += 1
    assert tried > 200


@pytest.mark.parametrize(
    "field, offered",
    [
        ("客户层级", {"不是", "为空", "值为空时"}),
        ("最近下单日期", {"不是", "为空", "值为空时", "当天或之后", "之后", "当天或之前", "之前"}),
        ("客户名称", {"不是", "为空", "值为空时", "包含", "开头是", "结尾是"}),
        ("沉默唤醒次数", {"不是", "为空", "值为空时", "至少", "多于", "至多", "少于"}),
    ],
)
def test_only_the_comparisons_that_fit_a_field_are_offered(
    studio: Studio, field: str, offered: set[str]
) -> None:
    text = nightly(f"conditions: {{field: {field}, is: x}}\n")
    (one,) = [row for row in form_in(studio, "wake.yaml", text).rows if row.place.path == ("conditions",)]

    assert isinstance(one, Block)
    assert {each.label for each in one.offers} == offered


HEAD = "conditions: {field: 客户层级, is: [A, Q]}\n"


def test_an_option_that_nobody_knows_stays_and_is_marked(tmp_path: Path) -> None:
    studio = Studio(stories_in(tmp_path))
    write_files(studio.root, {"wake.yaml": nightly(HEAD + "actions: [{add_tag: 高潜}]\n")})

    (chips,) = [one for one in every(form_in(studio, "wake.yaml")) if getattr(one, "kind", "") == "chips"]

    assert isinstance(chips, Control)
    assert chips.value == ["A", "Q"]
    assert [one.value for one in chips.choices if one.is_unknown] == ["Q"]


def test_a_key_that_nobody_knows_is_shown_and_left_alone(tmp_path: Path) -> None:
    studio = Studio(stories_in(tmp_path))
    write_files(
        studio.root, {"wake.yaml": nightly("colour: {a: [1, 2]}  # mine\nactions: [{add_tag: 高潜}]\n")}
    )

    (stranger,) = [one for one in every(form_in(studio, "wake.yaml")) if isinstance(one, Stranger)]

    assert (stranger.label, stranger.text) == ("colour", "{a: [1, 2]}")


def test_comments_stand_beside_what_they_belong_to(tmp_path: Path) -> None:
    rest = """\
conditions:
  all:
    # only those who buy
    - {field: 客户层级, is: A}  # the best
    - {field: 潜力, at_least: 3}
actions:
  - add_tag: 高潜   # at once
"""
    studio = Studio(stories_in(tmp_path))
    write_files(studio.root, {"wake.yaml": nightly(rest)})

    notes = {
        one.place.path: one.place.notes for one in every(form_in(studio, "wake.yaml")) if one.place.notes
    }

    assert notes[("conditions", "all", 0)] == ("only those who buy", "the best")
    assert notes[("actions", 0, "add_tag")] == ("at once",)
    assert ("conditions", "all", 1) not in notes


def test_names_are_those_of_the_workflows_own_module(tmp_path: Path) -> None:
    studio = Studio(stories_in(tmp_path))
    write_files(studio.root, {"wake.yaml": nightly(HEAD + "actions: [{add_tag: 高潜}]\n")})
    labels = [one.labels.zh for one in studio.desk().workspace.model.modules["customers"].fields.values()]

    (field,) = [
        one for one in every(form_in(studio, "wake.yaml")) if one.place.path == ("conditions", "field")
    ]

    assert isinstance(field, Control)
    assert [one.value for one in field.choices][: len(labels)] == labels


def test_a_list_of_customers_says_closed_whom_it_holds(studio: Studio) -> None:
    found = {one.place.path: one for one in form_in(studio, "segments.yaml").rows}
    closed = found[("双向沉默",)]
    assert isinstance(closed, Block)
    assert closed.help == (
        "距最近下单日期已满“沉默门槛.无订单”（A 60 天、B 90 天、C 180 天）；"
        "在“沉默门槛.无跟进”（A 30 天、B 60 天、C 90 天）内没有跟进记录"
    )


def test_names_inside_a_list_of_customers_are_those_of_its_own_module(tmp_path: Path) -> None:
    studio = Studio(stories_in(tmp_path))
    text = "订单一览:\n  module: orders\n  conditions: {field: 金额, more_than: 5}\n"
    write_files(studio.root, {"segments.yaml": text})
    labels = [one.labels.zh for one in studio.desk().workspace.model.modules["orders"].fields.values()]

    path = ("订单一览", "conditions", "field")
    (field,) = [one for one in every(form_in(studio, "segments.yaml")) if one.place.path == path]

    assert isinstance(field, Control)
    assert [one.value for one in field.choices][: len(labels)] == labels


def test_of_very_many_names_the_page_has_one_list(tmp_path: Path) -> None:
    studio = Studio(stories_in(tmp_path))
    model = (studio.root / "model.yaml").read_text("utf-8")
    more = "".join(f"      extra_{n}: {{label: 附加{n}, type: text}}\n" for n in range(MOST_NAMES))
    first = model.index("    fields:\n", model.index("customers:")) + len("    fields:\n")
    write_files(studio.root, {"model.yaml": model[:first] + more + model[first:]})
    write_files(studio.root, {"wake.yaml": nightly("conditions: {field: 附加7, is_empty: true}\n")})
    desk, language = studio.desk(), "zh"
    text = (studio.root / "wake.yaml").read_text("utf-8")

    region = regions_of(analyse(desk, "wake.yaml", text, language), words_in(language))["form"]

    (field,) = [one for one in every(region["form"]) if one.place.path == ("conditions", "field")]
    assert isinstance(field, Control)
    assert (field.kind, field.value) == ("text", "附加7")
    assert "附加7" in region["names"][field.names]


def test_a_step_is_copied_beside_itself_and_to_any_branch(studio: Studio) -> None:
    file = "silent-sequence.yaml"
    desk, text = studio.desk(), (studio.root / file).read_text("utf-8")
    region = regions_of(analyse(desk, file, text, "zh"), words_in("zh"))["form"]
    steps = [one for one in every(region["form"]) if isinstance(one, Block) and one.is_step and one.copy]
    where = [tuple(one.edit["path"]) for one in region["branches"]]

    assert len(steps) > 15
    assert [one for one in where if one[:2] == ("actions", 3)] == [("actions", 3, "otherwise", 1)]
    for one in random.Random(7).sample(steps, 2):
        assert one.copy is not None
        beside = one.copy.edit
        for edit in (beside, *({**beside, "path": list(path)} for path in where[:1])):
            done = carried_out(text, [edit], file)
            assert isinstance(done, Done)
            data = dict(leaves_of(loaded(text)))
            after = dict(leaves_of(loaded(done.text)))
            assert part_of(after, edit["path"]) == part_of(data, edit["of"])


@pytest.mark.parametrize("of", [[], ["actions", 99], "actions", [None]])
def test_a_copy_of_nothing_is_refused(of: Any) -> None:
    done = carried_out(
        "actions: [{stop: x}]\n", [{"kind": "insert", "path": ["actions", 0], "of": of}], "a.yaml"
    )

    assert not isinstance(done, Done)


def loaded(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(text)


def part_of(leaves: dict[Any, Any], path: list[Any]) -> dict[Any, Any]:
    """What stands at a path, by the paths inside it."""
    length = len(path)
    return {one[length:]: value for one, value in leaves.items() if list(one[:length]) == path}
