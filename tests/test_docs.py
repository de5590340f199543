"""What is generated is up to date, and the schemas judge files as the check does."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry

from engine.actions import ACTIONS
from engine.catalogue import generated, reference, schemas
from engine.catalogue.reference import anchor
from engine.catalogue.samples import FILES as FILES_TO_LOOK_AT
from engine.catalogue.samples import GROUPS, example_value, laid_out
from engine.compile import compile_workflow
from engine.conditions import CONDITIONS
from engine.load import load_document, load_file
from engine.model.diagnostics import Problems
from engine.model.document import Document, Mapping, Node, Scalar, Sequence, Span, plain_value
from engine.texts import LANGUAGES, Texts
from engine.triggers import TRIGGERS
from engine.workspace import Workspace, open_workspace, workspace_of_sources

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "workflows"
KINDS = {
    "model.yaml": "model",
    "tables.yaml": "tables",
    "segments.yaml": "segments",
    "scores.yaml": "scores",
    "workspace.yaml": "workspace",
    "calendar.yaml": "calendar",
}
FILES = sorted(
    path.relative_to(SHIPPED).as_posix()
    for path in SHIPPED.rglob("*.yaml")
    if not {"samples", ".wakeline"} & set(path.relative_to(SHIPPED).parts)
    and not path.name.endswith(".tests.yaml")  # part of a workflow; tests/test_presets.py makes it whole
)
CASES = [
    path for path in sorted((ROOT / "tests" / "cases" / "check").glob("*/")) if not path.name.startswith("_")
]
SHAPE_CODES = {"W211", "W212", "W213", "W214", "W215", "W216"}
_A_NUMBER_TO_PEOPLE = "100,000 is a text like any other to a schema"
NOT_A_MATTER_OF_SHAPE: dict[str, str] = dict.fromkeys(
    (
        "slip_thousands_in_a_list",
        "slip_thousands_in_braces",
        "slip_thousands_with_a_unit",
        "slip_thousands_with_decimals",
        "thousands_separator_in_a_number",
    ),
    _A_NUMBER_TO_PEOPLE,
)
"""Cases that the check refuses and a schema cannot, with the reason."""


def kind_of(name: str) -> str:
    if name.startswith("templates/"):
        return "partial" if name.startswith("templates/partials/") else "template"
    if name.startswith("presets/"):
        return kind_of(name.rpartition("/")[2])
    return KINDS.get(name, "workflow")


@lru_cache
def validator(kind: str, language: str = "zh", names: bool = False) -> Draft202012Validator:
    schema = schemas(language, shipped() if names else None)[kind]
    return Draft202012Validator(schema, registry=Registry())


def mistakes(kind: str, value: Any, **which: Any) -> list[str]:
    return [f"{one.json_path}: {one.message}" for one in validator(kind, **which).iter_errors(value)]


def codes_of(value: Any) -> set[str]:
    """What the check says of a workflow in the shipped workspace."""
    problems = Problems()
    reading = shipped().reading(next(iter(shipped().model.modules.values())), problems)
    root = node_of(value)
    assert isinstance(root, Mapping)
    compile_workflow(Document("case.yaml", root, ""), reading, lambda _: "version")
    return {one.code for one in problems.found}


def node_of(value: Any) -> Node:
    """Plain data as the loader would give it."""
    at = Span("case.yaml", 1, 1, 1, 2)
    if isinstance(value, dict):
        return Mapping(
            tuple((Scalar(key, quoted=False, span=at), node_of(one)) for key, one in value.items()), at
        )
    if isinstance(value, list):
        return Sequence(tuple(node_of(one) for one in value), at)
    return Scalar(
        value if isinstance(value, str) else json.dumps(value), quoted=isinstance(value, str), span=at
    )


@lru_cache
def shipped() -> Workspace:
    return open_workspace(SHIPPED)


def test_generated_files_are_up_to_date() -> None:
    stale = [name for name, text in generated().items() if not is_on_disk(ROOT / name, text)]

    assert stale == [], "run: make docs"


def is_on_disk(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def test_nothing_else_lies_among_the_generated_files() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / "schemas").rglob("*") if path.is_file()}

    assert found == {name for name in generated() if name.startswith("schemas/")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_schemas_are_schemas_that_name_no_machine(language: str) -> None:
    for kind, schema in schemas(language, shipped()).items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == ("" if language == "zh" else f"{language}/") + f"{kind}.schema.json"
        assert "://" not in json.dumps({**schema, "$schema": ""})


@pytest.mark.parametrize("names", [False, True], ids=["plain", "with_names"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FILES)
def test_shipped_file_fits_its_schema(name: str, language: str, names: bool) -> None:
    document = load_file(SHIPPED / name, name, Problems())

    assert document.root is not None
    assert mistakes(kind_of(name), plain_value(document.root), language=language, names=names) == []


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_broken_shape_is_refused_by_the_schema_too(case: Path) -> None:
    if case.name in NOT_A_MATTER_OF_SHAPE:
        pytest.skip(NOT_A_MATTER_OF_SHAPE[case.name])
    own = sources_in(case)

    workspace = workspace_of_sources(case, {**sources_in(case.parent / "_base"), **own})

    for name in own:
        root = workspace.documents[name].root
        codes = {one.code for one in workspace.diagnostics if one.at.file == name}
        if kind_of(name) == "workflow" and root is not None and codes & SHAPE_CODES:
            assert mistakes("workflow", plain_value(root)), f"{name}: {sorted(codes)}"


def sources_in(folder: Path) -> dict[str, str]:
    found = sorted(folder.rglob("*.yaml"))
    return {one.relative_to(folder).as_posix(): one.read_bytes().decode("utf-8", "replace") for one in found}


def every_word() -> dict[str, Any]:
    """A workflow that uses every word once."""
    return {
        "id": "every-word",
        "name": "每个词",
        "module": "客户",
        "status": "active",
        "priority": 5,
        "trigger": [example_value(word.example) for word in TRIGGERS.values()],
        "conditions": {
            "all": [
                *(example_value(word.example) for name, word in CONDITIONS.items() if name != "step"),
                {
                    "any": [{"field": "区域", "contains": "东"}, {"field": "邮箱", "is_empty": False}],
                    "needs": 1,
                },
                {"none": [{"field": "建档日期", "after": "2026-01-01"}, {"field": "标签", "has": ["高潜"]}]},
                {
                    "count_of": "订单",
                    "where": {"field": "品类", "is": "x", "if_missing": "match"},
                    "at_least": 1,
                    "if_missing": "match",
                },
                {"time_since": "建档日期", "at_least": {"table": "沉默门槛.首触"}},
                {"field": "客户层级", "is_not": {"field": "建议层级"}},
            ]
        },
        "once_per": {"field": "最近下单日期"},
        "limit": {"per_owner_per_day": 20, "first": {"highest": "年度成交额"}},
        "guard": {"at_most": 10, "share": "5 %"},
        "actions": [
            *(example_value(word.example) for name, word in ACTIONS.items() if name != "send_template"),
            {"name": "首触", "create_task": {"subject": "x", "to": "owner"}},
            {"if": example_value(CONDITIONS["step"].example), "then": [{"stop": "x"}]},
            {
                "name": "信",
                "send_template": {"template": "90 天唤醒", "to": "customer", "via": ["email"]},
                "otherwise": [{"notify": {"to": ["owner", {"person": "S001"}], "text": "x", "urgent": True}}],
            },
        ],
        "tests": [{"name": "x", "today": "2026-03-31", "given": {"客户层级": "A"}, "expect": "nothing"}],
    }


MORE_CONDITIONS = """
all:
  - {field: 区域, contains: 东}
  - {field: 邮箱, is_empty: false, if_missing: match}
  - {field: 建档日期, after: 2026-01-01, before: 2026-12-31}
  - {field: 标签, has: [高潜]}
  - {field: 客户层级, is_not: {field: 建议层级}}
  - {time_since: 建档日期, at_least: {table: 沉默门槛.首触}}
  - {count_of: 订单, during: last 90 days, where: {field: 品类, is: x, if_missing: match}, at_least: 1}
"""
MORE_ACTIONS = """
send_template: {template: 90 天唤醒, to: customer, via: [email]}
otherwise: [{notify: {to: [owner, {person: S001}], text: x, urgent: true}}]
name: 信
"""


def variants(value: Any, whole: Any) -> Iterator[Any]:
    """The whole with one part broken: a key too many, a key too few, another kind of value."""
    places: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    if isinstance(value, dict):
        value["zzz"] = 1
        yield whole
        del value["zzz"]
    for place in places:
        if place == "given":  # names of fields, for another reader
            continue
        kept = value[place]
        for other in ({"zzz": 1}, [["x"]], "zzz", 7):
            value[place] = other
            yield whole
        value[place] = kept
        if isinstance(value, dict):
            del value[place]
            yield whole
            value[place] = kept
        if isinstance(kept, dict | list):
            yield from variants(kept, whole)


def test_every_word_together_is_fine() -> None:
    value = every_word()

    assert mistakes("workflow", value) == []
    assert codes_of(value) == set()


def test_check_and_schema_agree_on_the_keys_of_a_workflow() -> None:
    value = {**every_word(), "trigger": {"when": "by_hand"}, "actions": [{"stop": "x"}]}
    del value["conditions"]

    assert disagreements(value, value) == ([], [])


PIECES = {
    **{f"trigger-{name}": ("trigger", word.example) for name, word in TRIGGERS.items()},
    **{f"condition-{name}": ("conditions", word.example) for name, word in CONDITIONS.items()},
    **{f"group-{name}": ("conditions", example) for name, example in GROUPS.items()},
    **{f"action-{name}": ("actions", word.example) for name, word in ACTIONS.items()},
    "condition-more": ("conditions", MORE_CONDITIONS),
    "action-more": ("actions", MORE_ACTIONS),
}


@pytest.mark.parametrize("key, example", PIECES.values(), ids=PIECES)
def test_check_and_schema_agree_wherever_a_shape_is_broken(key: str, example: str) -> None:
    """Neither paints red what the other lets run; broken in every place in turn."""
    piece = example_value(example)
    value = {
        "id": "x",
        "name": "x",
        "module": "客户",
        "trigger": {"when": "by_hand"},
        "actions": [{"stop": "x"}],
    }
    value[key] = [piece] if key == "actions" else piece

    assert disagreements(value, value[key]) == ([], [])


def disagreements(value: Any, part: Any) -> tuple[list[Any], list[Any]]:
    """What only the check, and what only the schema refuses, of the variants of a part."""
    only_check, only_schema = [], []
    for broken in variants(part, value):
        codes = codes_of(broken)
        if validator("workflow").is_valid(broken):
            only_check += [copy.deepcopy(broken)] * bool(codes & SHAPE_CODES)
        else:
            only_schema += [copy.deepcopy(broken)] * (not codes)
    return only_check, only_schema


@pytest.mark.parametrize("kind", FILES_TO_LOOK_AT)
def test_file_to_look_at_fits_its_schema(kind: str) -> None:
    document = load_document(FILES_TO_LOOK_AT[kind], f"{kind}.yaml", Problems())

    assert document.root is not None
    assert mistakes(kind, plain_value(document.root)) == []


@pytest.mark.parametrize("word", GROUPS)
def test_group_to_look_at_fits_its_schema(word: str) -> None:
    value = {**every_word(), "conditions": example_value(GROUPS[word])}

    assert mistakes("workflow", value) == []


WORDS = [word for family in (TRIGGERS, CONDITIONS, ACTIONS) for word in family.values()]


@pytest.mark.parametrize("example", [*GROUPS.values(), *(word.example for word in WORDS)])
def test_example_means_the_same_when_it_is_laid_out(example: str) -> None:
    shown = laid_out(example)

    assert example_value(shown) == example_value(example)
    assert max(map(len, shown.splitlines())) <= 110


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_of_the_reference_lead_to_headings(language: str) -> None:
    whole = reference(language)
    headings = re.findall(r"^##+ (.*)", whole, re.MULTILINE)

    links = re.findall(r"\]\(#([^)]*)\)", whole)

    assert len(links) > 30
    assert set(links) <= {anchor(one) for one in headings}
    assert len(links) == len(set(links))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_in_the_reference(language: str) -> None:
    whole = reference(language)

    for code in Texts.of(language).codes():
        assert code in whole or not code.startswith("W"), code
