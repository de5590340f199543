"""Values that know where they stand, and what YAML 1.2 makes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.document import Document, Mapping, Scalar, Span, is_nothing, node_at, plain_value, walk
from tests.engine.small import node_of


def root_of(text: str) -> Mapping:
    root = load_document(text, "a.yaml", Problems()).root
    assert root is not None
    return root


@pytest.mark.parametrize(
    "text, value",
    [
        ("null", None),
        ("Null", None),
        ("NULL", None),
        ("~", None),
        ("", None),
        ("nULL", "nULL"),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ("tRue", "tRue"),
        ("yes", "yes"),
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("是", "是"),
        ("0", 0),
        ("-17", -17),
        ("+1", 1),
        ("0123", 123),
        ("08", 8),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1e3", -1000.0),
        ("1E-2", 0.01),
        ("1_000", "1_000"),
        ("22:30", "22:30"),
        ("01:00", "01:00"),
        ("2026-03-31", "2026-03-31"),
        ("2026-02-30", "2026-02-30"),
        ("2026-03-31 09:00:00", "2026-03-31 09:00:00"),
        ("1.2.3", "1.2.3"),
        ("30 %", "30 %"),
        ("=", "="),
        (".", "."),
        ("+", "+"),
        ("e5", "e5"),
    ],
)
def test_plain_value_by_the_core_schema(text: str, value: Any) -> None:
    found = plain_value(node_of(text))

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["null", "~", "true", "12", "1.5", "2026-03-31", ""])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_quoted_value_is_always_text(text: str, quote: str) -> None:
    assert plain_value(node_of(f"{quote}{text}{quote}")) == text


def test_block_text_is_always_text() -> None:
    assert plain_value(root_of("a: |\n  12\nb: >-\n  true\n")) == {"a": "12\n", "b": "true"}


def test_lists_and_mappings_keep_their_order() -> None:
    found = plain_value(root_of("b: [1, {c: x}]\na: {}\nd: []\n"))

    assert json.dumps(found) == '{"b": [1, {"c": "x"}], "a": {}, "d": []}'


def test_keys_stay_text() -> None:
    assert plain_value(root_of("1: a\ntrue: b\n2026-03-31: c\n")) == {
        "1": "a",
        "true": "b",
        "2026-03-31": "c",
    }


@given(st.integers(-(10**30), 10**30))
def test_whole_number_is_exact(number: int) -> None:
    assert plain_value(node_of(str(number))) == number


def test_endless_number_does_not_break() -> None:
    plain_value(node_of("9" * 5000))


@pytest.mark.parametrize(
    "text, nothing", [("", True), ("~", True), ("null", True), ("''", False), ("0", False), ("[]", False)]
)
def test_key_without_a_value_is_told_apart(text: str, nothing: bool) -> None:
    assert is_nothing(node_of(text)) == nothing
    assert not is_nothing(None)


# --- looking up ---------------------------------------------------------------------------------------------

TREE = "conditions:\n  all:\n    - {field: 客户层级, is: [B, C]}\n    - any: [{field: x, is: 1}]\n"


@pytest.mark.parametrize(
    "path, value",
    [
        ("conditions/all/0/field", "客户层级"),
        ("conditions/all/0/is/1", "C"),
        ("conditions/all/1/any/0", {"field": "x", "is": 1}),
        ("conditions/all/0", {"field": "客户层级", "is": ["B", "C"]}),
    ],
)
def test_node_at_a_path(path: str, value: Any) -> None:
    node = node_at(root_of(TREE), path)

    assert node is not None
    assert plain_value(node) == value


@pytest.mark.parametrize(
    "path",
    [
        "",
        "nothing",
        "conditions/any",
        "conditions/all/2",
        "conditions/all/-1",
        "conditions/all/x",
        "conditions/all/0/field/y",
        "conditions//all",
        "/conditions",
        "conditions/all/²",
    ],
)
def test_path_that_leads_nowhere(path: str) -> None:
    assert node_at(root_of(TREE), path) is None
    assert node_at(None, path) is None


def test_path_through_a_key_that_is_a_number() -> None:
    assert node_at(root_of("a: {0: x}"), "a/0") is not None


def test_mapping_gives_keys_values_and_their_places() -> None:
    root = root_of("一: 1\n二: 2\n")

    assert root.keys() == ("一", "二")
    assert "一" in root
    assert "三" not in root
    assert (root.get("三"), root.key("二").span.line) == (None, 2)
    with pytest.raises(KeyError):
        root.key("三")


def test_walk_goes_in_file_order() -> None:
    texts = [node.text for node in walk(root_of("a: [1, {b: 2}]\nc: 3\n")) if isinstance(node, Scalar)]

    assert texts == ["1", "2", "3"]


def test_lines_count_from_one() -> None:
    document = Document("a.yaml", None, "一\r\n二\n")

    assert [document.line(number) for number in (0, 1, 2, 3, -1)] == ["", "一", "二", "", ""]


def test_start_of_a_span_is_its_first_character() -> None:
    assert Span("a", 2, 3, 5, 9).start() == Span("a", 2, 3, 2, 4)
