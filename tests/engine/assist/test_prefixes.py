"""Every prefix of every file that ships, as if somebody were typing it: an answer, and no exception."""

# ruff: noqa: E501 - a table of cases is wide

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.assist.completing import complete
from engine.assist.facets import Places
from engine.assist.fixes import fixes_of
from engine.assist.halfway import read_halfway
from engine.assist.hovering import hover
from engine.catalogue import schemas
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.document import plain_value
from engine.workspace import open_workspace
from tests.engine.assist.asked import NOON, SHIPPED, shipped

FILES = sorted(path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.yaml"))
SOME = 6
"""One line of so many, besides the end of each, is cut off at random."""


def cuts(file: str) -> Iterator[tuple[str, int, int]]:
    """The text up to the end of each line, and up to a place inside of some."""
    text, chance = (SHIPPED / file).read_text(encoding="utf-8"), random.Random(file)
    above = ""
    for number, line in enumerate(text.splitlines(), start=1):
        yield above + line, number, len(line) + 1
        if line and chance.randrange(SOME) == 0:
            column = chance.randint(1, len(line))
            yield above + line[: column - 1], number, column
        above += f"{line}\n"


@pytest.mark.parametrize("file", FILES)
def test_every_prefix_has_an_answer(file: str) -> None:
    for text, line, column in cuts(file):
        found = complete(shipped(), file, text, line, column, "zh")
        told = hover(shipped(), file, text, line, max(column - 1, 1), "en", at=NOON) if line % 2 else None

        assert 1 <= found["from_column"] <= column
        assert all(
            set(one) <= {"label", "detail", "info", "insert"} and one["label"] for one in found["items"]
        )
        assert told is None or set(told) == {"line", "column", "end_line", "end_column", "html"}


@pytest.mark.parametrize("file", FILES)
def test_a_whole_file_is_read_as_yaml_reads_it(file: str) -> None:
    """With the cursor behind everything, what is half written is nothing: the data are those of the loader."""
    text = (SHIPPED / file).read_text(encoding="utf-8")
    root = load_document(text, file, Problems()).root
    assert root is not None

    found = plain_value(read_halfway(f"{text}\n", text.count("\n") + 2, 1).root)

    assert _without_layout(found) == _without_layout(plain_value(root))


def _without_layout(data: object) -> object:
    """Texts of several lines are told line by line or in one; how, is not asked here."""
    if isinstance(data, dict):
        return {key: _without_layout(one) for key, one in data.items()}
    if isinstance(data, list):
        return [_without_layout(one) for one in data]
    return "".join(data.split())[:20] if isinstance(data, str) else data


KEYWORDS = {
    "$schema", "$id", "$ref", "$defs", "title", "description", "markdownDescription", "type", "properties",
    "required", "additionalProperties", "items", "anyOf", "allOf", "not", "if", "then", "else", "enum", "const",
    "enumDescriptions", "examples", "defaultSnippets", "doNotSuggest", "minItems", "maxItems", "minProperties",
    "maxProperties", "minimum", "maximum", "exclusiveMinimum", "minLength", "maxLength", "pattern",
    "uniqueItems", "propertyNames", "patternProperties",
}  # fmt: skip
READ_ON = {"not", "if", "then", "else", "items", "additionalProperties", "propertyNames"}


def test_the_schemas_use_only_keywords_that_are_understood() -> None:
    used: set[str] = set()
    waiting: list[object] = list(schemas("zh", shipped()).values())
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            used |= one.keys()
            waiting += [one[key] for key in READ_ON & one.keys()]
            waiting += [inner for key in ("anyOf", "allOf") for inner in one.get(key, ())]
            waiting += [inner for key in ("properties", "$defs") for inner in one.get(key, {}).values()]

    assert used <= KEYWORDS
    assert not used & {"oneOf", "dependentRequired", "prefixItems", "$dynamicRef"}


def test_what_schemas_ask_of_data_is_answered_as_jsonschema_answers_it() -> None:
    """Every `if` of the schemas, asked about groups that files write, by jsonschema and by us."""
    from jsonschema import Draft202012Validator

    asked = [rule["if"] for rule in _rules(schemas("zh", shipped())["workflow"])]
    groups: list[object] = [
        None, "day", {}, {"every": "festival"}, {"every": "day", "at": "01:00"}, {"when": "changed"},
        {"field": "客户层级"}, {"field": "最近下单日期", "before": "today"}, {"field": "nobody.knows.it"},
        {"count_of": "订单", "is": 0}, {"if": {}, "then": []}, {"create_task": {}}, {"type": "choice"}, ["x"],
    ]  # fmt: skip

    for rule in asked:
        validator = Draft202012Validator(rule)
        for one in groups:
            assert Places({}).fits(one, rule) == validator.is_valid(one), (rule, one)

    assert len(asked) > 40


def _rules(schema: object) -> Iterator[dict[str, object]]:
    if isinstance(schema, dict):
        yield from (one for one in schema.get("allOf", ()) if "if" in one)
        for one in schema.values():
            yield from _rules(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from _rules(one)


def test_a_long_file_is_answered_at_once() -> None:
    """Five hundred lines: the answer is the same as in a short one, and takes few steps for it."""
    leaf = "    - {field: 客户层级, is: [A, B]}\n"
    text = f"id: long\nmodule: 客户\nconditions:\n  all:\n{leaf * 500}    - {{field: 客户层级, is: "

    found = complete(shipped(), "long.yaml", text, 505, len("    - {field: 客户层级, is: ") + 1, "zh")

    assert [one["label"] for one in found["items"]][:3] == ["A", "B", "C"]


HOSTILE = {
    "brackets": "[" * 20_000,
    "braces": "{a: " * 20_000,
    "dashes": "- " * 20_000,
    "keys": "".join(f"{' ' * level}k{level}:\n" for level in range(700)),
    "quotes": "a: " + "\"'" * 20_000,
    "quote_that_never_ends": 'a: {b: "' + "x" * 50_000,
    "signs": "\ue000: \ue000 {\ue000, [\ue000",
    "control": "a: \x00\x07\ud800\u2028b: c\x85d",
    "colons": ": " * 20_000,
    "full_width": "：，｛｝［］【】、；“”" * 500,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_have_an_answer_too(text: str) -> None:
    last = text.splitlines()[-1]
    for line, column in ((1, 1), (len(text.splitlines()), len(last) + 1), (0, 0), (9, 99), (2, 3)):
        complete(shipped(), "x.yaml", text, line, column, "zh")
        hover(shipped(), "x.yaml", text, line, column, "en", at=NOON)
    problems = Problems()
    readable = text.replace("\ud800", "")  # half a character is refused before a file is read
    load_document(readable, "x.yaml", problems)
    for one in problems.found:
        fixes_of(one, readable, "zh")


def test_a_workspace_without_anything_in_it_is_written_on_as_well(tmp_path: Path) -> None:
    for model in ("", "modules:\n", "modules: [\n", "modules:\n  a: {label: 甲, fields: {}}\n"):
        (tmp_path / "model.yaml").write_text(model, encoding="utf-8")
        opened = open_workspace(tmp_path)

        keys = complete(opened, "x.yaml", "", 1, 1, "zh")["items"]
        fields = complete(opened, "x.yaml", "conditions: {field: ", 1, 21, "zh")["items"]

        assert "trigger" in [one["label"] for one in keys]
        assert fields == []
        assert hover(opened, "x.yaml", "conditions: {field: x}", 1, 22, "zh", at=NOON) is None


def test_the_folder_of_samples_is_looked_at() -> None:
    assert len(FILES) > 60
    assert Path(SHIPPED / "silent-sequence.yaml").exists()
