"""Any misspelt key is told at its place; whatever a file holds, it is checked without a traceback."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.compile import compile_workflow
from engine.files.definitions import Definitions
from engine.files.model import read_model
from engine.files.tables import read_tables
from engine.layout import bare
from engine.load import load_document, load_file
from engine.model.diagnostics import Problems, has_errors
from engine.model.document import Document, Mapping, Node, Scalar, Sequence, walk
from engine.report.diagnostics import diagnostics_json, render_diagnostics
from engine.texts import LANGUAGES
from engine.workspace import FileRead, _build, open_workspace

SHIPPED = Path(__file__).parent.parent / "workflows"
BASE = open_workspace(SHIPPED)
READING = BASE.reading(next(iter(BASE.model.modules.values())), Problems())
WORKFLOWS = sorted({one.file for one in BASE.workflows})
TEMPLATES = sorted(name for name in BASE.documents if name.startswith("templates/"))
CHECKED = sorted(BASE.documents)


def ground_of(name: str) -> dict[str, Document]:
    """What a file is read with: for a template those that send it, else no workflow, which takes a tenth."""
    called = name.removeprefix("templates/").removeprefix("partials/").removesuffix(".yaml")
    sent = {one for one, document in BASE.documents.items() if called in document.text}
    return {
        one: document
        for one, document in BASE.documents.items()
        if (one in sent if one in WORKFLOWS else name in TEMPLATES or one not in TEMPLATES)
    }


FREE = {
    "modules",
    "fields",
    "columns",
    "channels",
    "also_options",
    "festivals",
    "holidays",
    "roles",
    "partials",
}
"""Below these keys people choose the names, so nobody can know that one is misspelt."""


def check(document: Document) -> Problems:
    """What a changed file alone would be told, in the workspace as it is shipped."""
    problems = Problems()
    reading = replace(READING, problems=problems)
    if document.file in WORKFLOWS:
        compile_workflow(document, reading, lambda _: "")
    elif document.file == "model.yaml":
        model = read_model(document, problems)
        Definitions(replace(reading, model=model), {}).computed()
    elif document.file == "tables.yaml":
        read_tables(document, reading.values, problems)
    else:
        ground = {**ground_of(document.file), document.file: document}
        files = {name: FileRead(None, one, ()) for name, one in ground.items()}
        problems.found += _build(SHIPPED, files).diagnostics
    return problems


def keys(node: Node, *, is_free: bool = False) -> Iterator[Scalar]:
    if isinstance(node, Mapping):
        for key, value in node.entries:
            if not is_free:
                yield key
            yield from keys(value, is_free=key.text in FREE)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from keys(item)


def root_of(name: str) -> Mapping:
    root = BASE.documents[name].root
    assert root is not None
    return root


def with_other(node: Node, old: Node, new: Node) -> Node:
    """The tree with one node (or one key) exchanged."""
    if node is old:
        return new
    if isinstance(node, Sequence):
        return Sequence(tuple(with_other(one, old, new) for one in node.items), node.span)
    if isinstance(node, Mapping):
        pairs = [(with_other(key, old, new), with_other(value, old, new)) for key, value in node.entries]
        return Mapping(tuple((key, value) for key, value in pairs if isinstance(key, Scalar)), node.span)
    return node


def changed(name: str, old: Node, new: Node) -> Document:
    root = with_other(root_of(name), old, new)
    assert isinstance(root, Mapping)
    return Document(name, root, BASE.documents[name].text)


def misspellings(word: str) -> Iterator[str]:
    """One letter left out, one replaced, one too many, each at a place that depends on the word alone."""
    dice = random.Random(word)
    place = dice.randrange(len(word))
    letter = dice.choice("qxzj" if word.isascii() else "某另别")
    yield word[:place] + letter + word[place + 1 :]
    yield word[:place] + letter + word[place:]
    if len(word) > 1:
        yield word[:place] + word[place + 1 :]


MET: set[str] = set()
"""Words that were misspelt in every way already, in one file or another."""
SHARE = 0.35
"""Of the places of such words so many are tried: each takes a look at the whole file."""


@pytest.mark.parametrize("name", CHECKED)
def test_a_misspelt_key_is_an_error_at_its_place(name: str) -> None:
    written = list(keys(root_of(name), is_free=name in {"tables.yaml", "segments.yaml", "scores.yaml"}))
    known = {key.text for key in written} | {"is", "at", "to", "if", "any", "all", "table"}

    silent, dice = [], random.Random(name)
    for key in written:
        wrongs = sorted(set(misspellings(key.text)) - known)
        if key.text in MET and dice.random() > SHARE:
            continue
        for wrong in wrongs[:1] if key.text in MET else wrongs:
            MET.add(key.text)
            found = check(changed(name, key, Scalar(wrong, key.quoted, key.span))).found
            # In a version any name may be a channel's: what does not fit one is told on the same line.
            line = [one for one in found if name in TEMPLATES and one.at.line == key.span.line]
            if key.span not in [one.at for one in found] and not line:
                silent.append((key.text, wrong, key.span.line, key.span.column, [one.code for one in found]))

    assert silent == []


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SHIPPED / name, folder / name)
    return folder


FILES = sorted(name for name in BASE.documents if "/" not in name or name.startswith("templates/"))
"""A workspace that opens quickly: what stands at the top, and the templates."""
MODULE_FIXTURE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def told(folder: Path) -> None:
    """Everything that check does with a folder, in both languages."""
    workspace = open_workspace(folder)
    for language in LANGUAGES:
        render_diagnostics(workspace.diagnostics, workspace.documents, language)
        diagnostics_json(workspace.diagnostics, language)
    if not has_errors(workspace.diagnostics):
        assert {one.file for one in workspace.workflows} >= {one for one in WORKFLOWS if one in FILES}


WIDE = str.maketrans(":,{}[]-", "：，｛｝［］－")
_SIGNS = re.compile(r":(?=\s|$)|,(?=\s)|[{}\[\]]|^ *-(?= )")


def signs(text: str) -> Iterator[tuple[int, int]]:
    """Line and column, from 0, of every sign that parts a file or a text with braces."""
    for number, line in enumerate(text.splitlines()):
        yield from ((number, found.end() - 1) for found in _SIGNS.finditer(bare(line)))


@pytest.mark.parametrize("name", CHECKED)
def test_a_full_width_sign_is_told_on_its_line(name: str) -> None:
    """A sign of the Chinese keyboard for one that parts: told where it stands, or nothing has changed."""
    written = BASE.documents[name].text
    places = list(signs(written))

    silent = []
    for number, column in random.Random(name).sample(places, min(5 if "/" in name else 25, len(places))):
        lines = written.splitlines()
        line = lines[number]
        lines[number] = line[:column] + line[column].translate(WIDE) + line[column + 1 :]
        problems = Problems()
        document = load_document("\n".join(lines), name, problems)
        found = problems.found or check(document).found
        if number + 1 not in [one.at.line for one in found]:
            silent.append((lines[number], [(one.code, one.at.line) for one in found]))

    assert silent == []


@pytest.mark.parametrize("name", CHECKED)
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + BASE.documents[name].text.replace("\n", "\r\n").encode())
    problems = Problems()

    document = load_file(path, name, problems)

    assert problems.found == []
    assert document.root == BASE.documents[name].root


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=MODULE_FIXTURE,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # a workspace a try: making what was found smaller takes minutes
)
@given(data=st.data())
def test_random_bytes_never_raise(copy: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    raw = bytearray((SHIPPED / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw) - 1))
        width = data.draw(st.integers(0, 3))
        raw[place : place + width] = data.draw(st.binary(max_size=3))
    (copy / name).write_bytes(bytes(raw))

    try:
        if name in {"model.yaml", "tables.yaml", "workspace.yaml"}:
            told(copy)
        else:
            problems = Problems()
            document = load_file(copy / name, name, problems)
            if name in WORKFLOWS:
                problems.found += check(document).found
            for language in LANGUAGES:
                render_diagnostics(problems.sorted(), {name: document}, language)
    finally:
        shutil.copyfile(SHIPPED / name, copy / name)


STRANGE = [
    "", "[]", "{}", "[a]", "[[a]]", "{a: b}", "x", "0", "-1", "2.0", "+3", "true", "null", "~", '""', "' '",
    "1e999", '"{{ x }}"', '"{% if %}"', "{field: 客户层级}", "{field: [a]}", "{table: 沉默门槛.首触}",
    "{table: }", "{add: 1}", "{clear: true}", "{person: }", "today", "90 days", "0000-00-00", "9999999 years",
    "9" * 5000, "x" * 5000, "owner", "{if: {field: 客户层级, is: A}}", "客户.客户.客户.客户", "...",
    "{a: {a: {a: {a: 1}}}}", "²", "１２", "[owner, owner]",
]  # fmt: skip


def below(node: Node) -> Iterator[Node]:
    return (one for one in walk(node) if one is not node)


@pytest.mark.parametrize("name", sorted({*WORKFLOWS[::8], *(one for one in WORKFLOWS if "/" not in one)}))
def test_a_strange_value_is_told_or_means_something(name: str) -> None:
    """Nothing that cannot be read is left out in silence: a workflow lacking a condition would do harm."""
    strange = [load_document(f"value: {text}", name, Problems()).root for text in STRANGE]
    values = [root.entries[0][1] for root in strange if root is not None]
    dice = random.Random(name)

    for key, part in root_of(name).entries:
        for node in (part, *below(part)) if key.text != "tests" else ():
            for value in dice.sample(values, 8):
                document = changed(name, node, value)
                problems = Problems()
                workflow = compile_workflow(document, replace(READING, problems=problems), lambda _: "")
                render_diagnostics(problems.sorted(), {name: document}, "zh")
                assert (workflow is None) == problems.has_errors, (node, value)
