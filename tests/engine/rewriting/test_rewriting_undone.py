"""What is done and undone leaves the text as it was, in random files and in those that ship."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from engine import Edit, Rewritten, rewritten
from engine.rewriting.sheet import Sheet
from tests.engine.rewriting.commented import Commented
from tests.engine.rewriting.test_rewriting_at_random import FUZZ, NEW, SEEDS, data_of, examples, places
from tests.reference.rewriting import at

ROOT = Path(__file__).parents[3]
FILES = [
    path
    for folder in ("workflows", "tests/cases")
    for path in sorted((ROOT / folder).rglob("*.yaml"))
    if ".wakeline" not in path.parts
]
WORDS = ["新", "a b", "owner", "高潜"]


def read(path: Path) -> tuple[str, Any]:
    """A file's text and data; none of what cannot be read, or not without mistakes."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return "", None
    return text, data_of(text.removeprefix("\ufeff"))


@cache
def texts() -> dict[Path, tuple[str, Any]]:
    found = {path: read(path) for path in FILES}
    return {path: (text, data) for path, (text, data) in found.items() if data}


def comments_of(text: str) -> list[str]:
    return [one.text for one in Sheet(text.removeprefix("\ufeff")).comments]


def lists_in(data: Any) -> list[Any]:
    return [path for path in places(data) if isinstance(at(data, path), list)]


def is_plain_line(value: Any) -> bool:
    return isinstance(value, str) and "\n" not in value and " " not in value


@examples(150)
@given(SEEDS)
def test_what_comes_and_goes_again_leaves_every_byte(seed: int) -> None:
    made, drawn = Commented.drawn(seed), random.Random(seed)
    if data_of(made.text) != made.data or not lists_in(made.data):
        return
    path, value = drawn.choice(lists_in(made.data)), drawn.choice(NEW)
    index = drawn.randint(0, len(at(made.data, path)))

    found = rewritten(made.text, [Edit("insert", path, value, at=index), Edit("remove", (*path, index))])

    assert isinstance(found, Rewritten)
    assert found.text == made.text or found.anew, (seed, path, index, value)


@examples(150)
@given(SEEDS)
def test_what_moves_away_and_back_leaves_the_data(seed: int) -> None:
    made, drawn = Commented.drawn(seed), random.Random(seed)
    items = [path for path in places(made.data) if isinstance(path[-1], int)]
    if data_of(made.text) != made.data or not items:
        return
    path = drawn.choice(items)
    to = (*path[:-1], drawn.randrange(len(at(made.data, path[:-1]))))

    found = rewritten(made.text, [Edit("move", path, to=to), Edit("move", to, to=path)])

    assert isinstance(found, Rewritten)
    assert data_of(found.text) == made.data
    assert sorted(comments_of(found.text)) == sorted(comments_of(made.text))


def test_there_are_files() -> None:
    assert len(texts()) > 100


def test_its_own_value_changes_no_byte_of_any_file() -> None:
    for path, (text, data) in texts().items():
        found = rewritten(text, [Edit("set", one, at(data, one)) for one in places(data)])

        assert isinstance(found, Rewritten), path
        assert found.text == text, path


def drawn_places(kind: str, count: int) -> Iterator[tuple[Path, Any]]:
    """Lists, or words on a line, of all files."""
    found = []
    for path, (_, data) in texts().items():
        fits = lists_in(data) if kind == "lists" else [p for p in places(data) if is_plain_line(at(data, p))]
        found += [(path, one) for one in fits]
    yield from random.Random(7).sample(found, min(len(found), FUZZ or count))


@pytest.mark.parametrize("value", ["新", {"field": "层级", "is": ["A"]}, {"notify": {"text": "一\n二"}}])
def test_an_item_comes_and_goes_in_files_that_ship(value: Any) -> None:
    drawn = random.Random(3)
    for path, one in drawn_places("lists", 25):
        text, data = texts()[path]
        index = drawn.randint(0, len(at(data, one)))

        found = rewritten(text, [Edit("insert", one, value, at=index), Edit("remove", (*one, index))])

        assert isinstance(found, Rewritten), (path, one)
        assert found.text == text, (path, one)


def test_a_word_changes_there_and_back_in_files_that_ship() -> None:
    drawn = random.Random(5)
    for path, one in drawn_places("words", 50):
        text, data = texts()[path]
        own = at(data, one)
        there = rewritten(text, [Edit("set", one, drawn.choice(WORDS))])
        assert isinstance(there, Rewritten), (path, one)

        back = rewritten(there.text, [Edit("set", one, own)])

        assert isinstance(back, Rewritten), (path, one)
        assert comments_of(there.text) == comments_of(text), (path, one)
        assert back.text == text or own.isascii(), (path, one)
