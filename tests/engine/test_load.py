"""Files as places of values: hostile ones are refused, odd ones read exactly (LIBRARIES 2, M13, M14)."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest

from engine.load import DEEPEST, LARGEST_FILE, load_document, load_file
from engine.model.diagnostics import Diagnostic, Problems
from engine.model.document import Document, Mapping, Node, Scalar, Span, node_at, plain_value

SECONDS = 10
"""No file takes longer, however hostile."""


def load(text: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    problems = Problems()
    began = perf_counter()
    document = load_document(text, "a.yaml", problems)
    assert perf_counter() - began < SECONDS
    return document, problems.sorted()


def loaded(text: str) -> Mapping:
    document, found = load(text)
    assert found == ()
    assert document.root is not None
    return document.root


def load_bytes(raw: bytes, folder: Path) -> tuple[Document, tuple[Diagnostic, ...]]:
    path = folder / "a.yaml"
    path.write_bytes(raw)
    problems = Problems()
    return load_file(path, "a.yaml", problems), problems.sorted()


def place(one: Diagnostic) -> tuple[str, int, int]:
    return one.code, one.at.line, one.at.column


def at(root: Node, path: str) -> tuple[int, int, int, int]:
    node = node_at(root, path)
    assert node is not None, path
    return node.span.line, node.span.column, node.span.end_line, node.span.end_column


# --- limits -------------------------------------------------------------------------------------------------


def test_largest_file_is_256_kib_in_bytes() -> None:
    assert LARGEST_FILE == 256 * 1024
    text = "a: 1\n# "
    assert plain_value(loaded(text + "x" * (LARGEST_FILE - len(text)))) == {"a": 1}

    document, found = load(text + "x" * (LARGEST_FILE - len(text) + 1))

    assert (document.root, [place(one) for one in found]) == (None, [("W102", 1, 1)])


def test_size_counts_bytes_not_characters() -> None:
    text = "a: " + "字" * (LARGEST_FILE // 3)

    assert [one.code for one in load(text)[1]] == ["W102"]


def test_large_file_is_refused_unread(tmp_path: Path) -> None:
    document, found = load_bytes(b"\xff" * (LARGEST_FILE + 1), tmp_path)

    assert (document.text, [one.code for one in found]) == ("", ["W102"])
    assert dict(found[0].facts) == {"size": "256", "limit": "256"}


def _nested(levels: int, style: str) -> str:
    """A file of so many levels, the outermost mapping counted."""
    if style == "brackets":
        return f"a: {'[' * (levels - 2)}x{']' * (levels - 2)}"
    if style == "braces":
        return f"a: {'{a: ' * (levels - 2)}x{'}' * (levels - 2)}"
    if style == "dashes":
        return f"a:\n  {'- ' * (levels - 2)}x"
    return "".join(f"{' ' * number}a:\n" for number in range(levels - 1))[:-1] + " x"


@pytest.mark.parametrize("style", ["brackets", "braces", "dashes", "lines"])
def test_twenty_levels_are_read_and_one_more_is_not(style: str) -> None:
    assert DEEPEST == 20
    loaded(_nested(20, style))

    document, found = load(_nested(21, style))

    assert (document.root, [one.code for one in found]) == (None, ["W106"])


@pytest.mark.parametrize("levels", [25, 60, 500, 5_000])
@pytest.mark.parametrize("style", ["brackets", "braces", "dashes", "lines"])
def test_bottomless_file_is_refused_at_once(style: str, levels: int) -> None:
    document, found = load(_nested(levels, style))

    assert (document.root, {one.code for one in found} <= {"W106", "W102"}, len(found)) == (None, True, 1)


@pytest.mark.parametrize(
    "text", ["[\n" * 5_000, "{a:\n" * 5_000, "? " * 5_000, "[" * 100_000, "{" * 100_000, "- " * 50_000]
)
def test_thousands_of_openings_take_no_time(text: str) -> None:
    assert load(text)[0].root is None


# --- what YAML can do and the language does not -------------------------------------------------------------


def _laughs() -> str:
    first = "a0: &a0 [x, x, x, x, x, x, x, x, x]"
    rest = (f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]" for number in range(1, 9))
    return "\n".join([first, *rest])


REFUSED = [
    (_laughs(), "W105", 1, 5),
    ("a: &x [*x]", "W105", 1, 4),
    ("a: *nobody", "W105", 1, 4),
    ("a: {b: 1}\nc:\n  <<: {b: 2}", "W105", 3, 3),
    ("a: &x {b: 1}\nc: {<<: *x}", "W105", 1, 4),
    ("a: !!python/object/apply:os.system [ls]", "W105", 1, 4),
    ("a: !!int x", "W105", 1, 4),
    ("a: !!str 1", "W105", 1, 4),
    ("a: !mine 1", "W105", 1, 4),
    ("%YAML 1.1\n---\na: yes", "W105", 1, 1),
    ("%YAML 1.3\n---\na: 1", "W105", 1, 1),
    ("%TAG ! tag:example,2000:\n---\na: 1", "W105", 1, 1),
    ("a: 1\n---\nb: 2", "W108", 2, 1),
    ("---\na: 1\n---\nb: 2", "W108", 3, 1),
    ("", "W109", 1, 1),
    ("# nothing\n", "W109", 1, 1),
    ("just words", "W109", 1, 1),
    ("---\n# nothing\n", "W109", 3, 1),
    ("- a\n- b", "W109", 1, 1),
    ("[a]: 1", "W111", 1, 1),
    ("{a: 1}: 2", "W111", 1, 1),
    (": 1", "W111", 1, 1),
    ("a: 1\nb: 2\na: 3", "W107", 3, 1),
    ("x:\n  - {客户: 1, 名称: 2, 客户: 3}", "W107", 2, 20),
    ('a: 1\n"a": 2', "W107", 2, 1),
    ("a: \x07", "W104", 1, 4),
    ("a: 'x", "W104", 1, 4),
    ("a: [1, 2", "W104", 1, 9),
    ("a: {{ name }}", "W112", 1, 4),
    ("a: 1\n\tb: 2", "W110", 2, 1),
]


@pytest.mark.parametrize("text, code, line, column", REFUSED)
def test_file_is_refused_with_one_code_at_its_place(text: str, code: str, line: int, column: int) -> None:
    assert [place(one) for one in load(text)[1]] == [(code, line, column)]


def test_double_key_points_to_the_first_one() -> None:
    assert dict(load("a: 1\nb: 2\na: 3")[1][0].facts) == {"key": "a", "line": "1"}


def test_same_key_in_two_mappings_is_fine() -> None:
    assert plain_value(loaded("a: {k: 1}\nb: {k: 2}")) == {"a": {"k": 1}, "b": {"k": 2}}


@pytest.mark.parametrize(
    "text", ["a: 'R&D'", "a: 5 * 3", "a: 很好!", "a: 50 %", "a: x --- y", "a: '&x'", "a: '*x'", "# &x\na: 1"]
)
def test_signs_of_yaml_inside_a_text_are_text(text: str) -> None:
    assert load(text)[1] == ()


def test_one_document_may_begin_and_end_with_its_marks() -> None:
    assert plain_value(loaded("---\na: 1\n...\n")) == {"a": 1}


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00",
        b"\x00\x01\x02",
        b"a: \x80",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        bytes(range(256)),
    ],
)
def test_bytes_that_are_no_text_are_refused_in_order(raw: bytes, tmp_path: Path) -> None:
    document, found = load_bytes(raw, tmp_path)

    assert document.root is None
    assert [one.code for one in found] in (["W103"], ["W104"], ["W109"])


# --- types are not guessed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-30",
        "2026-13-45",
        "2024-01-01",
        "0123",
        "013800138000",
        "+86",
        "1.10",
        "NO",
        "on",
        "yes",
        "22:30",
        "0755",
        "1e5",
        "=",
        "9" * 5000,
        "null",
        "~",
        "0x1F",
        "1_000.5",
    ],
)
def test_text_of_a_value_is_kept_as_written(written: str) -> None:
    node = loaded(f"a: {written}").get("a")

    assert isinstance(node, Scalar)
    assert (node.text, node.quoted) == (written, False)


@pytest.mark.parametrize(
    "written, text",
    [
        ("'2026-02-30'", "2026-02-30"),
        ('"是"', "是"),
        ("''", ""),
        ('"a\\nb"', "a\nb"),
        ('"\\u4e2d"', "中"),
        ("'it''s'", "it's"),
    ],
)
def test_quoted_text_is_kept_and_known_as_quoted(written: str, text: str) -> None:
    node = loaded(f"a: {written}").get("a")

    assert isinstance(node, Scalar)
    assert (node.text, node.quoted) == (text, True)


def test_text_is_composed() -> None:
    assert plain_value(loaded("a: e\u0301\n")) == {"a": "\u00e9"}


# --- places -------------------------------------------------------------------------------------------------

TEXT = """\
id: wake
名称: "沉默 唤醒"   # 说明
conditions:
  all:
    - {字段: 客户层级, is: [B, C]}
    - any:
        - x: |
            一
            二
空:
"""


@pytest.mark.parametrize(
    "path, span",
    [
        ("id", (1, 5, 1, 9)),
        ("名称", (2, 5, 2, 12)),
        ("conditions/all/0", (5, 7, 5, 29)),
        ("conditions/all/0/字段", (5, 12, 5, 16)),
        ("conditions/all/0/is", (5, 22, 5, 28)),
        ("conditions/all/0/is/0", (5, 23, 5, 24)),
        ("conditions/all/0/is/1", (5, 26, 5, 27)),
    ],
)
def test_places_count_from_one_and_end_behind_the_last_character(path: str, span: tuple[int, ...]) -> None:
    assert at(loaded(TEXT), path) == span


def test_blocks_begin_at_their_first_sign() -> None:
    root = loaded(TEXT)

    assert [at(root, path)[:2] for path in ("conditions", "conditions/all", "conditions/all/1/any/0/x")] == [
        (4, 3),
        (5, 5),
        (7, 14),
    ]


def test_places_of_keys() -> None:
    root = loaded(TEXT)

    assert root.key("名称").span == Span("a.yaml", 2, 1, 2, 3)
    assert root.key("空").span == Span("a.yaml", 10, 1, 10, 2)


def test_missing_value_stands_behind_its_colon() -> None:
    """Not on the next line that holds something, where YAML sees it."""
    assert at(loaded("a:\n\n\nb: 1"), "a")[:2] == (1, 3)
    assert at(loaded(TEXT), "空")[:2] == (10, 3)


def test_signs_outside_the_basic_plane_are_one_column() -> None:
    root = loaded("a: {😀: 😀😀, b: 1}")

    assert (at(root, "a/😀"), at(root, "a/b")) == ((1, 8, 1, 10), (1, 15, 1, 16))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems(end: str) -> None:
    root = loaded(f"a: 1{end}b: 2{end}")

    assert (plain_value(root), at(root, "b")) == ({"a": 1, "b": 2}, (2, 4, 2, 5))


# --- encodings ----------------------------------------------------------------------------------------------

CHINESE = "名称: 唤醒\nb: 2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_and_without_a_mark_are_read_alike(encoding: str, tmp_path: Path) -> None:
    document, found = load_bytes(CHINESE.encode(encoding), tmp_path)

    assert (found, document.text) == ((), CHINESE)
    assert document.root is not None
    assert document.root.key("名称").span == Span("a.yaml", 1, 1, 1, 3)


@pytest.mark.parametrize("order, encoding", [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
def test_both_orders_of_utf_16_are_read(order: bytes, encoding: str, tmp_path: Path) -> None:
    document, found = load_bytes(order + CHINESE.encode(encoding), tmp_path)

    assert (found, document.text) == ((), CHINESE)


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "shift_jis"])
def test_other_encodings_are_asked_to_be_utf_8(encoding: str, tmp_path: Path) -> None:
    document, found = load_bytes("a: 中文\n".encode(encoding), tmp_path)

    assert (document.root, [place(one) for one in found]) == (None, [("W103", 1, 1)])


@pytest.mark.parametrize("make, kind", [(lambda _: None, "missing"), (Path.mkdir, "folder")])
def test_file_that_cannot_be_read_says_why(make: object, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    make(path)  # type: ignore[operator]  # known from the case
    problems = Problems()

    document = load_file(path, "a.yaml", problems)

    assert (document.root, document.text) == (None, "")
    assert [(one.code, dict(one.facts)["kind"]) for one in problems.found] == [("W101", kind)]


def test_loads_do_not_disturb_each_other() -> None:
    """ruamel.yaml's own loader keeps its depth after a failure."""
    load(_nested(500, "lines"))

    assert plain_value(loaded("a: {b: [1]}")) == {"a": {"b": [1]}}
