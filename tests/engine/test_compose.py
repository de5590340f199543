"""The quicker way to read a file ends where ruamel.yaml's own does: same document, same complaints."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

import engine.compose
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.document import Mapping, Scalar

TESTS = Path(__file__).parents[1]
FOLDERS = (TESTS / "cases", TESTS.parent / "workflows")
TEXTS = [
    unicodedata.normalize("NFC", path.read_bytes().decode("utf-8-sig", errors="replace"))
    for folder in FOLDERS
    for path in sorted(folder.rglob("*.yaml"))
    if ".wakeline" not in path.parts
]
SIGNS = [
    *"{}[],:#-'\"|>?&*!%@` \t\n\r\x85\u2028\ufeff：\u3000aA0客\\",
    "\n  ", "\n- ", ": ", " #", "---\n", "...\n", "\n\n", "? ", "- ", "|\n  a\n", "%YAML 1.1\n---\n", "\r\n",
    "{{ a }}", '"a\\\n b"', "'it''s'", "\n # c\n", "key: >-\n  a\n\n  b\n", "!!str a", "&a b",
]  # fmt: skip
WRITTEN = [
    "", "\ufeffid: a", "# only a comment\n", "a:  # nothing\nb: 1", "a:\n  # nothing\nb: 1", "a: b: c",
    "a: [1, 2", "a: {b: c}}", "a: |\n  x\n y: z", "? a\n: b", "a: b\n---\nc: d", "a: 1\na: 2", "[a, b]",
    "text", "a: 'b", "\ta: b", "a:\tb", "a: {b:c}", "a: {b:, c}", "a: [b: c]", "a: b #c", "a: b#c",
    "a: b\n  c\n  d: e", "a: -", "- - a", "a: ?b", "a: {?b}", "a: http://x", "a: [x:y, :z]", "a: {b: :c}",
    "%YAML 1.1\n---\na: yes", "a: @b", "a\u2028b: c", "x: " + "k" * 1100 + ": y", "a: \u00a0b",
    "a: b\u0085c: d", "{" * 60, "- " * 60, "a: !!int b", "a: *b", "a: &b c",
]  # fmt: skip


def usual(text: str, max_depth: int) -> Any:
    """Complaints are those of the round trip; its folded texts hold signs of where they were folded."""
    told, plain = YAML(), YAML(typ="safe", pure=True)
    told.max_depth = plain.max_depth = max_depth
    read = told.compose(text)
    try:
        return plain.compose(text)
    except YAMLError:  # `{at: :00}`, which only the round trip reads
        return read


def document_of(text: str) -> tuple[Mapping | None, list[Any]]:
    problems = Problems()
    return load_document(text, "file.yaml", problems).root, problems.found


def is_read_alike(text: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    found = document_of(text)
    with monkeypatch.context() as patched:
        patched.setattr(engine.compose, "compose", usual)
        return found == document_of(text)


def test_files_are_read_as_by_ruamel(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(TEXTS) > 100
    assert [text for text in TEXTS[::3] if not is_read_alike(text, monkeypatch)] == []


@pytest.mark.parametrize("text", WRITTEN)
def test_oddities_are_read_as_by_ruamel(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_read_alike(text, monkeypatch)
    assert is_read_alike(f"{text}\n", monkeypatch)


def test_a_folded_text_holds_only_what_is_written() -> None:
    root, _ = document_of("a: >-\n  one\n  two\n\n  three\n")

    assert isinstance(root, Mapping)
    assert [one.text for _, one in root.entries if isinstance(one, Scalar)] == ["one two\nthree"]


@pytest.mark.filterwarnings("ignore")  # ruamel.yaml warns of double anchors, which are refused in any case
@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_typed_into_a_file_is_read_as_by_ruamel(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    for _ in range(20):
        text = _typed_into(dice.choice(TEXTS), dice)
        assert is_read_alike(text, monkeypatch), text


def _typed_into(text: str, dice: random.Random) -> str:
    begin = text.find("\n", dice.randrange(len(text) + 1)) + 1 if len(text) > 1500 else 0
    text = text[begin : begin + 1200]
    for _ in range(dice.randrange(1, 5)):
        place = dice.randrange(len(text) + 1)
        cut = dice.choice((0, 0, 0, 1, 3))
        text = text[:place] + (dice.choice(SIGNS) if cut < 3 else "") + text[place + cut :]
    return text
