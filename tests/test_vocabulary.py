"""Every word of the language: named, described in both languages, with a schema and an example that works."""

from __future__ import annotations

import keyword
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.actions import ACTIONS
from engine.actions.reader import step_schema
from engine.catalogue import reference, schemas, vocabulary
from engine.catalogue.described import FAMILY_OF_SHAPE
from engine.conditions import CONDITIONS
from engine.conditions.reader import leaf_schema
from engine.model.diagnostics import Severity, WrongUsage
from engine.texts import LANGUAGES
from engine.triggers import TRIGGERS
from engine.triggers.reader import trigger_schema
from engine.workspace import is_workflow_file, workspace_of_sources

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "workflows"
BASE = {
    path.relative_to(SHIPPED).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((*SHIPPED.glob("*.yaml"), *SHIPPED.glob("templates/**/*.yaml")))
    if not is_workflow_file(path.relative_to(SHIPPED).as_posix())
}
FAMILIES = {"trigger": TRIGGERS, "condition": CONDITIONS, "action": ACTIONS}
WORDS = [(family, name) for family, words in FAMILIES.items() for name in words]
IDS = [f"{family}-{name}" for family, name in WORDS]
SHAPES: dict[str, Any] = {"trigger": trigger_schema, "condition": leaf_schema, "action": step_schema}
LINES = {
    "trigger": "trigger: {}\nactions: [{{stop: x}}]",
    "condition": "trigger: {{when: by_hand}}\nconditions: {}\nactions: [{{stop: x}}]",
    "action": "trigger: {{when: by_hand}}\nconditions: {{field: 客户层级, is: [A, B, C]}}\nactions:\n  - {}",
}
AFTER_A_STEP = (
    "trigger: {{when: by_hand}}\nactions:\n"
    "  - {{name: 首触, create_task: {{subject: x, to: owner}}}}\n"
    "  - {{if: {}, then: [{{stop: x}}]}}"
)
"""A workflow around an example. The condition tests the tier, so that a branch may ask for it again."""


def texts_of(language: str) -> dict[str, Any]:
    path = ROOT / "engine" / "texts" / language / "words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def leaves(tree: dict[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{at}{key}.")
        else:
            yield f"{at}{key}", value


@pytest.mark.parametrize("family, name", WORDS, ids=IDS)
def test_word_is_called_as_it_is_written(family: str, name: str) -> None:
    assert FAMILIES[family][name].name == name


@pytest.mark.parametrize("family, name", WORDS, ids=IDS)
def test_schema_of_a_word_is_one(family: str, name: str) -> None:
    shape = SHAPES[family](FAMILIES[family][name])

    Draft202012Validator.check_schema(shape)

    assert name in shape["required"]


@pytest.mark.parametrize("family, name", WORDS, ids=IDS)
def test_example_of_a_word_compiles(family: str, name: str) -> None:
    line = (AFTER_A_STEP if name == "step" else LINES[family]).format(FAMILIES[family][name].example)
    source = f"id: example\nname: 例子\nmodule: 客户\n{line}\n"

    workspace = workspace_of_sources(SHIPPED, {**BASE, "example.yaml": source})

    errors = [one for one in workspace.diagnostics if one.severity is Severity.ERROR]
    assert [(one.code, one.facts) for one in errors] == []
    assert [one.id for one in workspace.workflows] == ["example"]


@pytest.mark.parametrize("family, name", [one for one in WORDS if one[0] != "condition"])
def test_file_of_a_word_is_called_like_it(family: str, name: str) -> None:
    """Conditions of a theme share a file (STYLE 4.5), and no module may be called `if`."""
    module = FAMILIES[family][name].__module__.rpartition(".")[2]

    assert module == name or (keyword.iskeyword(name) and module.startswith(f"{name}_"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_has_texts_and_every_text_a_word(language: str) -> None:
    wanted = {f"{family}.{word}" for family, words in vocabulary().items() for word in words}

    words = texts_of(language)["words"]

    assert {f"{family}.{word}" for family, found in words.items() for word in found} == wanted
    assert {tuple(text) for found in words.values() for text in found.values()} == {("title", "help")}


def test_both_languages_say_the_same_things() -> None:
    assert [key for key, _ in leaves(texts_of("zh"))] == [key for key, _ in leaves(texts_of("en"))]


def test_words_of_one_family_have_different_titles() -> None:
    for language in LANGUAGES:
        for family, found in texts_of(language)["words"].items():
            titles = [text["title"] for text in found.values()]
            assert len(titles) == len(set(titles)), (language, family)


def test_every_help_is_one_sentence() -> None:
    for key, text in (*leaves(texts_of("zh")["words"]), *leaves(texts_of("en")["words"])):
        if key.endswith(".help"):
            assert re.fullmatch(r"[^。]+。|[^。]+\.", text), (key, text)


def test_chinese_is_punctuated_as_chinese() -> None:
    slips = re.compile(r"[\u4e00-\u9fff”）][,;:!?()]|[,;:!?()][\u4e00-\u9fff“（]")

    assert [one for one in leaves(texts_of("zh")) if slips.search(one[1])] == []
    assert [one for one in leaves(texts_of("en")) if re.search(r"[\u3000-\u9fff\uff00-\uffef]", one[1])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_of_every_schema_is_described(language: str) -> None:
    for kind, schema in schemas(language).items():
        assert schema["title"], kind
        for path, key in keys_of(schema, kind):
            assert key.get("title"), path
            assert key.get("description"), path


def keys_of(schema: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key a block may have; the rules beside it (`allOf`) only say which may stand together."""
    if isinstance(schema, list):
        for number, one in enumerate(schema):
            yield from keys_of(one, f"{path}/{number}")
    if not isinstance(schema, dict):
        return
    for name, one in schema.items():
        if name == "properties":
            yield from ((f"{path}/{key}", shown(key, found, schema)) for key, found in one.items())
        if name not in {"allOf", "examples"}:
            yield from keys_of(one, f"{path}/{name}")


def shown(key: str, found: dict[str, Any], block: dict[str, Any]) -> dict[str, Any]:
    """What a key says: where its block suggests it by rules alone, it lies in the `$defs` of the block."""
    return block["$defs"][key] if found.get("doNotSuggest") else found


def test_families_of_shared_shapes_exist() -> None:
    assert set(FAMILY_OF_SHAPE.values()) <= set(vocabulary())


@pytest.mark.parametrize("language", LANGUAGES)
def test_reference_tells_every_word(language: str) -> None:
    whole = reference(language)

    for family, words in vocabulary().items():
        for word in words:
            assert f"`{word}" in whole or family == "file", f"{family}.{word}"


def test_reference_tells_one_word_by_name_or_title() -> None:
    told = reference("zh", "update_field")

    assert told == reference("zh", "更新字段")
    assert told.startswith("## `update_field` · 更新字段\n")
    assert ACTIONS["update_field"].example in told


def test_reference_does_not_know_every_word() -> None:
    with pytest.raises(WrongUsage) as caught:
        reference("zh", "update_feild")

    assert caught.value.facts == {"value": "update_feild", "nearest": "update_field"}
